// Reads changes from the index, those that a scope grants.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Finds changes.</summary>
internal static class ChangeQuery
{
    // The owner is the row of the study, so that one that was deleted and stored anew for somebody else shows to each his own.
    private const string Select =
        """
        SELECT c.seq, c.time, c.action, c.study, c.series, c.instance, c.version, coalesce(s.patient, f.patient)
        FROM change c LEFT JOIN study s ON s.id = c.owner LEFT JOIN former_study f ON f.id = c.owner
        """;

    private const string Granted = "coalesce(s.patient, f.patient) IN (SELECT value FROM json_each(?3))";

    /// <summary>Those after a number, in order.</summary>
    public static Statement After(Connection connection, ImageScope scope, long after, int limit) => Bound(
        connection.Prepare(scope.IsFull ? $"{Select} WHERE c.seq > ?1 ORDER BY c.seq LIMIT ?2" : $"{Select} WHERE c.seq > ?1 AND {Granted} ORDER BY c.seq LIMIT ?2"),
        scope,
        after,
        limit);

    /// <summary>The last one.</summary>
    public static Statement Last(Connection connection, ImageScope scope) => Bound(
        connection.Prepare(scope.IsFull ? $"{Select} WHERE c.seq > ?1 ORDER BY c.seq DESC LIMIT ?2" : $"{Select} WHERE c.seq > ?1 AND {Granted} ORDER BY c.seq DESC LIMIT ?2"),
        scope,
        0,
        1);

    /// <summary>The change of a row.</summary>
    public static ImageChange Read(Statement.Rows rows) => new(
        rows.Int64(0),
        DateTimeOffset.FromUnixTimeMilliseconds(rows.Int64(1)),
        (ImageChangeAction)rows.Int32(2),
        new ImagePath(rows.Text(3), rows.Text(4), rows.Text(5)),
        rows.Int64(6),
        rows.TextOrNull(7));

    /// <summary>The changes of a statement with what has become of their instances.</summary>
    public static IReadOnlyList<ChangeFeedEntry> Entries(Connection connection, ImageScope scope, Statement statement, bool withMetadata)
    {
        var entries = new List<ChangeFeedEntry>();
        using var rows = statement.Query();
        while (rows.Step())
        {
            var change = Read(rows);
            var there = There(connection, scope, change.Path);

            // An instance has the number of the change that stored it.
            var isCurrent = there == change.Sequence;
            var state = isCurrent ? "current" : there is null ? "deleted" : "replaced";
            entries.Add(new(change, state, isCurrent && withMetadata ? Metadata(connection, change.Sequence) : null));
        }

        return entries;
    }

    // To whoever may not see it, what was stored anew for another patient is not there.
    private static long? There(Connection connection, ImageScope scope, in ImagePath path)
    {
        using var rows = connection.Prepare($"SELECT i.id, s.patient FROM {StoredRow.Tables} WHERE s.uid = ? AND r.uid = ? AND i.uid = ?")
            .Bind(1, path.Study).Bind(2, path.Series!).Bind(3, path.Instance!).Query();
        return rows.Step() && scope.Grants(rows.TextOrNull(1)) ? rows.Int64(0) : null;
    }

    private static byte[]? Metadata(Connection connection, long instance)
    {
        using var rows = connection.Prepare("SELECT metadata FROM instance_data WHERE instance = ?").Bind(1, instance).Query();
        return rows.Step() ? rows.Blob(0).ToArray() : null;
    }

    private static Statement Bound(Statement statement, ImageScope scope, long after, int limit)
    {
        statement.Bind(1, after).Bind(2, limit);
        return ImageArchive.PatientsOf(scope) is { } patients ? statement.Bind(3, patients) : statement;
    }
}
