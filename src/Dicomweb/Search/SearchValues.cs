// Reads the value of a key by the VR of its attribute (PS3.4 C.2.2.2).

using System.Globalization;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Makes a demand of what a client wrote for an attribute.</summary>
/// <param name="path">The attribute.</param>
/// <param name="fuzzy">Whether names are compared by how they sound.</param>
/// <param name="empty">Whether <c>""</c> asks for attributes without value.</param>
/// <param name="multiple">Whether backslashes part several values.</param>
/// <param name="pinyin">The readings of a name in Chinese characters.</param>
/// <param name="soundPath">The path of rows by which the attribute is found by its sound; null if it has none.</param>
internal sealed class SearchValues(AttributePath path, bool fuzzy, bool empty, bool multiple, Func<string, IReadOnlyList<string>>? pinyin, string? soundPath)
{
    private const int MaxLength = 1_024;
    private const int MaxValues = 10_000;
    private const string Empty = "\"\"";

    private readonly DicomVR _vr = path.VR;

    /// <summary>What the client has to be told.</summary>
    public string? Warning { get; private set; }

    /// <summary>Whether all values are allowed, and the attribute is only to be returned (PS3.4 C.2.2.2.3).</summary>
    public static bool IsUniversal(List<string> values) => values.TrueForAll(value => value.AsSpan().Trim('*').IsEmpty);

    /// <summary>Reads a date or time, or a range; false where empty values are asked for.</summary>
    public bool TryRange(List<string> values, out MomentRange range)
    {
        range = new(null, null, false);
        if (values.Count > 1 || (empty && values[0] == Empty) || (multiple && values[0].Contains('\\', StringComparison.Ordinal)))
            return false;
        range = Range(values[0]);
        return true;
    }

    /// <summary>Reads values.</summary>
    /// <exception cref="DicomwebException">400: they are none of the VR.</exception>
    public ValueTest Read(List<string> values, TimeSpan? zone)
    {
        if (_vr is DicomVR.SQ)
            throw Bad("is a sequence, which has no value; name an attribute of its items behind a dot");
        if (_vr.IsBulk() && !path.Leaf.Tag.IsPrivate)
            throw Bad("has bytes for a value, by which nothing is found");
        values = Parted(values);
        if (empty && values.Contains(Empty))
        {
            var others = values.FindAll(value => value != Empty);
            return others.Count == 0 ? new EmptyTest() : new AnyTest([new EmptyTest(), Test(others, zone)]);
        }

        return Test(values, zone);
    }

