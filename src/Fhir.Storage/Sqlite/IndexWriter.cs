// Puts rows into the index tables and takes them out.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Inserts and deletes on the writer's connection.</summary>
internal sealed class IndexWriter(Connection connection)
{
    private readonly Statement[] _insert =
    [
        connection.Prepare("INSERT OR IGNORE INTO token(key, parameter, code, system, display) VALUES(?, ?, ?, ?, ?)"),
        connection.Prepare("INSERT OR IGNORE INTO reference(key, parameter, target, version) VALUES(?, ?, ?, ?)"),
        connection.Prepare("INSERT OR IGNORE INTO date(key, parameter, class, low, span) VALUES(?, ?, ?, ?, ?)"),
        connection.Prepare("INSERT OR IGNORE INTO number(key, parameter, unit, wide, low, high) VALUES(?, ?, ?, ?, ?, ?)"),
        connection.Prepare("INSERT OR IGNORE INTO string(key, parameter, folded, exact) VALUES(?, ?, ?, ?)"),
        connection.Prepare("INSERT OR IGNORE INTO link(key, parameter, uri, version) VALUES(?, ?, ?, ?)"),
        connection.Prepare("INSERT OR IGNORE INTO position(key, parameter, latitude, longitude) VALUES(?, ?, ?, ?)"),
    ];

    private readonly Statement[] _delete =
    [
        connection.Prepare("DELETE FROM token WHERE key=? AND parameter=? AND code=? AND system=? AND display=?"),
        connection.Prepare("DELETE FROM reference NOT INDEXED WHERE key=? AND parameter=? AND target=? AND version=?"),
        connection.Prepare("DELETE FROM date NOT INDEXED WHERE key=? AND parameter=? AND class=? AND low=? AND span=?"),
        connection.Prepare("DELETE FROM number NOT INDEXED WHERE key=? AND parameter=? AND unit=? AND wide=? AND low=? AND high=?"),
        connection.Prepare("DELETE FROM string NOT INDEXED WHERE key=? AND parameter=? AND folded=? AND exact=?"),
        connection.Prepare("DELETE FROM link WHERE key=? AND parameter=? AND uri=? AND version=?"),
        connection.Prepare("DELETE FROM position WHERE key=? AND parameter=? AND latitude=? AND longitude=?"),
    ];

    /// <summary>Adds a row; one that is there already stays.</summary>
    public void Insert(long key, in IndexRow row) => Bind(_insert[(int)row.Table], key, row).Run();

    /// <summary>Takes a row out.</summary>
    public void Delete(long key, in IndexRow row) => Bind(_delete[(int)row.Table], key, row).Run();

    /// <summary>Binds a row: the key first, then the parameter, then the table's own columns.</summary>
    internal static Statement Bind(Statement statement, long key, in IndexRow row)
    {
        statement.Bind(1, key).Bind(2, row.Parameter);
        return row.Table switch
        {
            IndexTable.Token => statement.BindCompact(3, row.Text).Bind(4, row.A).Bind(5, row.B),
            IndexTable.Reference => statement.Bind(3, row.A).Bind(4, row.Text),
            IndexTable.Date => statement.Bind(3, row.A).Bind(4, row.B).Bind(5, row.C),
            IndexTable.Number => statement.Bind(3, row.A).Bind(4, row.B).Bind(5, SortableDecimal.Encode(row.Low))
                .Bind(6, row.B == 0 ? [] : SortableDecimal.Encode(row.High)),
            IndexTable.String => statement.Bind(3, row.Text).Bind(4, row.Exact),
            IndexTable.Link => statement.Bind(3, row.A).Bind(4, row.Text),
            _ => statement.Bind(3, row.Latitude).Bind(4, row.Longitude),
        };
    }
}

/// <summary>Looks rows up, on any connection.</summary>
internal sealed class IndexLookup(Connection connection)
{
    private readonly Statement[] _select =
    [
        connection.Prepare("SELECT 1 FROM token WHERE key=? AND parameter=? AND code=? AND system=? AND display=?"),
        connection.Prepare("SELECT 1 FROM reference WHERE key=? AND parameter=? AND target=? AND version=?"),
        connection.Prepare("SELECT 1 FROM date WHERE key=? AND parameter=? AND class=? AND low=? AND span=?"),
        connection.Prepare("SELECT 1 FROM number WHERE key=? AND parameter=? AND unit=? AND wide=? AND low=? AND high=?"),
        connection.Prepare("SELECT 1 FROM string WHERE key=? AND parameter=? AND folded=? AND exact=?"),
        connection.Prepare("SELECT 1 FROM link WHERE key=? AND parameter=? AND uri=? AND version=?"),
        connection.Prepare("SELECT 1 FROM position WHERE key=? AND parameter=? AND latitude=? AND longitude=?"),
    ];

    /// <summary>True if the row is there.</summary>
    public bool Contains(long key, in IndexRow row)
    {
        using var rows = IndexWriter.Bind(_select[(int)row.Table], key, row).Query();
        return rows.Step();
    }
}
