// The server's own records in the container "state": each write is one document, conditional by its ETag.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Records of the server's own state. Ids are any text, those of documents are not, so a document's id is the hash of the record's, and records are listed
/// by the hexadecimal digits of their ids in UTF-8, whose order every database agrees upon.
/// </summary>
/// <param name="state">The container.</param>
/// <param name="clock">The clock that says whether a record's time is over; the database removes it an hour after that.</param>
internal sealed class CosmosStateStore(CosmosDocuments state, TimeProvider clock)
{
    /// <summary>Seconds for which a removed record leaves a document, so that followers of the container hear of it.</summary>
    public const int RemovedSeconds = 86_400;

    // A document has 2 MB at most; the rest of it is small.
    private const int MostBytes = 1_400_000;

    private const int ExpirySlackSeconds = 3_600;

    private Action<string, string>? _changed;

    /// <summary>Names this store among the servers of the database, so that its own writes are not told twice.</summary>
    public string Server { get; } = Guid.NewGuid().ToString("N");

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc cref="IStateStore.FindAsync"/>
    public async ValueTask<StateRecord?> FindAsync(string kind, string id, CancellationToken cancel) =>
        await state.ReadAsync(IdOf(id), PartitionOf(kind, id), cancel) is { } document ? new StateDocument(document.Root).ToRecord(Now) : null;

    /// <inheritdoc cref="IStateStore.ListAsync"/>
    public async Task<IReadOnlyList<StateRecord>> ListAsync(StateQuery query, CancellationToken cancel)
    {
        var condition = query.Owner is null ? "" : " AND c.owner = @owner";
        var definition = new QueryDefinition(
            $"SELECT * FROM c WHERE c.kind = @kind AND c.key > @after{condition} AND NOT IS_DEFINED(c.gone) AND (NOT IS_DEFINED(c.expires) OR c.expires > @now) ORDER BY c.key")
            .WithParameter("@kind", query.Kind).WithParameter("@after", OrderOf(query.After)).WithParameter("@now", Now);
        if (query.Owner is { } owner)
            definition.WithParameter("@owner", owner);
        var found = new List<StateRecord>();
        if (query.Count <= 0)
            return found;
        await foreach (var json in state.QueryAsync(definition, new PartitionKeyBuilder().Add(query.Kind).Build(), query.Count, cancel))
        {
            if (new StateDocument(json).ToRecord(long.MinValue) is { } record)
                found.Add(record);
            if (found.Count == query.Count)
                break;
        }

        return found;
    }

    /// <inheritdoc cref="IStateStore.PutAsync"/>
    public async Task<StateRecord?> PutAsync(StateRecord record, long? expectedVersion, CancellationToken cancel)
    {
        // At random, so that a record that was removed and made anew never has a version that somebody still holds, and nothing must be kept of those removed.
        var written = record with { Version = Random.Shared.NextInt64(1, long.MaxValue) };
        var (id, partition) = (IdOf(record.Id), PartitionOf(record.Kind, record.Id));
        var json = StateDocument.Write(id, OrderOf(record.Id), written, Server, TimeToLive(record.Expires));
        if (json.Length > MostBytes)
            throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"A record of the kind '{record.Kind}' takes {json.Length} bytes; {MostBytes} is the most that is kept."));

        // Most records are new, and then this is one request.
        if (expectedVersion is null or 0 && await state.CreateAsync(json, partition, cancel))
            return Told(written);
        while (true)
        {
            var found = await state.ReadAsync(id, partition, cancel);
            var current = found is null ? null : new StateDocument(found.Root).ToRecord(Now);

            // The answer to a write got lost, and it was done.
            if (current?.Version == written.Version)
                return Told(written);
            if (expectedVersion is { } expected && expected != (current?.Version ?? 0))
                return null;
            if (found is null ? await state.CreateAsync(json, partition, cancel) : await state.ReplaceAsync(id, json, partition, found.ETag, cancel))
                return Told(written);
        }
    }

    /// <inheritdoc cref="IStateStore.RemoveAsync"/>
    public async Task<bool> RemoveAsync(string kind, string id, long? expectedVersion, CancellationToken cancel)
    {
        var (document, partition) = (IdOf(id), PartitionOf(kind, id));
        var removal = Guid.NewGuid().ToString("N");
        var json = StateDocument.WriteRemoved(document, kind, id, Server, removal, RemovedSeconds);
        while (true)
        {
            if (await state.ReadAsync(document, partition, cancel) is not { } found)
                return false;
            var removed = new StateDocument(found.Root);
            if (removed.Removal != removal)
            {
                if (removed.ToRecord(Now) is not { } current || (expectedVersion is { } expected && expected != current.Version))
                    return false;
                if (!await state.ReplaceAsync(document, json, partition, found.ETag, cancel))
                    continue;
            }

            Tell(kind, id);
            return true;
        }
    }

    /// <inheritdoc cref="IStateStore.RemoveExpiredAsync"/>
    public async Task<int> RemoveExpiredAsync(int most, CancellationToken cancel)
    {
        var over = new List<(StateDocument Document, string ETag)>();
        var query = new QueryDefinition("SELECT c.id, c.kind, c.name, c._etag FROM c WHERE c.expires <= @now").WithParameter("@now", Now);
        await foreach (var json in state.QueryAsync(query, null, most, cancel))
        {
            over.Add((new StateDocument(json), json.Required("_etag")));
            if (over.Count == most)
                break;
        }

        var removed = 0;
        await Parallel.ForEachAsync(over, cancel, async (found, token) =>
        {
            // One that was made anew meanwhile has another ETag.
            var (document, etag) = found;
            if (await state.DeleteAsync(IdOf(document.RecordId), PartitionOf(document.Kind, document.RecordId), etag, token))
                Interlocked.Increment(ref removed);
        });

        // Those that another server removed count too: there may be more.
        return over.Count == most ? most : removed;
    }

    /// <inheritdoc cref="IStateStore.Observe"/>
    public void Observe(Action<string, string> observer) => _changed += observer;

    /// <summary>Tells the observers of a write.</summary>
    public void Tell(string kind, string id) => _changed?.Invoke(kind, id);

    private StateRecord Told(StateRecord written)
    {
        Tell(written.Kind, written.Id);
        return written;
    }

    // Where the time is over by this server's clock, a record stays for a while longer: the database goes by its own.
    private int? TimeToLive(DateTimeOffset? expires) =>
        expires is { } moment ? (int)Math.Clamp((moment - clock.GetUtcNow()).TotalSeconds + ExpirySlackSeconds, 1, int.MaxValue) : null;

    private static string IdOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string OrderOf(string id) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(id));

    private static PartitionKey PartitionOf(string kind, string id) => new PartitionKeyBuilder().Add(kind).Add(IdOf(id)).Build();
}
