// Where a page starts: the sort values and key of the match before it, so that no row is skipped or repeated when others come
// and go.

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Storage.Sqlite;

/// <summary>A position in the answer of one query.</summary>
/// <param name="Query">Hash of the query; a cursor of another one is refused.</param>
/// <param name="Backward">True for the page that ends before the position.</param>
/// <param name="Values">Values of the sort keys, null for none, and the key last.</param>
internal sealed record PageCursor(ulong Query, bool Backward, IReadOnlyList<object?> Values)
{
    private const byte Format = 1;

    /// <summary>The hash of what identifies a query.</summary>
    public static ulong Hash(Sql query)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(query.Text);
            foreach (var argument in query.Arguments)
                writer.Write(argument is byte[] bytes ? Convert.ToHexString(bytes) : argument.ToString()!);
        }

        return BitConverter.ToUInt64(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    /// <summary>The opaque text.</summary>
    public string Write()
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Format);
            writer.Write(Query);
            writer.Write(Backward);
            writer.Write((byte)Values.Count);
            foreach (var value in Values)
                WriteValue(writer, value);
        }

        return Base64Url.EncodeToString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads a cursor for a query with a number of values.</summary>
    /// <exception cref="InvalidCursorException">The text is no cursor of this query.</exception>
    public static PageCursor Read(string text, ulong query, int values)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(text)), Encoding.UTF8);
            if (reader.ReadByte() == Format && reader.ReadUInt64() == query)
            {
                var backward = reader.ReadBoolean();
                if (reader.ReadByte() == values)
                {
                    var read = new object?[values];
                    for (var i = 0; i < values; i++)
                        read[i] = ReadValue(reader);
                    if (read[^1] is long)
                        return new PageCursor(query, backward, read);
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or IOException or ArgumentException)
        {
            // Fall through: whatever is wrong with it, the answer is the same.
        }

        throw new InvalidCursorException("The page link is not one that this server gave for this search; start again from the first page.");
    }

    private static void WriteValue(BinaryWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Write((byte)0);
                break;
            case long number:
                writer.Write((byte)1);
                writer.Write7BitEncodedInt64(number);
                break;
            case double real:
                writer.Write((byte)2);
                writer.Write(real);
                break;
            case string text:
                writer.Write((byte)3);
                writer.Write(text);
                break;
            default:
                writer.Write((byte)4);
                var bytes = (byte[])value;
                writer.Write7BitEncodedInt(bytes.Length);
                writer.Write(bytes);
                break;
        }
    }

    private static object? ReadValue(BinaryReader reader) => reader.ReadByte() switch
    {
        0 => null,
        1 => reader.Read7BitEncodedInt64(),
        2 => reader.ReadDouble(),
        3 => reader.ReadString(),
        4 => reader.ReadBytes(reader.Read7BitEncodedInt()),
        _ => throw new FormatException("Not a value."),
    };
}
