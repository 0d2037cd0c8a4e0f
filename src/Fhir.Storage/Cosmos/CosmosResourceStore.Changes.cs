// What was committed in order, and versions of other stores.

namespace FhirHub.Storage.Cosmos;

/// <content>Moving between stores.</content>
public sealed partial class CosmosResourceStore
{
    private readonly CosmosChanges _changes;

    /// <inheritdoc/>
    public async Task<ChangePage> ChangesAsync(ChangeQuery query, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await _changes.PageAsync(query, await _watermarks.ReadAsync(cancel), cancel);
    }

    /// <inheritdoc/>
    public Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel)
    {
        RestoreResult.Check(versions);
        return _committer.RestoreAsync(versions, cancel);
    }
}
