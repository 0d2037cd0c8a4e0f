// Reindexing: resources are read and extracted here, and handed to the writer a few at a time, so that the commits of others pass.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>Reindexing.</content>
public sealed partial class SqliteResourceStore
{
    // Some 10 ms of the writer.
    private const int ResourcesPerStep = 200;
    private const int RowsPerSweep = 5_000;

    private readonly SemaphoreSlim _reindexing = new(1, 1);
    private volatile IReadOnlyCollection<SearchParameter> _declared = [];

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> DeclareAsync(IReadOnlyCollection<SearchParameter> parameters, CancellationToken cancel)
    {
        var indexed = await _writer.IndexAsync(session => session.Declare(parameters), cancel, committed: _readers.Renumber);
        _declared = parameters;
        return indexed;
    }

    /// <inheritdoc/>
    public Task<ReindexRequest?> FindReindexAsync(CancellationToken cancel) => _writer.IndexAsync(session => session.Reindex?.Request, cancel);

    /// <inheritdoc/>
    public async Task AbandonReindexAsync(CancellationToken cancel)
    {
        await _reindexing.WaitAsync(cancel);
        try
        {
            await _writer.IndexAsync(
                session =>
                {
                    session.AbandonReindex();
                    return true;
                },
                cancel);
        }
        finally
        {
            _reindexing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task ReindexAsync(ReindexRequest request, IProgress<ReindexProgress>? progress, CancellationToken cancel)
    {
        await _reindexing.WaitAsync(cancel);
        try
        {
            var ranges = Ranges(request, cancel);
            var state = await _writer.IndexAsync(session => session.BeginReindex(request, ranges.Sum(static range => range.Count)), cancel);
            progress?.Report(new ReindexProgress(state.Done, state.Total, IsSweeping: false));
            state = await WalkAsync(state, ranges, progress, cancel);
            if (state is null)
                return;
            var ended = await _writer.IndexAsync(session => session.EndReindex(), cancel, committed: _readers.Renumber);
            if (ended && request.IndexKeys is null)
                _writer.NeedsReindex = false;
            await SweepAsync(new ReindexProgress(state.Done, state.Total, IsSweeping: true), progress, cancel);
        }
        finally
        {
            _reindexing.Release();
        }
    }

    private async Task<ReindexState?> WalkAsync(
        ReindexState begun, IReadOnlyList<KeyRange> ranges, IProgress<ReindexProgress>? progress, CancellationToken cancel)
    {
        ReindexState? state = begun;
        var next = ExtractAsync(ranges, state.After, cancel);
        while (state is not null && await next is { Count: > 0 } step)
        {
            // The next step is extracted while the writer has this one.
            next = ExtractAsync(ranges, step[^1].Key, cancel);
            state = await _writer.IndexAsync(session => session.ReindexResources(step), cancel, step.Count);
            if (state is not null)
                progress?.Report(new ReindexProgress(state.Done, state.Total, IsSweeping: false));
        }

        return state;
    }

    // The new values are in place, so there is nothing left to interrupt: what is not swept here goes whenever the writer has nothing to do.
    private async Task SweepAsync(ReindexProgress state, IProgress<ReindexProgress>? progress, CancellationToken cancel)
    {
        do
        {
            progress?.Report(state);
        }
        while (!cancel.IsCancellationRequested
            && await _writer.IndexAsync(static session => session.Sweep(RowsPerSweep), CancellationToken.None, ResourcesPerStep));
    }

    private Task<List<ReindexedResource>> ExtractAsync(IReadOnlyList<KeyRange> ranges, long after, CancellationToken cancel) => Task.Run(
        () =>
        {
            var generation = _options.Generation();
            var found = _readers.ReadSnapshot(reader => Current(reader, ranges, after), cancel);
            return found.ConvertAll(resource => new ReindexedResource(
                resource.Key,
                resource.Seq,
                resource.Fragment,
                resource.Version.Body,
                ReindexedResource.Extract(_options, resource.Version, resource.Fragment),
                generation));
        },
        cancel);

    private static List<(long Key, long Seq, string? Fragment, StoredVersion Version)> Current(Reader reader, IReadOnlyList<KeyRange> ranges, long after)
    {
        var found = new List<(long, long, string?, StoredVersion)>();
        foreach (var range in ranges)
        {
            if (range.Last <= after || found.Count >= ResourcesPerStep)
                continue;
            using var rows = reader.Connection.Prepare("SELECT key, seq FROM resource WHERE key > ? AND key <= ? AND seq > 0 AND deleted = 0 ORDER BY key LIMIT ?")
                .Bind(1, Math.Max(after, range.First - 1)).Bind(2, range.Last).Bind(3, ResourcesPerStep - found.Count).Query();
            while (rows.Step())
            {
                var key = rows.Int64(0);
                found.Add((key, rows.Int64(1), range.IsContained ? reader.Versions.Contained(key).Id : null, reader.Versions.GetCurrent(key)));
            }
        }

        return found;
    }

    // The keys of each type up to the last one given: what comes later is indexed as it is written.
    private List<KeyRange> Ranges(ReindexRequest request, CancellationToken cancel)
    {
        var types = request.IndexKeys is not { } asked
            ? null
            : _declared.Where(p => asked.Contains(p.IndexKey)).Select(static p => p.ResourceType).ToHashSet(StringComparer.Ordinal);
        return _readers.ReadSnapshot(
            reader =>
            {
                var ranges = new List<KeyRange>();
                using var rows = reader.Connection.Prepare("SELECT key, name, next, current FROM type ORDER BY key").Query();
                while (rows.Step())
                {
                    var first = rows.Int64(0) << Layout.TypeShift;
                    var name = rows.Text(1);
                    var isContained = name[0] == Layout.ContainedMark;
                    if (types is null || types.Contains(isContained ? name[1..] : name))
                        ranges.Add(new KeyRange(first, first | rows.Int64(2), rows.Int64(3), isContained));
                }

                return ranges;
            },
            cancel);
    }

    private readonly record struct KeyRange(long First, long Last, long Count, bool IsContained);
}
