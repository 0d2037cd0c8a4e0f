// Commits and what is left of those that were not ended.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Writes.</content>
public sealed partial class CosmosResourceStore
{
    /// <inheritdoc/>
    public async Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(transaction);
        return await _committer.CommitAsync(scope, transaction, cancel);
    }

    /// <summary>
    /// Ends what servers that died had begun: applies what they committed, removes what they prepared longer ago than
    /// <see cref="CosmosStoreOptions.PreparationLifetime"/>, blobs a day older than that which no version names, and index entries that a reindex
    /// has replaced two hours ago. Every server does so by
    /// itself from time to time.
    /// </summary>
    /// <returns>The number of documents and blobs that were removed, and of documents that had such entries.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel) => await _sweeper.SweepAsync(cancel) + await _retired.SweepAsync(cancel);
}
