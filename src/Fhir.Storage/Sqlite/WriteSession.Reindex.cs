// Reindexing under the write lock. The values of a reindex are kept under numbers of their own, which take the place of the old ones
// in one commit at its end, so that searches are right throughout; what the old numbers hold is swept afterwards.

using System.Text.Json;
using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>A reindex as the database notes it.</summary>
/// <param name="IndexKeys">What is indexed anew; null for all parameters.</param>
/// <param name="Added">The added parameters among them that were there from its start.</param>
/// <param name="Fingerprint">The state of parameters and extraction that it is made by; another program begins anew.</param>
/// <param name="After">The last key that is done.</param>
/// <param name="Done">Resources done.</param>
/// <param name="Total">Resources there were at the start.</param>
internal sealed record ReindexState(IReadOnlyList<string>? IndexKeys, IReadOnlyList<string> Added, string Fingerprint, long After, long Done, long Total)
{
    public ReindexRequest Request => new(IndexKeys);
}

/// <summary>A resource, or one that it contains, that was extracted for a reindex.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Seq">The place of its version in the order of commits.</param>
/// <param name="Fragment">Id of a contained resource, or null.</param>
/// <param name="Body">The body of the version.</param>
/// <param name="Entries">What is found in it.</param>
/// <param name="Generation">The state of the search parameters that the entries are of.</param>
internal sealed record ReindexedResource(long Key, long Seq, string? Fragment, ResourceBody Body, IReadOnlyList<IndexEntry> Entries, long Generation)
{
    public static IReadOnlyList<IndexEntry> Extract(SqliteStoreOptions options, StoredVersion version, string? fragment)
    {
        var json = version.Body.ToArray(version);
        return fragment is null
            ? options.Extract(version.Key, json)
            : options.ExtractContained(version.Key, json).FirstOrDefault(contained => contained.Id == fragment)?.Entries ?? [];
    }
}

/// <content>Reindexing.</content>
internal sealed partial class WriteSession
{
    private const string ReindexSetting = "reindex";
    private const string IndexedPrefix = "indexed/";

    // Index keys of the added parameters, each with its type.
    private Dictionary<string, string> _added = [];

    /// <summary>The reindex under way or interrupted, or null.</summary>
    public ReindexState? Reindex { get; private set; }

    /// <summary>True if there may be rows of retired numbers.</summary>
    public bool MaySweep { get; set; } = true;

    /// <summary>
    /// Forgets values of added parameters that are no longer there, and notes those that have no resource to be indexed as indexed.
    /// </summary>
    /// <returns>Index keys of the added parameters that all resources are indexed for.</returns>
    public IReadOnlySet<string> Declare(IReadOnlyCollection<SearchParameter> parameters)
    {
        _added = parameters.Where(static p => p.HasAddedIndex).DistinctBy(static p => p.IndexKey).ToDictionary(static p => p.IndexKey, static p => p.ResourceType, StringComparer.Ordinal);
        var indexed = Indexed();
        foreach (var gone in indexed.Where(key => !_added.ContainsKey(key)).ToList())
        {
            indexed.Remove(gone);
            _connection.Prepare("DELETE FROM setting WHERE name=?").Bind(1, IndexedPrefix + gone).Run();
        }

        foreach (var (number, _) in Numbers(Dictionaries.Current, Dictionaries.Next).Where(number => IsGone(number.Name)))
            Retire(number);
        foreach (var (key, type) in _added)
        {
            if (!indexed.Contains(key) && IsWithoutResources(type) && IsWithoutResources(Layout.ContainedMark + type))
            {
                NoteIndexed(key);
                indexed.Add(key);
            }
        }

        if (Reindex is { } state && (state.Added.Any(IsGone) || state.IndexKeys?.Any(IsGone) == true))
        {
            var left = state with { Added = [.. state.Added.Where(key => !IsGone(key))], IndexKeys = state.IndexKeys?.Where(key => !IsGone(key)).ToList() };
            SetReindex(left.IndexKeys is { Count: 0 } ? null : left);
        }

        _dictionaries.Clear();
        return indexed;
    }

    /// <summary>Begins a reindex, or goes on with one of the same request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="total">Resources that it concerns.</param>
    public ReindexState BeginReindex(ReindexRequest request, long total)
    {
        if (Reindex is { } state && state.Request.IsSameAs(request) && state.Fingerprint == _options.IndexFingerprint)
            return state;
        AbandonReindex();
        SetReindex(new ReindexState(request.IndexKeys?.ToList(), [.. _added.Keys.Where(key => request.IndexKeys?.Contains(key) ?? true)], _options.IndexFingerprint, 0, 0, total));
        return Reindex!;
    }

