// The second contract of a store: small records of the server's own (accounts, clients, tokens, keys) in the same database as the resources.

namespace FhirHub.Storage;

/// <summary>
/// Records with a kind, an id and a version. Each write concerns one record and is conditional where its caller says so: that is what every
/// store can promise, Cosmos DB too, so whoever needs several records to agree makes one of them the one that decides.
/// </summary>
public interface IStateStore
{
    /// <summary>A record; null if there is none or its time is over.</summary>
    ValueTask<StateRecord?> FindAsync(string kind, string id, CancellationToken cancel);

    /// <summary>Records of a kind in the order of their ids; those whose time is over are left out.</summary>
    Task<IReadOnlyList<StateRecord>> ListAsync(StateQuery query, CancellationToken cancel);

    /// <summary>Writes a record. When the task ends, it is on disk.</summary>
    /// <param name="record">The record; its version is given by the store.</param>
    /// <param name="expectedVersion">The version that it must have now: 0 if there must be none (one whose time is over is none); null for any.</param>
    /// <param name="cancel">Gives up before it is written.</param>
    /// <returns>The record as written; null if it has another version, and then nothing was written.</returns>
    Task<StateRecord?> PutAsync(StateRecord record, long? expectedVersion, CancellationToken cancel);

    /// <summary>Removes a record.</summary>
    /// <returns>True if it was there in the expected version, or in any if that is null.</returns>
    Task<bool> RemoveAsync(string kind, string id, long? expectedVersion, CancellationToken cancel);

    /// <summary>Removes records whose time is over.</summary>
    /// <returns>How many it removed; as many as <paramref name="most"/> means that there may be more.</returns>
    Task<int> RemoveExpiredAsync(int most, CancellationToken cancel);

    /// <summary>
    /// Asks to be told of each write and removal of a record, by kind and id: after it is on disk and before the task of who wrote it ends, so that
    /// whoever keeps what it has read never answers with what is over. What ceases by its time is not told.
    /// </summary>
    /// <remarks>
    /// Where several servers have one database, the writes of others are told within a time that the store's documentation names, as long as
    /// <see cref="TellsAll"/>. An empty kind says that any record may have been written.
    /// </remarks>
    void Observe(Action<string, string> observer);

    /// <summary>
    /// False while the store can't tell what other servers write: what is kept of records must not be used then. It costs nothing to ask for.
    /// </summary>
    bool TellsAll { get; }
}

/// <summary>A record of the server's own state.</summary>
/// <param name="Kind">What it is, such as <c>client</c>.</param>
/// <param name="Id">Its id, one of its kind.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record StateRecord(string Kind, string Id, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// Another value after each write, greater than 0, and never one that a record of this kind and id had before, not even if that one was removed
    /// meanwhile; 0 before it was written. It says nothing of which of two is later.
    /// </summary>
    public long Version { get; init; }

    /// <summary>What it is listed by beside its kind, such as the account that a grant belongs to; empty for nothing.</summary>
    public string Owner { get; init; } = "";

    /// <summary>When it ceases to be; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A question for records.</summary>
/// <param name="Kind">Their kind.</param>
public sealed record StateQuery(string Kind)
{
    /// <summary>Their owner; null for any.</summary>
    public string? Owner { get; init; }

    /// <summary>Only records whose id comes after this one (ordinal).</summary>
    public string After { get; init; } = "";

    /// <summary>Records at most.</summary>
    public int Count { get; init; } = 1_000;
}
