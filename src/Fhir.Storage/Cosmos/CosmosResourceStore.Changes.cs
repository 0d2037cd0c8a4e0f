// What was committed in order, and versions of other stores.

namespace FhirHub.Storage.Cosmos;

/// <content>Moving between stores.</content>
public sealed partial class CosmosResourceStore
{
    /// <inheritdoc/>
    public Task<ChangePage> ChangesAsync(ChangeQuery query, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel) => throw new NotSupportedException();
}