    /// <summary>Indexes a few resources; null if the reindex was given up meanwhile.</summary>
    public ReindexState? ReindexResources(IReadOnlyList<ReindexedResource> resources)
    {
        if (Reindex is not { } state)
            return null;
        foreach (var resource in resources)
            ReindexResource(resource);
        SetReindex(state with { After = resources[^1].Key, Done = state.Done + resources.Count });
        return Reindex;
    }

    /// <summary>Puts the new values in the place of the old ones.</summary>
    /// <returns>False if the reindex was given up meanwhile.</returns>
    public bool EndReindex()
    {
        if (Reindex is not { } state)
            return false;
        var names = state.IndexKeys?.ToHashSet(StringComparer.Ordinal);
        foreach (var (number, name) in Numbers(Dictionaries.Current, Dictionaries.Current).Where(number => names?.Contains(number.Name) ?? true))
            Retire(number);
        _connection.Prepare("UPDATE parameter SET system=? WHERE parent=0 AND system=?").Bind(1, Dictionaries.Current).Bind(2, Dictionaries.Next).Run();
        if (names is null)
            _connection.Prepare("UPDATE setting SET value=? WHERE name='fingerprint'").Bind(1, state.Fingerprint).Run();
        foreach (var key in state.Added)
            NoteIndexed(key);
        SetReindex(null);
        _dictionaries.Clear();
        return true;
    }

    /// <summary>Gives up the reindex.</summary>
    public void AbandonReindex()
    {
        foreach (var (number, _) in Numbers(Dictionaries.Next, Dictionaries.Next))
            Retire(number);
        SetReindex(null);
        _dictionaries.Clear();
    }

    /// <summary>Removes some of what retired numbers hold.</summary>
    /// <returns>True if there may be more.</returns>
    public bool Sweep(int limit)
    {
        long number, topLevel, retiredAt;
        using (var rows = _connection.Prepare(
            """
            WITH RECURSIVE retired(key, top, at) AS (
                SELECT key, key, name FROM parameter WHERE parent=0 AND system<0 AND name<>''
                UNION ALL SELECT p.key, r.top, r.at FROM retired r CROSS JOIN parameter p WHERE p.parent=r.key)
            SELECT key, top, at FROM retired ORDER BY key DESC LIMIT 1
            """).Query())
        {
            MaySweep = rows.Step();
            if (!MaySweep)
                return false;
            (number, topLevel, retiredAt) = (rows.Int64(0), rows.Int64(1), rows.Int64(2));
        }

        var left = limit;
        KeepUnsearched(number, retiredAt, left);
        foreach (var (table, columns) in s_indexTables)
        {
            _connection.Prepare($"DELETE FROM {table} WHERE ({columns}) IN (SELECT {columns} FROM {table} WHERE parameter=? LIMIT ?)")
                .Bind(1, number).Bind(2, left).Run();
            left -= _connection.Changes;
            if (left <= 0)
                return true;
        }

        // A parameter's own number stays used, so that no shape can hold it for another; derived ones are in rows only.
        var end = number == topLevel ? "UPDATE parameter SET name='' WHERE key=?" : "DELETE FROM parameter WHERE key=?";
        _connection.Prepare(end).Bind(1, number).Run();
        return true;
    }

    private static readonly (string Table, string Columns)[] s_indexTables =
    [
        ("reference", "parameter, target, key, version"),
        ("token", "parameter, code, key, system, display"),
        ("date", "parameter, class, low, span, key"),
        ("number", "parameter, unit, wide, low, high, key"),
        ("string", "parameter, folded, key, exact"),
        ("link", "parameter, uri, key, version"),
        ("position", "parameter, latitude, longitude, key"),
        ("display", "parameter, folded, code"),
    ];

    // A reference that only this parameter found stays one for integrity. What was written since it retired has been noted so already.
    private void KeepUnsearched(long number, long retiredAt, int limit) => _connection.Prepare(
        """
        INSERT OR IGNORE INTO reference(parameter, target, key, version)
        SELECT 0, f.target, f.key, '' FROM (SELECT target, key FROM reference WHERE parameter=?1 LIMIT ?3) f
        WHERE (SELECT seq FROM resource WHERE key=f.key) <= ?2
            AND NOT EXISTS(SELECT 1 FROM reference o INDEXED BY reference_key WHERE o.key=f.key AND o.target=f.target AND o.parameter<>?1)
        """).Bind(1, number).Bind(2, retiredAt).Bind(3, limit).Run();

