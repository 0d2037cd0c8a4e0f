// Finds the instances of a study, a series, or one.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Finds instances in the index.</summary>
internal static class InstanceQuery
{
    private const string Study = $"SELECT {StoredRow.Columns} FROM {StoredRow.Tables} WHERE s.uid = ?1{Order}";
    private const string Series = $"SELECT {StoredRow.Columns} FROM {StoredRow.Tables} WHERE s.uid = ?1 AND r.uid = ?2{Order}";
    private const string Instance = $"SELECT {StoredRow.Columns} FROM {StoredRow.Tables} WHERE s.uid = ?1 AND r.uid = ?2 AND i.uid = ?3";
    private const string Order = " ORDER BY r.number IS NULL, r.number, r.uid, i.number IS NULL, i.number, i.uid";

    private const string Former =
        """
        SELECT i.id, i.study, i.series, i.instance, i.sop_class, i.syntax, i.number, i.frames, i.segment, i.offset, i.length, i.dataset, i.sha256, i.version, i.stored,
            coalesce(s.patient, f.patient)
        FROM former i LEFT JOIN study s ON s.id = i.owner LEFT JOIN former_study f ON f.id = i.owner
        WHERE i.instance = ?3 AND i.series = ?2 AND i.study = ?1 AND i.freed = 0 ORDER BY i.version DESC
        """;

    /// <summary>What an instance was before, latest first.</summary>
    public static IReadOnlyList<StoredInstance> History(Connection connection, ImageScope scope, in ImagePath path)
    {
        var found = new List<StoredInstance>();
        using var rows = connection.Prepare(Former).Bind(1, path.Study).Bind(2, path.Series!).Bind(3, path.Instance!).Query();
        while (rows.Step())
        {
            if (StoredRow.Read(rows) is var instance && scope.Grants(instance.Patient))
                found.Add(instance);
        }

        return found;
    }

    /// <summary>The instances that a path names, in their order.</summary>
    public static List<StoredInstance> Find(Connection connection, in ImagePath path)
    {
        var statement = connection.Prepare((path.Series, path.Instance) switch
        {
            (null, _) => Study,
            (_, null) => Series,
            _ => Instance,
        }).Bind(1, path.Study);
        if (path.Series is { } series)
            statement.Bind(2, series);
        if (path is { Series: not null, Instance: { } instance })
            statement.Bind(3, instance);
        var found = new List<StoredInstance>();
        using var rows = statement.Query();
        while (rows.Step())
            found.Add(StoredRow.Read(rows));
        return found;
    }
}
