// Keeps the attribute table in step with the stored attributes of studies, series and instances.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Writes rows of the attribute table; used by the one writer of the index, within its transactions.</summary>
internal sealed class AttributeRows
{
    private readonly Connection _writer;
    private readonly AttributeCatalog _catalog;
    private readonly Dictionary<string, long> _paths = new(StringComparer.Ordinal);

    /// <summary>
    /// The rows of a database. Those of paths that are not indexed any more are dropped; paths that are new where there are studies lack the rows of
    /// these, which the catalog is told, so that no search relies on them.
    /// </summary>
    public AttributeRows(Connection writer, AttributeCatalog catalog)
    {
        _writer = writer;
        _catalog = catalog;
        var wanted = catalog.Paths.ToHashSet(StringComparer.Ordinal);
        foreach (var (id, path) in Known().Where(known => !wanted.Contains(known.Path)))
        {
            writer.Prepare("DELETE FROM attribute WHERE path = ?").Bind(1, id).Run();
            writer.Prepare("DELETE FROM path WHERE id = ?").Bind(1, id).Run();
        }

        foreach (var path in wanted)
            writer.Prepare("INSERT INTO path(path, complete) SELECT ?, NOT EXISTS (SELECT 1 FROM study) WHERE 1 ON CONFLICT DO NOTHING").Bind(1, path).Run();
        foreach (var (id, path) in Known())
            _paths[path] = id;
        using var rows = writer.Prepare("SELECT path FROM path WHERE NOT complete").Query();
        while (rows.Step())
            catalog.Distrust(rows.Text(0));
    }

    /// <summary>Brings the rows of a study, series or instance from one state of its attributes to another.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="owner">The id of its row.</param>
    /// <param name="stored">Its attributes till now; empty if it is new.</param>
    /// <param name="latest">Its attributes from now on; empty if it is deleted.</param>
    public void Replace(IndexLevel level, long owner, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> latest)
    {
        // Instances have rows of configured attributes only.
        if (!_catalog.HasRows(level))
            return;
        IReadOnlyList<IndexedValue> old = stored.IsEmpty ? [] : _catalog.ValuesOf(level, stored);
        IReadOnlyList<IndexedValue> young = latest.IsEmpty ? [] : _catalog.ValuesOf(level, latest);
        foreach (var value in old.Except(young))
            Remove(value.Path, value.Value, owner);
        foreach (var value in young.Except(old))
            Add(value.Path, value.Value, owner);
    }

    /// <summary>Adds a row; one that is there stays.</summary>
    public void Add(string path, string value, long owner) =>
        Run("INSERT INTO attribute(path, value, owner) VALUES(?, ?, ?) ON CONFLICT DO NOTHING", path, value, owner);

    /// <summary>Takes a row away.</summary>
    public void Remove(string path, string value, long owner) =>
        Run("DELETE FROM attribute WHERE path = ? AND value = ? AND owner = ?", path, value, owner);

    private List<(long Id, string Path)> Known()
    {
        var known = new List<(long Id, string Path)>();
        using var rows = _writer.Prepare("SELECT id, path FROM path").Query();
        while (rows.Step())
            known.Add((rows.Int64(0), rows.Text(1)));
        return known;
    }

    private void Run(string sql, string path, string value, long owner) =>
        _writer.Prepare(sql).Bind(1, _paths[path]).Bind(2, value).Bind(3, owner).Run();
}
