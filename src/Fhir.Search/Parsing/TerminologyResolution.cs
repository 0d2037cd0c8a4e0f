// Conditions that only terminology can answer, turned into sets of codes before a store sees them.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>
/// Makes a <see cref="TokenSetPredicate"/> of every <see cref="ValueSetPredicate"/> and <see cref="SubsumptionPredicate"/> of a
/// search (R4 search.html#token), wherever in the expression they are. Each question is asked once.
/// </summary>
internal sealed class TerminologyResolution(ITerminology terminology, int maxQuestions, CancellationToken cancel)
{
    private readonly Dictionary<SearchPredicate, TokenSetPredicate> _answers = [];

    /// <summary>The expression without questions to terminology.</summary>
    /// <exception cref="TerminologyException">A question has no answer.</exception>
    public async ValueTask<SearchExpression> ResolveAsync(SearchExpression expression) => expression switch
    {
        SearchExpression.And and => new SearchExpression.And(await ResolveAsync(and.Parts)),
        SearchExpression.Or or => new SearchExpression.Or(await ResolveAsync(or.Parts)),
        SearchExpression.Not not => new SearchExpression.Not(await ResolveAsync(not.Part)),
        SearchExpression.Chain chain => chain with { Inner = await ResolveAsync(chain.Inner) },
        SearchExpression.ReverseChain reverse => reverse with { Inner = await ResolveAsync(reverse.Inner) },
        SearchExpression.Contains contains => contains with { Inner = await ResolveAsync(contains.Inner) },
        SearchExpression.ContainedIn contained => contained with { Inner = await ResolveAsync(contained.Inner) },
        SearchExpression.Parameter parameter => parameter with { Predicate = await ResolveAsync(parameter.Predicate) },
        _ => expression,
    };

    private async ValueTask<IReadOnlyList<SearchExpression>> ResolveAsync(IReadOnlyList<SearchExpression> parts)
    {
        var resolved = new SearchExpression[parts.Count];
        for (var i = 0; i < resolved.Length; i++)
            resolved[i] = await ResolveAsync(parts[i]);
        return resolved;
    }

    private async ValueTask<SearchPredicate> ResolveAsync(SearchPredicate predicate)
    {
        switch (predicate)
        {
            case CompositePredicate composite:
                var components = new SearchPredicate[composite.Components.Count];
                for (var i = 0; i < components.Length; i++)
                    components[i] = await ResolveAsync(composite.Components[i]);
                return new CompositePredicate(components);
            case ValueSetPredicate or SubsumptionPredicate when _answers.TryGetValue(predicate, out var known):
                return known;
            case ValueSetPredicate or SubsumptionPredicate when _answers.Count >= maxQuestions:
                throw new TerminologyException(
                    "too-costly", $"The search asks terminology for more than {maxQuestions} value sets or hierarchies; ask for fewer.");
            case ValueSetPredicate asked:
                return _answers[predicate] = new TokenSetPredicate(await terminology.ExpandAsync(asked.ValueSet, cancel));
            case SubsumptionPredicate asked:
                return _answers[predicate] = new TokenSetPredicate(await terminology.SubsumptionAsync(asked.System, asked.Code, asked.Side, cancel));
            default:
                return predicate;
        }
    }
}
