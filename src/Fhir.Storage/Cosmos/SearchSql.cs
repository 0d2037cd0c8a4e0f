// A condition in the SQL of Cosmos: exactly, or as one that more resources meet; what it leaves open the evaluator decides.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>A condition.</summary>
/// <param name="Text">The SQL; it is true or false for every resource, never undefined.</param>
/// <param name="IsExact">False if it holds for more resources than were asked for.</param>
internal readonly record struct SqlCondition(string Text, bool IsExact)
{
    public static SqlCondition True { get; } = new("true", true);

    public static SqlCondition False { get; } = new("false", true);

    /// <summary>Says nothing.</summary>
    public static SqlCondition Open { get; } = new("true", false);

    public bool IsTrue => Text == "true";
}

/// <summary>Compiles conditions and gathers their values, which are never a part of the text.</summary>
/// <param name="epoch">The set of entries that is valid.</param>
/// <param name="findings">What was found before for chains and hierarchies, by the key of the parameter that stands for them.</param>
internal sealed partial class SearchSql(int epoch, IReadOnlyDictionary<string, Finding> findings)
{
    /// <summary>Values that a list of the text has at most: a longer one becomes an open condition.</summary>
    public const int LongestList = 256;

    private readonly List<(string Name, object Value)> _values = [];

    /// <summary>The values by name.</summary>
    public IReadOnlyList<(string Name, object Value)> Values => _values;

    /// <summary>The name of a value.</summary>
    public string Value(object value)
    {
        var name = $"@v{_values.Count}";
        _values.Add((name, value));
        return name;
    }

    /// <summary>The query with its values.</summary>
    public QueryDefinition Query(string text) => _values.Aggregate(new QueryDefinition(text), static (query, value) => query.WithParameter(value.Name, value.Value));

    /// <summary>The entries of a parameter in a document.</summary>
    public string Entries(SearchParameter parameter) => Entries(parameter.IndexKey);

    /// <summary>The entries of an index key in a document.</summary>
    public string Entries(string indexKey) => $"c.{ResourceDocument.EntriesName(epoch)}[{Quoted(indexKey)}]";

    /// <summary>A list of values.</summary>
    public string List(IEnumerable<string> values) => $"({string.Join(',', values.Select(Value))})";

    /// <summary>Index keys are made of names and never come from a request; they are written as the JSON strings that they are in the documents.</summary>
    public static string Quoted(string indexKey) => $"\"{indexKey.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>The condition.</summary>
    public SqlCondition Of(SearchExpression expression) => expression switch
    {
        SearchExpression.All => SqlCondition.True,
        SearchExpression.None => SqlCondition.False,
        SearchExpression.And and => All(and.Parts.Select(Of)),
        SearchExpression.Or or => Any(or.Parts.Select(Of)),
        SearchExpression.Not not => Of(not.Part) is { IsExact: true } part ? new SqlCondition($"NOT ({part.Text})", true) : SqlCondition.Open,
        SearchExpression.TypeIn types => types.Types.Count == 0 ? SqlCondition.False : new SqlCondition($"c.t IN {List(types.Types)}", true),
        SearchExpression.IdIn ids => ids.Ids.Count switch
        {
            0 => SqlCondition.False,
            > LongestList => SqlCondition.Open,
            _ => new SqlCondition($"c.i IN {List(ids.Ids)}", true),
        },
        SearchExpression.LastUpdated updated => LastUpdated(updated.Range),
        SearchExpression.Missing missing => new SqlCondition($"NOT IS_DEFINED({Entries(missing.Definition)})", true),
        SearchExpression.Parameter parameter => findings.TryGetValue(parameter.Definition.Key, out var finding) ? finding.Condition(this) : Exists(parameter),
        SearchExpression.Chain chain => new SqlCondition($"IS_DEFINED({Entries(chain.Reference)})", false),
        SearchExpression.Contains => new SqlCondition($"IS_DEFINED(c.{ResourceDocument.ContainedName(epoch)})", false),

        // Documents are resources that stand for themselves.
        SearchExpression.ContainedIn => SqlCondition.False,
        SearchExpression.Text text => Text(text.Query),
        _ => SqlCondition.Open,
    };

