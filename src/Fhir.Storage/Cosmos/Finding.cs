// What was found before the search itself for the parts of its condition that look at other resources: chains, reverse chains, hierarchies. In the
// expression a parameter of its own stands for each; a resource has an entry of it if the part holds.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>A part of a condition that was looked up.</summary>
internal abstract class Finding
{
    private const string Holds = "holds";
    private static long s_number;

    /// <summary>The parameter that stands for it.</summary>
    public SearchParameter Mark { get; } = new()
    {
        ResourceType = "Resource",
        Code = $"finding-{Interlocked.Increment(ref s_number)}",
        Url = "",
        Type = SearchParameterType.Token,
    };

    /// <summary>The condition that stands for it.</summary>
    public SearchExpression Expression => new SearchExpression.Parameter(Mark, new TokenPredicate(null, Holds));

    /// <summary>The entry of a resource for which it holds.</summary>
    public IndexEntry Entry => new TokenEntry(Mark, null, Holds);

    /// <summary>The parameters whose entries it looks at.</summary>
    public abstract IEnumerable<SearchParameter> Parameters { get; }

    /// <summary>A condition on what a resource contains that it goes on to; null for none.</summary>
    public virtual SearchExpression? Inner => null;

    /// <summary>The condition on a document.</summary>
    public abstract SqlCondition Condition(SearchSql sql);

    /// <summary>True if it holds.</summary>
    /// <param name="subject">The resource, which may be contained.</param>
    /// <param name="holder">The resource that contains it; itself if none does.</param>
    /// <param name="evaluator">For conditions on what is contained.</param>
    public abstract bool Test(IndexedResource subject, IndexedResource holder, SearchEvaluator evaluator);

    /// <summary>The references of a resource; one to its container is like one by type and id (R4 references.html#contained).</summary>
    protected static IEnumerable<ReferenceEntry> References(IndexedResource subject, SearchParameter parameter) =>
        subject.Entries.OfType<ReferenceEntry>().Where(entry => entry.Parameter.Key == parameter.Key);

    /// <summary>A condition on the entry <c>e</c>: it refers to one of the resources.</summary>
    protected static SqlCondition RefersTo(SearchSql sql, IReadOnlyCollection<ResourceKey> keys, IReadOnlyCollection<string> urls)
    {
        if (keys.Count + urls.Count > SearchSql.LongestList)
            return SqlCondition.Open;
        var parts = keys.GroupBy(static key => key.Type, StringComparer.Ordinal)
            .Select(group => new SqlCondition($"(e.t = {sql.Value(group.Key)} AND e.i IN {sql.List(group.Select(static key => key.Id))})", true));
        if (urls.Count > 0)
            parts = parts.Append(new SqlCondition($"e.u IN {sql.List(urls)}", true));
        return SearchSql.Any([.. parts]);
    }
}

/// <summary>A reference leads to one of these resources.</summary>
internal sealed class ChainFinding(SearchExpression.Chain chain, IReadOnlySet<ResourceKey> keys, IReadOnlySet<string> urls) : Finding
{
    public override IEnumerable<SearchParameter> Parameters => [chain.Reference];

    public override SearchExpression Inner => chain.Inner;

    public override SqlCondition Condition(SearchSql sql) =>
        sql.Exists(chain.Reference, SearchSql.Any([RefersTo(sql, [.. keys], [.. urls]), new SqlCondition("STARTSWITH(e.u, \"#\")", false)]));

    public override bool Test(IndexedResource subject, IndexedResource holder, SearchEvaluator evaluator) =>
        References(subject, chain.Reference).Any(entry => entry switch
        {
            { Url: "#" } => IsOfType(holder) && evaluator.Matches(holder, chain.Inner),

            // The inner condition sees the contained resource as what it is: one within the holder.
            { Url: ['#', .. var local] } => holder.Contained.Any(contained => contained.Id == local && IsOfType(contained)
                && evaluator.Matches(holder with { Contained = [contained] }, new SearchExpression.Contains([contained.Type], chain.Inner))),
            { Type: { } type, Id: { } id } => keys.Contains(new ResourceKey(type, id)),
            { Url: { } url } => urls.Contains(url),
            _ => false,
        });

    private bool IsOfType(IndexedResource resource) => chain.TargetTypes.Count == 0 || chain.TargetTypes.Contains(resource.Type, StringComparer.Ordinal);
}

/// <summary>One of the resources that were found refers to this one.</summary>
/// <param name="keys">What they refer to by type and id.</param>
/// <param name="urls">What they refer to by canonical URL.</param>
/// <param name="locals">What they refer to within themselves.</param>
/// <param name="urlParameters">The canonical URLs of the types that the search may find.</param>
internal sealed class ReverseFinding(IReadOnlySet<ResourceKey> keys, IReadOnlySet<string> urls, IReadOnlySet<(ResourceKey Holder, string Id)> locals, IReadOnlyList<SearchParameter> urlParameters) : Finding
{
    public override IEnumerable<SearchParameter> Parameters => urls.Count == 0 ? [] : urlParameters;

    public override SqlCondition Condition(SearchSql sql)
    {
        if (keys.Count + urls.Count > SearchSql.LongestList)
            return SqlCondition.Open;
        var parts = keys.GroupBy(static key => key.Type, StringComparer.Ordinal)
            .Select(group => new SqlCondition($"(c.t = {sql.Value(group.Key)} AND c.i IN {sql.List(group.Select(static key => key.Id))})", true)).ToList();
        if (urls.Count > 0)
            parts.AddRange(urlParameters.Select(parameter => sql.Exists(parameter, new SqlCondition($"e.u IN {sql.List(urls)}", true))));
        return SearchSql.Any(parts);
    }

    public override bool Test(IndexedResource subject, IndexedResource holder, SearchEvaluator evaluator) => ReferenceEquals(subject, holder)
        ? keys.Contains(new ResourceKey(subject.Type, subject.Id)) || subject.Entries.Any(entry => entry is UriEntry { Parameter.Code: "url" } uri && urls.Contains(uri.Uri))
        : locals.Contains((new ResourceKey(holder.Type, holder.Id), subject.Id));
}

/// <summary>A reference leads into a hierarchy.</summary>
internal sealed class HierarchyFinding(SearchParameter reference, IReadOnlySet<ResourceKey> keys) : Finding
{
    public override IEnumerable<SearchParameter> Parameters => [reference];

    public override SqlCondition Condition(SearchSql sql) =>
        sql.Exists(reference, SearchSql.Any([RefersTo(sql, [.. keys], []), new SqlCondition("e.u = \"#\"", false)]));

    public override bool Test(IndexedResource subject, IndexedResource holder, SearchEvaluator evaluator) => References(subject, reference).Any(entry => entry switch
    {
        { Url: "#" } => keys.Contains(new ResourceKey(holder.Type, holder.Id)),
        { Type: { } type, Id: { } id } => keys.Contains(new ResourceKey(type, id)),
        _ => false,
    });
}
