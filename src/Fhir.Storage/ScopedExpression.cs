// Narrows a search to what the access scope grants, and spells compartments out as references, before anything is planned.

using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>Rewrites expressions so that no part of them, however deep, can see what the scope does not grant.</summary>
internal sealed class ScopedExpression(AccessScope scope, Func<string, string, IReadOnlyList<SearchParameter>> compartmentParameters)
{
    private static readonly SearchExpression s_all = new SearchExpression.All();
    private static readonly SearchExpression s_none = new SearchExpression.None();

    /// <summary>The expression for resources of these types, with the scope's filter for each of them.</summary>
    public SearchExpression Rewrite(SearchExpression expression, IReadOnlyList<string> types)
    {
        var rewritten = Expand(expression, types);
        return scope.IsFull ? rewritten : And(rewritten, Granted(types, AccessLetter.Search));
    }

    /// <summary>What the scope grants of these types for a letter.</summary>
    public SearchExpression Granted(IReadOnlyList<string> types, AccessLetter letter)
    {
        if (scope.IsFull)
            return s_all;
        if (types.Count == 1)
            return ExpandCompartments(scope.FilterFor(types[0], letter), types);

        IReadOnlyList<string> unfiltered = [.. types.Where(type => scope.IsUnfiltered(type, letter))];
        if (unfiltered.Count == types.Count)
            return types.Count == 0 ? s_none : s_all;
        var granted = new List<SearchExpression>();
        if (unfiltered.Count > 0)
            granted.Add(new SearchExpression.TypeIn(unfiltered));
        foreach (var type in types.Except(unfiltered, StringComparer.Ordinal))
        {
            var filter = ExpandCompartments(scope.FilterFor(type, letter), [type]);
            if (filter is not SearchExpression.None)
                granted.Add(And(new SearchExpression.TypeIn([type]), filter));
        }

        return granted.Count == 0 ? s_none : new SearchExpression.Or(granted);
    }

    private static SearchExpression And(SearchExpression left, SearchExpression right) => (left, right) switch
    {
        (SearchExpression.None, _) or (_, SearchExpression.None) => s_none,
        (SearchExpression.All, _) => right,
        (_, SearchExpression.All) => left,
        _ => new SearchExpression.And([left, right]),
    };

    private SearchExpression Expand(SearchExpression expression, IReadOnlyList<string> types) => expression switch
    {
        SearchExpression.And and => new SearchExpression.And([.. and.Parts.Select(part => Expand(part, types))]),
        SearchExpression.Or or => Either(or, types),
        SearchExpression.Not not => new SearchExpression.Not(Expand(not.Part, types)),
        SearchExpression.InCompartment compartment => Members(compartment, types),
        SearchExpression.Parameter { Predicate: HierarchyPredicate hierarchy } parameter when !scope.IsFull =>
            parameter with { Predicate = new GrantedHierarchy(hierarchy, Granted([hierarchy.Type], AccessLetter.Search)) },
        SearchExpression.Chain chain => Chained(chain),
        SearchExpression.Contains contains => contains with { Inner = Rewrite(contains.Inner, contains.Types) },
        SearchExpression.ReverseChain chain => chain with
        {
            Inner = Rewrite(chain.Inner, [chain.Reference.ResourceType]),
        },
        _ => expression,
    };

    // What is asked of other types' resources is left out: a patient's compartment names every type, and a chain into it comes here once for each.
    private SearchExpression Either(SearchExpression.Or or, IReadOnlyList<string> types)
    {
        SearchExpression[] parts = [.. or.Parts.Where(part => !IsOfOthers(part, types)).Select(part => Expand(part, types))];
        return parts.Length == 0 ? s_none : new SearchExpression.Or(parts);
    }

    // References are indexed by the type that they are in.
    private static bool IsOfOthers(SearchExpression part, IReadOnlyList<string> types) =>
        part is SearchExpression.Parameter { Predicate: ReferencePredicate, Definition.ResourceType: { } type } && type is not ("Resource" or "DomainResource")
        && types.Count > 0 && !types.Contains(type, StringComparer.Ordinal);

    // Each target type has its own filter, so a chain to several types becomes one chain for each.
    private SearchExpression Chained(SearchExpression.Chain chain)
    {
        var types = chain.TargetTypes.Count > 0 ? chain.TargetTypes : chain.Reference.TargetTypes;
        if (scope.IsFull)
            return ChainTo(types);
        if (types.Count == 0)
            return s_none;
        var chains = new List<SearchExpression>();
        IReadOnlyList<string> unfiltered = [.. types.Where(type => scope.IsUnfiltered(type, AccessLetter.Search))];
        if (unfiltered.Count > 0)
            chains.Add(ChainTo(unfiltered));
        chains.AddRange(types.Where(type => scope.IsGranted(type, AccessLetter.Search)).Except(unfiltered, StringComparer.Ordinal).Select(type => ChainTo([type])));
        return chains.Count switch { 0 => s_none, 1 => chains[0], _ => new SearchExpression.Or(chains) };

        SearchExpression.Chain ChainTo(IReadOnlyList<string> targets) => chain with { TargetTypes = targets, Inner = Rewrite(chain.Inner, targets) };
    }

    // The scope's own filters are not narrowed by the scope again.
    private SearchExpression ExpandCompartments(SearchExpression expression, IReadOnlyList<string> types) =>
        new ScopedExpression(AccessScope.Full, compartmentParameters).Expand(expression, types);

    private SearchExpression Members(SearchExpression.InCompartment compartment, IReadOnlyList<string> types)
    {
        var parts = new List<SearchExpression>();
        foreach (var type in types)
        {
            foreach (var parameter in compartmentParameters(compartment.CompartmentType, type))
                parts.Add(new SearchExpression.Parameter(parameter, new ReferencePredicate(compartment.CompartmentType, compartment.Id, null)));
            if (type == compartment.CompartmentType)
                parts.Add(And(new SearchExpression.TypeIn([type]), new SearchExpression.IdIn([compartment.Id])));
        }

        return parts.Count == 0 ? s_none : parts.Count == 1 ? parts[0] : new SearchExpression.Or(parts);
    }
}
