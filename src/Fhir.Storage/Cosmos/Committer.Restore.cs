// Versions of another store: one record of the log for each call, with several versions of a resource one after the other.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Restored versions.</content>
internal sealed partial class Committer
{
    /// <summary>Writes versions with their numbers and times, all that are not there or none.</summary>
    public async Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel)
    {
        var restore = new Restore(versions);
        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                var watermark = await applier.CatchUpAsync(cancel);
                var index = definitions.After(watermark.Index);
                if (restore.PreparedAt < watermark.Void || restore.Stamp != definitions.StampOf(index))
                {
                    await DropAsync(restore);
                    restore.PreparedAt = Math.Max(options.Clock.GetUtcNow().ToUnixTimeMilliseconds(), Math.Max(watermark.Time, watermark.Void));
                    restore.Stamp = definitions.StampOf(index);
                }

                var heads = await HeadsAsync(versions, cancel);
                if (heads.Values.Any(head => head?.Current.From > watermark.Position))
                    continue;
                var (missing, refused) = await FindMissingAsync(versions, heads, watermark, cancel);
                if (refused is not null)
                    return refused;
                if (missing.Count == 0)
                    return new RestoreResult(RestoreFailure.None, 0, versions.Count);
                await PrepareAsync(restore, missing, heads, index, cancel);
                if (await AppendAsync(restore, missing, heads, watermark, index) is not { } record)
                    continue;
                await applier.ApplyOwnAsync(record, heads.ToDictionary(static head => head.Key, static head => new KnownResource(head.Value, null)), watermark);
                return new RestoreResult(RestoreFailure.None, missing.Count, versions.Count - missing.Count);
            }
        }
        finally
        {
            await DropAsync(restore);
        }
    }

    private async Task<Dictionary<ResourceKey, HeadDocument?>> HeadsAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel)
    {
        var heads = new Dictionary<ResourceKey, HeadDocument?>();
        await EachAsync(versions.Select(static version => version.Version.Key).Distinct(), async (key, token) =>
        {
            var id = Layout.IdOf(key);
            var document = await database.Ids.ReadAsync(id, new PartitionKey(id), token);
            lock (heads)
                heads[key] = document is null ? null : HeadDocument.Read(document);
        }, cancel);
        return heads;
    }

    // The indexes of the versions that are not there, or why none can be.
    private async Task<(List<int> Missing, RestoreResult? Refused)> FindMissingAsync(
        IReadOnlyList<RestoredVersion> versions, Dictionary<ResourceKey, HeadDocument?> heads, Watermark watermark, CancellationToken cancel)
    {
        var known = Enumerable.Range(0, versions.Count).Where(i => versions[i].Version.Version <= heads[versions[i].Version.Key]?.Current.Version).ToList();
        var same = new HashSet<int>();
        await EachAsync(known, async (i, token) =>
        {
            if (await IsThereAsync(versions[i], heads[versions[i].Version.Key]!.Current, token))
            {
                lock (same)
                    same.Add(i);
            }
        }, cancel);

        var states = heads.ToDictionary(static head => head.Key, static head => (Version: head.Value?.Current.Version ?? 0, IsCurrent: head.Value is { Current.IsDeleted: false }));
        var missing = new List<int>();
        var last = long.MinValue;
        for (var i = 0; i < versions.Count; i++)
        {
            var version = versions[i].Version;
            var state = states[version.Key];
            if (version.Version <= state.Version)
            {
                if (!same.Contains(i))
                    return Refuse(RestoreFailure.Conflict, i);
                continue;
            }

            if (version.Version != state.Version + 1 || (version.IsDeleted && !state.IsCurrent))
                return Refuse(RestoreFailure.Gap, i);
            var updated = version.LastUpdated.ToUnixTimeMilliseconds();
            if (updated < last || (missing.Count == 0 && updated < watermark.Time && updated < await LastTimeAsync(watermark.Position, cancel)))
                return Refuse(RestoreFailure.TooOld, i);
            last = updated;
            states[version.Key] = (version.Version, !version.IsDeleted);
            missing.Add(i);
        }

        return (missing, null);

        static (List<int>, RestoreResult?) Refuse(RestoreFailure failure, int index) => ([], new RestoreResult(failure, 0, 0) { FailedIndex = index });
    }

    private async Task<bool> IsThereAsync(RestoredVersion restored, HeadVersion current, CancellationToken cancel)
    {
        var (key, number) = (restored.Version.Key, restored.Version.Version);
        if (number == current.Version && await database.Resources.ReadAsync(current.Document, Layout.PartitionKeyOf(current.Partition, key), cancel) is { } document)
            return RestoreResult.IsSame(await new ResourceDocument(document.Root).ToVersionAsync(database.Bodies, cancel), restored);
        return await database.History.ReadAsync(Layout.IdOf(key, number), new PartitionKey(Layout.IdOf(key)), cancel) is { } former
            && RestoreResult.IsSame(await HistoryDocument.ReadAsync(former.Root, database.Bodies, cancel), restored);
    }

    // The time of the last version: records that write none, as those that bound preparations, are of the time at which they were made.
    private async Task<long> LastTimeAsync(long position, CancellationToken cancel)
    {
        for (; position > 0; position--)
        {
            var record = await log.ReadAsync(position, cancel) ?? throw new StoreException("A commit has vanished from the Cosmos database.");
            if (record.Writes.Count > 0)
                return Enumerable.Range(0, record.Writes.Count).Max(record.TimeOf);
        }

        return 0;
    }

    private Task PrepareAsync(Restore restore, List<int> missing, Dictionary<ResourceKey, HeadDocument?> heads, IndexState index, CancellationToken cancel)
    {
        // A tombstone lies where the version was that it ends.
        var partitions = heads.ToDictionary(static head => head.Key, static head => head.Value?.Current.Partition ?? "");
        foreach (var i in missing)
        {
            var (version, resource) = restore.Versions[i];
            if (resource is not null)
                partitions[version.Key] = Layout.PartitionOf(version.Key, definitions.Current(version.Key, resource).Entries, options.CompartmentParameters);
            restore.Partitions[i] = partitions[version.Key];
        }

        var transaction = Guid.NewGuid().ToString("N");
        return EachAsync(missing.Where(i => restore.Documents[i] is null), async (i, token) =>
        {
            var (version, content) = restore.Versions[i];
            var resource = content is null ? null : definitions.Current(version.Key, content);
            await PrepareAsync(
                new Draft(version.Key, version.Method, resource, restore.Partitions[i], $"{Layout.IdOf(version.Key)}:{transaction}-{i}", transaction, restore.PreparedAt), index, prepared => restore.Documents[i] = prepared, token);
        }, cancel);
    }

    // Null if another commit came first.
    private async Task<LogRecord?> AppendAsync(Restore restore, List<int> missing, Dictionary<ResourceKey, HeadDocument?> heads, Watermark watermark, IndexState index)
    {
        var position = watermark.Position + 1;
        var current = heads.ToDictionary(static head => head.Key, static head => (head.Value?.Current, Order: head.Value?.Order));
        var writes = new List<LoggedWrite>(missing.Count);
        foreach (var i in missing)
        {
            var (version, document) = (restore.Versions[i].Version, restore.Documents[i]!);
            var (former, order) = current[version.Key];
            var write = new LoggedWrite(version.Key, version.Version, document.Partition, document.Document, version.Method, order ?? Layout.OrderOf(position, writes.Count), former)
            {
                Time = version.LastUpdated.ToUnixTimeMilliseconds(),
            };
            writes.Add(write);
            current[version.Key] = (write.HeadAt(position), write.Order);
        }

        var draft = new LogRecord(position, Math.Max(watermark.Time, writes[^1].Time!.Value), Guid.NewGuid().ToString("N"), writes)
        {
            Index = ReferenceEquals(index, watermark.Index) ? null : index with { Number = position },
        };
        var record = await log.WritePartsAsync(draft, restore.PreparedAt, CancellationToken.None);
        LogRecord? other;
        try
        {
            other = await log.AppendAsync(record);
        }
        catch (StoreBusyException busy) when (busy.IsOutcomeUnknown)
        {
            Array.Clear(restore.Documents);
            throw;
        }

        if (other is null)
        {
            foreach (var i in missing)
                restore.Documents[i] = null;
            return record;
        }

        tail.Saw(other);
        await log.DropPartsAsync(record, CancellationToken.None);
        return null;
    }

    private Task DropAsync(Restore restore) => DropAsync(restore.Documents, i => restore.Versions[i].Version.Key);

    /// <summary>Versions on their way to the log.</summary>
    private sealed class Restore(IReadOnlyList<RestoredVersion> versions)
    {
        public IReadOnlyList<RestoredVersion> Versions { get; } = versions;

        public long PreparedAt { get; set; } = -1;

        public (long Number, long Generation)? Stamp { get; set; }

        public string[] Partitions { get; } = new string[versions.Count];

        public PreparedDocument?[] Documents { get; } = new PreparedDocument?[versions.Count];
    }
}
