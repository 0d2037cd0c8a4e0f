// Compares index, segments and change feed with each other.

using System.Buffers;
using System.Security.Cryptography;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>One comparison, of one state of the index.</summary>
internal sealed class ArchiveVerification(Connection connection, AttributeCatalog catalog, string folder, CancellationToken cancel)
{
    private const int Told = 100;

    // Rows that contradict another row, each with the sentence that tells so.
    private static readonly (string Sql, string Sentence)[] Contradictions =
    [
        ("SELECT uid FROM study s WHERE instances <> (SELECT count(*) FROM instance WHERE study = s.id)", "Study {0} counts other instances than it has."),
        ("SELECT uid FROM study s WHERE series <> (SELECT count(*) FROM series WHERE study = s.id)", "Study {0} counts other series than it has."),
        ("SELECT uid FROM series r WHERE instances <> (SELECT count(*) FROM instance WHERE series = r.id)", "Series {0} counts other instances than it has."),
        ("SELECT uid FROM study WHERE instances = 0", "Study {0} is empty."),
        ("SELECT uid FROM series WHERE instances = 0", "Series {0} is empty."),
        ("SELECT uid FROM series r WHERE NOT EXISTS(SELECT 1 FROM study WHERE id = r.study)", "Series {0} is of no study."),
        ("SELECT i.uid FROM instance i LEFT JOIN series r ON r.id = i.series WHERE r.study IS NOT i.study", "Instance {0} is of no series of its study."),
        ("SELECT uid FROM instance i WHERE NOT EXISTS(SELECT 1 FROM instance_data WHERE instance = i.id)", "Instance {0} has no metadata."),
        ("SELECT uid FROM instance i WHERE NOT EXISTS(SELECT 1 FROM segment WHERE id = i.segment)", "Instance {0} is in a segment that is not known."),
        (
            "SELECT d.instance FROM instance_data d WHERE NOT EXISTS(SELECT 1 FROM instance WHERE id = d.instance) AND NOT EXISTS(SELECT 1 FROM former WHERE id = d.instance AND freed = 0)",
            "There is metadata of no instance (row {0})."),
        (
            "SELECT s.uid FROM study s WHERE s.modalities <> coalesce((SELECT group_concat(modality, '\\') FROM (SELECT DISTINCT modality FROM series WHERE study = s.id AND modality <> '' ORDER BY modality)), '')",
            "Study {0} names other modalities than its series have."),
        (
            "SELECT s.uid FROM study s WHERE s.classes <> coalesce((SELECT group_concat(sop_class, '\\') FROM (SELECT DISTINCT sop_class FROM instance WHERE study = s.id ORDER BY sop_class)), '')",
            "Study {0} names other SOP classes than its instances have."),
        (
            """
            SELECT i.uid FROM instance i JOIN series r ON r.id = i.series JOIN study s ON s.id = i.study LEFT JOIN change c ON c.seq = i.id
            WHERE c.seq IS NULL OR c.owner <> s.id OR c.study <> s.uid OR c.series <> r.uid OR c.instance <> i.uid OR c.version <> i.version OR c.action = 2
            """,
            "Instance {0} is not what its change says."),
        (
            "SELECT f.instance FROM former f LEFT JOIN change c ON c.seq = f.id WHERE c.seq IS NULL OR c.instance <> f.instance OR c.version <> f.version OR c.action = 2",
            "A former version of instance {0} is not what its change says."),
        (
            "SELECT instance FROM change c WHERE action < 2 AND NOT EXISTS(SELECT 1 FROM instance WHERE id = c.seq) AND NOT EXISTS(SELECT 1 FROM former WHERE id = c.seq)",
            "A change tells that instance {0} was stored, of which nothing is known."),
        (
            "SELECT c.instance FROM change c WHERE c.action = 2 AND NOT EXISTS(SELECT 1 FROM former f WHERE f.instance = c.instance AND f.version = c.version AND f.owner = c.owner AND f.action = 2)",
            "A change tells that instance {0} was deleted, and nothing else does."),
        ("SELECT seq FROM change WHERE seq > 1 AND NOT EXISTS(SELECT 1 FROM change p WHERE p.seq = change.seq - 1)", "The change before {0} is missing."),
        ("SELECT name FROM follower WHERE seq > (SELECT coalesce(max(seq), 0) FROM change)", "Follower {0} is beyond the last change."),
    ];

    private readonly List<string> _wrong = [];

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Run()
    {
        connection.Limit(TimeSpan.FromDays(7), cancel);
        connection.Execute("BEGIN");
        CheckFile();
        if (_wrong.Count > 0)
            return _wrong;
        foreach (var (sql, sentence) in Contradictions)
        {
            using var rows = connection.Prepare(sql).Query();
            while (rows.Step() && _wrong.Count < Told)
                _wrong.Add(sentence.Replace("{0}", rows.Text(0), StringComparison.Ordinal));
        }

        CheckAttributes();
        CheckContents();
        connection.Execute("COMMIT");
        connection.Unlimit();
        return _wrong;
    }

    private void CheckFile()
    {
        using var rows = connection.Prepare("PRAGMA integrity_check(10)").Query();
        while (rows.Step())
        {
            if (rows.Text(0) != "ok")
                Tell($"The index is damaged: {rows.Text(0)}.");
        }
    }

