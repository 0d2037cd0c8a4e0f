// Reads by id, within a scope.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Single versions.</content>
public sealed partial class CosmosResourceStore
{
    private static readonly ResourceKey s_nothing = new("Patient", "nothing has this id");
    private static readonly HeadVersion s_nowhere = new(1, Layout.TypePartition("Patient"), "nothing has this id", 0, false);

    /// <inheritdoc/>
    public async ValueTask<StoredVersion?> ReadAsync(AccessScope scope, ResourceKey key, CancellationToken cancel)
    {
        var filter = scope.FilterFor(key.Type, AccessLetter.Read);
        if (filter is SearchExpression.None)
            return null;
        var (current, watermark) = await _versions.CurrentAsync(key, cancel);
        return filter is SearchExpression.All || current is not null && await IsGrantedAsync(scope, current, watermark, cancel)
            ? current
            : await HideAsync(current, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredVersion?> ReadVersionAsync(AccessScope scope, ResourceKey key, long version, CancellationToken cancel)
    {
        var filter = scope.FilterFor(key.Type, AccessLetter.Read);
        if (filter is SearchExpression.None)
            return null;
        if (filter is not SearchExpression.All)
            return await FindGrantedAsync(scope, key, version, cancel);
        while (true)
        {
            var (head, _) = await _versions.HeadAsync(key, cancel);
            if (head is null || version < 1 || version > head.Version)
                return null;
            if ((version == head.Version ? await _versions.FindAsync(key, head, cancel) : await _versions.FormerAsync(key, version, cancel)) is { } found)
                return found;
            if (version < head.Version)
                throw new StoreException($"The Cosmos database has lost version {version} of a {key.Type}.");
        }
    }

    // A former version is there for those for whom the resource is there now, and was then.
    private async Task<StoredVersion?> FindGrantedAsync(AccessScope scope, ResourceKey key, long version, CancellationToken cancel)
    {
        var (current, watermark) = await _versions.CurrentAsync(key, cancel);
        if (current is null || !await IsGrantedAsync(scope, current, watermark, cancel))
            return await HideAsync(current, cancel);
        if (current.Version == version)
            return current;
        return version >= 1 && version < current.Version && await _versions.FormerAsync(key, version, cancel) is { } found && await IsGrantedAsync(scope, found, watermark, cancel) ? found : null;
    }

    private ValueTask<bool> IsGrantedAsync(AccessScope scope, StoredVersion version, Watermark watermark, CancellationToken cancel) =>
        new VersionFilter(_database, _options, watermark).GrantsAsync(Granted(scope, version.Key.Type, AccessLetter.Read), version, cancel);

    private SearchExpression Granted(AccessScope scope, string type, AccessLetter letter) => new ScopedExpression(scope, _options.CompartmentParameters).Granted([type], letter);

    // Of what never was a document is looked for too, and so what is hidden takes as long.
    private async Task<StoredVersion?> HideAsync(StoredVersion? hidden, CancellationToken cancel)
    {
        if (hidden is null)
            await _versions.FindAsync(s_nothing, s_nowhere, cancel);
        return null;
    }
}
