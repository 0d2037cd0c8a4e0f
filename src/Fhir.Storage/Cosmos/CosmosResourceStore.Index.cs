// What is still to come of the contract.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Histories, counts, search parameters.</content>
public sealed partial class CosmosResourceStore
{
    /// <inheritdoc/>
    public bool NeedsReindex => false;

    /// <inheritdoc/>
    public Task<HistoryPage> HistoryAsync(AccessScope scope, HistoryQuery query, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IAsyncEnumerable<DanglingReference> DanglingReferencesAsync(AccessScope scope, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> CountAsync(AccessScope scope, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> DeclareAsync(IReadOnlyCollection<SearchParameter> parameters, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task ReindexAsync(ReindexRequest request, IProgress<ReindexProgress>? progress, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ReindexRequest?> FindReindexAsync(CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task AbandonReindexAsync(CancellationToken cancel) => throw new NotSupportedException();
}
