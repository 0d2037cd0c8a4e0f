// Histories, within a scope and a time.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Histories.</content>
public sealed partial class CosmosResourceStore
{
    /// <inheritdoc/>
    public async Task<HistoryPage> HistoryAsync(AccessScope scope, HistoryQuery query, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.SearchTimeout);
        try
        {
            return await new CosmosHistory(_database, _versions, _search, _options, scope, query, await _watermarks.ReadAsync(limit.Token)).PageAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SearchTimeoutException($"The history took longer than {_options.SearchTimeout.TotalSeconds:0} s; narrow it.");
        }
    }
}
