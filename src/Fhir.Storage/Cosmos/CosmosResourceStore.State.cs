// The server's own records, and what this server knows of the writes of others.

namespace FhirHub.Storage.Cosmos;

/// <content>Records of the server's own state; what follows the writes of all servers.</content>
public sealed partial class CosmosResourceStore : IStateStore
{
    private readonly CosmosStateStore _state;
    private StoreFollower? _follower;
    private long _doubts;

    /// <inheritdoc/>
    /// <remarks>Commits of other servers are seen when this one looks for them, each <see cref="CosmosStoreOptions.FollowInterval"/>. If it can't, the number is another one each time.</remarks>
    public long Commits => TellsAll ? _watermarks.Position : Doubt();

    /// <inheritdoc/>
    /// <remarks>As <see cref="Commits"/>.</remarks>
    public long CommitsOf(string type) => TellsAll ? _watermarks.PositionOf(type) : Doubt();

    /// <inheritdoc/>
    public bool TellsAll => _follower is { IsCurrent: true };

    /// <inheritdoc/>
    public ValueTask<StateRecord?> FindAsync(string kind, string id, CancellationToken cancel) => _state.FindAsync(kind, id, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateRecord>> ListAsync(StateQuery query, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _state.ListAsync(query, cancel);
    }

    /// <inheritdoc/>
    public Task<StateRecord?> PutAsync(StateRecord record, long? expectedVersion, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _state.PutAsync(record, expectedVersion, cancel);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string kind, string id, long? expectedVersion, CancellationToken cancel) => _state.RemoveAsync(kind, id, expectedVersion, cancel);

    /// <inheritdoc/>
    public Task<int> RemoveExpiredAsync(int most, CancellationToken cancel) => _state.RemoveExpiredAsync(most, cancel);

    /// <inheritdoc/>
    public void Observe(Action<string, string> observer) => _state.Observe(observer);

    private async Task FollowAsync(CancellationToken cancel) =>
        _follower = await StoreFollower.StartAsync(_database.FeedOfState(), _watermarks, _state, _options.FollowInterval, cancel);

    // Positions are not negative, so this is none of them, and none that was said before.
    private long Doubt() => -Interlocked.Increment(ref _doubts);
}
