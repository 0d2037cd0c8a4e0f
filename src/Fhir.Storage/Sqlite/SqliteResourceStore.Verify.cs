// Do index and bodies agree? Extracts every current resource anew and looks each row up; for the kill tests and the doctor.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Verification.</content>
public sealed partial class SqliteResourceStore
{
    private const int ProblemsAtMost = 100;

    private static readonly string[] s_countedTables = ["token", "reference", "date", "number", "string", "link", "position"];

    // Numbers in use: those of parameters that a reindex is still at, or that are gone, account for nothing yet or any more. References
    // that no search parameter finds don't follow from the entries.
    private const string Counted =
        """
        WITH RECURSIVE used(key) AS (
            SELECT key FROM parameter WHERE parent=0 AND system=0 AND (name NOT LIKE '%#%' OR EXISTS(SELECT 1 FROM setting s WHERE s.name='indexed/' || parameter.name))
            UNION ALL SELECT p.key FROM used u CROSS JOIN parameter p WHERE p.parent=u.key)
        """;

    /// <summary>
    /// Compares every current resource's body with its index rows, and the versions with each other, in one state of the store.
    /// </summary>
    /// <returns>What is wrong, in sentences; empty if all is well.</returns>
    public Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancel) => Task.Run<IReadOnlyList<string>>(
        async () =>
        {
            if (_text is not null)
                await _text.ReachAsync(LastVersion(cancel), Timeout.InfiniteTimeSpan, cancel);
            return Verify(cancel);
        },
        cancel);

    private List<string> Verify(CancellationToken cancel) => _readers.Read(
        reader =>
        {
            if (_text is not null)
                reader.Connection.Text ??= new TextSnapshot(reader.Connection, reader.Versions, _text, _options);
            reader.Connection.Execute("BEGIN");
            try
            {
                // The check of the files reads the full-text index too.
                reader.Connection.Text?.Fix();
                var problems = new List<string>();
                VerifyFile(reader.Connection, problems);
                VerifyTextFile(problems);
                VerifyVersions(reader, problems);
                VerifyIndex(reader, problems, cancel);
                if (_text is not null)
                    VerifyText(reader, problems, cancel);
                return problems;
            }
            finally
            {
                reader.Connection.Execute("ROLLBACK");
                reader.Connection.Text?.End();
            }
        },
        cancel);

    private static void VerifyFile(Connection connection, List<string> problems)
    {
        using var rows = connection.Prepare("PRAGMA main.quick_check").Query();
        while (rows.Step())
        {
            if (rows.Text(0) != "ok")
                problems.Add($"The file is damaged: {rows.Text(0)}.");
        }
    }

    // On a connection of its own: FTS5 checks its index against totals that a reading connection remembers from earlier, and calls the
    // index damaged where it has grown since.
    private void VerifyTextFile(List<string> problems)
    {
        if (_text is null)
            return;
        using var connection = new Connection(_text.Path, readOnly: true, cacheMegabytes: 2);
        VerifyFile(connection, problems);
    }

    private static void VerifyVersions(Reader reader, List<string> problems)
    {
        Count("SELECT count(*) FROM resource r WHERE seq > 0 AND version <> (SELECT version FROM version v WHERE v.seq = r.seq AND v.key = r.key)", "resources lead to a version that is not theirs");
        Count("SELECT count(*) FROM (SELECT key FROM version GROUP BY key HAVING count(*) <> max(version) OR min(version) <> 1)", "resources have gaps in their versions");
        Count("SELECT count(*) FROM resource r WHERE seq > 0 AND version <> (SELECT max(version) FROM version v WHERE v.key = r.key AND v.version > 1) AND version > 1", "resources are not at their last version");
        Count("SELECT count(*) FROM version v JOIN version w ON w.seq = v.seq + 1 WHERE w.updated < v.updated", "versions are older than the one before");
        Count("SELECT count(*) FROM contained c JOIN resource r ON r.key = c.key JOIN resource o ON o.key = c.container WHERE r.seq <> o.seq OR o.deleted = 1", "contained resources are not of the current version of their container");
        Count("SELECT count(*) FROM type t WHERE current <> (SELECT count(*) FROM resource r WHERE r.type = t.key AND r.seq > 0 AND r.deleted = 0)", "types are counted wrongly");
        Count("SELECT count(*) FROM type t WHERE versions <> (SELECT count(*) FROM version v WHERE v.key >> 38 = t.key)", "types have their versions counted wrongly");

        void Count(string sql, string problem)
        {
            if (reader.Connection.Scalar(Sql.Raw(sql)) is > 0 and var count)
                problems.Add($"{count} {problem}.");
        }
    }

    private void VerifyIndex(Reader reader, List<string> problems, CancellationToken cancel)
    {
        var index = new IndexRows(reader.Dictionaries, (type, id) => reader.Versions.FindRow(new ResourceKey(type, id))?.Key ?? Dictionaries.Unknown);
        var lookup = new IndexLookup(reader.Connection);
        var expected = new long[s_countedTables.Length];
        var used = new HashSet<long>();
        using (var numbers = reader.Connection.Prepare($"{Counted} SELECT key FROM used").Query())
        {
            while (numbers.Step())
                used.Add(numbers.Int64(0));
        }

        using var resources = reader.Connection.Prepare(
            "SELECT key FROM resource r WHERE seq > 0 AND deleted = 0 AND NOT EXISTS(SELECT 1 FROM contained c WHERE c.key = r.key)").Query();
        while (resources.Step() && problems.Count < ProblemsAtMost)
        {
            cancel.ThrowIfCancellationRequested();
            var key = resources.Int64(0);
            var version = reader.Versions.GetCurrent(key);
            var json = version.Body.ToArray(version);
            var keys = reader.Versions.ContainedIn(key);
            var contained = version.Body.MayContain ? _options.ExtractContained(version.Key, json) : [];
            keys[""] = key;
            index.Fragments = keys;
            Verify(version.Key.ToString(), key, _options.Extract(version.Key, json));
            foreach (var resource in contained)
            {
                if (keys.TryGetValue(resource.Id, out var own) && reader.Versions.TypeOf(own) == Layout.ContainedMark + resource.Type)
                    Verify($"{version.Key}#{resource.Id}", own, resource.Entries);
                else
                    problems.Add($"{version.Key}#{resource.Id} is not in the index.");
            }

            if (keys.Count - 1 != contained.Count)
                problems.Add($"{version.Key} contains {contained.Count} resources, but the index has {keys.Count - 1} of it.");
        }

        void Verify(string name, long key, IReadOnlyList<IndexEntry> all)
        {
            var entries = all.Where(entry => !entry.Parameter.HasAddedIndex || used.Contains(reader.Dictionaries.FindParameter(entry.Parameter))).ToList();
            var rows = new List<IndexRow>();
            index.Add(entries, [], rows);
            foreach (var row in rows.ToHashSet())
            {
                expected[(int)row.Table]++;
                if (!lookup.Contains(key, row))
                    problems.Add($"{name} lacks an index row of table {row.Table}, parameter number {row.Parameter}.");
            }

            if (!Present(key).SetEquals(entries.Select(entry => reader.Dictionaries.FindParameter(entry.Parameter))))
                problems.Add($"{name} is noted as having other parameters than it has.");
        }

        HashSet<long> Present(long key)
        {
            using var shape = reader.Connection.Prepare("SELECT h.present FROM resource r CROSS JOIN shape h ON h.key = r.shape WHERE r.key=?").Bind(1, key).Query();
            return shape.Step() ? [.. IndexRows.ReadPresent(shape.Blob(0).ToArray()).Where(used.Contains)] : [];
        }

        // All expected rows are there; if there are as many as expected, there are no others.
        for (var i = 0; i < expected.Length && problems.Count == 0; i++)
        {
            var found = reader.Connection.Scalar(Sql.Raw($"{Counted} SELECT count(*) FROM {s_countedTables[i]} WHERE parameter IN (SELECT key FROM used)")) ?? 0;
            if (found != expected[i])
                problems.Add($"The index has {found} rows in {s_countedTables[i]}, but the resources account for {expected[i]}.");
        }
    }
}