    // UIDs and code strings can have neither comma nor backslash in them, so these part values even where nobody says so.
    private List<string> Parted(List<string> values)
    {
        var isList = _vr is DicomVR.UI or DicomVR.CS;
        if (values.Count > 1 && !isList && !multiple)
            throw Bad("is there twice; of several values one is enough only with multiplevaluematching=true");
        var parted = isList ? values.SelectMany(value => value.Split([',', '\\'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList()
            : multiple && _vr is not (DicomVR.LT or DicomVR.ST or DicomVR.UT or DicomVR.UR) ? values.SelectMany(value => value.Split('\\')).Where(value => value.Length > 0).ToList()
            : values;
        if (parted.Count == 0)
            throw Bad("has no value");
        if (parted.Count > MaxValues)
            throw Bad($"has more than {MaxValues} values");
        if (parted.Count > 1 && _vr == DicomVR.CS && !multiple)
            Warning = $"Several values of {path} were taken for a list of which one is enough, as with multiplevaluematching=true.";
        return parted;
    }

    private ValueTest Test(List<string> values, TimeSpan? zone)
    {
        for (var i = 0; i < values.Count; i++)
        {
            values[i] = Collapsed(values[i]);
            if (values[i].Length > MaxLength)
                throw Bad($"has a value of more than {MaxLength} characters");
        }

        switch (_vr)
        {
            case DicomVR.UI:
                if (values.Exists(value => !DicomUid.IsValid(value)))
                    throw Bad("has a value that is no UID");
                return new EqualTest(_vr, values);
            case DicomVR.PN:
                return Name(values);
            case DicomVR.DA or DicomVR.TM:
                return AnyOf(values, value => Range(value) is var range ? new OrderedTest(range.First, range.Last) : throw Bad(""));
            case DicomVR.DT:
                return AnyOf(values, value => DateTimes(value, zone));
            case DicomVR.AS:
                if (values.Exists(value => value.Length != 4 || value.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9') || !"DWMY".Contains(value[3], StringComparison.Ordinal)))
                    throw Bad("has a value that is no age, such as 045Y");
                return new EqualTest(_vr, values);
            case DicomVR.AT:
                if (values.Exists(value => !DicomTag.TryParse(value, out _)))
                    throw Bad("has a value that is no tag");
                return new EqualTest(_vr, [.. values.Select(value => DicomTag.TryParse(value, out var tag) ? tag.ToHex() : value)]);
            case DicomVR.IS or DicomVR.DS or DicomVR.US or DicomVR.SS or DicomVR.UL or DicomVR.SL or DicomVR.UV or DicomVR.SV or DicomVR.FL or DicomVR.FD:
                if (values.Exists(value => !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
                    throw Bad("has a value that is no number");
                return new EqualTest(_vr, values);
            default:
                var patterns = values.FindAll(WildcardPattern.IsWildcard);
                var literals = values.FindAll(value => !WildcardPattern.IsWildcard(value));
                return patterns.Count == 0 ? new EqualTest(_vr, literals)
                    : literals.Count == 0 ? new WildcardTest([.. patterns.Select(pattern => pattern.Trim(' '))])
                    : new AnyTest([new EqualTest(_vr, literals), new WildcardTest([.. patterns.Select(pattern => pattern.Trim(' '))])]);
        }
    }

    private ValueTest Name(List<string> names)
    {
        if (names.Exists(name => name.Count(character => character == '=') > 2))
            throw Bad("has a name of more than three groups");
        if (names.Exists(name => !name.AsSpan().ContainsAnyExcept("^= ")))
            throw Bad("has a name without letters");
        if (!fuzzy)
            return new NameTest(names);
        var tests = names.Select(name => new FuzzyNameTest(name, pinyin, soundPath)).ToArray();
        if (!Array.TrueForAll(tests, test => test.HasWords))
        {
            Warning = $"The value of {path} has no word that could sound like anything; it was matched as it is written.";
            return new NameTest(names);
        }

        // What is written alike matches too, whatever it sounds like.
        return new AnyTest([new NameTest(names), .. tests]);
    }

    private MomentRange Range(string value)
    {
        value = value.Trim(' ');
        var hyphen = value.IndexOf('-', StringComparison.Ordinal);
        var first = hyphen < 0 ? value : value[..hyphen];
        var last = hyphen < 0 ? value : value[(hyphen + 1)..];
        if (first.Length + last.Length == 0)
            throw Bad("has a range without ends");
        return _vr == DicomVR.DA
            ? new(End(first, "date such as 20260131", MatchValue.Date(first)), End(last, "date such as 20260131", MatchValue.Date(last)), hyphen >= 0)
            : new(End(first, "time such as 1530", MatchValue.Time(first)), End(last, "time such as 1530", MatchValue.LastTime(last)), hyphen >= 0);
    }

    private string? End(string text, string kind, string? read) => text.Length == 0 ? null : read ?? throw Bad($"has a value that is no {kind}, or range of two with a hyphen between them");

    // A hyphen parts two date-times or begins an offset: an offset wherever it can be one (PS3.4 C.2.2.2.5.3).
    private DateTimeTest DateTimes(string value, TimeSpan? zone)
    {
        value = value.Trim(' ').Replace(' ', '+');
        if (DateTimeRange.TryParse(value, out var single))
            return new(InUtc(value, single, zone).First, InUtc(value, single, zone).Last);
        for (var hyphen = value.IndexOf('-', StringComparison.Ordinal); hyphen >= 0; hyphen = value.IndexOf('-', hyphen + 1))
        {
            var (first, last) = (value[..hyphen], value[(hyphen + 1)..]);
            DateTimeRange from = default, to = default;
            if (first.Length + last.Length > 0 && (first.Length == 0 || DateTimeRange.TryParse(first, out from)) && (last.Length == 0 || DateTimeRange.TryParse(last, out to)))
                return new(first.Length == 0 ? null : InUtc(first, from, zone).First, last.Length == 0 ? null : InUtc(last, to, zone).Last);
        }

        throw Bad("has a value that is no date-time such as 20260131153000+0100, or range of two with a hyphen between them");
    }

    private static DateTimeRange InUtc(string text, DateTimeRange range, TimeSpan? zone) =>
        zone is { } offset && !(text.Length > 5 && text[^5] is '+' or '-') ? range.Shift(-offset) : range;

    private static ValueTest AnyOf(List<string> values, Func<string, ValueTest> test) => values is [var only] ? test(only) : new AnyTest([.. values.Select(test)]);

    // Many stars mean what one does.
    private static string Collapsed(string value)
    {
        if (!value.Contains("**", StringComparison.Ordinal))
            return value;
        var text = new System.Text.StringBuilder(value.Length);
        foreach (var character in value)
        {
            if (character != '*' || text.Length == 0 || text[^1] != '*')
                text.Append(character);
        }

        return text.ToString();
    }

    private DicomwebException Bad(string reason) => new(StatusCodes.Status400BadRequest, $"The key {path} {reason}.");
}
