// What a key demands of the values of an attribute: the kinds of matching of PS3.4 C.2.2.2.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>A demand on the values of an attribute.</summary>
internal abstract class ValueTest
{
    /// <summary>Whether the values fulfil it; one of several is enough.</summary>
    public abstract bool Matches(DicomVR vr, List<string> values);

    /// <summary>Whether no index row can be relied on: values that are absent fulfil it too.</summary>
    public virtual bool AcceptsNothing => false;

    /// <summary>Stretches of the attribute table in which every value that fulfils it is found; null if that can't be said.</summary>
    public virtual IReadOnlyList<ValueStretch>? Stretches => null;

    /// <summary>Of a name, a pattern of SQLite's <c>GLOB</c> that fits a group of every value that fulfils it; null if there is none.</summary>
    public virtual string? NamePattern => null;
}

/// <summary>Values of the attribute table from one to another, both among them.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last; null for all that begin with the first.</param>
/// <param name="IsExact">Whether every row in it fulfils the demand, and nothing remains to be looked at.</param>
/// <param name="Path">The path of the rows; null for that of the key.</param>
internal readonly record struct ValueStretch(string First, string? Last, bool IsExact, string? Path = null)
{
    public static ValueStretch Of(string value) => new(AttributeCatalog.Cut(value), AttributeCatalog.Cut(value), value.Length < AttributeCatalog.IndexedCharacters);

    public static ValueStretch Beginning(string prefix, bool isExact) => new(AttributeCatalog.Cut(prefix), null, isExact && prefix.Length < AttributeCatalog.IndexedCharacters);
}

/// <summary>Single value matching, and lists of values: one of them is there (PS3.4 C.2.2.2.1, C.2.2.2.2, C.2.2.2.8).</summary>
internal sealed class EqualTest(DicomVR vr, IReadOnlyList<string> values) : ValueTest
{
    private readonly HashSet<string> _values = [.. values.Select(value => MatchValue.Of(vr, value))];

    public IReadOnlyCollection<string> Values => _values;

    public override IReadOnlyList<ValueStretch> Stretches => [.. _values.Select(ValueStretch.Of)];

    public override bool Matches(DicomVR vr, List<string> values)
    {
        foreach (var value in values)
        {
            if (_values.Contains(MatchValue.Of(vr, value)))
                return true;
        }

        return false;
    }
}

/// <summary>Wildcard matching (PS3.4 C.2.2.2.4), with case as the standard has it for all but names.</summary>
internal sealed class WildcardTest(IReadOnlyList<string> patterns) : ValueTest
{
    private readonly WildcardPattern[] _patterns = [.. patterns.Select(pattern => new WildcardPattern(pattern))];

    public override IReadOnlyList<ValueStretch>? Stretches => NameTest.StretchesOf(_patterns);

    public override bool Matches(DicomVR vr, List<string> values)
    {
        foreach (var value in values)
        {
            var text = MatchValue.Of(vr, value);
            foreach (var pattern in _patterns)
            {
                if (pattern.IsMatch(text))
                    return true;
            }
        }

        return false;
    }
}

/// <summary>Matching of person names: without case, in whichever of the groups, or in each group that the key has.</summary>
internal sealed class NameTest : ValueTest
{
    // Of each key one pattern for any group, or patterns for the groups, null where it has none.
    private readonly WildcardPattern?[][] _keys;

    public NameTest(IReadOnlyList<string> names) =>
        _keys = [.. names.Select(name => name.Split('=', 4).Take(3).Select(group => MatchValue.Name(group) is { Length: > 0 } text ? new WildcardPattern(text) : null).ToArray())];

    // A key of several groups is found by the first that it has, and then looked at whole.
    public override IReadOnlyList<ValueStretch>? Stretches => StretchesOf([.. _keys.Select(key => key.OfType<WildcardPattern>().First())])
        ?.Select((stretch, at) => stretch with { IsExact = stretch.IsExact && _keys[at].Length == 1 }).ToArray();

    public override string? NamePattern => _keys is [[{ } only]] ? only.Glob : null;

    public override bool Matches(DicomVR vr, List<string> values)
    {
        foreach (var value in values)
        {
            foreach (var key in _keys)
            {
                if (key.Length == 1 ? AnyGroup(key[0]!, value) : EachGroup(key, value))
                    return true;
            }
        }

        return false;
    }

    internal static ValueStretch[]? StretchesOf(IReadOnlyList<WildcardPattern> patterns) =>
        patterns.Any(pattern => pattern.Prefix.Length == 0) ? null : [.. patterns.Select(pattern =>
            pattern.IsLiteral ? ValueStretch.Of(pattern.Prefix) : ValueStretch.Beginning(pattern.Prefix, pattern.IsPrefixOnly))];

    private static bool AnyGroup(WildcardPattern pattern, string value)
    {
        if (!value.Contains('=', StringComparison.Ordinal))
            return value.Length > 0 && pattern.IsMatch(MatchValue.Name(value));
        foreach (var group in value.Split('='))
        {
            if (group.Length > 0 && pattern.IsMatch(MatchValue.Name(group)))
                return true;
        }

        return false;
    }

    private static bool EachGroup(WildcardPattern?[] key, string value)
    {
        var groups = value.Split('=');
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] is { } pattern && (i >= groups.Length || !pattern.IsMatch(MatchValue.Name(groups[i]))))
                return false;
        }

        return true;
    }
}

/// <summary>Empty value matching (PS3.4 C.2.2.2.7): the attribute is absent, or has no value.</summary>
internal sealed class EmptyTest : ValueTest
{
    public override bool AcceptsNothing => true;

    public override bool Matches(DicomVR vr, List<string> values) => values.TrueForAll(value => value.Length == 0);
}

/// <summary>One of several demands is enough.</summary>
internal sealed class AnyTest(IReadOnlyList<ValueTest> tests) : ValueTest
{
    public override bool AcceptsNothing => tests.Any(test => test.AcceptsNothing);

    public override IReadOnlyList<ValueStretch>? Stretches => tests.All(test => test.Stretches is not null) ? [.. tests.SelectMany(test => test.Stretches!)] : null;

    public override bool Matches(DicomVR vr, List<string> values) => tests.Any(test => test.Matches(vr, values));
}

/// <summary>Range matching of date-times (PS3.4 C.2.2.2.5), with the offsets from UTC that query and data set have.</summary>
internal sealed class DateTimeTest(string? first, string? last) : ValueTest
{
    public override bool Matches(DicomVR vr, List<string> values)
    {
        foreach (var value in values)
        {
            if (DateTimeRange.TryParse(value, out var range)
                && (first is null || string.CompareOrdinal(range.Last, first) >= 0)
                && (last is null || string.CompareOrdinal(range.First, last) <= 0))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Range matching of one text that is ordered: dates and times by themselves, within sequences.</summary>
internal sealed class OrderedTest(string? first, string? last) : ValueTest
{
    public override IReadOnlyList<ValueStretch> Stretches => [new(first ?? "0", last ?? "9:", IsExact: false)];

    public override bool Matches(DicomVR vr, List<string> values)
    {
        foreach (var value in values)
        {
            var text = vr == DicomVR.TM ? MatchValue.Time(value) : MatchValue.Date(value);
            if (text is not null && (first is null || string.CompareOrdinal(text, first) >= 0) && (last is null || string.CompareOrdinal(text, last) <= 0))
                return true;
        }

        return false;
    }
}
