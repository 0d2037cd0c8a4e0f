// Reads by id, within a scope.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>Single versions.</content>
public sealed partial class SqliteResourceStore
{
    private static readonly ResourceKey s_nothing = new("Patient", "nothing has this id");

    private readonly GrantedVersions _granted = new();

    /// <inheritdoc/>
    public ValueTask<StoredVersion?> ReadAsync(AccessScope scope, ResourceKey key, CancellationToken cancel)
    {
        var filter = scope.FilterFor(key.Type, AccessLetter.Read);
        if (filter is SearchExpression.None)
            return default;
        var current = _cache.Find(key) ?? ReadCurrent(key, cancel);
        if (current is null || filter is SearchExpression.All || IsGranted(scope, filter, current, cancel))
            return new(current);

        // What never was is looked for in the database each time, and so what is hidden takes as long.
        _readers.Read(static reader => reader.Versions.FindCurrent(s_nothing), cancel);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<StoredVersion?> ReadVersionAsync(AccessScope scope, ResourceKey key, long version, CancellationToken cancel) =>
        scope.FilterFor(key.Type, AccessLetter.Read) switch
        {
            SearchExpression.None => default,
            SearchExpression.All => new(_readers.Read(reader => reader.Versions.FindVersion(key, version), cancel)),
            _ => new(_readers.ReadSnapshot(reader => FindVersion(reader, scope, key, version), cancel)),
        };

    private StoredVersion? ReadCurrent(ResourceKey key, CancellationToken cancel)
    {
        var commits = _cache.Commits;
        var found = _readers.Read(reader => reader.Versions.FindCurrent(key)?.Version, cancel);
        if (found is not null)
            _cache.Keep(key, found, commits);
        return found;
    }

    // The index may be of a later version than the one that was read, so it is the version that is asked.
    private bool IsGranted(AccessScope scope, SearchExpression filter, StoredVersion version, CancellationToken cancel)
    {
        if (version.IsDeleted)
            return false;
        var generation = _options.Generation();
        if (_granted.Find(version, filter, generation) is { } known)
            return known;
        var expanded = Expanded(scope, version.Key.Type);
        var isGranted = _readers.Read(reader => new VersionFilter(reader.Versions, _options).Grants(expanded, version), cancel);
        if (VersionFilter.IsOfContent(expanded))
            _granted.Keep(version, filter, generation, isGranted);
        return isGranted;
    }

    // A former version is there for those for whom the resource is there now, and was then.
    private StoredVersion? FindVersion(Reader reader, AccessScope scope, ResourceKey key, long version)
    {
        var filter = Expanded(scope, key.Type);
        var versions = new VersionFilter(reader.Versions, _options);
        return reader.Versions.FindCurrent(key) is (_, _, var current) && versions.Grants(filter, current)
            && reader.Versions.FindVersion(key, version) is { } found && (found.Version == current.Version || versions.Grants(filter, found))
            ? found
            : null;
    }

    private SearchExpression Expanded(AccessScope scope, string type) => new ScopedExpression(scope, _options.CompartmentParameters).Granted([type], AccessLetter.Read);
}
