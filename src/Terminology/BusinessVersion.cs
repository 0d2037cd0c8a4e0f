// Which of two versions of a code system or value set is the later one.

namespace FhirHub.Terminology;

/// <summary>
/// Order of business versions (R4 resource.html#versions says no more than that they are texts): runs of digits compare as numbers,
/// so that 10.0 is later than 9.1 and 2024-11 later than 2024-02; a release is later than its own pre-releases (4.0.1-ballot).
/// </summary>
public sealed class BusinessVersion : IComparer<string?>
{
    /// <summary>The order.</summary>
    public static BusinessVersion Order { get; } = new();

    private BusinessVersion()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var order = Compare(Part(ref left), Part(ref right));
            if (order != 0)
                return order;
        }

        return (left.IsEmpty, right.IsEmpty) switch
        {
            (true, true) => string.CompareOrdinal(x, y),
            (true, false) => IsPreRelease(right) ? 1 : -1,
            _ => IsPreRelease(left) ? -1 : 1,
        };
    }

    private static bool IsPreRelease(ReadOnlySpan<char> rest) => rest.Length > 1 && rest[0] == '-' && char.IsAsciiLetter(rest[1]);

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (!char.IsAsciiDigit(left[0]) || !char.IsAsciiDigit(right[0]))
            return left.CompareTo(right, StringComparison.Ordinal);
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length - right.Length : left.CompareTo(right, StringComparison.Ordinal);
    }

    // A run of digits, or of anything else.
    private static ReadOnlySpan<char> Part(ref ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < text.Length && char.IsAsciiDigit(text[length]) == char.IsAsciiDigit(text[0]))
            length++;
        var part = text[..length];
        text = text[length..];
        return part;
    }
}
