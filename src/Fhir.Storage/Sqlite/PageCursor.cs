// Where a page starts: a place in the list of matches that a search had when its first page was read. With it the list can be made
// again at any time, so nothing has to be kept for a client that takes the first page only.

using System.Buffers.Text;

namespace FhirHub.Storage.Sqlite;

/// <summary>A page of one search after the first.</summary>
/// <param name="Query">Hash of the query and of the state of the store; a cursor of another one is refused.</param>
/// <param name="Seq">The last commit that the first page saw.</param>
/// <param name="Offset">Matches before the page.</param>
/// <param name="Issued">When the cursor was given, in seconds since 1970.</param>
/// <param name="Total">The total as the first page counted it; null if it did not.</param>
/// <param name="Shown">
/// The keys of a first page whose matches came in the order of an index, which can't be made again; empty where they came in the
/// order of the list.
/// </param>
internal sealed record PageCursor(ulong Query, long Seq, long Offset, long Issued, long? Total, IReadOnlyList<long> Shown)
{
    private const byte Format = 3;

    /// <summary>What names the list that the cursor leads into.</summary>
    public ulong List
    {
        get
        {
            // FNV-1a, seeded with the query.
            var hash = Query;
            foreach (var key in Shown)
                hash = (hash ^ (ulong)key) * 1_099_511_628_211;
            return hash;
        }
    }

    /// <summary>Keys that a cursor may hold: links are to stay short.</summary>
    public const int MaxShown = 50;

    /// <summary>The opaque text.</summary>
    public string Write()
    {
        using var buffer = new MemoryStream(40);
        using var writer = new BinaryWriter(buffer);
        writer.Write(Format);
        writer.Write(Query);
        writer.Write7BitEncodedInt64(Seq);
        writer.Write7BitEncodedInt64(Offset);
        writer.Write7BitEncodedInt64(Issued);
        writer.Write7BitEncodedInt64(Total is { } total ? total + 1 : 0);
        writer.Write(PageLists.Encode(Shown, 0, Shown.Count));
        return Base64Url.EncodeToString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="InvalidCursorException">The text is no cursor.</exception>
    public static PageCursor Read(string text)
    {
        try
        {
            using var buffer = new MemoryStream(Base64Url.DecodeFromChars(text));
            using var reader = new BinaryReader(buffer);
            if (reader.ReadByte() == Format)
            {
                var cursor = new PageCursor(
                    reader.ReadUInt64(),
                    reader.Read7BitEncodedInt64(),
                    reader.Read7BitEncodedInt64(),
                    reader.Read7BitEncodedInt64(),
                    reader.Read7BitEncodedInt64() is > 0 and var total ? total - 1 : null,
                    []);
                var shown = new List<long>();
                PageLists.Decode(reader.ReadBytes((int)(buffer.Length - buffer.Position)), 0, 0, MaxShown, shown);
                if (cursor is { Seq: > 0, Offset: >= 0 })
                    return cursor with { Shown = shown };
            }
        }
        catch (Exception exception) when (exception is FormatException or IOException or IndexOutOfRangeException)
        {
            // Fall through: whatever is wrong with it, the answer is the same.
        }

        throw new InvalidCursorException("The page link is not one that this server gave for this search; start again from the first page.");
    }
}
