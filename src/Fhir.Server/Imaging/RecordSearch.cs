// Searches of the server itself: whether images belong to somebody does not depend on what a client may see.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>Finds and reads resources with full scope.</summary>
internal sealed class RecordSearch(FhirServer server)
{
    /// <summary>The current resources that a search finds, up to a number of them.</summary>
    public async Task<IReadOnlyList<StoredVersion>> FindAsync(string type, int count, CancellationToken cancel, params (string Name, string Value)[] parameters) =>
        await ParseAsync(type, parameters, cancel) is { } query
            ? (await server.Store.SearchAsync(AccessScope.Full, query with { Count = count }, cancel)).Matches
            : [];

    /// <summary>All current resources that a search finds.</summary>
    public async IAsyncEnumerable<StoredVersion> WalkAsync(
        string type, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel, params (string Name, string Value)[] parameters)
    {
        if (await ParseAsync(type, parameters, cancel) is not { } query)
            yield break;
        await foreach (var match in server.Store.MatchesAsync(AccessScope.Full, query with { Count = 200 }, cancel))
            yield return match;
    }

    /// <summary>The current version; null if there is none.</summary>
    public async ValueTask<StoredVersion?> ReadAsync(string type, string id, CancellationToken cancel) =>
        await server.Store.ReadAsync(AccessScope.Full, new ResourceKey(type, id), cancel) is { IsDeleted: false } version ? version : null;

    /// <summary>The content of a version.</summary>
    public ElementNode Root(StoredVersion version) => server.Repository.Preparer.Read(version).Root;

    /// <summary>The resource here that a reference leads to; null for any other.</summary>
    public ResourceKey? TargetOf(string? reference) =>
        reference is not null && ReferenceTarget.Parse(reference, server.Options.BaseUrls, Schema.R4) is { IsLocal: true, Type: { } type, Id: { } id }
            ? new ResourceKey(type, id)
            : null;

    /// <summary>A value as a search takes it (R4 search.html#escaping).</summary>
    public static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("$", "\\$", StringComparison.Ordinal);

    // A value that no search takes finds nothing.
    private async Task<SearchQuery?> ParseAsync(string type, (string Name, string Value)[] parameters, CancellationToken cancel) =>
        (await server.SearchParser.ParseAsync(
            new SearchRequest { ResourceType = type, Parameters = [.. parameters.Select(static p => new KeyValuePair<string, string>(p.Name, p.Value))] }, cancel)).Query;
}
