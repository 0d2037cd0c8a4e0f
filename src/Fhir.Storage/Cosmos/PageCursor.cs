// Where a page starts: a place in the list of matches that a search has as of a position of the log. Any server can make that list again.

using System.Buffers.Text;
using System.Security.Cryptography;

namespace FhirHub.Storage.Cosmos;

/// <summary>A page of one search after the first.</summary>
/// <param name="Query">Hash of the search, as the scope narrowed it; a cursor of another one is refused.</param>
/// <param name="Position">The position of the log that the first page saw.</param>
/// <param name="Epoch">The set of index entries that the first page saw.</param>
/// <param name="Began">When the first page was read, in seconds since 1970.</param>
/// <param name="Issued">When the cursor was given, in seconds since 1970.</param>
/// <param name="Offset">Matches before the page.</param>
/// <param name="Total">The total as the first page counted it; null if it did not.</param>
internal sealed record PageCursor(ulong Query, long Position, int Epoch, long Began, long Issued, long Offset, long? Total)
{
    private const byte Format = 1;
    private const int CheckLength = 6;

    /// <summary>The opaque text.</summary>
    public string Write()
    {
        using var buffer = new MemoryStream(80);
        using (var writer = new BinaryWriter(buffer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Format);
            writer.Write(Query);
            writer.Write7BitEncodedInt64(Position);
            writer.Write7BitEncodedInt(Epoch);
            writer.Write7BitEncodedInt64(Began);
            writer.Write7BitEncodedInt64(Issued);
            writer.Write7BitEncodedInt64(Offset);
            writer.Write7BitEncodedInt64(Total is { } total ? total + 1 : 0);
        }

        buffer.Write(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)).AsSpan(0, CheckLength));
        return Base64Url.EncodeToString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="InvalidCursorException">The text is no cursor.</exception>
    public static PageCursor Read(string text)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(text).AsMemory();
            if (bytes.Length > CheckLength && SHA256.HashData(bytes.Span[..^CheckLength]).AsSpan(0, CheckLength).SequenceEqual(bytes.Span[^CheckLength..]))
            {
                using var reader = new BinaryReader(new MemoryStream(bytes.ToArray(), 0, bytes.Length - CheckLength));
                if (reader.ReadByte() == Format)
                {
                    var cursor = new PageCursor(
                        reader.ReadUInt64(),
                        reader.Read7BitEncodedInt64(),
                        reader.Read7BitEncodedInt(),
                        reader.Read7BitEncodedInt64(),
                        reader.Read7BitEncodedInt64(),
                        reader.Read7BitEncodedInt64(),
                        reader.Read7BitEncodedInt64() is > 0 and var total ? total - 1 : null);
                    if (cursor is { Position: >= 0, Offset: >= 0 })
                        return cursor;
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or IOException)
        {
            // Fall through: whatever is wrong with it, the answer is the same.
        }

        throw Invalid();
    }

    /// <summary>The answer to a cursor of another search.</summary>
    public static InvalidCursorException Invalid() => new("The page link is not one that this server gave for this search; start again from the first page.");
}
