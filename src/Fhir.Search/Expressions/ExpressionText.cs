// Search expressions as people read them, for explanations.

using System.Globalization;
using System.Text;

namespace FhirHub.Search;

/// <summary>Writes an expression tree as text, one condition a line, parts indented below what joins them.</summary>
public static class ExpressionText
{
    // An expression may stand for thousands of conditions, such as an untyped chain; nobody reads them all.
    private const int LinesAtMost = 200;

    /// <summary>The expression as text.</summary>
    public static string Of(SearchExpression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var lines = new List<string>();
        Write(expression, 0, lines);
        if (lines.Count > LinesAtMost)
        {
            var left = lines.Count - LinesAtMost;
            lines.RemoveRange(LinesAtMost, left);
            lines.Add($"… and {left} lines more");
        }

        return string.Join('\n', lines);
    }

    /// <summary>The expression on one line.</summary>
    public static string LineOf(SearchExpression expression)
    {
        var text = new StringBuilder();
        foreach (var line in Of(expression).Split('\n'))
            text.Append(text.Length > 0 ? " " : "").Append(line.Trim());
        return text.Length > 300 ? $"{text.ToString(0, 300)}…" : text.ToString();
    }

    private static void Write(SearchExpression expression, int depth, List<string> lines)
    {
        switch (expression)
        {
            case SearchExpression.And and:
                Write("all of", and.Parts, depth, lines);
                break;
            case SearchExpression.Or or:
                Write("any of", or.Parts, depth, lines);
                break;
            case SearchExpression.Not not:
                Write("not", [not.Part], depth, lines);
                break;
            case SearchExpression.Chain chain:
                Write($"{Name(chain.Reference)} leads to {(chain.TargetTypes.Count == 0 ? "any type" : string.Join('|', chain.TargetTypes))} with", [chain.Inner], depth, lines);
                break;
            case SearchExpression.ReverseChain chain:
                Write($"{Name(chain.Reference)} leads here from one with", [chain.Inner], depth, lines);
                break;
            case SearchExpression.Contains contains:
                Write($"contains a {string.Join('|', contains.Types)} with", [contains.Inner], depth, lines);
                break;
            case SearchExpression.ContainedIn contained:
                Write("is contained in one with", [contained.Inner], depth, lines);
                break;
            default:
                Add(Leaf(expression), depth, lines);
                break;
        }
    }

    private static void Write(string head, IReadOnlyList<SearchExpression> parts, int depth, List<string> lines)
    {
        Add(head, depth, lines);
        foreach (var part in parts)
            Write(part, depth + 1, lines);
    }

    private static void Add(string text, int depth, List<string> lines) => lines.Add(new string(' ', depth * 2) + text);

    private static string Leaf(SearchExpression expression) => expression switch
    {
        SearchExpression.All => "every resource",
        SearchExpression.None => "no resource",
        SearchExpression.TypeIn types => $"type is {string.Join('|', types.Types)}",
        SearchExpression.IdIn ids => $"id is {string.Join('|', ids.Ids)}",
        SearchExpression.LastUpdated updated => $"lastUpdated {Range(updated.Range)}",
        SearchExpression.Parameter parameter => $"{Name(parameter.Definition)} {Predicate(parameter.Predicate)}",
        SearchExpression.Missing missing => $"{Name(missing.Definition)} is missing",
        SearchExpression.InCompartment compartment => $"in the compartment {compartment.CompartmentType}/{compartment.Id}",
        SearchExpression.Text text => $"{(text.Part == TextPart.Narrative ? "narrative" : "content")} has {Query(text.Query)}",
        _ => expression.ToString(),
    };

    private static string Name(SearchParameter parameter) => $"{parameter.ResourceType}.{parameter.Code}";

    private static string Predicate(SearchPredicate predicate) => predicate switch
    {
        StringPredicate text => $"{Words(text.Match)} '{text.Text}'",
        TokenPredicate token => $"is {Token(token.System, token.Code)}",
        TokenTextPredicate text => $"text starts with '{text.Text}'",
        TokenSetPredicate set => $"is one of {set.Codes.Count} codes of {string.Join(", ", set.Codes.Systems)}",
        OfTypePredicate typed => $"is {typed.Value} of type {Token(typed.TypeSystem, typed.TypeCode)}",
        RangePredicate range => Range(range),
        NumberPredicate number => Number(number),
        QuantityPredicate quantity => $"{Number(quantity.Number)} {Token(quantity.System, quantity.Code)}"
            + (quantity.Canonical is { } canonical ? $", or {Number(canonical.Number)} {canonical.Units}" : ""),
        ReferencePredicate { Url: { } url } => $"refers to {url}",
        ReferencePredicate reference => $"refers to {reference.Type ?? "any type"}/{reference.Id}",
        ReferenceIdentifierPredicate identifier => $"refers to what has the identifier {Token(identifier.System, identifier.Value)}",
        HierarchyPredicate hierarchy => $"refers to {hierarchy.Type}/{hierarchy.Id} or to what lies {Words(hierarchy.Side)} it by {hierarchy.Parent.Code}",
        UriPredicate uri => $"{Words(uri.Match)} {uri.Uri}",
        NearPredicate near => string.Create(CultureInfo.InvariantCulture, $"within {near.Metres:0.#} m of {near.Latitude}, {near.Longitude}"),
        CompositePredicate composite => string.Join(" and on the same element ", composite.Components.Select(Predicate)),
        _ => predicate.ToString(),
    };

    private static string Token(string? system, string? code) => $"{(system is null ? "" : $"{system}|")}{code ?? (system is null ? "any" : "")}";

    private static string Range(RangePredicate range) => $"{Words(range.Prefix)} {Instant(range.Low)} to {Instant(range.High)}";

    // Ends beyond what a DateTime can hold stand for no end.
    private static string Instant(long microseconds) =>
        microseconds is > -62_135_596_800_000_000 and < 253_402_300_800_000_000
            ? DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)
            : microseconds < 0 ? "any past" : "any future";

    private static string Number(NumberPredicate number) => number.Prefix is SearchPrefix.Eq or SearchPrefix.Ne or SearchPrefix.Ap
        ? string.Create(CultureInfo.InvariantCulture, $"{Words(number.Prefix)} {number.Value} [{number.Low}, {number.High})")
        : string.Create(CultureInfo.InvariantCulture, $"{Words(number.Prefix)} {number.Value}");

    private static string Query(TextQuery query) => string.Join(
        " or ",
        query.Alternatives.Select(static terms => string.Join(
            " and ", terms.Select(static term => $"{(term.IsExcluded ? "not " : "")}\"{term.Text}\"{(term.IsPrefix ? "*" : "")}"))));

    // StartsWith as "starts with", Ge as "ge".
    private static string Words<T>(T name)
        where T : struct, Enum
    {
        var text = new StringBuilder();
        foreach (var character in name.ToString())
        {
            if (char.IsUpper(character) && text.Length > 0)
                text.Append(' ');
            text.Append(char.ToLowerInvariant(character));
        }

        return text.ToString();
    }
}
