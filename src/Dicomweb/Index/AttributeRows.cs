// Keeps the attribute table in step with the stored attributes of studies, series and instances.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Writes rows of the attribute table; used by the one writer of the index, within its transactions.</summary>
internal sealed class AttributeRows
{
    private readonly Connection _writer;
    private readonly AttributeCatalog _catalog;
    private readonly Dictionary<string, long> _paths = new(StringComparer.Ordinal);

    /// <summary>The rows of a database; the paths of the catalog are added to those that it has.</summary>
    public AttributeRows(Connection writer, AttributeCatalog catalog)
    {
        _writer = writer;
        _catalog = catalog;
        foreach (var path in catalog.Paths)
        {
            writer.Prepare("INSERT INTO path(path) VALUES(?) ON CONFLICT DO NOTHING").Bind(1, path).Run();
            _paths[path] = writer.Scalar(Sql.Of($"SELECT id FROM path WHERE path = {path}"))!.Value;
        }
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

    private void Run(string sql, string path, string value, long owner) =>
        _writer.Prepare(sql).Bind(1, _paths[path]).Bind(2, value).Bind(3, owner).Run();
}
