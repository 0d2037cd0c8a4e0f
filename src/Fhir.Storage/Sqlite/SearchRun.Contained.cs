// _contained: the search goes on among contained resources, and answers them or the resources that they lie in.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Searches of contained resources (R4 search.html#contained).</content>
internal sealed partial class SearchRun
{
    // The types whose keys are found, and the condition on them; what the scope grants is asked of the containers too.
    private (IReadOnlyList<string> Types, SearchExpression Expression) WithContained(SearchQuery query)
    {
        var own = _scoped.Rewrite(query.Expression, query.ResourceTypes);
        if (query.Contained == ContainedMode.None)
            return (query.ResourceTypes, own);

        var all = ResourceTypes();
        var granted = _scoped.Granted(all, AccessLetter.Search);
        var both = query.Contained == ContainedMode.Both;
        if (!query.ContainedAlone)
        {
            var contains = new SearchExpression.And([new SearchExpression.Contains(query.ResourceTypes, own), granted]);
            return both
                ? (all, new SearchExpression.Or([new SearchExpression.And([new SearchExpression.TypeIn(query.ResourceTypes), own]), contains]))
                : (all, contains);
        }

        var contained = SearchCompiler.Contained(query.ResourceTypes);
        SearchExpression visible = new SearchExpression.ContainedIn(granted);
        if (both)
            visible = new SearchExpression.Or([new SearchExpression.Not(new SearchExpression.ContainedIn(new SearchExpression.All())), visible]);
        return (both ? [.. query.ResourceTypes, .. contained] : contained, new SearchExpression.And([own, visible]));
    }

    private List<string> ResourceTypes()
    {
        var types = new List<string>();
        using var rows = connection.Prepare("SELECT name FROM type WHERE name NOT LIKE '#%' ORDER BY key").Query();
        while (rows.Step())
            types.Add(rows.Text(0));
        return types;
    }

    // The ids of contained matches, or nothing if no match can be contained.
    private List<string?> ContainedIds(SearchQuery query, List<long> keys) =>
        query.Contained == ContainedMode.None || !query.ContainedAlone
            ? []
            : keys.ConvertAll(key => _versions.IsContained(key) ? _versions.Contained(key).Id : null);

    // What a resource contains is at hand with it, and so are its references.
    private List<long> WithContained(IReadOnlyList<long> keys)
    {
        var all = new List<long>(keys);
        if (connection.Scalar(Sql.Raw("SELECT EXISTS(SELECT 1 FROM contained)")) == 0)
            return all;
        foreach (var key in keys)
            all.AddRange(_versions.ContainedIn(key).Values);
        return all;
    }
}
