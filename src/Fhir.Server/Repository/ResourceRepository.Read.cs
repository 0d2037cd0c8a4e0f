// read, vread, history and search: what the store has, or why not.

using System.Globalization;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

public sealed partial class ResourceRepository
{
    /// <summary>The current version (R4 http.html#read): 200, 404 or 410.</summary>
    public async ValueTask<InteractionResult> ReadAsync(AccessScope scope, ResourceKey key, CancellationToken cancel) =>
        Readable(await Store.ReadAsync(scope, key, cancel), key);

    /// <summary>One version (R4 http.html#vread): 200, 404, or 410 if that version is the deletion.</summary>
    public async ValueTask<InteractionResult> ReadVersionAsync(AccessScope scope, ResourceKey key, string versionId, CancellationToken cancel)
    {
        if (!long.TryParse(versionId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return NoSuchVersion(key);
        var version = await Store.ReadVersionAsync(scope, key, number, cancel);
        return version is null ? NoSuchVersion(key) : Readable(version, key);
    }

    /// <summary>Versions (R4 http.html#history); null for the history of a resource that never was.</summary>
    public async Task<HistoryPage?> HistoryAsync(AccessScope scope, HistoryQuery query, CancellationToken cancel)
    {
        if (query is { Type: { } type, Id: { } id } && await Store.ReadAsync(scope, new ResourceKey(type, id), cancel) is null)
            return null;
        return await Store.HistoryAsync(scope, query, cancel);
    }

    private static InteractionResult Readable(StoredVersion? version, ResourceKey key) => version switch
    {
        null => NotFound(key),
        { IsDeleted: true } => new InteractionResult(410, version)
        {
            Issues = [Model.Issue.Of(Model.IssueSeverity.Error, "deleted", RepositoryMessages.Deleted, key.ToString())],
        },
        _ => new InteractionResult(200, version),
    };

    private static InteractionResult NotFound(ResourceKey key) =>
        InteractionResult.Refused(404, "not-found", RepositoryMessages.NotFound, key.ToString());

    private static InteractionResult NoSuchVersion(ResourceKey key) =>
        InteractionResult.Refused(404, "not-found", RepositoryMessages.NoSuchVersion, key.ToString());
}
