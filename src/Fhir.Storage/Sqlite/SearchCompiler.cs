// Search expressions as SQL, each in two forms: a test of one key, and a source of all keys that match.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Keys that match: a SELECT with one column, <c>key</c>, that may name a key more than once.</summary>
/// <param name="Select">The SQL.</param>
/// <param name="Ordered">True if the index gives the keys in order, so that a page can start anywhere.</param>
internal sealed record KeySource(Sql Select, bool Ordered)
{
    /// <summary>
    /// True if the SELECT is a merge of ordered ones that says its order itself: it names no key twice, and a statement around it
    /// must neither sort nor make distinct, or SQLite would gather all before it gives the first.
    /// </summary>
    public bool Merged { get; init; }

    /// <summary>True if the keys are found by looking at everything: the planner takes it for large and does not count it.</summary>
    public bool Scans { get; init; }
}

/// <summary>
/// Compiles expressions that <see cref="ScopedExpression"/> rewrote. Of the parts of an AND the one with the fewest keys becomes
/// the source and the others tests.
/// </summary>
internal sealed partial class SearchCompiler(Connection connection, Dictionaries dictionaries, SourceCounts counts)
{
    // A tree of SELECTs may have 500 leaves at most, and a merge of many is slower than a sort.
    private const int MergedAtMost = 64;
    private const int UnitedAtMost = 200;

    private int _aliases;

    /// <summary>The condition that the resource of a key matches.</summary>
    public Sql Test(SearchExpression expression, Sql key) => expression switch
    {
        SearchExpression.All => Sql.True,
        SearchExpression.None => Sql.False,
        SearchExpression.And and => Sql.All([.. and.Parts.Select(part => Test(part, key))]),
        SearchExpression.Or or => Sql.Any([.. or.Parts.Select(part => Test(part, key))]),
        SearchExpression.Not not => Sql.Of($"NOT {Test(not.Part, key)}"),
        SearchExpression.TypeIn types => InTypes(WithContained(types.Types), key),
        SearchExpression.IdIn ids =>
            Sql.Of($"(SELECT id FROM resource WHERE key={key}) IN ({Sql.List(ids.Ids.Select(id => new LogicalId(id)))})"),
        SearchExpression.LastUpdated updated => Test(updated.Range, key),
        SearchExpression.Parameter parameter => Test(Rows(parameter), key),
        SearchExpression.Missing missing =>
            Sql.Of($"NOT EXISTS(SELECT 1 FROM resource r CROSS JOIN shape h ON h.key=r.shape WHERE r.key={key} AND instr(h.present, {IndexRows.PresentMark(Number(missing.Definition))}) > 0)"),
        SearchExpression.Chain chain => Test(chain, key),
        SearchExpression.ReverseChain chain => Test(chain, key),
        SearchExpression.Contains contains => Test(contains, key),
        SearchExpression.ContainedIn contained => Test(contained, key),
        SearchExpression.Text text => Test(text, key),
        _ => throw new ArgumentException($"The store can't search by {expression.GetType().Name}.", nameof(expression)),
    };

    /// <summary>A source of the keys that match; null if there is no index that gives them.</summary>
    public KeySource? Source(SearchExpression expression) => expression switch
    {
        SearchExpression.None => new KeySource(Sql.Raw("SELECT 0 AS key WHERE 0"), Ordered: true),
        SearchExpression.And and => Source(and),
        SearchExpression.Or or => Source(or),
        SearchExpression.IdIn ids => Source(ids),
        SearchExpression.LastUpdated updated => Source(updated.Range),
        SearchExpression.Parameter parameter => Source(Rows(parameter)),
        SearchExpression.Chain chain => Source(chain),
        SearchExpression.ReverseChain chain => Source(chain),
        SearchExpression.Contains contains => Source(contains),
        SearchExpression.Text text => Source(text),
        _ => null,
    };

    /// <summary>A condition that a key is of one of the types.</summary>
    public Sql InTypes(IReadOnlyList<string> types, Sql key)
    {
        if (types.Count == 0)
            return Sql.False;
        var numbers = types.Select(dictionaries.FindType).ToList();
        var low = numbers[0] << Layout.TypeShift;

        // One type is a range to seek; of several, each key is asked, so that keys stay in order.
        return numbers.Count == 1
            ? Sql.Of($"{key} BETWEEN {low} AND {low | Layout.NumberMask}")
            : Sql.Of($"{key} >> {Sql.Raw(Layout.TypeShift.ToString())} IN ({Sql.List(numbers.Select(static number => (object)number))})");
    }

    /// <summary>A condition that there is a resource for the key now.</summary>
    public static Sql IsCurrent(Sql key) => Sql.Of($"EXISTS(SELECT 1 FROM resource WHERE key={key} AND seq > 0 AND deleted = 0)");

    private Sql NextAlias() => Sql.Raw($"t{++_aliases}");

    private long Number(SearchParameter parameter) => dictionaries.FindParameter(parameter);

    private KeySource? Source(SearchExpression.And and)
    {
        if (Choose(and.Parts) is not { } chosen)
            return null;
        var (source, part) = (chosen.Source, chosen.Part);
        var rest = and.Parts.Where((_, i) => i != part).ToList();
        if (rest.Count == 0)
            return source;
        var alias = NextAlias();
        var key = Sql.Of($"{alias}.key");
        return source with { Select = Sql.Of($"SELECT {key} AS key FROM ({source.Select}) {alias} WHERE {Sql.All([.. rest.Select(other => Test(other, key))])}") };
    }

    private KeySource? Source(SearchExpression.Or or)
    {
        var sources = new List<KeySource>();
        foreach (var part in or.Parts)
        {
            if (Source(part) is not { } source)
                return null;
            sources.Add(source);
        }

        switch (sources)
        {
            case []:
                return Source(new SearchExpression.None());
            case [var only]:
                return only;
        }

        var selects = sources.ConvertAll(static source => Sql.Of($"SELECT key FROM ({source.Select})"));
        if (sources.Count <= MergedAtMost && sources.TrueForAll(static source => source is { Ordered: true, Merged: false }))
            return new KeySource(Sql.Of($"{Sql.Join(" UNION ", selects)} ORDER BY key"), Ordered: true) { Merged = true };

        // The LIMIT keeps SQLite from writing the conditions around the source out again for each of its parts, which makes 20,000 of
        // them where two parameters of all types meet.
        return new KeySource(Sql.Of($"SELECT key FROM ({United(selects)}) LIMIT -1"), Ordered: false) { Scans = sources.Exists(static source => source.Scans) };
    }

    private static Sql United(List<Sql> selects) => selects.Count <= UnitedAtMost
        ? Sql.Join(" UNION ALL ", selects)
        : United([.. selects.Chunk(UnitedAtMost).Select(static chunk => Sql.Of($"SELECT key FROM ({United([.. chunk])})"))]);

    private static KeySource Source(SearchExpression.IdIn ids) => new(
        Sql.Of($"SELECT key FROM resource WHERE type IN (SELECT key FROM type) AND id IN ({Sql.List(ids.Ids.Select(id => new LogicalId(id)))}) AND seq > 0 AND deleted = 0"),
        Ordered: false);
}
