// What the writer does in its transactions: the state that is shared by stores, deletes and the rest.

using System.Buffers.Binary;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>The index while it is written; used by the writer's thread only.</summary>
internal sealed partial class ArchiveSession
{
    private readonly Connection _connection;
    private readonly AttributeCatalog _catalog;
    private readonly TimeProvider _clock;
    private readonly HashSet<long> _segments = [];
    private readonly AttributeRows _attributes;

    public ArchiveSession(Connection connection, AttributeCatalog catalog, TimeProvider clock)
    {
        _connection = connection;
        _catalog = catalog;
        _clock = clock;
        _attributes = new AttributeRows(connection, catalog);
        Abandon();
    }

    /// <summary>The number of the last change.</summary>
    public long LastChange { get; private set; }

    /// <summary>Reads anew what a transaction that was taken back has changed.</summary>
    public void Abandon()
    {
        LastChange = _connection.Scalar(Sql.Raw("SELECT max(seq) FROM change")) ?? 0;
        _segments.Clear();
        using var rows = _connection.Prepare("SELECT id FROM segment").Query();
        while (rows.Step())
            _segments.Add(rows.Int64(0));
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    // A row of the change feed; the number of a change is also the id of what it makes.
    private long Change(long time, ImageChangeAction action, long owner, in ImagePath path, long version)
    {
        var seq = LastChange + 1;
        _connection.Prepare("INSERT INTO change(seq, time, action, owner, study, series, instance, version) VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, seq).Bind(2, time).Bind(3, (long)action).Bind(4, owner == 0 ? seq : owner)
            .Bind(5, path.Study).Bind(6, path.Series!).Bind(7, path.Instance!).Bind(8, version).Run();
        LastChange = seq;
        return seq;
    }

    // Another one whenever something of a study or series was stored or deleted.
    private static ReadOnlySpan<byte> Digest(long change, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, change);
        return bytes;
    }
}
