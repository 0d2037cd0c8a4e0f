// One search on one connection inside one read transaction: choose a plan, find the page's keys, fetch versions, count.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Runs searches on a connection.</summary>
internal sealed partial class SearchRun(Connection connection, Dictionaries dictionaries, SqliteStoreOptions options, AccessScope scope)
{
    private const string OfPatients = ".where(resolve() is Patient)";

    private static readonly Sql s_key = Sql.Raw("s.key");

    private readonly SearchCompiler _compiler = new(connection, dictionaries, options.SourceCounts);
    private readonly ScopedExpression _scoped = new(scope, options.CompartmentParameters);
    private readonly VersionReader _versions = new(connection, dictionaries);

    /// <summary>The first page of matches with what they include.</summary>
    public SearchPage FirstPage(SearchQuery asked)
    {
        var query = asked;
        var parts = Parts(ref query);
        var types = _compiler.InTypes(query.ResourceTypes, s_key);
        var chosen = _compiler.Choose(parts);
        NotePlan(parts, chosen);
        var total = query.Total == TotalMode.None && query.Count > 0 ? null : (long?)Count(query, parts, types, chosen);
        if (query.Count == 0)
            return new SearchPage([], [], null, null, total);

        connection.Trace?.Begin("find keys");
        var streamed = Streamed(query, parts, types, chosen);
        var keys = streamed ?? Keys(query, parts, types, chosen, query.Count + 1);
        var more = keys.Count > query.Count;
        if (more)
            keys.RemoveAt(query.Count);
        var next = more ? Cursor(asked, total, streamed is null ? [] : keys).Write() : null;
        connection.Trace?.Begin("fetch");
        var matches = keys.ConvertAll(_versions.GetCurrent);
        var (included, cut) = query.Includes.Count == 0 ? ([], false) : Included(query.Includes, keys);
        return new SearchPage(matches, included, next, null, total) { IncludesCut = cut, ContainedIds = ContainedIds(query, keys) };
    }

    /// <summary>The keys of matches, up to a limit, in the order of the query.</summary>
    public List<long> Matches(SearchQuery query, int limit)
    {
        var parts = Parts(ref query);
        var types = _compiler.InTypes(query.ResourceTypes, s_key);
        return Keys(query, parts, types, _compiler.Choose(parts), limit);
    }

    /// <summary>True if the scope grants a resource that is known to be there now.</summary>
    public bool IsGranted(long key, string type, AccessLetter letter) => scope.IsUnfiltered(type, letter) || IsThere(key, type, letter);

    /// <summary>True if there is a resource now, and the scope grants it.</summary>
    public bool IsThere(long key, string type, AccessLetter letter)
    {
        var filter = _scoped.Granted([type], letter);
        return filter is not SearchExpression.None
            && connection.Scalar(Sql.Of($"SELECT {SearchCompiler.IsCurrent(Sql.Of($"{key}"))} AND {_compiler.Test(filter, Sql.Of($"{key}"))}")) == 1;
    }

    private void NotePlan(List<SearchExpression> parts, ChosenSource? chosen) => connection.Trace?.Note(
        parts.Count == 0 ? "There is no condition: the keys of the type are walked."
        : chosen is null ? $"No condition is a source of keys: the keys of the type are walked, and {parts.Count} conditions tested."
        : $"Of {parts.Count} conditions, the source with the fewest keys is {ExpressionText.LineOf(parts[chosen.Part])}; the others are tested for each of its keys.");

    // The parts that must all hold; where contained resources are searched, the types become those of the keys that are found.
    private List<SearchExpression> Parts(ref SearchQuery query)
    {
        connection.Trace?.Begin("plan");
        var (types, expression) = WithContained(query);
        query = query with { ResourceTypes = types };
        var parts = new List<SearchExpression>();
        Flatten(expression, parts);
        return RangesPredicate.Join(parts.FindAll(part => !parts.Exists(other => Implies(other, part))));

        static void Flatten(SearchExpression expression, List<SearchExpression> parts)
        {
            if (expression is SearchExpression.And and)
            {
                foreach (var part in and.Parts)
                    Flatten(part, parts);
            }
            else if (expression is not SearchExpression.All)
            {
                parts.Add(expression);
            }
        }
    }

