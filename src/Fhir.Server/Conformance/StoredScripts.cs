// TestScripts and fixtures that are resources of this server, as far as whoever asks may read them.

using FhirHub.Conformance;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary>Reads scripts and what they refer to.</summary>
/// <param name="server">The server.</param>
/// <param name="scope">What may be read.</param>
internal sealed class StoredScripts(FhirServer server, AccessScope scope)
{
    /// <summary>The type of scripts.</summary>
    public const string Type = "TestScript";

    /// <summary>The script of a reference such as <c>TestScript/123</c>.</summary>
    /// <exception cref="RefusedException">There is none, or it can't be understood.</exception>
    public async ValueTask<TestScript> ReadAsync(string reference, CancellationToken cancel)
    {
        var key = KeyOf(reference);
        return key is { Type: Type } && await server.Store.ReadAsync(scope, key.Value, cancel) is { IsDeleted: false } version
            ? Read(version)
            : throw new RefusedException(404, "not-found", ConformanceMessages.UnknownScript, reference.Length <= 128 ? reference : reference[..128]);
    }

    /// <summary>The scripts that a search finds, in the order of their names.</summary>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="most">Scripts at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RefusedException">The search can't be understood or finds more, or a script can't be understood.</exception>
    public async Task<IReadOnlyList<TestScript>> FindAsync(IReadOnlyList<KeyValuePair<string, string>> parameters, int most, CancellationToken cancel)
    {
        var parsed = await server.SearchParser.ParseAsync(new SearchRequest { ResourceType = Type, Parameters = parameters, Handling = SearchHandling.Strict }, cancel);
        if (parsed.Query is not { } query)
            throw new RefusedException(400, parsed.Issues);
        InteractionAccess.RequireSearch(scope, query.ResourceTypes);
        var scripts = new List<TestScript>();
        await foreach (var version in server.Store.MatchesAsync(scope, query with { Includes = [], Total = TotalMode.None, Count = 100 }, cancel))
        {
            if (scripts.Count == most)
                throw TooMany(most);
            scripts.Add(Read(version));
        }

        return [.. scripts.OrderBy(static script => script.Name, StringComparer.Ordinal)];
    }

    /// <summary>The script of a name; null if there is none.</summary>
    /// <exception cref="ScriptException">It can't be understood.</exception>
    public async ValueTask<TestScript?> FindByNameAsync(string name, CancellationToken cancel)
    {
        var parsed = await server.SearchParser.ParseAsync(
            new SearchRequest { ResourceType = Type, Parameters = [new("name:exact", Imaging.RecordSearch.Escape(name))] }, cancel);
        if (parsed.Query is not { } query)
            return null;
        var page = await server.Store.SearchAsync(scope, query with { Count = 1 }, cancel);
        return page.Matches is [var version, ..] ? TestScript.Read(server.Repository.Preparer.Read(version), version.Key.ToString()) : null;
    }

    /// <summary>The resource of this server that a fixture refers to, of a Binary what it holds; null if there is none.</summary>
    /// <exception cref="ScriptException">The Binary holds what it can't.</exception>
    public async ValueTask<Payload?> ReadFixtureAsync(string reference, CancellationToken cancel)
    {
        if (KeyOf(reference) is not { } key || await server.Store.ReadAsync(scope, key, cancel) is not { IsDeleted: false } version)
            return null;
        if (key.Type != "Binary")
            return new Payload(version.Body.ToArray(version), "application/fhir+json");
        var binary = server.Repository.Preparer.Read(version).Root;
        try
        {
            return new Payload(Convert.FromBase64String(binary.ChildValue("data") ?? ""), binary.ChildValue("contentType"));
        }
        catch (FormatException)
        {
            throw new ScriptException($"{key} holds data that is no base64.");
        }
    }

    /// <summary>A script that was sent.</summary>
    /// <exception cref="RefusedException">It can't be understood.</exception>
    public static TestScript Read(ResourceTree tree, string source)
    {
        try
        {
            return TestScript.Read(tree, source);
        }
        catch (ScriptException unusable)
        {
            throw new RefusedException(422, "not-supported", ConformanceMessages.UnusableScript, source, unusable.Message);
        }
    }

    /// <summary>The refusal of a run of too many scripts.</summary>
    public static RefusedException TooMany(int most) => new(400, "too-costly", ConformanceMessages.TooManyScripts, $"{most}");

    private static TestScript Read(StoredVersion version) => Read(ResourceParser.ParseJson(version.Body.ToArray(version)).Tree!, version.Key.ToString());

    private ResourceKey? KeyOf(string reference) =>
        ReferenceTarget.Parse(reference, server.Options.BaseUrls, Schema.R4) is { IsLocal: true, Type: { } type, Id: { } id } ? new ResourceKey(type, id) : null;
}