    private void CheckAttributes()
    {
        var expected = 0L;
        foreach (var (level, table) in new[] { (IndexLevel.Study, "study"), (IndexLevel.Series, "series"), (IndexLevel.Instance, "instance") })
        {
            using var rows = connection.Prepare($"SELECT id, uid, json, {(level == IndexLevel.Study ? "modalities, classes" : "'', ''")} FROM {table}").Query();
            while (rows.Step() && _wrong.Count < Told)
            {
                var values = catalog.HasRows(level) ? catalog.ValuesOf(level, rows.Blob(2)) : [];
                var rank = level == IndexLevel.Study ? AttributeCatalog.RankOf(rows.Blob(2)) : StudyRank.None;
                values =
                [
                    .. values,
                    .. DistinctText.Split(rows.Text(3)).Select(modality => new IndexedValue(AttributeCatalog.ModalitiesInStudy, modality, rank)),
                    .. DistinctText.Split(rows.Text(4)).Select(sopClass => new IndexedValue(AttributeCatalog.SopClassesInStudy, sopClass, rank)),
                ];
                expected += values.Count;
                foreach (var value in values)
                {
                    if (connection.Scalar(Sql.Of($"SELECT 1 FROM attribute a JOIN path p ON p.id = a.path WHERE p.path = {value.Path} AND a.value = {value.Value} AND a.rank = {value.Rank} AND a.owner = {rows.Int64(0)}")) is null)
                        Tell($"The {table} {rows.Text(1)} is not found by its attribute {value.Path}.");
                }
            }
        }

        var there = connection.Scalar(Sql.Raw("SELECT count(*) FROM attribute")) ?? 0;
        if (there != expected && _wrong.Count == 0)
            Tell($"There are {there:N0} rows of attributes, where {expected:N0} belong to something.");
        CheckOrder();
    }

    private void CheckOrder()
    {
        var (names, spans) = (0L, new Dictionary<long, long>());
        using (var rows = connection.Prepare("SELECT id, uid, json FROM study").Query())
        {
            while (rows.Step() && _wrong.Count < Told)
            {
                var rank = AttributeCatalog.RankOf(rows.Blob(2));
                spans[rank / StudyRank.Span] = spans.GetValueOrDefault(rank / StudyRank.Span) + 1;
                foreach (var name in AttributeCatalog.NamesOf(rows.Blob(2)))
                {
                    names++;
                    if (connection.Scalar(Sql.Of($"SELECT 1 FROM study_name WHERE rank = {rank} AND owner = {rows.Int64(0)} AND name = {name}")) is null)
                        Tell($"The study {rows.Text(1)} is not listed by a name of its patient.");
                }
            }
        }

        if (_wrong.Count > 0)
            return;
        if (connection.Scalar(Sql.Raw("SELECT count(*) FROM study_name")) is var listed && listed != names)
            Tell($"There are {listed:N0} names of patients, where {names:N0} belong to a study.");
        using var counted = connection.Prepare("SELECT span, studies FROM study_span WHERE studies <> 0").Query();
        while (counted.Step())
        {
            if (!spans.Remove(counted.Int64(0), out var studies) || studies != counted.Int64(1))
                Tell("The numbers of studies by their dates are wrong.");
        }

        if (spans.Count > 0)
            Tell("The numbers of studies by their dates are not complete.");
    }

    private void CheckContents()
    {
        (long Segment, long End) last = default;
        using var rows = connection.Prepare(
            """
            SELECT i.segment, i.offset, i.length, i.sha256, i.uid, d.frames FROM instance i JOIN instance_data d ON d.instance = i.id
            UNION ALL SELECT f.segment, f.offset, f.length, f.sha256, f.instance, d.frames FROM former f JOIN instance_data d ON d.instance = f.id WHERE f.freed = 0
            ORDER BY 1, 2
            """).Query();
        while (rows.Step() && _wrong.Count < Told)
        {
            var place = new BlobPlace(rows.Int64(0), rows.Int64(1), rows.Int64(2));
            var uid = rows.Text(4);
            if (place.Segment == last.Segment && place.Offset < last.End)
                Tell($"The bytes of instance {uid} are another one's too.");
            last = (place.Segment, place.Offset + place.Length);
            if (!IsContent(place, rows.Blob(3)))
                Tell($"The bytes of instance {uid} are not those that were stored.");
            if (!IsWithin(rows.Blob(5), place.Length))
                Tell($"The frames of instance {uid} are not within its bytes.");
        }
    }

    private bool IsContent(BlobPlace place, ReadOnlySpan<byte> sha256)
    {
        var path = Segments.PathOf(folder, place.Segment);
        if (!File.Exists(path))
            return false;
        using var file = DiskFile.Open(path, FileMode.Open, FileAccess.Read);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        try
        {
            for (var done = 0L; done < place.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, place.Length - done)), place.Offset + done);
                if (count == 0)
                    return false;
                hash.AppendData(buffer, 0, count);
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return sha256.SequenceEqual(hash.GetHashAndReset());
    }

    private static bool IsWithin(ReadOnlySpan<byte> frames, long length)
    {
        var table = FrameTable.Read(frames);
        for (var frame = 0; frame < table.Count; frame++)
        {
            foreach (var stretch in table[frame])
            {
                if (stretch.Offset < 0 || stretch.Length < 0 || stretch.Offset + stretch.Length > length)
                    return false;
            }
        }

        return true;
    }

    private void Tell(string sentence)
    {
        if (_wrong.Count < Told)
            _wrong.Add(sentence);
    }
}
