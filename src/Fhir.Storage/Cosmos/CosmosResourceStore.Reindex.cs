// Search parameters and reindexing. What the index is good for changes by commits of the log, so that whoever commits later knows it.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Reindexing.</content>
public sealed partial class CosmosResourceStore
{
    private const int ResourcesPerStep = 200;

    private readonly SemaphoreSlim _reindexing = new(1, 1);
    private readonly string _owner = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public bool NeedsReindex => _watermarks.Index is { } index && index.Fingerprint != _options.IndexFingerprint;

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> DeclareAsync(IReadOnlyCollection<SearchParameter> parameters, CancellationToken cancel)
    {
        var added = AddedOf(parameters);

        // Commits of this server go on meanwhile: they are right by the old parameters until the state says otherwise, and by the new ones from then on.
        _definitions.DeclareToo(parameters);
        var index = await _indexChanges.CommitAsync(
            async watermark =>
            {
                var state = watermark.Index;
                var complete = state.Complete.Intersect(added.Keys);
                foreach (var (key, type) in added)
                {
                    if (!complete.Contains(key) && await IsWithoutResourcesAsync(type, watermark, cancel))
                        complete = complete.Add(key);
                }

                var reindex = state.Reindex is { } running && (running.Added.Any(IsGone) || running.IndexKeys?.Any(IsGone) == true) ? Without(running) : state.Reindex;
                return complete.SetEquals(state.Complete) && ReferenceEquals(reindex, state.Reindex) ? state : state with { Complete = complete, Reindex = reindex };
            },
            cancel);
        _definitions.Declare(parameters);
        return index.Complete;

        bool IsGone(string key) => key.Contains('#', StringComparison.Ordinal) && !added.ContainsKey(key);

        ReindexState? Without(ReindexState running)
        {
            var left = running with { Added = [.. running.Added.Where(key => !IsGone(key))], IndexKeys = running.IndexKeys?.Where(key => !IsGone(key)).ToList() };
            return left.IndexKeys is { Count: 0 } ? null : left;
        }
    }

    /// <inheritdoc/>
    public async Task<ReindexRequest?> FindReindexAsync(CancellationToken cancel) => (await _watermarks.ReadAsync(cancel)).Index.Reindex?.Request;

    /// <inheritdoc/>
    public Task AbandonReindexAsync(CancellationToken cancel) => AloneAsync(
        _ => _indexChanges.CommitAsync(
            watermark => Task.FromResult(watermark.Index.Reindex is { } running
                ? watermark.Index with { Reindex = null, Retired = running.IsNextEpoch ? Milliseconds() : watermark.Index.Retired }
                : watermark.Index),
            cancel),
        cancel);

    /// <inheritdoc/>
    public Task ReindexAsync(ReindexRequest request, IProgress<ReindexProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AloneAsync(
            async work =>
            {
                var index = await BeginAsync(request, cancel);
                var reindex = index.Reindex!;
                if (work.Begun != reindex.Begun)
                    work = await (work with { Begun = reindex.Begun, After = "", Done = 0 }).NoteAsync(_database.Control, _options.Clock, cancel);
                progress?.Report(new ReindexProgress(work.Done, reindex.Total, IsSweeping: false));
                work = await WalkAsync(work, index, progress, cancel);

                // From here on searches go by the new values; the old ones are removed when nobody can be searching by them any more.
                await EndAsync(reindex, cancel);
                progress?.Report(new ReindexProgress(work.Done, reindex.Total, IsSweeping: true));
            },
            cancel);
    }

    private async Task AloneAsync(Func<ReindexWork, Task> work, CancellationToken cancel)
    {
        await _reindexing.WaitAsync(cancel);
        try
        {
            try
            {
                await work(await ReindexWork.TakeAsync(_database.Control, _owner, _options.Clock, cancel));
            }
            finally
            {
                await ReindexWork.LeaveAsync(_database.Control, _owner, CancellationToken.None);
            }
        }
        finally
        {
            _reindexing.Release();
        }
    }

    private Task<IndexState> BeginAsync(ReindexRequest request, CancellationToken cancel) => _indexChanges.CommitAsync(
        async watermark =>
        {
            var state = watermark.Index;
            if (state.Reindex is { } running && running.Request.IsSameAs(request) && running.Fingerprint == _options.IndexFingerprint)
                return state;
            var added = AddedOf(_definitions.Declared).Keys.Where(key => request.IndexKeys?.Contains(key) ?? true).ToList();

            // Values that nobody asks for before the end can be put beside those in use; all others wait in an epoch of their own.
            var isNextEpoch = request.IndexKeys is null || request.IndexKeys.Any(key => !added.Contains(key) || state.Complete.Contains(key));
            var begun = new ReindexState(isNextEpoch, request.IndexKeys?.ToList(), added, _options.IndexFingerprint, 0, watermark.Position + 1);
            var total = await CountAsync(Walked(begun, state.Epoch, "SELECT VALUE COUNT(1) FROM c", "", ""), cancel);
            return state with { Reindex = begun with { Total = total }, Retired = isNextEpoch ? null : state.Retired };
        },
        cancel);

