// Which resources may match differently than at an earlier commit: those that have changed, and those that chains lead from to them.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Follows the references of an expression backwards from what has changed.</summary>
internal sealed class AffectedKeys(Connection connection, Dictionaries dictionaries, PastState past)
{
    // The url of a conformance resource is what canonical references name.
    private const string Urls = "SELECT key FROM main.parameter WHERE parent=0 AND name LIKE '%.url'";

    /// <summary>The keys for conditions that all have to hold; null if they can't be told.</summary>
    public HashSet<long>? Of(IReadOnlyList<SearchExpression> expressions)
    {
        var affected = new HashSet<long>(past.Changed);
        foreach (var expression in expressions)
        {
            if (Of(expression) is not { } keys)
                return null;
            affected.UnionWith(keys);
        }

        return affected;
    }

    /// <summary>Adds the types on whose resources an expression depends; false if that may be any type.</summary>
    public static bool AddTypes(SearchExpression expression, HashSet<string> types)
    {
        switch (expression)
        {
            case SearchExpression.And and:
                return and.Parts.All(part => AddTypes(part, types));
            case SearchExpression.Or or:
                return or.Parts.All(part => AddTypes(part, types));
            case SearchExpression.Not not:
                return AddTypes(not.Part, types);
            case SearchExpression.Chain chain:
                types.UnionWith(chain.TargetTypes);
                return chain.TargetTypes.Count > 0 && AddTypes(chain.Inner, types);
            case SearchExpression.ReverseChain chain:
                types.Add(chain.Reference.ResourceType);
                return AddTypes(chain.Inner, types);
            case SearchExpression.Parameter { Predicate: HierarchyPredicate hierarchy }:
                types.Add(hierarchy.Type);
                return true;
            case SearchExpression.Parameter { Predicate: GrantedHierarchy hierarchy }:
                types.Add(hierarchy.Hierarchy.Type);
                return AddTypes(hierarchy.Granted, types);
            case SearchExpression.Contains contains:
                return AddTypes(contains.Inner, types);
            case SearchExpression.ContainedIn contained:
                return AddTypes(contained.Inner, types);
            default:
                return IsOfOneResource(expression);
        }
    }

    private static bool IsOfOneResource(SearchExpression expression) => expression is
        SearchExpression.All or SearchExpression.None or SearchExpression.TypeIn or SearchExpression.IdIn or SearchExpression.LastUpdated
        or SearchExpression.Missing or SearchExpression.Text or SearchExpression.Parameter { Predicate: not (HierarchyPredicate or GrantedHierarchy) };

    private IReadOnlyCollection<long>? Of(SearchExpression expression) => expression switch
    {
        SearchExpression.And and => Of(and.Parts),
        SearchExpression.Or or => Of(or.Parts),
        SearchExpression.Not not => Of(not.Part),
        SearchExpression.Chain chain => Of(chain.Inner) is { } inner ? Referrers(dictionaries.FindParameter(chain.Reference), inner) : null,
        SearchExpression.ReverseChain chain => Of(chain.Inner) is { } inner ? Targets(dictionaries.FindParameter(chain.Reference), inner) : null,
        SearchExpression.Contains contains => Of(contains.Inner) is { } inner ? Containers(inner) : null,
        SearchExpression.ContainedIn contained => Of(contained.Inner) is { } inner ? Contained(inner) : null,
        _ => IsOfOneResource(expression) || !HasChanged(expression) ? past.Changed : null,
    };

    // A place anywhere in a hierarchy may have moved; that it is not followed step by step is made up for by testing all resources.
    private bool HasChanged(SearchExpression expression)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        if (!AddTypes(expression, types))
            return true;
        var numbers = types.Select(dictionaries.FindType).ToHashSet();
        return past.Changed.Any(key => numbers.Contains(key >> Layout.TypeShift));
    }

    // What refers to one of the targets and has not changed itself, by the index of now; by URL also to those that had it then.
    private HashSet<long> Referrers(long parameter, IReadOnlyCollection<long> targets)
    {
        var found = new HashSet<long>(past.Changed);
        foreach (var target in targets)
        {
            Add(found, connection.Prepare("SELECT key FROM main.reference WHERE parameter=? AND target=?").Bind(1, parameter).Bind(2, target));
            if (past.HasLinks)
            {
                Add(found, connection.Prepare(
                    $"""
                    SELECT f.key FROM main.link u INDEXED BY link_key CROSS JOIN main.link f
                    WHERE u.key=?2 AND u.parameter IN ({Urls}) AND f.parameter=?1 AND f.uri=u.uri
                    UNION SELECT f.key FROM temp.link u CROSS JOIN main.link f
                    WHERE u.key=?2 AND u.parameter IN ({Urls}) AND f.parameter=?1 AND f.uri=u.uri
                    """).Bind(1, parameter).Bind(2, target));
            }

            connection.CheckLimit();
        }

        return found;
    }

    // What one of the sources refers to, now or then.
    private HashSet<long> Targets(long parameter, IReadOnlyCollection<long> sources)
    {
        var found = new HashSet<long>(past.Changed);
        foreach (var source in sources)
        {
            Add(found, connection.Prepare(
                """
                SELECT target FROM main.reference INDEXED BY reference_key WHERE key=?2 AND parameter=?1
                UNION SELECT target FROM temp.reference WHERE key=?2 AND parameter=?1
                """).Bind(1, parameter).Bind(2, source));
            if (past.HasLinks)
            {
                Add(found, connection.Prepare(
                    $"""
                    SELECT u.key FROM main.link f INDEXED BY link_key CROSS JOIN main.link u
                    WHERE f.key=?2 AND f.parameter=?1 AND u.uri=f.uri AND u.parameter IN ({Urls})
                    UNION SELECT u.key FROM temp.link f CROSS JOIN main.link u
                    WHERE f.key=?2 AND f.parameter=?1 AND u.uri=f.uri AND u.parameter IN ({Urls})
                    """).Bind(1, parameter).Bind(2, source));
            }

            connection.CheckLimit();
        }

        return found;
    }

    // What has changed itself is known, with all that it contains and contained; the others contain what they did.
    private HashSet<long> Containers(IReadOnlyCollection<long> contained)
    {
        var found = new HashSet<long>(past.Changed);
        foreach (var key in contained)
            Add(found, connection.Prepare("SELECT container FROM main.contained WHERE key=?").Bind(1, key));
        return found;
    }

    private HashSet<long> Contained(IReadOnlyCollection<long> containers)
    {
        var found = new HashSet<long>(past.Changed);
        foreach (var key in containers)
            Add(found, connection.Prepare("SELECT key FROM main.contained WHERE container=?").Bind(1, key));
        return found;
    }

    private static void Add(HashSet<long> keys, Statement select)
    {
        using var rows = select.Query();
        while (rows.Step())
            keys.Add(rows.Int64(0));
    }
}
