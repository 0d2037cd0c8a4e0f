// Which index entries a condition looks at.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>Lists the parameters of a condition.</summary>
internal static class SearchedParameters
{
    /// <summary>The parameters that a condition names, however deep, by index key.</summary>
    public static ILookup<string, SearchParameter> Of(SearchExpression expression) => By(In(expression));

    /// <summary>Parameters, each once, by index key.</summary>
    public static ILookup<string, SearchParameter> By(IEnumerable<SearchParameter> parameters) =>
        parameters.DistinctBy(static parameter => parameter.Key, StringComparer.Ordinal).ToLookup(static parameter => parameter.IndexKey, StringComparer.Ordinal);

    /// <summary>The parameters that a condition names, however deep.</summary>
    public static IEnumerable<SearchParameter> In(SearchExpression expression) => expression switch
    {
        SearchExpression.And and => and.Parts.SelectMany(In),
        SearchExpression.Or or => or.Parts.SelectMany(In),
        SearchExpression.Not not => In(not.Part),
        SearchExpression.Parameter parameter => [parameter.Definition],
        SearchExpression.Missing missing => [missing.Definition],
        SearchExpression.Chain chain => In(chain.Inner).Append(chain.Reference),
        SearchExpression.ReverseChain chain => In(chain.Inner).Append(chain.Reference),
        SearchExpression.Contains contains => In(contains.Inner),
        SearchExpression.ContainedIn contained => In(contained.Inner),
        _ => [],
    };
}
