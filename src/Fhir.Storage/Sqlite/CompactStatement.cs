// Ids and compact texts in statements: bound in their shortest equal form, and read in whichever they were stored.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>What the store binds and reads beyond SQLite's own types.</summary>
internal static class CompactStatement
{
    /// <summary>Binds a text in its shortest equal form.</summary>
    public static Statement BindCompact(this Statement statement, int index, string value)
    {
        Span<byte> uuid = stackalloc byte[16];
        if (CompactText.TryInteger(value, out var number))
            return statement.Bind(index, number);
        return CompactText.TryUuid(value, uuid) ? statement.Bind(index, uuid) : statement.Bind(index, value);
    }

    /// <summary>Binds a logical id: a canonical UUID as 16 bytes, any other as text.</summary>
    public static Statement BindId(this Statement statement, int index, string id)
    {
        Span<byte> uuid = stackalloc byte[16];
        return CompactText.TryUuid(id, uuid) ? statement.Bind(index, uuid) : statement.Bind(index, id);
    }

    /// <summary>A logical id in whichever form it was stored.</summary>
    public static string Id(this Statement.Rows rows, int column) =>
        rows.IsBlob(column) ? CompactText.UuidText(rows.Blob(column)) : rows.Text(column);

    /// <summary>A compact text in whichever form it was stored.</summary>
    public static string Compact(this Statement.Rows rows, int column) => rows.Id(column);
}
