// How single values compare.

using System.Text;

namespace FhirHub.Search;

public sealed partial class SearchEvaluator
{
    // R4 search.html#string.
    private static bool Text(StringEntry entry, StringPredicate wanted) => wanted.Match switch
    {
        StringMatch.StartsWith => entry.Folded.StartsWith(wanted.Text, StringComparison.Ordinal),
        _ when entry.Reading != NameReading.None => false,
        StringMatch.Contains => entry.Folded.Contains(wanted.Text, StringComparison.Ordinal),
        StringMatch.Equal => entry.Folded == wanted.Text,
        StringMatch.EndsWith => entry.Folded.EndsWith(wanted.Text, StringComparison.Ordinal),
        StringMatch.After => CompareCodePoints(entry.Folded, wanted.Text) > 0,
        StringMatch.Before => CompareCodePoints(entry.Folded, wanted.Text) < 0,
        StringMatch.EqualOrAfter => CompareCodePoints(entry.Folded, wanted.Text) >= 0,
        StringMatch.EqualOrBefore => CompareCodePoints(entry.Folded, wanted.Text) <= 0,
        _ => entry.Exact == wanted.Text,
    };

    // The order of UTF-16 differs from that of code points, which UTF-8 keeps.
    private static int CompareCodePoints(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    // R4 search.html#token: no system asked for matches any, an empty one matches none.
    private static bool Token(string? system, string? code, string? wantedSystem, string? wantedCode) =>
        (code is not null || wantedCode is null)
        && (wantedCode is null || wantedCode == code)
        && (wantedSystem is null || (wantedSystem.Length == 0 ? string.IsNullOrEmpty(system) : wantedSystem == system));

    // SearchPrefix has these rules in words.
    private static bool Compare(RangePredicate wanted, long low, long high)
    {
        var equal = wanted.Low <= low && high <= wanted.High;
        return wanted.Prefix switch
        {
            SearchPrefix.Eq => equal,
            SearchPrefix.Ne => !equal,
            SearchPrefix.Gt => high > wanted.High,
            SearchPrefix.Lt => low < wanted.Low,
            SearchPrefix.Ge => high > wanted.High || equal,
            SearchPrefix.Le => low < wanted.Low || equal,
            SearchPrefix.Sa => low > wanted.High,
            SearchPrefix.Eb => high < wanted.Low,
            _ => wanted.Low <= high && low <= wanted.High,
        };
    }

    private static bool Compare(NumberPredicate wanted, decimal low, decimal high) => wanted.Prefix switch
    {
        SearchPrefix.Eq => Within(wanted, low, high),
        SearchPrefix.Ne => !Within(wanted, low, high),
        SearchPrefix.Gt => high > wanted.Value,
        SearchPrefix.Lt => low < wanted.Value,
        SearchPrefix.Ge => high >= wanted.Value,
        SearchPrefix.Le => low <= wanted.Value,
        SearchPrefix.Sa => low > wanted.Value,
        SearchPrefix.Eb => high < wanted.Value,
        _ => wanted.Low <= high && low < wanted.High,
    };

    private static bool Within(NumberPredicate wanted, decimal low, decimal high) =>
        wanted.Low <= low && (low == high ? high < wanted.High : high <= wanted.High);

    // R4 search.html#quantity: the unit as written, or what is equal to it in canonical units.
    private static bool Quantity(QuantityEntry entry, QuantityPredicate wanted)
    {
        if (wanted.Canonical is { } canonical && canonical.Units == entry.CanonicalUnits)
            return Compare(canonical.Number, entry.Canonical.Low, entry.Canonical.High);
        if (wanted.System is { } system && system != entry.System)
            return false;
        if (wanted.Code is { } code && code != entry.Code && (wanted.System is not null || code != entry.Unit))
            return false;
        return Compare(wanted.Number, entry.Low, entry.High);
    }

    // R4 search.html#reference. A version asked for must be the one referred to. "#id" means something within its container only, and a
    // search has none.
    private static bool Reference(ReferenceEntry entry, ReferencePredicate wanted)
    {
        if (wanted.Version is { } version && version != entry.Version
            && !(wanted.VersionsBelow && entry.Version?.StartsWith(version + ".", StringComparison.Ordinal) == true))
            return false;
        return wanted.Url is { } url
            ? entry.Url == url && !url.StartsWith('#')
            : entry.Id == wanted.Id && entry.Id is not null && IsOfType(entry, wanted.Type);
    }

    // An id without a type is that of any type which the parameter leads to.
    private static bool IsOfType(ReferenceEntry entry, string? type) => type is not null
        ? type == entry.Type
        : entry.Parameter.TargetTypes.Count == 0 || entry.Parameter.TargetTypes.Contains(entry.Type, StringComparer.Ordinal);

    // R4 search.html#uri: above and below go by the segments of the path.
    private static bool Uri(string uri, UriPredicate wanted) => wanted.Match switch
    {
        UriMatch.Below => IsBelow(uri, wanted.Uri),
        UriMatch.Above => IsBelow(wanted.Uri, uri),
        UriMatch.StartsWith => uri.StartsWith(wanted.Uri, StringComparison.Ordinal),
        UriMatch.Contains => uri.Contains(wanted.Uri, StringComparison.Ordinal),
        UriMatch.EndsWith => uri.EndsWith(wanted.Uri, StringComparison.Ordinal),
        _ => uri == wanted.Uri,
    };

    private static bool IsBelow(string uri, string parent) =>
        uri.StartsWith(parent, StringComparison.Ordinal)
        && (uri.Length == parent.Length || parent.EndsWith('/') || uri[parent.Length] == '/');
}