    private void ReindexResource(ReindexedResource resource)
    {
        long seq;
        using (var rows = _connection.Prepare("SELECT seq FROM resource WHERE key=? AND seq > 0 AND deleted = 0").Bind(1, resource.Key).Query())
        {
            if (!rows.Step())
                return;
            seq = rows.Int64(0);
        }

        var (body, entries) = (resource.Body, resource.Entries);
        if (seq != resource.Seq || resource.Generation != _options.Generation())
        {
            var version = _versions.GetCurrent(resource.Key);
            body = version.Body;
            entries = ReindexedResource.Extract(_options, version, resource.Fragment);
        }

        var container = resource.Fragment is null ? resource.Key : _versions.Contained(resource.Key).Container;
        if (body.MayContain)
        {
            // A store of an older layout has not seen yet what its resources contain; references to it are among all that is made anew.
            if (resource.Fragment is null && Reindex!.IndexKeys is null)
                AddContained(container, seq);
            var fragments = _versions.ContainedIn(container);
            fragments[""] = container;
            _rows.Fragments = fragments;
        }

        _newRows.Clear();
        _rows.AddNext(entries, _newRows);
        foreach (var row in _newRows)
            _index.Insert(resource.Key, row);
        _rows.Fragments = null;
        _connection.Prepare("UPDATE resource SET shape=? WHERE key=?").Bind(1, _rows.Shape(entries)).Bind(2, resource.Key).Run();
    }

    private void AddContained(long container, long seq)
    {
        var version = _versions.GetCurrent(container);
        var contained = _options.ExtractContained(version.Key, version.Body.ToArray(version));
        var known = _versions.ContainedIn(container);
        if (contained.All(resource => known.ContainsKey(resource.Id)))
            return;
        var keys = new Dictionary<string, long>(known, StringComparer.Ordinal) { [""] = container };
        foreach (var resource in contained)
            keys.TryAdd(resource.Id, NextContainedKey(Layout.ContainedMark + resource.Type));
        var change = new ContainedChange(container, new(known, StringComparer.Ordinal) { [""] = container }, keys, contained, contained);
        Exchange(change, new ResourceRow(container, seq, version.Version, Deleted: false));
    }

    private bool IsWithoutResources(string type) => _dictionaries.FindType(type) is var number && (number == 0 || Counts(number).Current == 0);

    private bool IsGone(string indexKey) => indexKey.Contains('#', StringComparison.Ordinal) && !_added.ContainsKey(indexKey);

    private void NoteIndexed(string indexKey) =>
        _connection.Prepare("INSERT OR IGNORE INTO setting(name, value) VALUES(?, 1)").Bind(1, IndexedPrefix + indexKey).Run();

    private HashSet<string> Indexed()
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        using var rows = _connection.Prepare("SELECT name FROM setting WHERE name >= 'indexed/' AND name < 'indexed0'").Query();
        while (rows.Step())
            keys.Add(rows.Text(0)[IndexedPrefix.Length..]);
        return keys;
    }

    private List<(long Number, string Name)> Numbers(long least, long greatest)
    {
        var numbers = new List<(long, string)>();
        using var rows = _connection.Prepare("SELECT key, name FROM parameter WHERE parent=0 AND system BETWEEN ? AND ?")
            .Bind(1, least).Bind(2, greatest).Query();
        while (rows.Step())
            numbers.Add((rows.Int64(0), rows.Text(1)));
        return numbers;
    }

    // Its name becomes the place in the order of commits up to which its rows are kept up to date.
    private void Retire(long number)
    {
        MaySweep = true;
        _connection.Prepare("UPDATE parameter SET system=-key, name=? WHERE key=?").Bind(1, _lastSeq).Bind(2, number).Run();
    }

    private void ReadReindex()
    {
        using var rows = _connection.Prepare("SELECT value FROM setting WHERE name=?").Bind(1, ReindexSetting).Query();
        Adopt(rows.Step() ? JsonSerializer.Deserialize<ReindexState>(rows.Text(0)) : null);
    }

    private void SetReindex(ReindexState? state)
    {
        if (state is null)
            _connection.Prepare("DELETE FROM setting WHERE name=?").Bind(1, ReindexSetting).Run();
        else
            _connection.Prepare("INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)").Bind(1, ReindexSetting).Bind(2, JsonSerializer.Serialize(state)).Run();
        Adopt(state);
    }

    private void Adopt(ReindexState? state)
    {
        if (state?.IndexKeys is not { } keys)
        {
            _dictionaries.IsReindexed = state is null ? null : static _ => true;
        }
        else if (Reindex?.IndexKeys is null || !keys.SequenceEqual(Reindex.IndexKeys))
        {
            var names = keys.ToHashSet(StringComparer.Ordinal);
            _dictionaries.IsReindexed = parameter => names.Contains(parameter.IndexKey);
        }

        Reindex = state;
    }
}
