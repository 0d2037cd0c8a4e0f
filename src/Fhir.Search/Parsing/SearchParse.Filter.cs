// What a _filter means for the types searched (R4 search_filter.html).

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private SearchExpression Filter(IReadOnlyList<string> types, FilterSyntax filter, int depth) => filter switch
    {
        FilterSyntax.And and => new SearchExpression.And([.. and.Parts.Select(part => Filter(types, part, depth))]),
        FilterSyntax.Or or => new SearchExpression.Or([.. or.Parts.Select(part => Filter(types, part, depth))]),
        FilterSyntax.Not not => new SearchExpression.Not(Filter(types, not.Part, depth)),

        // "The set is empty" and "none of the set": the set is all that the whole path leads to.
        FilterSyntax.Comparison { Operator: FilterOperator.Pr } present =>
            IsPresent(present) ? Filter(types, present.Path, present, depth) : new SearchExpression.Not(Filter(types, present.Path, present, depth)),
        FilterSyntax.Comparison { Operator: FilterOperator.Ni } none =>
            new SearchExpression.Not(Filter(types, none.Path, none with { Operator = FilterOperator.In }, depth)),
        FilterSyntax.Comparison comparison => Filter(types, comparison.Path, comparison, depth),
        _ => throw new InvalidOperationException($"{filter.GetType().Name} is no part of a filter."),
    };

    private static bool IsPresent(FilterSyntax.Comparison comparison) => comparison.Value switch
    {
        "true" => true,
        "false" => false,
        _ => throw new SearchFault("value", SearchMessages.FilterPresent, Shown(comparison.Value)),
    };

    private SearchExpression Filter(IReadOnlyList<string> types, FilterPath path, FilterSyntax.Comparison comparison, int depth)
    {
        if (depth > _options.MaxChainDepth)
            throw new SearchFault("too-costly", SearchMessages.FilterPath, _options.MaxChainDepth.ToString(CultureInfo.InvariantCulture));
        CountCondition();
        if (path.Rest is not { } rest)
            return Compare(types, path.Name, comparison.Operator, comparison.Value);
        if (path.Condition is { } parts && types.All(type => _registry.Find(type, path.Name) is { Components.Count: > 0 }))
            return Either([.. types.Select(type => Components(_registry.Find(type, path.Name)!, parts, rest, comparison))]);
        return Chain(types, path.Name, null, rest.Name, Target, depth);

        SearchExpression Target(string type, int steps)
        {
            var value = Filter([type], rest, comparison, steps);
            return path.Condition is { } condition ? new SearchExpression.And([Filter([type], condition, steps), value]) : value;
        }
    }

    // composite[part eq x].other gt y: values of one element (R4 search.html#composite).
    private SearchExpression.Parameter Components(
        SearchParameter composite, FilterSyntax condition, FilterPath rest, FilterSyntax.Comparison comparison)
    {
        var asked = condition is FilterSyntax.And and ? and.Parts : [condition];
        var comparisons = asked.OfType<FilterSyntax.Comparison>().Append(comparison with { Path = rest }).ToList();
        var names = composite.Components.Select(component => component.Parameter.Code).ToList();
        if (comparisons.Count != asked.Count + 1
            || comparisons.Exists(c => c.Path.Rest is not null)
            || !names.Order(StringComparer.Ordinal).SequenceEqual(comparisons.Select(c => c.Path.Name).Order(StringComparer.Ordinal)))
        {
            throw new SearchFault(
                "value", SearchMessages.FilterComposite, composite.Code, string.Join(", ", names), names[0], names[^1]);
        }

        return new SearchExpression.Parameter(composite, new CompositePredicate([.. composite.Components.Select(component =>
        {
            var (_, comparer, value) = comparisons.Find(c => c.Path.Name == component.Parameter.Code)!;
            var predicate = Predicate(component.Parameter, comparer, value);
            return predicate is UnequalPredicate or ValueSetPredicate or SubsumptionPredicate or UriPredicate { Match: not UriMatch.Exact }
                ? throw new SearchFault("not-supported", SearchMessages.FilterComparer, component.Parameter.Code, Name(comparer), composite.Code)
                : predicate;
        })]));
    }

    private SearchExpression Compare(IReadOnlyList<string> types, string code, FilterOperator comparer, string value)
    {
        switch (code)
        {
            case "_id" or "_lastUpdated" when comparer == FilterOperator.Pr:
                return new SearchExpression.All();
            case "_id" when comparer is FilterOperator.Eq or FilterOperator.Ne:
                return Ids(comparer == FilterOperator.Ne ? "not" : null, value);
            case "_id":
                throw NoSuchOperator(code, "an id", [FilterOperator.Eq, FilterOperator.Ne], comparer);
            case "_lastUpdated":
                return new SearchExpression.LastUpdated(DateRangeOf(code, comparer, value));
        }

        if (Array.IndexOf(SpecialCriteria, code) >= 0)
            throw new SearchFault("not-supported", SearchMessages.NotInFilter, code);
        var parameters = Known(types, code);
        return comparer == FilterOperator.Pr
            ? new SearchExpression.Not(Combine(parameters.Select(p => new SearchExpression.Missing(p))))
            : Either([.. parameters.Select(SearchExpression (p) => new SearchExpression.Parameter(p, Predicate(p, comparer, value)))]);
    }

    private SearchPredicate Predicate(SearchParameter parameter, FilterOperator comparer, string value)
    {
        var asked = $"{parameter.Code} {Name(comparer)}";
        return (parameter.Type, comparer) switch
        {
            (SearchParameterType.String, _) => Text(parameter.Code, comparer, value),
            (SearchParameterType.Token, FilterOperator.Eq) => Token(parameter.Code, null, value),
            (SearchParameterType.Token, FilterOperator.Ne) => new UnequalPredicate(Token(parameter.Code, null, value)),
            (SearchParameterType.Token, FilterOperator.In) => InValueSet(asked, value),
            (SearchParameterType.Token, FilterOperator.Ss) => Subsumed(asked, SubsumptionSide.Below, value),
            (SearchParameterType.Token, FilterOperator.Sb) => Subsumed(asked, SubsumptionSide.Above, value),
            (SearchParameterType.Reference, FilterOperator.Eq or FilterOperator.Re) => Reference(parameter, null, value),
            (SearchParameterType.Reference, FilterOperator.Ne) => new UnequalPredicate(Reference(parameter, null, value)),
            (SearchParameterType.Uri, FilterOperator.Eq) => new UriPredicate(UriMatch.Exact, value),
            (SearchParameterType.Uri, FilterOperator.Ne) => new UnequalPredicate(new UriPredicate(UriMatch.Exact, value)),
            (SearchParameterType.Uri, FilterOperator.Co) => new UriPredicate(UriMatch.Contains, value),
            (SearchParameterType.Uri, FilterOperator.Sw) => new UriPredicate(UriMatch.StartsWith, value),
            (SearchParameterType.Uri, FilterOperator.Ew) => new UriPredicate(UriMatch.EndsWith, value),
            (SearchParameterType.Date, _) => DateRangeOf(parameter.Code, comparer, value),
            (SearchParameterType.Number, >= FilterOperator.Gt and <= FilterOperator.Eb or FilterOperator.Eq or FilterOperator.Ne) =>
                Number(parameter.Code, Name(comparer) + SearchText.Unescape(value)),
            (SearchParameterType.Quantity, >= FilterOperator.Gt and <= FilterOperator.Eb or FilterOperator.Eq or FilterOperator.Ne) =>
                Quantity(parameter.Code, Name(comparer) + value),
            (SearchParameterType.Composite, FilterOperator.Eq) => Composite(parameter, value),
            (SearchParameterType.Special, FilterOperator.Eq) => Near(parameter.Code, value),
            _ => throw NoSuchOperator(parameter.Code, $"a {Name(parameter.Type)}", OperatorsOf(parameter.Type), comparer),
        };
    }

    private static SearchPredicate Text(string code, FilterOperator comparer, string value)
    {
        StringMatch? match = comparer switch
        {
            FilterOperator.Eq or FilterOperator.Ne => StringMatch.Equal,
            FilterOperator.Co => StringMatch.Contains,
            FilterOperator.Sw => StringMatch.StartsWith,
            FilterOperator.Ew => StringMatch.EndsWith,
            FilterOperator.Gt => StringMatch.After,
            FilterOperator.Lt => StringMatch.Before,
            FilterOperator.Ge => StringMatch.EqualOrAfter,
            FilterOperator.Le => StringMatch.EqualOrBefore,
            _ => null,
        };
        if (match is null)
            throw NoSuchOperator(code, "a string", OperatorsOf(SearchParameterType.String), comparer);
        var folded = StringFolding.Fold(value);
        if (folded.Length == 0)
            throw new SearchFault("value", SearchMessages.FilterNothing, code, Name(comparer), Shown(value));
        var predicate = new StringPredicate(match.Value, folded);
        return comparer == FilterOperator.Ne ? new UnequalPredicate(predicate) : predicate;
    }

    // po asks for an overlap, which is what ap asks for once the range is widened; here it stays as it is.
    private RangePredicate DateRangeOf(string code, FilterOperator comparer, string value) => comparer switch
    {
        FilterOperator.Po => Date(code, "eq" + value) with { Prefix = SearchPrefix.Ap },
        FilterOperator.Eq or FilterOperator.Ne or (>= FilterOperator.Gt and <= FilterOperator.Eb) => Date(code, Name(comparer) + value),
        _ => throw NoSuchOperator(code, "a date", OperatorsOf(SearchParameterType.Date), comparer),
    };

    private static FilterOperator[] OperatorsOf(SearchParameterType type) => type switch
    {
        SearchParameterType.String =>
        [
            FilterOperator.Eq, FilterOperator.Ne, FilterOperator.Co, FilterOperator.Sw, FilterOperator.Ew,
            FilterOperator.Gt, FilterOperator.Lt, FilterOperator.Ge, FilterOperator.Le,
        ],
        SearchParameterType.Token =>
            [FilterOperator.Eq, FilterOperator.Ne, FilterOperator.In, FilterOperator.Ni, FilterOperator.Ss, FilterOperator.Sb],
        SearchParameterType.Reference => [FilterOperator.Eq, FilterOperator.Ne, FilterOperator.Re],
        SearchParameterType.Uri => [FilterOperator.Eq, FilterOperator.Ne, FilterOperator.Co, FilterOperator.Sw, FilterOperator.Ew],
        SearchParameterType.Date => [FilterOperator.Eq, FilterOperator.Ne, .. s_ordering, FilterOperator.Po],
        SearchParameterType.Number or SearchParameterType.Quantity => [FilterOperator.Eq, FilterOperator.Ne, .. s_ordering],
        _ => [FilterOperator.Eq],
    };

    private static readonly FilterOperator[] s_ordering =
        [FilterOperator.Gt, FilterOperator.Lt, FilterOperator.Ge, FilterOperator.Le, FilterOperator.Ap, FilterOperator.Sa, FilterOperator.Eb];

    private static SearchFault NoSuchOperator(string code, string kind, FilterOperator[] allowed, FilterOperator comparer) => new(
        "invalid", SearchMessages.FilterOperators, code, kind, string.Join(", ", allowed.Append(FilterOperator.Pr).Select(Name)), Name(comparer));

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
