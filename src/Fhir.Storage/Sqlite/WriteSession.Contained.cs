// Contained resources: each has a key and index rows of its own, which come and go with the versions of its container.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>What a resource contains.</content>
internal sealed partial class WriteSession
{
    // Null if the resource contains nothing and did not, as nearly all: then nothing is asked of the database.
    private ContainedChange? Contain(long container, IReadOnlyList<ContainedResource> contained, Replaced? replaced)
    {
        var had = replaced is { Version: { IsDeleted: false, Body.MayContain: true } };
        if (contained.Count == 0 && !had)
            return null;
        var before = had ? _versions.ContainedIn(container) : [];
        var after = new Dictionary<string, long>(StringComparer.Ordinal) { [""] = container };
        foreach (var resource in contained)
        {
            var type = Layout.ContainedMark + resource.Type;
            after[resource.Id] = before.TryGetValue(resource.Id, out var key) && _versions.TypeOf(key) == type ? key : NextContainedKey(type);
        }

        before[""] = container;
        return new ContainedChange(container, before, after, contained, had ? OldContained(replaced!) : []);
    }

    private IReadOnlyList<ContainedResource> OldContained(Replaced replaced) =>
        (replaced.Generation == _options.Generation() ? replaced.Contained : null) ?? _options.ExtractContained(replaced.Version.Key, replaced.Version.Body.ToArray(replaced.Version));

    private long NextContainedKey(string type) => NextKey(new ResourceKey(type, ""));

    private void Exchange(ContainedChange change, in ResourceRow container)
    {
        foreach (var resource in change.Resources)
        {
            var key = change.New[resource.Id];
            var isNew = !change.Old.ContainsValue(key);
            WriteContained(key, isNew, resource, container);
            _newRows.Clear();
            _rows.Fragments = change.New;
            _rows.Add(resource.Entries, [], _newRows);
            OldRows(key, change);
            Exchange(key);
            if (isNew)
                Count(key, versions: 0, current: 1);
        }

        foreach (var (_, key) in change.Old)
        {
            if (change.New.ContainsValue(key))
                continue;
            _newRows.Clear();
            OldRows(key, change);
            Exchange(key);
            _connection.Prepare("DELETE FROM resource WHERE key=?").Bind(1, key).Run();
            _connection.Prepare("DELETE FROM contained WHERE key=?").Bind(1, key).Run();
            Count(key, versions: 0, current: -1);
        }

        _rows.Fragments = null;
    }

    private void OldRows(long key, ContainedChange change)
    {
        _oldRows.Clear();
        _rows.Fragments = change.Old;
        foreach (var resource in change.Replaced)
        {
            if (change.Old.TryGetValue(resource.Id, out var old) && old == key)
                _rows.Add(resource.Entries, [], _oldRows);
        }
    }

    // The key itself stands for the id, which a contained resource has within its container only; no search by _id can meet a number.
    private void WriteContained(long key, bool isNew, ContainedResource resource, in ResourceRow container)
    {
        var shape = _rows.Shape(resource.Entries);
        if (!isNew)
        {
            _connection.Prepare("UPDATE resource SET seq=?, version=?, shape=? WHERE key=?")
                .Bind(1, container.Seq).Bind(2, container.Version).Bind(3, shape).Bind(4, key).Run();
            return;
        }

        _connection.Prepare("INSERT INTO resource(key, type, id, seq, version, deleted, created, shape) VALUES(?1, ?2, ?1, ?3, ?4, 0, ?3, ?5)")
            .Bind(1, key).Bind(2, key >> Layout.TypeShift).Bind(3, container.Seq).Bind(4, container.Version).Bind(5, shape).Run();
        _connection.Prepare("INSERT INTO contained(key, container, id) VALUES(?, ?, ?)").Bind(1, key).Bind(2, container.Key).Bind(3, resource.Id).Run();
    }

    /// <summary>What a write changes in what a resource contains; keys are by id, the container's own under the empty one.</summary>
    private sealed record ContainedChange(
        long Container,
        Dictionary<string, long> Old,
        Dictionary<string, long> New,
        IReadOnlyList<ContainedResource> Resources,
        IReadOnlyList<ContainedResource> Replaced);
}
