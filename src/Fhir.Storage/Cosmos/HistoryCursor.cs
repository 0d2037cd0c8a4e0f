// Where a page of a history starts. Versions are only ever added at the other end, so the place before it is all it takes.

using System.Buffers.Binary;
using System.Buffers.Text;

namespace FhirHub.Storage.Cosmos;

/// <summary>The place of a version in the order of commits.</summary>
/// <param name="Position">The position of its commit.</param>
/// <param name="Index">Its place in the commit.</param>
internal readonly record struct CommitPlace(long Position, long Index)
{
    /// <summary>The place after all others.</summary>
    public static CommitPlace End { get; } = new(Layout.Open, 0);

    /// <summary>True if it comes before another.</summary>
    public bool IsBefore(CommitPlace other) => Position < other.Position || (Position == other.Position && Index < other.Index);
}

/// <summary>A place in a history.</summary>
/// <param name="Query">Hash of the query; a cursor of another one is refused.</param>
/// <param name="Before">The place before which the page begins.</param>
internal sealed record HistoryCursor(ulong Query, CommitPlace Before)
{
    private const int Size = 24;

    /// <summary>The opaque text.</summary>
    public string Write()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Query);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Before.Position);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Before.Index);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor for a query.</summary>
    /// <exception cref="InvalidCursorException">The text is no cursor of this query.</exception>
    public static HistoryCursor Read(string text, ulong query)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (Base64Url.IsValid(text, out var length) && length == Size)
        {
            Base64Url.DecodeFromChars(text, bytes);
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) == query)
                return new HistoryCursor(query, new CommitPlace(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..])));
        }

        throw new InvalidCursorException("The page link is not one that this server gave for this history; start again from the first page.");
    }
}