    // Who asks for patient=1 by a token for that patient asks twice for the same: what 'patient' finds is what 'subject' finds and is a Patient. The
    // narrower of both decides, whichever of them came in by the scope.
    private static bool Implies(SearchExpression other, SearchExpression part) =>
        part is SearchExpression.Parameter { Definition: var whole, Predicate: ReferencePredicate { Type: "Patient", Id: { } id, Url: null, Version: null } }
        && other is SearchExpression.Parameter { Definition: var narrow, Predicate: ReferencePredicate { Type: null or "Patient", Url: null } asked }
        && asked.Id == id
        && narrow.ResourceType == whole.ResourceType
        && narrow.Expression is { } expression && expression.EndsWith(OfPatients, StringComparison.Ordinal) && expression.AsSpan(0, expression.Length - OfPatients.Length).SequenceEqual(whole.Expression);

    // Matches without order or page. All keys of a type lie together in the resource table, which is the source where none is chosen.
    private Sql From(List<SearchExpression> parts, Sql types, ChosenSource? chosen, Sql after)
    {
        _compiler.TestsFewKeys = chosen is { Count: <= SearchCompiler.FewKeys };
        List<Sql> tests = [types, .. parts.Where((_, i) => i != chosen?.Part).Select(part => _compiler.Test(part, s_key))];
        return chosen is null
            ? Sql.Of($"FROM resource s WHERE s.seq > 0 AND s.deleted = 0 AND {Sql.All(tests)}{after}")
            : Sql.Of($"FROM ({chosen.Source.Select}) s WHERE {Sql.All(tests)}{after}");
    }

    // A source in the order of keys fills the page before much of it is read. Of any other all is read and sorted, which is cheaper
    // than to walk the keys of the type and test each only if there are few.
    private bool IsCheaperThanWalk(ChosenSource? chosen, SearchQuery query, int limit) => chosen switch
    {
        null => false,
        { Source.Ordered: true } or { Count: < SearchCompiler.SmallSource } => true,
        { Count: >= SearchCompiler.CountLimit } => false,
        _ => chosen.Count < TestsOfWalk(chosen, query, limit) * CostOfTest,
    };

    // Resources that are tested until the page is full, if matches lie evenly.
    private long TestsOfWalk(ChosenSource chosen, SearchQuery query, int limit) => Size(query) * limit / Math.Max(1, chosen.Count);

    private const int CostOfTest = 2;

    private List<long> Keys(SearchQuery query, List<SearchExpression> parts, Sql types, ChosenSource? chosen, int limit)
    {
        if (query.Sort.Count == 0)
            return KeysOf(InKeyOrder(query, parts, types, chosen, Sql.Empty, limit));
        if (query.Sort is [{ Code: "_lastUpdated" }] && (chosen is null || chosen.Count >= SearchCompiler.SmallSource))
            return KeysOf(ByCommit(query, parts, types, limit));
        if (Walk(query, parts, types, chosen, limit) is { } walked)
            return walked;
        var matches = Sql.Of($"SELECT DISTINCT {s_key} AS key, {SortColumns(query.Sort)} {From(parts, types, chosen, Sql.Empty)}");
        return KeysOf(Sql.Of($"SELECT key FROM ({matches}) ORDER BY {Order(query.Sort)} LIMIT {(long)limit}"));
    }

    private Sql InKeyOrder(SearchQuery query, List<SearchExpression> parts, Sql types, ChosenSource? chosen, Sql after, int limit)
    {
        var from = From(parts, types, IsCheaperThanWalk(chosen, query, limit) ? chosen : null, after);
        return chosen is { Source.Merged: true }
            ? Sql.Of($"SELECT {s_key} AS key {from} LIMIT {(long)limit}")
            : Sql.Of($"SELECT DISTINCT {s_key} AS key {from} ORDER BY {s_key} LIMIT {(long)limit}");
    }

    private List<long> KeysOf(Sql select)
    {
        var found = new List<long>();
        using var rows = connection.Prepare(select).Query();
        while (rows.Step())
            found.Add(rows.Int64(0));
        return found;
    }

    // Versions lie in the order of their commits, so the last changed resources are read off their end.
    private Sql ByCommit(SearchQuery query, List<SearchExpression> parts, Sql types, int limit)
    {
        var tests = new List<Sql> { Sql.Raw("v.seq = s.seq AND s.deleted = 0"), types };
        tests.AddRange(parts.Select(part => _compiler.Test(part, s_key)));
        if (query.ResourceTypes.Count == 1)
            tests.Add(Sql.Of($"v.key >> {Sql.Raw(Layout.TypeShift.ToString())} = {dictionaries.FindType(query.ResourceTypes[0])}"));
        return Sql.Of(
            $"""
            SELECT v.key FROM version v CROSS JOIN resource s ON s.key = v.key
            WHERE {Sql.All(tests)} ORDER BY v.seq{Sql.Raw(query.Sort[0].Descending ? " DESC" : "")} LIMIT {(long)limit}
            """);
    }
}