    private Task<IndexState> EndAsync(ReindexState ended, CancellationToken cancel) => _indexChanges.CommitAsync(
        watermark =>
        {
            var state = watermark.Index;
            if (state.Reindex is not { } reindex || reindex.Begun != ended.Begun)
                return Task.FromResult(state);
            var complete = state with { Complete = state.Complete.Union(reindex.Added), Reindex = null };
            return Task.FromResult(reindex.IsNextEpoch ? complete with { Epoch = state.Epoch + 1, Fingerprint = reindex.Fingerprint, Retired = Milliseconds() } : complete);
        },
        cancel);

    private async Task<ReindexWork> WalkAsync(ReindexWork work, IndexState index, IProgress<ReindexProgress>? progress, CancellationToken cancel)
    {
        var reindex = index.Reindex!;
        var step = new List<ResourceDocument>(ResourcesPerStep);
        await foreach (var json in _database.Resources.QueryAsync(Walked(reindex, index.Epoch, "SELECT * FROM c", work.After, " ORDER BY c.o"), null, ResourcesPerStep, cancel))
        {
            step.Add(new ResourceDocument(json));
            if (step.Count == ResourcesPerStep)
                await StepAsync();
        }

        if (step.Count > 0)
            await StepAsync();
        return work;

        async Task StepAsync()
        {
            cancel.ThrowIfCancellationRequested();
            await ForEachAsync(step, (document, token) => new ValueTask(IndexAsync(document, index, token)), cancel);
            work = await (work with { After = step[^1].Order, Done = work.Done + step.Count }).NoteAsync(_database.Control, _options.Clock, cancel);
            step.Clear();
            progress?.Report(new ReindexProgress(work.Done, reindex.Total, IsSweeping: false));
        }
    }

    // What is committed after the reindex began has its entries already. What was superseded since need not have them any more.
    private QueryDefinition Walked(ReindexState reindex, int epoch, string select, string after, string end)
    {
        var ofTypes = "";
        string[] types = [];
        if (!reindex.IsNextEpoch)
        {
            types = [.. _definitions.Declared.Where(parameter => reindex.IndexKeys!.Contains(parameter.IndexKey)).Select(static parameter => parameter.ResourceType).Distinct(StringComparer.Ordinal)];
            ofTypes = $" AND (ARRAY_CONTAINS(@types, c.t) OR EXISTS(SELECT VALUE x FROM x IN c.{ResourceDocument.ContainedName(epoch)} WHERE ARRAY_CONTAINS(@types, x.t)))";
        }

        return new QueryDefinition($"{select} WHERE c.o > @after AND c.f <= @begun AND c.u = @open AND c.d = false{ofTypes}{end}")
            .WithParameter("@after", after).WithParameter("@begun", reindex.Begun).WithParameter("@open", Layout.Open).WithParameter("@types", types);
    }

    private async Task IndexAsync(ResourceDocument document, IndexState index, CancellationToken cancel)
    {
        var partition = Layout.PartitionKeyOf(document.Partition, document.Key);
        var (json, etag) = (document.Json, document.Json.Required("_etag"));
        while (ReindexedDocument.Write(json, await EntriesAsync(new ResourceDocument(json), cancel), index) is { } written
            && !await _database.Resources.ReplaceAsync(document.DocumentId, written, partition, etag, cancel))
        {
            // It was superseded meanwhile, or is gone by now.
            if (await _database.Resources.ReadAsync(document.DocumentId, partition, cancel) is not { } changed)
                return;
            (json, etag) = (changed.Root, changed.ETag);
        }
    }

    private async Task<PreparedResource> EntriesAsync(ResourceDocument document, CancellationToken cancel)
    {
        var version = await document.ToVersionAsync(_database.Bodies, cancel);
        return _definitions.Extract(version);
    }

    private async Task<bool> IsWithoutResourcesAsync(string type, Watermark watermark, CancellationToken cancel)
    {
        if (watermark.Counts.GetValueOrDefault(type) > 0)
            return false;
        var query = new QueryDefinition(
            $"SELECT VALUE COUNT(1) FROM c WHERE c.f <= @position AND c.u > @position AND EXISTS(SELECT VALUE x FROM x IN c.{ResourceDocument.ContainedName(watermark.Index.Epoch)} WHERE x.t = @type)")
            .WithParameter("@position", watermark.Position).WithParameter("@type", type);
        return await CountAsync(query, cancel) == 0;
    }

    private async Task<long> CountAsync(QueryDefinition query, CancellationToken cancel)
    {
        var count = 0L;
        await foreach (var part in _database.Resources.QueryAsync(query, null, ResourcesPerStep, cancel))
            count += part.GetInt64();
        return count;
    }

    private long Milliseconds() => _options.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static Dictionary<string, string> AddedOf(IEnumerable<SearchParameter> parameters) => parameters
        .Where(static parameter => parameter.HasAddedIndex).DistinctBy(static parameter => parameter.IndexKey)
        .ToDictionary(static parameter => parameter.IndexKey, static parameter => parameter.ResourceType, StringComparer.Ordinal);
}
