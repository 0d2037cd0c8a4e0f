// Conditions on a single entry.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>How values compare (see <see cref="EntryCodec"/> for their members).</content>
internal sealed partial class SearchSql
{
    // "e" is an entry, or a component of one.
    private SqlCondition Entry(SearchPredicate predicate, SearchParameter parameter, string e) => predicate switch
    {
        StringPredicate text => String(text, e),
        TokenPredicate token => Token(token.System, token.Code, e, "s", "c"),
        TokenTextPredicate text => Exact($"STARTSWITH({e}.x, {Value(text.Text)})"),
        TokenSetPredicate set => TokenSet(set, e),
        OfTypePredicate type => Exact($"({e}.ys = {Value(type.TypeSystem)} AND {e}.yc = {Value(type.TypeCode)} AND {e}.c = {Value(type.Value)})"),
        RangePredicate range => Exact(Range(range, $"{e}.l", $"{e}.h")),
        NumberPredicate number => Exact(Number(number, $"{e}.l", $"{e}.h")),
        QuantityPredicate quantity => Exact(Quantity(quantity, e)),
        ReferencePredicate reference => Reference(reference, parameter, e),
        ReferenceIdentifierPredicate identifier => Token(identifier.System, identifier.Value, e, "is", "iv"),
        UriPredicate uri => Exact(Uri(uri, e)),
        NearPredicate near => new SqlCondition(Near(near, e), false),
        CompositePredicate composite => All(composite.Components.Select((component, i) => Entry(component, parameter.Components[i].Parameter, $"{e}.p[{i}]"))),
        _ => SqlCondition.Open,
    };

    private static SqlCondition Exact(string text) => new(text, true);

    private SqlCondition String(StringPredicate wanted, string e)
    {
        const string NoReading = "NOT IS_DEFINED({0}.r) AND ";
        var own = NoReading.Replace("{0}", e, StringComparison.Ordinal);
        return wanted.Match switch
        {
            StringMatch.StartsWith => Exact($"STARTSWITH({e}.f, {Value(wanted.Text)})"),
            StringMatch.Contains => Exact($"({own}CONTAINS({e}.f, {Value(wanted.Text)}))"),
            StringMatch.EndsWith => Exact($"({own}ENDSWITH({e}.f, {Value(wanted.Text)}))"),
            StringMatch.Equal => Exact($"({own}{e}.f = {Value(wanted.Text)})"),
            StringMatch.Exact => Exact($"({own}{e}.x = {Value(wanted.Text)})"),

            // Databases do not agree about the order of characters beyond the first 65,536.
            _ => SqlCondition.Open,
        };
    }

    // R4 search.html#token: no system asked for matches any, an empty one matches none.
    private SqlCondition Token(string? system, string? code, string e, string systemName, string codeName)
    {
        var parts = new List<string>();
        if (code is not null)
            parts.Add($"{e}.{codeName} = {Value(code)}");
        if (system is { Length: 0 })
            parts.Add(NoSystem(e, systemName));
        else if (system is not null)
            parts.Add($"{e}.{systemName} = {Value(system)}");
        return parts.Count == 0 ? SqlCondition.True : Exact($"({string.Join(" AND ", parts)})");
    }

    private static string NoSystem(string e, string name) => $"(NOT IS_DEFINED({e}.{name}) OR {e}.{name} = \"\")";

    private SqlCondition TokenSet(TokenSetPredicate set, string e)
    {
        if (set.Codes.Systems.Count + set.Codes.OtherNames.Count > LongestList)
            return new SqlCondition($"IS_DEFINED({e}.c)", false);
        var isShort = set.Codes.Count <= LongestList;
        var systems = set.Codes.Systems.Select(system => (Names: set.Codes.OtherNames.Where(name => name.Value == system).Select(static name => name.Key).Prepend(system).ToList(), Codes: set.Codes.CodesOf(system)));
        var parts = new List<SqlCondition>();
        foreach (var (names, codes) in systems)
        {
            if (codes is { Count: 0 })
                continue;
            var named = names.Where(static name => name.Length > 0).ToList();
            var inSystem = Any([.. named.Count > 0 ? [Exact($"{e}.s IN {List(named)}")] : Array.Empty<SqlCondition>(), .. names.Contains("") ? [Exact(NoSystem(e, "s"))] : Array.Empty<SqlCondition>()]);
            parts.Add(All([inSystem, codes is null ? Exact($"IS_DEFINED({e}.c)") : isShort ? Exact($"{e}.c IN {List(codes)}") : new SqlCondition($"IS_DEFINED({e}.c)", false)]));
        }

        return Any(parts);
    }

    // SearchPrefix has these rules in words.
    private string Range(RangePredicate wanted, string low, string high)
    {
        string Low() => Value(EntryCodec.Sortable(wanted.Low));
        string High() => Value(EntryCodec.Sortable(wanted.High));
        string Within() => $"({low} >= {Low()} AND {high} <= {High()})";
        return wanted.Prefix switch
        {
            SearchPrefix.Eq => Within(),
            SearchPrefix.Ne => $"({low} < {Low()} OR {high} > {High()})",
            SearchPrefix.Gt => $"{high} > {High()}",
            SearchPrefix.Lt => $"{low} < {Low()}",
            SearchPrefix.Ge => $"({high} > {High()} OR {Within()})",
            SearchPrefix.Le => $"({low} < {Low()} OR {Within()})",
            SearchPrefix.Sa => $"{low} > {High()}",
            SearchPrefix.Eb => $"{high} < {Low()}",
            _ => $"({high} >= {Low()} AND {low} <= {High()})",
        };
    }

