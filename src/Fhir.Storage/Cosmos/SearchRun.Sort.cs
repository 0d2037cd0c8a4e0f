// _sort: the values of each match, and the order.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Sorting (R4 search.html#sort). A resource without a value comes last, whichever the direction; equal ones come by creation.</content>
internal sealed partial class SearchRun
{
    private static IEnumerable<SearchParameter> SortParameters(SearchQuery query) => query.Sort.Select(static key => key.Parameter).OfType<SearchParameter>();

    private static List<Match> Sorted(List<Match> matches, IReadOnlyList<SortKey> sort)
    {
        var rows = matches.ConvertAll(match => (Match: match, Values: sort.Select(key => SortValue(match, key)).ToArray()));
        rows.Sort((left, right) =>
        {
            for (var i = 0; i < sort.Count; i++)
            {
                var (a, b) = (left.Values[i], right.Values[i]);
                if (a is null != b is null)
                    return a is null ? 1 : -1;
                if (a is not null && Compare(a, b!) is not 0 and var order)
                    return sort[i].Descending ? -order : order;
            }

            return string.CompareOrdinal(left.Match.Document.Order, right.Match.Document.Order) is not 0 and var created
                ? created
                : string.CompareOrdinal(left.Match.ContainedId, right.Match.ContainedId);
        });
        return rows.ConvertAll(static row => row.Match);
    }

    // Of several values the least counts when they rise and the greatest when they fall; a period counts by its start.
    private static object? SortValue(Match match, SortKey sort)
    {
        if (sort.Parameter is not { } parameter)
            return sort.Code == "_id" ? match.Document.Key.Id : (match.Document.From, match.Document.Json.Whole("j"));
        var entries = match.Indexed.Entries.Where(entry => entry.Parameter.Key == parameter.Key);
        var values = parameter.Type switch
        {
            SearchParameterType.Date => entries.OfType<DateEntry>().Select(static object (date) => date.Low),
            SearchParameterType.Number or SearchParameterType.Quantity => entries.Select(static entry => entry switch
            {
                NumberEntry number => (object?)number.Low,
                QuantityEntry quantity => quantity.Low,
                _ => null,
            }).OfType<object>(),
            SearchParameterType.String => Texts([.. entries.OfType<StringEntry>()]),
            SearchParameterType.Reference => entries.OfType<ReferenceEntry>().Where(static entry => entry is { Type: not null, Id: not null }).Select(static object (entry) => entry.Id!),
            SearchParameterType.Token => entries.OfType<TokenEntry>().Select(static object (token) => token.Code ?? ""),
            SearchParameterType.Uri => entries.OfType<UriEntry>().Select(static object (uri) => uri.Uri),
            _ => throw new ArgumentException($"There is no order by {sort.Code}.", nameof(sort)),
        };
        object? best = null;
        foreach (var value in values)
        {
            if (best is null || Compare(value, best) < 0 != sort.Descending)
                best = value;
        }

        return best;
    }

    // A name in Chinese characters goes by how it is read.
    private static IEnumerable<object> Texts(IReadOnlyList<StringEntry> entries)
    {
        var main = entries.Where(static entry => entry.Reading == NameReading.Main).ToList();
        return (main.Count > 0 ? main : entries).Select(static entry => entry.Folded);
    }

    // Texts go by code points, as they do in UTF-8.
    private static int Compare(object left, object right) => (left, right) switch
    {
        (string a, string b) => CompareCodePoints(a, b),
        (IComparable a, _) => a.CompareTo(right),
        _ => 0,
    };

    private static int CompareCodePoints(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            var (a, b) = (left[i], right[i]);
            if (a == b)
                continue;
            return char.IsSurrogate(a) != char.IsSurrogate(b) ? (char.IsSurrogate(a) ? 1 : -1) : a.CompareTo(b);
        }

        return left.Length.CompareTo(right.Length);
    }
}
