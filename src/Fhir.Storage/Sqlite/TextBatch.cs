// Brings the full-text index forward along the versions of the store, a transaction at a time.

using System.Text;
using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Reads versions in the order of their commits and writes the index rows of those that are current.</summary>
internal sealed class TextBatch(Connection text, Connection store, Func<ReadOnlyMemory<byte>, ResourceText> read)
{
    /// <summary>Changes that <c>recent</c> tells of; a reader's state of the store is younger than that when it begins to read the index.</summary>
    public const long ChangesKept = 20_000;

    // Stands between passages, so that no phrase reaches from one into the next. No query holds it: it is no letter.
    private const string Gap = " \u00B7 ";

    private readonly Dictionaries _dictionaries = new(store);
    private readonly StringBuilder _narrative = new();
    private readonly StringBuilder _content = new();

    /// <summary>The last version that the index has taken in.</summary>
    public long Position { get; private set; } = text.Scalar(Sql.Raw("SELECT seq FROM state")) ?? 0;

    /// <summary>Takes in the next versions; false if there is none.</summary>
    public bool Run(int versions)
    {
        store.Execute("BEGIN");
        try
        {
            return Take(versions);
        }
        finally
        {
            store.Execute("ROLLBACK");
        }
    }

    private bool Take(int versions)
    {
        var statement = store.Prepare(
            """
            SELECT v.seq, v.key, v.version, v.updated, v.method, v.body, r.seq, r.id
            FROM version v CROSS JOIN resource r ON r.key = v.key WHERE v.seq > ? ORDER BY v.seq LIMIT ?
            """);
        using var rows = statement.Bind(1, Position).Bind(2, versions).Query();
        if (!rows.Step())
            return false;

        var (seq, key, updated) = (0L, 0L, 0L);
        text.Execute("BEGIN IMMEDIATE");
        try
        {
            do
            {
                (seq, key, updated) = (rows.Int64(0), rows.Int64(1), rows.Int64(3));
                var current = rows.Int64(6);

                // A version that has been replaced is left out. What stays in the index is then of an older one, as the later change tells.
                Prepare("INSERT OR IGNORE INTO recent(seq, key) VALUES(?, ?)").Bind(1, Math.Max(seq, current)).Bind(2, key).Run();
                if (current == seq)
                    Index(rows, key);
            }
            while (rows.Step());

            Prepare("DELETE FROM recent WHERE seq <= ?").Bind(1, seq - ChangesKept).Run();
            Prepare("UPDATE state SET seq=?, key=?, updated=?").Bind(1, seq).Bind(2, key).Bind(3, updated).Run();
            text.Execute("COMMIT");
        }
        catch
        {
            if (text.IsInTransaction)
                text.Execute("ROLLBACK");
            throw;
        }

        Position = seq;
        return true;
    }

    private void Index(in Statement.Rows rows, long key)
    {
        var version = rows.Int64(2);
        if (version > 1)
            Prepare("DELETE FROM passage WHERE rowid=?").Bind(1, key).Run();
        if ((WriteMethod)rows.Int64(4) == WriteMethod.Delete)
            return;

        var resource = new StoredVersion(
            new ResourceKey(_dictionaries.TypeName(key >> Layout.TypeShift), rows.Id(7)),
            version,
            DateTimeOffset.FromUnixTimeMilliseconds(rows.Int64(3)),
            (WriteMethod)rows.Int64(4),
            BodyCodec.Decode(rows.Blob(5)));
        var found = read(resource.Body.ToArray(resource));
        Segment(found.Narrative, _narrative);
        Segment(found.Content, _content);
        Prepare("INSERT INTO passage(rowid, narrative, content) VALUES(?, ?, ?)")
            .Bind(1, key).Bind(2, _narrative.ToString()).Bind(3, _content.ToString()).Run();
    }

    private Statement Prepare(string sql) => text.Prepare(sql);

    /// <summary>The passages as the tokenizer of the index takes them.</summary>
    public static void Segment(IReadOnlyList<string> passages, StringBuilder tokens)
    {
        tokens.Clear();
        foreach (var passage in passages)
        {
            if (tokens.Length > 0)
                tokens.Append(Gap);
            TextSegmentation.Read(passage, token => tokens.Append(' ').Append(token));
        }
    }
}
