// Searches, as of the watermark.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Search, and the values in use.</content>
public sealed partial class CosmosResourceStore
{
    /// <inheritdoc/>
    public async Task<SearchPage> SearchAsync(AccessScope scope, SearchQuery query, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(query);
        return await _search.PageAsync(scope, query, await _watermarks.ReadAsync(cancel), cancel);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IndexedValue>> ValuesAsync(AccessScope scope, SearchParameter parameter, int limit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(parameter);
        return await _search.ValuesAsync(scope, parameter, limit, await _watermarks.ReadAsync(cancel), cancel);
    }
}
