// History as of a position: current versions are in one container, superseded ones in another, and both come in the order of commits.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Answers one history query.</summary>
internal sealed class CosmosHistory(CosmosDatabase database, CosmosVersions versions, CosmosSearch search, CosmosStoreOptions options, AccessScope scope, HistoryQuery query, Watermark watermark)
{
    private const string Members = "SELECT c.t, c.i, c.v, c.l, c.m, c.f, c.j, c.b, c.B FROM c WHERE ";
    private const int RowsPerAnswer = 100;

    private readonly ScopedExpression _scoped = new(scope, options.CompartmentParameters);
    private readonly IReadOnlyList<string> _types = query.Type is null ? [.. watermark.Versions.Keys] : [query.Type];

    /// <summary>A page, newest first.</summary>
    public async Task<HistoryPage> PageAsync(CancellationToken cancel)
    {
        string[] unfiltered = [.. _types.Where(type => scope.IsUnfiltered(type, Letter))];
        string[] filtered = [.. _types.Except(unfiltered, StringComparer.Ordinal).Where(type => scope.IsGranted(type, Letter))];
        var hash = Hash(isFiltered: unfiltered.Length < _types.Count);
        var before = query.Cursor is null ? CommitPlace.End : HistoryCursor.Read(query.Cursor, hash).Before;
        var page = new NewestVersions(query.Count + 1);
        var total = query.Id is not null ? await AddInstanceAsync(page, before, cancel) : await AddTypesAsync(page, unfiltered, before, cancel) + await AddGrantedAsync(page, filtered, before, cancel);
        var found = page.Newest();
        var next = found.Count > query.Count && query.Count > 0 ? new HistoryCursor(hash, found[query.Count - 1].Place).Write() : null;
        return new HistoryPage([.. found.Take(query.Count).Select(static version => version.Version)], next, total);
    }

    // A history of one resource is read version by version, one of many is a search (SMART App Launch 2.2.0, scopes-and-launch-context.html).
    private AccessLetter Letter => query.Id is null ? AccessLetter.Search : AccessLetter.Read;

    private bool HasTimes => query.Since is not null || query.At is not null;

    private ulong Hash(bool isFiltered) =>
        QueryDigest.Hash(query.Type, query.Id, query.Since, query.At?.Low, query.At?.High, isFiltered ? _scoped.Granted(_types, Letter) : null);

    private async Task<long> AddInstanceAsync(NewestVersions page, CommitPlace before, CancellationToken cancel)
    {
        var key = new ResourceKey(query.Type!, query.Id!);
        if (!scope.IsGranted(key.Type, Letter) || await versions.HeadAsync(key, watermark.Position, cancel) is not { } head)
            return 0;
        if (!scope.IsUnfiltered(key.Type, Letter))
            return await AddGrantedAsync(page, key, before, cancel);
        if (HasTimes)
        {
            var total = 0L;
            await foreach (var version in OfAsync(key, head, CommitPlace.End, int.MaxValue, cancel))
            {
                page.Add(version, before);
                total++;
            }

            return total;
        }

        await foreach (var version in OfAsync(key, head, before, page.Count, cancel))
            page.Add(version, before);
        return head.Version;
    }

    // Of types that are granted as a whole.
    private async Task<long> AddTypesAsync(NewestVersions page, string[] types, CommitPlace before, CancellationToken cancel)
    {
        if (types.Length == 0)
            return 0;
        var ofTypes = types.Length == watermark.Versions.Count ? "" : " AND ARRAY_CONTAINS(@types, c.t)";
        var current = "c.f <= @position AND c.u > @position" + ofTypes + Times(isCurrent: true);
        var former = "c.u <= @position" + ofTypes + Times(isCurrent: false);
        var total = HasTimes
            ? await CountAsync(database.Resources, current, types, cancel) + await CountAsync(database.History, former, types, cancel)
            : types.Sum(type => watermark.Versions.GetValueOrDefault(type));
        if (query.Count > 0)
        {
            const string Page = " AND (c.f < @beforePosition OR (c.f = @beforePosition AND c.j < @beforeIndex)) ORDER BY c.f DESC, c.j DESC";
            await AddAsync(page, database.Resources, current + Page, types, before, cancel);
            await AddAsync(page, database.History, former + Page, types, before, cancel);
        }

        return total;
    }

    // The search has asked the current version; a former one may have been of another patient, and is asked itself.
    private async Task<long> AddGrantedAsync(NewestVersions page, string[] types, CommitPlace before, CancellationToken cancel)
    {
        var total = 0L;
        foreach (var type in types)
        {
            string? cursor = null;
            do
            {
                var granted = new SearchQuery { ResourceTypes = [type], Expression = _scoped.Granted([type], Letter), Count = RowsPerAnswer, Cursor = cursor };
                var found = await search.PageAsync(AccessScope.Full, granted, watermark, cancel);
                await Parallel.ForEachAsync(
                    found.Matches,
                    new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel },
                    async (match, token) => Interlocked.Add(ref total, await AddGrantedAsync(page, match.Key, before, token)));
                cursor = found.Next;
            }
            while (cursor is not null);
        }

