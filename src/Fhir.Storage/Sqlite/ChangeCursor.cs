// A place in the order of commits, with what stands there, so that a cursor of another file is told from one of this.

using System.Buffers.Text;

namespace FhirHub.Storage.Sqlite;

/// <summary>The cursor of a page of changes: the last version before it by place, key and time.</summary>
internal static class ChangeCursor
{
    private const int Size = 24;

    /// <summary>The opaque text for a place; 0 is before the first commit.</summary>
    public static string Write(long seq, Connection connection)
    {
        var (key, updated) = At(seq, connection) ?? (0, 0);
        Span<byte> bytes = stackalloc byte[Size];
        BitConverter.TryWriteBytes(bytes, seq);
        BitConverter.TryWriteBytes(bytes[8..], key);
        BitConverter.TryWriteBytes(bytes[16..], updated);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The place of a cursor.</summary>
    /// <exception cref="InvalidCursorException">The text is no cursor of this file.</exception>
    public static long Read(string text, Connection connection)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (Base64Url.IsValid(text, out var length) && length == Size)
        {
            Base64Url.DecodeFromChars(text, bytes);
            var seq = BitConverter.ToInt64(bytes);
            if (seq == 0 || At(seq, connection) == (BitConverter.ToInt64(bytes[8..]), BitConverter.ToInt64(bytes[16..])))
                return seq;
        }

        throw new InvalidCursorException("The place to go on from is not one of this store as it is now: it is of another store, or this one went back to an older backup. Begin anew.");
    }

    private static (long Key, long Updated)? At(long seq, Connection connection)
    {
        using var rows = connection.Prepare("SELECT key, updated FROM version WHERE seq=?").Bind(1, seq).Query();
        return rows.Step() ? (rows.Int64(0), rows.Int64(1)) : null;
    }
}
