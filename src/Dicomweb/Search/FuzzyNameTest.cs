// Fuzzy matching of person names (PS3.18 8.3.4.2): each word of the key has to sound like one of the name.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Matching of person names by how they sound.</summary>
internal sealed class FuzzyNameTest : ValueTest
{
    // What begins a row, by its kind.
    private const string Word = "w";
    private const string Sound = "s";
    private const string Reading = "r";

    private readonly (string Text, string Code, bool IsPrefix)[] _words;
    private readonly string _whole;
    private readonly HashSet<string> _readings;
    private readonly Func<string, IReadOnlyList<string>>? _pinyin;
    private readonly string? _rowPath;

    /// <summary>A key.</summary>
    /// <param name="name">What is looked for; stars at the end of a word mean its beginning.</param>
    /// <param name="pinyin">The readings of a name in Chinese characters.</param>
    /// <param name="rowPath">The path of the rows of <see cref="KeysOf"/>; null if there are none.</param>
    public FuzzyNameTest(string name, Func<string, IReadOnlyList<string>>? pinyin, string? rowPath)
    {
        _pinyin = pinyin;
        _rowPath = rowPath;
        _words = [.. PhoneticName.Words(name).Select(word => (Text: word.Trim('*', '?'), IsPrefix: word.EndsWith('*'))).Where(word => word.Text.Length > 0)
            .Select(word => (Folded(word.Text), PhoneticName.CodeOf(word.Text), word.IsPrefix))];
        _whole = string.Concat(_words.Select(word => word.Text));
        _readings = pinyin is null || !HasHan(name) ? [] : [.. pinyin(name.Replace("*", "", StringComparison.Ordinal)).Select(Joined)];
    }

    /// <summary>Whether there is a word to look for.</summary>
    public bool HasWords => _words.Length > 0;

    /// <summary>By which of its words does not matter, since all have to be there; the longest is the rarest.</summary>
    public override IReadOnlyList<ValueStretch>? Stretches
    {
        get
        {
            if (_rowPath is null)
                return null;
            var word = _words.MaxBy(word => word.Text.Length);
            var stretches = new List<ValueStretch> { Stretch(Word, word.Text, word.IsPrefix) };
            if (word.Code.Length > 1)
                stretches.Add(Stretch(Sound, word.Code, word.IsPrefix));
            if (_pinyin is not null)
            {
                stretches.Add(Stretch(Reading, Joined(_whole), _whole.Length > 2));
                stretches.AddRange(_readings.Select(reading => Stretch(Reading, reading, isPrefix: false)));
            }

            return stretches;
        }
    }

    /// <summary>Rows by which a name is found: its words, how they sound, and how its Chinese characters are read.</summary>
    public static IEnumerable<string> KeysOf(string name, Func<string, IReadOnlyList<string>>? pinyin)
    {
        foreach (var word in PhoneticName.Words(name))
        {
            yield return Word + Folded(word);
            if (PhoneticName.CodeOf(word) is { Length: > 1 } code)
                yield return Sound + code;
        }

        if (pinyin is null)
            yield break;
        foreach (var reading in name.Split('=').Where(group => HasHan(group)).SelectMany(pinyin))
            yield return Reading + Joined(reading);
    }

    public override bool Matches(DicomVR vr, List<string> values)
    {
        foreach (var value in values)
        {
            if (MatchesWords(value))
                return true;
            if (_pinyin is not null && value.Split('=').Any(group => HasHan(group) && MatchesReading(group)))
                return true;
        }

        return false;
    }

    private bool MatchesWords(string value)
    {
        var words = PhoneticName.Words(value).Select(word => (Text: Folded(word), Code: PhoneticName.CodeOf(word))).ToArray();
        return Array.TrueForAll(_words, sought => Array.Exists(words, word => SoundsLike(sought, word)));
    }

    private static bool SoundsLike((string Text, string Code, bool IsPrefix) sought, (string Text, string Code) word)
    {
        if (sought.IsPrefix ? word.Text.StartsWith(sought.Text, StringComparison.Ordinal) : word.Text == sought.Text)
            return true;
        return sought.Code.Length > 1 && (sought.IsPrefix ? word.Code.StartsWith(sought.Code, StringComparison.Ordinal) : word.Code == sought.Code);
    }

    // Found by pinyin whole or begun, by initials, and by other characters that are read alike.
    private bool MatchesReading(string group)
    {
        var sought = Joined(_whole);
        foreach (var reading in _pinyin!(group))
        {
            var joined = Joined(reading);
            if (joined == sought || (sought.Length > 2 && joined.StartsWith(sought, StringComparison.Ordinal)) || _readings.Contains(joined))
                return true;
        }

        return false;
    }

    private ValueStretch Stretch(string kind, string text, bool isPrefix) =>
        (isPrefix ? ValueStretch.Beginning(kind + text, isExact: false) : ValueStretch.Of(kind + text) with { IsExact = false }) with { Path = _rowPath };

    private static string Joined(string reading) => reading.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    private static string Folded(string word) => PhoneticName.Letters(word) is { Length: > 0 } letters ? letters : word.ToUpperInvariant();

    private static bool HasHan(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\u3400', '\u9FFF') || text.ContainsAnyInRange('\uD840', '\uD88F');
}
