// _text and _content as queries of the full-text index.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Full-text conditions (R4 search.html#content).</content>
internal sealed partial class SearchCompiler
{
    /// <summary>Keys up to which asking the full-text index for each of them costs less than gathering all that it finds.</summary>
    public const int FewKeys = 100;

    private static readonly Sql s_passage = Sql.Raw($"{TextLayout.Schema}.passage");

    /// <summary>True while what is compiled tests up to <see cref="FewKeys"/> keys.</summary>
    public bool TestsFewKeys { get; set; }

    private Sql Test(SearchExpression.Text condition, Sql key)
    {
        var text = TextOf(condition);
        var holds = new List<Sql>();
        if (Positive(condition) is { } match)
            holds.Add(Found(match));
        foreach (var terms in condition.Query.Alternatives)
        {
            // What asks only for the absence of words holds for resources without any text too.
            if (terms.All(static term => term.IsExcluded))
                holds.Add(Excluded(terms) is { } excluded ? Sql.Of($"NOT {Found(InPart(condition.Part, excluded))}") : Sql.True);
        }

        return Sql.Of(
            $"""
            CASE WHEN {key} IN (SELECT value FROM json_each({text.Changed()}))
            THEN {key} IN (SELECT value FROM json_each({text.ChangedThatSatisfy(condition)})) ELSE {Sql.Any(holds)} END
            """);

        Sql Found(string query) => TestsFewKeys
            ? Sql.Of($"EXISTS(SELECT 1 FROM {s_passage} WHERE passage MATCH {query} AND rowid={key})")
            : Sql.Of($"{key} IN (SELECT rowid FROM {s_passage} WHERE passage MATCH {query})");
    }

    private KeySource? Source(SearchExpression.Text condition)
    {
        if (condition.Query.Alternatives.Any(static terms => terms.All(static term => term.IsExcluded)))
            return null;
        var text = TextOf(condition);
        if (Positive(condition) is not { } match)
            return Source(new SearchExpression.None());

        // A match gives its rows in the order of their keys, and a range of keys is sought.
        var found = Sql.Of($"SELECT rowid AS key FROM {s_passage} WHERE passage MATCH {match}");
        return text.IsExact
            ? new KeySource(found, Ordered: true)
            : new KeySource(
                Sql.Of(
                    $"""
                    {found} AND rowid NOT IN (SELECT value FROM json_each({text.Changed()}))
                    UNION ALL SELECT value AS key FROM json_each({text.ChangedThatSatisfy(condition)})
                    """),
                Ordered: false);
    }

    private TextSnapshot TextOf(SearchExpression.Text condition) => connection.Text
        ?? throw new ArgumentException("The full-text index is not at hand here.", nameof(condition));

    // The alternatives that ask for a word to be there; null if there is none that can hold.
    private static string? Positive(SearchExpression.Text condition)
    {
        var alternatives = condition.Query.Alternatives
            .Where(static terms => !terms.All(static term => term.IsExcluded))
            .Select(Positive)
            .OfType<string>()
            .ToList();
        return alternatives.Count == 0 ? null : InPart(condition.Part, string.Join(" OR ", alternatives));
    }

    private static string? Positive(IReadOnlyList<TextTerm> terms)
    {
        var wanted = terms.Where(static term => !term.IsExcluded).Select(Phrase).ToList();

        // A word without a letter or digit is nowhere.
        if (wanted.Contains(null))
            return null;
        var all = string.Join(" AND ", wanted);
        return Excluded(terms) is { } excluded ? $"(({all}) NOT ({excluded}))" : $"({all})";
    }

    private static string? Excluded(IReadOnlyList<TextTerm> terms)
    {
        var excluded = terms.Where(static term => term.IsExcluded).Select(Phrase).OfType<string>().ToList();
        return excluded.Count == 0 ? null : string.Join(" OR ", excluded);
    }

    // Tokens are letters and digits only, so that nothing in them is syntax once they are in quotes.
    private static string? Phrase(TextTerm term)
    {
        var tokens = TextSegmentation.Phrase(term, out var isOpen);
        return tokens.Count == 0 ? null : $"\"{string.Join(' ', tokens)}\"{(isOpen ? " *" : "")}";
    }

    // The content is the narrative and all else; what is not narrative is the other column.
    private static string InPart(TextPart part, string query) => part == TextPart.Narrative ? $"narrative : ({query})" : query;
}
