// The one rule of logical ids.

using System.Buffers;

namespace FhirHub.Model;

/// <summary>Logical ids of resources: 1 to 64 of <c>A-Z a-z 0-9 - .</c> (R4 datatypes.html#id).</summary>
public static class ResourceId
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    private static readonly SearchValues<byte> Bytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."u8);

    /// <summary>True if the text is a logical id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => text.Length is > 0 and <= MaxLength && !text.ContainsAnyExcept(Characters);

    /// <summary>True if the UTF-8 text is a logical id.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text) => text.Length is > 0 and <= MaxLength && !text.ContainsAnyExcept(Bytes);
}
