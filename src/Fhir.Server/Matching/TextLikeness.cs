// How alike two short texts are.

namespace FhirHub.Server.Matching;

/// <summary>Measures from 0 (nothing in common) to 1 (equal).</summary>
internal static class TextLikeness
{
    /// <summary>Jaro's measure with Winkler's bonus for a common start: good for misspelt names.</summary>
    public static double JaroWinkler(string left, string right)
    {
        if (left == right)
            return 1;
        if (left.Length == 0 || right.Length == 0)
            return 0;
        var window = Math.Max(0, (Math.Max(left.Length, right.Length) / 2) - 1);
        Span<bool> leftFound = stackalloc bool[Math.Min(left.Length, MaxLength)];
        Span<bool> rightFound = stackalloc bool[Math.Min(right.Length, MaxLength)];
        var common = 0;
        for (var i = 0; i < leftFound.Length; i++)
        {
            for (var j = Math.Max(0, i - window); j < Math.Min(rightFound.Length, i + window + 1); j++)
            {
                if (rightFound[j] || left[i] != right[j])
                    continue;
                leftFound[i] = rightFound[j] = true;
                common++;
                break;
            }
        }

        if (common == 0)
            return 0;
        var swapped = 0;
        for (int i = 0, j = 0; i < leftFound.Length; i++)
        {
            if (!leftFound[i])
                continue;
            while (!rightFound[j])
                j++;
            if (left[i] != right[j++])
                swapped++;
        }

        var jaro = (((double)common / leftFound.Length) + ((double)common / rightFound.Length) + ((common - (swapped / 2.0)) / common)) / 3;
        var prefix = 0;
        while (prefix < Math.Min(4, Math.Min(left.Length, right.Length)) && left[prefix] == right[prefix])
            prefix++;
        return jaro + (prefix * 0.1 * (1 - jaro));
    }

    /// <summary>Dice's measure of the pairs of neighbouring characters: good for addresses.</summary>
    public static double Dice(string left, string right)
    {
        if (left.Length < 2 || right.Length < 2)
            return left.Length > 0 && left == right ? 1 : 0;
        var pairs = new Dictionary<(char, char), int>();
        for (var i = 0; i + 1 < left.Length; i++)
        {
            var pair = (left[i], left[i + 1]);
            pairs[pair] = pairs.GetValueOrDefault(pair) + 1;
        }

        var common = 0;
        for (var i = 0; i + 1 < right.Length; i++)
        {
            var pair = (right[i], right[i + 1]);
            if (pairs.GetValueOrDefault(pair) is var left1 and > 0)
            {
                pairs[pair] = left1 - 1;
                common++;
            }
        }

        return 2.0 * common / (left.Length + right.Length - 2);
    }

    /// <summary>True if one character was mistyped, left out, added, or two neighbours were swapped.</summary>
    public static bool IsOneSlip(string left, string right)
    {
        if (left.Length > right.Length)
            (left, right) = (right, left);
        if (right.Length - left.Length > 1)
            return false;
        var i = 0;
        while (i < left.Length && left[i] == right[i])
            i++;
        if (left.Length < right.Length)
            return left.AsSpan(i).SequenceEqual(right.AsSpan(i + 1));
        if (i == left.Length)
            return false;
        return left.AsSpan(i + 1).SequenceEqual(right.AsSpan(i + 1))
            || (i + 1 < left.Length && left[i] == right[i + 1] && left[i + 1] == right[i] && left.AsSpan(i + 2).SequenceEqual(right.AsSpan(i + 2)));
    }

    private const int MaxLength = 64;
}
