// The different values of a parameter that are in use.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Values in use.</content>
internal sealed partial class SearchRun
{
    /// <summary>The different tokens or URIs of a parameter, in resources that the scope grants.</summary>
    public async Task<IReadOnlyList<IndexedValue>> ValuesAsync(SearchParameter parameter, int limit, CancellationToken cancel)
    {
        IReadOnlyList<string> types = [parameter.ResourceType];
        var granted = await ResolveAsync(_scoped.Granted(types, AccessLetter.Search), types, cancel);
        var having = new SearchExpression.And([granted, new SearchExpression.Not(new SearchExpression.Missing(parameter))]);
        var (matches, _) = await AllMatchingAsync(types, having, [parameter], withBody: false, cancel);
        return [.. matches.SelectMany(static match => match.Indexed.Entries).Where(entry => entry.Parameter.Key == parameter.Key).Select(static entry => entry switch
        {
            TokenEntry { Code: { } code } token => new IndexedValue(string.IsNullOrEmpty(token.System) ? null : token.System, code),
            UriEntry uri => new IndexedValue(null, uri.Uri),
            _ => null,
        }).OfType<IndexedValue>().Distinct().OrderBy(static value => value.Value, StringComparer.Ordinal).Take(limit)];
    }
}