    /// <summary>All of them.</summary>
    public static SqlCondition All(IEnumerable<SqlCondition> parts)
    {
        var (texts, isExact) = (new List<string>(), true);
        foreach (var part in parts)
        {
            isExact &= part.IsExact;
            if (part == SqlCondition.False)
                return SqlCondition.False;
            if (!part.IsTrue)
                texts.Add(part.Text);
        }

        return texts.Count == 0 ? new SqlCondition("true", isExact) : new SqlCondition(texts.Count == 1 ? texts[0] : $"({string.Join(" AND ", texts)})", isExact);
    }

    /// <summary>At least one of them.</summary>
    public static SqlCondition Any(IEnumerable<SqlCondition> parts)
    {
        var (texts, isExact, isTrue) = (new List<string>(), true, false);
        foreach (var part in parts)
        {
            isExact &= part.IsExact;
            isTrue |= part.IsTrue;
            if (part != SqlCondition.False)
                texts.Add(part.Text);
        }

        return isTrue ? new SqlCondition("true", isExact)
            : texts.Count == 0 ? SqlCondition.False
            : new SqlCondition(texts.Count == 1 ? texts[0] : $"({string.Join(" OR ", texts)})", isExact);
    }

    /// <summary>An entry of the parameter meets a condition on <c>e</c>.</summary>
    public SqlCondition Exists(SearchParameter parameter, SqlCondition condition) => condition.Text switch
    {
        "false" => SqlCondition.False,
        "true" => new SqlCondition($"IS_DEFINED({Entries(parameter)})", condition.IsExact),
        _ => new SqlCondition($"EXISTS(SELECT VALUE e FROM e IN {Entries(parameter)} WHERE {condition.Text})", condition.IsExact),
    };

    private SqlCondition Exists(SearchExpression.Parameter parameter) => Exists(parameter.Definition, Entry(parameter.Predicate, parameter.Definition, "e"));

    // Commit times are whole milliseconds, each of which stands for its 1000 microseconds.
    private SqlCondition LastUpdated(RangePredicate range)
    {
        var within = $"(c.l >= {Value(Up(range.Low))} AND c.l <= {Value(Down(range.High, 999))})";
        return new SqlCondition(
            range.Prefix switch
            {
                SearchPrefix.Eq => within,
                SearchPrefix.Ne => $"NOT {within}",
                SearchPrefix.Gt => $"c.l > {Value(Down(range.High, 999))}",
                SearchPrefix.Lt => $"c.l < {Value(Up(range.Low))}",
                SearchPrefix.Ge => $"(c.l > {Value(Down(range.High, 999))} OR {within})",
                SearchPrefix.Le => $"(c.l < {Value(Up(range.Low))} OR {within})",
                SearchPrefix.Sa => $"c.l > {Value(Down(range.High, 0))}",
                SearchPrefix.Eb => $"c.l < {Value(Up(range.Low - 999))}",
                _ => $"(c.l >= {Value(Up(range.Low - 999))} AND c.l <= {Value(Down(range.High, 0))})",
            },
            true);

        // The least millisecond that begins at or after an instant, and the greatest of which nothing but so much comes before it.
        static long Up(long microseconds) => (long)Math.Ceiling(microseconds / 1000m);
        static long Down(long microseconds, int less) => (long)Math.Floor(((decimal)microseconds - less) / 1000m);
    }

    private SqlCondition Text(TextQuery query)
    {
        var alternatives = query.Alternatives.Select(terms => All(terms.Select(Term)) with { IsExact = false });
        var condition = Any(alternatives);
        return condition.IsTrue ? SqlCondition.Open : new SqlCondition($"(NOT IS_DEFINED(c.{SearchWords.Member}) OR {condition.Text})", false);
    }

    // A phrase is narrowed down by its words, wherever they stand.
    private SqlCondition Term(TextTerm term)
    {
        if (term.IsExcluded)
            return SqlCondition.Open;
        var phrase = TextSegmentation.Phrase(term, out var isOpen);
        if (phrase.Count == 0)
            return SqlCondition.False with { IsExact = false };
        var whole = isOpen ? phrase.SkipLast(1) : phrase;
        var words = whole.Distinct(StringComparer.Ordinal).Take(16).Select(word => new SqlCondition($"ARRAY_CONTAINS(c.{SearchWords.Member}, {Value(word)})", false)).ToList();
        if (isOpen)
            words.Add(new SqlCondition($"EXISTS(SELECT VALUE w FROM w IN c.{SearchWords.Member} WHERE STARTSWITH(w, {Value(phrase[^1])}))", false));
        return All(words);
    }
}
