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
    /// The rows of a database. Those of paths that are not indexed any more are dropped. Paths that are new where there are studies get the rows of
    /// these, if they can be made of what is stored; if not, the catalog is told, so that no search relies on them.
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

        foreach (var path in wanted.Except(Known().Select(known => known.Path)))
            AddPath(path);
        foreach (var (id, path) in Known())
            _paths[path] = id;
        AttributeRebuild.Run(writer, catalog, this);
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
            Remove(value, owner);
        foreach (var value in young.Except(old))
            Add(value, owner);
        if (level == IndexLevel.Study)
            Move(owner, stored, latest);
    }

    /// <summary>Adds a row of what the archive knows itself of a study that is there.</summary>
    public void AddToStudy(string path, string value, long study) => Add(new(path, value, RankOf(study)), study);

    /// <summary>Takes a row of what the archive knows itself of a study away, while the study is still there.</summary>
    public void RemoveFromStudy(string path, string value, long study) => Remove(new(path, value, RankOf(study)), study);

    /// <summary>Adds a row; one that is there stays.</summary>
    internal void Add(in IndexedValue value, long owner) =>
        Run("INSERT INTO attribute(path, value, rank, owner) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING", value, owner);

    /// <summary>Adds a name of a study's patient; one that is there stays.</summary>
    internal void AddName(long rank, long study, string name) =>
        _writer.Prepare("INSERT INTO study_name(rank, owner, name) VALUES(?, ?, ?) ON CONFLICT DO NOTHING").Bind(1, rank).Bind(2, study).Bind(3, name).Run();

    private void Remove(in IndexedValue value, long owner) =>
        Run("DELETE FROM attribute WHERE path = ? AND value = ? AND rank = ? AND owner = ?", value, owner);

    // What is not a function of the attributes alone keeps its place beside them.
    private void Move(long study, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> latest)
    {
        long? before = stored.IsEmpty ? null : AttributeCatalog.RankOf(stored);
        long? now = latest.IsEmpty ? null : AttributeCatalog.RankOf(latest);
        if (before is { } left)
            _writer.Prepare("DELETE FROM study_name WHERE rank = ? AND owner = ?").Bind(1, left).Bind(2, study).Run();
        if (now is { } there)
        {
            foreach (var name in AttributeCatalog.NamesOf(latest))
                AddName(there, study, name);
        }

        if (before == now)
            return;
        Count(before, -1);
        Count(now, 1);
        if (before is { } from && now is { } to)
        {
            foreach (var path in new[] { AttributeCatalog.ModalitiesInStudy, AttributeCatalog.SopClassesInStudy })
            {
                foreach (var value in KnownOf(study, path))
                {
                    Remove(new(path, value, from), study);
                    Add(new(path, value, to), study);
                }
            }
        }
    }

    private void Count(long? rank, int studies)
    {
        if (rank is { } counted)
        {
            _writer.Prepare("INSERT INTO study_span(span, studies) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET studies = studies + ?2")
                .Bind(1, counted / StudyRank.Span).Bind(2, studies).Run();
        }
    }

    private string[] KnownOf(long study, string path)
    {
        using var rows = _writer.Prepare("SELECT modalities, classes FROM study WHERE id = ?").Bind(1, study).Query();
        return rows.Step() ? [.. DistinctText.Split(rows.Text(path == AttributeCatalog.ModalitiesInStudy ? 0 : 1))] : [];
    }

    private long RankOf(long study)
    {
        using var rows = _writer.Prepare("SELECT json FROM study WHERE id = ?").Bind(1, study).Query();
        return rows.Step() ? AttributeCatalog.RankOf(rows.Blob(0)) : StudyRank.None;
    }

    private void AddPath(string path)
    {
        var hasStudies = _writer.Scalar(Sql.Raw("SELECT EXISTS (SELECT 1 FROM study)")) == 1;
        var isMade = hasStudies && _catalog.IsAlwaysStored(path);
        if (isMade)
            _writer.Execute("INSERT INTO setting(name, value) VALUES('reindex', '0') ON CONFLICT DO UPDATE SET value = '0'");
        _writer.Prepare("INSERT INTO path(path, complete) VALUES(?, ?)").Bind(1, path).Bind(2, isMade || !hasStudies ? 1 : 0).Run();
    }

    private List<(long Id, string Path)> Known()
    {
        var known = new List<(long Id, string Path)>();
        using var rows = _writer.Prepare("SELECT id, path FROM path").Query();
        while (rows.Step())
            known.Add((rows.Int64(0), rows.Text(1)));
        return known;
    }

    private void Run(string sql, in IndexedValue value, long owner) =>
        _writer.Prepare(sql).Bind(1, _paths[value.Path]).Bind(2, value.Value).Bind(3, value.Rank).Bind(4, owner).Run();
}
