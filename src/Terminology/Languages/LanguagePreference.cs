// In which language an answer is wished for: displayLanguage and Accept-Language, with qualities and fallback.

using System.Globalization;

namespace FhirHub.Terminology;

/// <summary>
/// Language ranges in the order of preference (RFC 9110, 12.5.4), matched against BCP 47 tags as RFC 4647 looks them up: the range
/// itself, then what is more specific, then what is more general, then its language in another region. Immutable.
/// </summary>
public sealed class LanguagePreference
{
    private const int MaxRanges = 32;

    // Steps within one range, so that a better step of a later range never beats a worse one of an earlier range.
    private const int Steps = 4;

    private readonly string[] _ranges;

    private LanguagePreference(string text, string[] ranges, bool takesOthers)
    {
        Text = text;
        _ranges = ranges;
        TakesOthers = takesOthers;
    }

    /// <summary>No wish: the display of the code system itself.</summary>
    public static LanguagePreference None { get; } = new("", [], takesOthers: true);

    /// <summary>The wish as it was given.</summary>
    public string Text { get; }

    /// <summary>True if no language is wished for more than another; <c>*</c> alone is no wish.</summary>
    public bool IsNone => _ranges.Length == 0;

    /// <summary>False if <c>*;q=0</c> forbids any language that is not named.</summary>
    public bool TakesOthers { get; }

    /// <summary>The ranges by preference.</summary>
    public IReadOnlyList<string> Ranges => _ranges;

    /// <summary>Reads a wish such as <c>de-CH</c> or <c>zh-CN, en;q=0.5, *;q=0</c>; what is no language range is passed over.</summary>
    public static LanguagePreference Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text is "*" || text.Length > 1024)
            return None;
        var ranges = new List<(string Range, double Quality)>();
        var takesOthers = true;
        foreach (var part in text.AsSpan().Split(','))
        {
            var item = text.AsSpan(part);
            var semicolon = item.IndexOf(';');
            var range = (semicolon < 0 ? item : item[..semicolon]).Trim();
            var quality = semicolon < 0 ? 1 : QualityOf(item[(semicolon + 1)..]);
            if (range is "*")
                takesOthers &= quality > 0;
            else if (quality > 0 && IsRange(range) && ranges.Count < MaxRanges)
                ranges.Add((range.ToString(), quality));
        }

        return ranges.Count == 0 && takesOthers
            ? None
            : new LanguagePreference(text.Trim(), [.. ranges.OrderByDescending(static r => r.Quality).Select(static r => r.Range)], takesOthers);
    }

    /// <summary>How well a language tag fits: 0 is best; <see cref="int.MaxValue"/> if it is not wished for at all.</summary>
    /// <param name="tag">A BCP 47 tag; null or empty for an unknown language.</param>
    public int RankOf(string? tag)
    {
        if (string.IsNullOrEmpty(tag))
            return int.MaxValue;
        for (var i = 0; i < _ranges.Length; i++)
        {
            if (StepOf(_ranges[i], tag) is >= 0 and var step)
                return (i * Steps) + step;
        }

        return int.MaxValue;
    }

    /// <summary>True if the tag fits one of the ranges.</summary>
    public bool Accepts(string? tag) => RankOf(tag) != int.MaxValue;

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int StepOf(ReadOnlySpan<char> range, ReadOnlySpan<char> tag)
    {
        if (tag.Equals(range, StringComparison.OrdinalIgnoreCase))
            return 0;
        if (Filters(range, tag))
            return 1;
        if (range.Length > tag.Length && range[tag.Length] == '-' && range.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
            return 2;
        return LanguageOf(range).Equals(LanguageOf(tag), StringComparison.OrdinalIgnoreCase) ? 3 : -1;
    }

    // Extended filtering (RFC 4647, 3.3.2): zh-CN takes zh-Hans-CN, which has a script in between.
    private static bool Filters(ReadOnlySpan<char> range, ReadOnlySpan<char> tag)
    {
        if (!Next(ref range).Equals(Next(ref tag), StringComparison.OrdinalIgnoreCase))
            return false;
        while (!range.IsEmpty)
        {
            var wanted = Next(ref range);
            ReadOnlySpan<char> subtag;
            do
            {
                if (tag.IsEmpty)
                    return false;
                subtag = Next(ref tag);
                if (subtag.Length == 1)
                    return false;
            }
            while (!subtag.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        }

        return true;
    }

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> tag)
    {
        var hyphen = tag.IndexOf('-');
        var subtag = hyphen < 0 ? tag : tag[..hyphen];
        tag = hyphen < 0 ? default : tag[(hyphen + 1)..];
        return subtag;
    }

    private static ReadOnlySpan<char> LanguageOf(ReadOnlySpan<char> tag) => Next(ref tag);

    private static bool IsRange(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 64 || !char.IsAsciiLetter(text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        }

        return true;
    }

    private static double QualityOf(ReadOnlySpan<char> parameter)
    {
        var equals = parameter.IndexOf('=');
        return equals > 0 && parameter[..equals].Trim() is "q" or "Q"
            && double.TryParse(parameter[(equals + 1)..], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var quality)
            ? Math.Clamp(quality, 0, 1)
            : 1;
    }
}
