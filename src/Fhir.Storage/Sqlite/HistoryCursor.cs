// Where a page of a history starts. Versions are only ever added at the other end, so the place before it is all it takes.

using System.Buffers.Text;

namespace FhirHub.Storage.Sqlite;

/// <summary>A position in a history.</summary>
/// <param name="Query">Hash of the query; a cursor of another one is refused.</param>
/// <param name="Before">The place, in the order of commits, before which the page begins.</param>
internal sealed record HistoryCursor(ulong Query, long Before)
{
    private const int Size = 16;

    /// <summary>The opaque text.</summary>
    public string Write()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BitConverter.TryWriteBytes(bytes, Query);
        BitConverter.TryWriteBytes(bytes[8..], Before);
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
            if (BitConverter.ToUInt64(bytes) == query)
                return new HistoryCursor(query, BitConverter.ToInt64(bytes[8..]));
        }

        throw new InvalidCursorException("The page link is not one that this server gave for this history; start again from the first page.");
    }
}