        return total;
    }

    private async Task<long> AddGrantedAsync(NewestVersions page, ResourceKey key, CommitPlace before, CancellationToken cancel)
    {
        var (filter, total) = (_scoped.Granted([key.Type], Letter), 0L);
        var granting = new VersionFilter(database, options, watermark);
        if (await versions.HeadAsync(key, watermark.Position, cancel) is not { } head
            || await versions.FindAsync(key, head, cancel) is not { } current
            || !await granting.GrantsAsync(filter, current, cancel))
        {
            return 0;
        }

        await foreach (var version in OfAsync(key, head, CommitPlace.End, int.MaxValue, cancel))
        {
            if (version.Version.Version != current.Version && !await granting.GrantsAsync(filter, version.Version, cancel))
                continue;
            page.Add(version, before);
            total++;
        }

        return total;
    }

    // All versions of one resource, newest first.
    private async IAsyncEnumerable<PlacedVersion> OfAsync(ResourceKey key, HeadVersion head, CommitPlace before, int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (await database.Resources.ReadAsync(head.Document, Layout.PartitionKeyOf(head.Partition, key), cancel) is { } document)
        {
            var current = await PlacedAsync(document.Root, cancel);
            var updated = current.Version.LastUpdated;
            if (current.Place.IsBefore(before) && !(query.Since > updated) && !(query.At is var (_, high) && updated.ToUnixTimeMilliseconds() > high.ToUnixTimeMilliseconds()))
                yield return current;
        }

        var id = Layout.IdOf(key);
        var former = new QueryDefinition(
            $"{Members}c.k = @key AND c.u <= @position{Times(isCurrent: false)} AND (c.f < @beforePosition OR (c.f = @beforePosition AND c.j < @beforeIndex)) ORDER BY c.v DESC").WithParameter("@key", id);
        await foreach (var json in database.History.QueryAsync(WithParameters(former, [], before), new PartitionKey(id), Math.Clamp(count, 1, RowsPerAnswer), cancel))
            yield return await PlacedAsync(json, cancel);
    }

    private async Task AddAsync(NewestVersions page, CosmosDocuments container, string condition, string[] types, CommitPlace before, CancellationToken cancel)
    {
        var left = page.Count;
        await foreach (var json in container.QueryAsync(WithParameters(new QueryDefinition(Members + condition), types, before), null, Math.Clamp(left, 1, RowsPerAnswer), cancel))
        {
            page.Add(await PlacedAsync(json, cancel), before);
            if (--left == 0)
                break;
        }
    }

    private async Task<long> CountAsync(CosmosDocuments container, string condition, string[] types, CancellationToken cancel)
    {
        var total = 0L;
        await foreach (var count in container.QueryAsync(WithParameters(new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE " + condition), types, CommitPlace.End), null, RowsPerAnswer, cancel))
            total += count.GetInt64();
        return total;
    }

    // Current at some time of the period: made before its end, and not replaced before or at its start.
    private string Times(bool isCurrent) =>
        (query.Since is null ? "" : " AND c.l >= @since") + (query.At is null ? "" : " AND c.l <= @high") + (query.At is null || isCurrent ? "" : " AND c.ul > @low");

    private QueryDefinition WithParameters(QueryDefinition definition, string[] types, CommitPlace before) => definition
        .WithParameter("@position", watermark.Position)
        .WithParameter("@types", types)
        .WithParameter("@since", query.Since is { } since ? Ceiling(since) : 0)
        .WithParameter("@low", query.At is var (low, _) ? low.ToUnixTimeMilliseconds() : 0)
        .WithParameter("@high", query.At is var (_, high) ? high.ToUnixTimeMilliseconds() : 0)
        .WithParameter("@beforePosition", before.Position)
        .WithParameter("@beforeIndex", before.Index);

    private async ValueTask<PlacedVersion> PlacedAsync(System.Text.Json.JsonElement json, CancellationToken cancel) =>
        new(new CommitPlace(json.Whole("f"), json.Whole("j")), await HistoryDocument.ReadAsync(json, database.Bodies, cancel));

    // The first millisecond since 1970 that is not before an instant.
    private static long Ceiling(DateTimeOffset instant)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < instant ? milliseconds + 1 : milliseconds;
    }

    private readonly record struct PlacedVersion(CommitPlace Place, StoredVersion Version);

    /// <summary>The newest of the versions that are added before a place.</summary>
    private sealed class NewestVersions(int count)
    {
        private readonly Lock _lock = new();
        private readonly PriorityQueue<PlacedVersion, (long, long)> _oldestFirst = new();

        public int Count => count;

        public void Add(PlacedVersion version, CommitPlace before)
        {
            if (!version.Place.IsBefore(before))
                return;
            lock (_lock)
            {
                _oldestFirst.Enqueue(version, (version.Place.Position, version.Place.Index));
                if (_oldestFirst.Count > count)
                    _oldestFirst.Dequeue();
            }
        }

        public List<PlacedVersion> Newest() => [.. _oldestFirst.UnorderedItems.Select(static item => item.Element).OrderByDescending(static version => (version.Place.Position, version.Place.Index))];
    }
}