    private string Number(NumberPredicate wanted, string low, string high)
    {
        string Low() => Value(EntryCodec.Sortable(wanted.Low));
        string High() => Value(EntryCodec.Sortable(wanted.High));
        string Asked() => Value(EntryCodec.Sortable(wanted.Value));
        return wanted.Prefix switch
        {
            SearchPrefix.Eq => $"({low} >= {Low()} AND ({high} < {High()} OR ({high} = {High()} AND {low} != {high})))",
            SearchPrefix.Ne => $"({low} < {Low()} OR {high} > {High()} OR ({high} = {High()} AND {low} = {high}))",
            SearchPrefix.Gt => $"{high} > {Asked()}",
            SearchPrefix.Lt => $"{low} < {Asked()}",
            SearchPrefix.Ge => $"{high} >= {Asked()}",
            SearchPrefix.Le => $"{low} <= {Asked()}",
            SearchPrefix.Sa => $"{low} > {Asked()}",
            SearchPrefix.Eb => $"{high} < {Asked()}",
            _ => $"({high} >= {Low()} AND {low} < {High()})",
        };
    }

    // R4 search.html#quantity: the unit as written, or what is equal to it in canonical units.
    private string Quantity(QuantityPredicate wanted, string e)
    {
        var written = new List<string>();
        if (wanted.System is { } system)
            written.Add($"{e}.s = {Value(system)}");
        if (wanted.Code is { } code)
            written.Add(wanted.System is null ? $"({e}.c = {Value(code)} OR {e}.u = {Value(code)})" : $"{e}.c = {Value(code)}");
        written.Add(Number(wanted.Number, $"{e}.l", $"{e}.h"));
        var asWritten = string.Join(" AND ", written);
        if (wanted.Canonical is not { } canonical)
            return $"({asWritten})";
        var units = Value(canonical.Units);
        return $"(({e}.cu = {units} AND {Number(canonical.Number, $"{e}.cl", $"{e}.ch")}) OR ((NOT IS_DEFINED({e}.cu) OR {e}.cu != {units}) AND {asWritten}))";
    }

    private SqlCondition Reference(ReferencePredicate wanted, SearchParameter parameter, string e)
    {
        var parts = new List<string>();
        if (wanted.Version is { } version)
            parts.Add(wanted.VersionsBelow ? $"({e}.v = {Value(version)} OR STARTSWITH({e}.v, {Value(version + ".")}))" : $"{e}.v = {Value(version)}");
        if (wanted.Url is { } url)
        {
            if (url.StartsWith('#'))
                return SqlCondition.False;
            parts.Add($"{e}.u = {Value(url)}");
            return Exact($"({string.Join(" AND ", parts)})");
        }

        if (wanted.Id is null)
            return SqlCondition.False;
        IReadOnlyList<string> types = wanted.Type is { } type ? [type] : parameter.TargetTypes;
        var (id, named) = (Value(wanted.Id), types.Count == 0 ? null : List(types));
        var literal = $"{e}.i = {id}{(named is null ? "" : $" AND {e}.t IN {named}")}";

        // Inside a container "#" is a reference to it (R4 references.html#contained).
        parts.Add($"(({literal}) OR ({e}.u = \"#\" AND c.i = {id}{(named is null ? "" : $" AND c.t IN {named}")}))");
        return Exact($"({string.Join(" AND ", parts)})");
    }

    private string Uri(UriPredicate wanted, string e) => wanted.Match switch
    {
        UriMatch.Below when wanted.Uri.EndsWith('/') => $"STARTSWITH({e}.u, {Value(wanted.Uri)})",
        UriMatch.Below => $"({e}.u = {Value(wanted.Uri)} OR STARTSWITH({e}.u, {Value(wanted.Uri + "/")}))",
        UriMatch.Above => $"{e}.u IN {List(Parents(wanted.Uri))}",
        UriMatch.StartsWith => $"STARTSWITH({e}.u, {Value(wanted.Uri)})",
        UriMatch.Contains => $"CONTAINS({e}.u, {Value(wanted.Uri)})",
        UriMatch.EndsWith => $"ENDSWITH({e}.u, {Value(wanted.Uri)})",
        _ => $"{e}.u = {Value(wanted.Uri)}",
    };

    // Itself, and what ends before or after one of its slashes.
    private static HashSet<string> Parents(string uri)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { uri };
        for (var at = uri.IndexOf('/', StringComparison.Ordinal); at >= 0; at = uri.IndexOf('/', at + 1))
        {
            found.Add(uri[..at]);
            found.Add(uri[..(at + 1)]);
        }

        return found;
    }

    // A box around the circle; of longitudes nothing is said where it reaches a pole or the date line.
    private string Near(NearPredicate wanted, string e)
    {
        var latitudes = Search.Near.Latitudes(wanted.Metres) * 1.01;
        var (south, north) = (wanted.Latitude - latitudes, wanted.Latitude + latitudes);
        var box = $"{e}.la >= {Value(south)} AND {e}.la <= {Value(north)}";
        var narrowest = Math.Cos(double.DegreesToRadians(Math.Max(Math.Abs(south), Math.Abs(north))));
        if (south <= -89 || north >= 89 || narrowest <= 0)
            return $"({box})";
        var longitudes = latitudes / narrowest * 1.01;
        return wanted.Longitude - longitudes < -180 || wanted.Longitude + longitudes > 180
            ? $"({box})"
            : $"({box} AND {e}.lo >= {Value(wanted.Longitude - longitudes)} AND {e}.lo <= {Value(wanted.Longitude + longitudes)})";
    }
}
