// The turn of a group: it is planned as of the watermark, committed with one record, applied and answered.

namespace FhirHub.Storage.Cosmos;

/// <content>Groups.</content>
internal sealed partial class Committer
{
    // What is answered leaves the group; who is left when an exception comes hears of it.
    private async Task CommitAsync(List<CommitRequest> group)
    {
        var isBehind = false;
        while (true)
        {
            group.RemoveAll(static request =>
            {
                if (request.Cancel.IsCancellationRequested)
                    request.Abandon();
                return request.Cancel.IsCancellationRequested;
            });
            if (group.Count == 0)
                return;

            // Each has read it after it came, so that whatever was answered before is seen, by whichever server; the newest is as good for all.
            var watermark = group.Select(static request => request.Watermark!).MaxBy(static read => read.Position)!;
            if (isBehind || watermark.Position != watermarks.Position)
                watermark = await watermarks.ReadAsync(CancellationToken.None);
            (var plans, isBehind) = await PlanAsync(group, watermark);
            if (isBehind)
            {
                await applier.CatchUpAsync(CancellationToken.None);
                continue;
            }

            if (group.Count == 0)
                return;
            if (await AppendAsync(group, plans, watermark) is not { } record)
            {
                isBehind = true;
                await applier.CatchUpAsync(CancellationToken.None);
                continue;
            }

            await applier.ApplyOwnAsync(record, Known(group), watermark);
            for (var i = 0; i < group.Count; i++)
                group[i].Answer(Result(plans[i], record.Time));
            return;
        }
    }

    // The plans of those that are left in the group.
    private async Task<(List<CommitPlan> Plans, bool IsBehind)> PlanAsync(List<CommitRequest> group, Watermark watermark)
    {
        var planned = await Task.WhenAll(group.Select(request => TryPlanAsync(request, watermark)));
        var (plans, left, isBehind) = (new List<CommitPlan>(), new List<CommitRequest>(), false);
        for (var i = 0; i < planned.Length; i++)
        {
            var (plan, failure, exception) = planned[i];
            if (exception is not null)
            {
                group[i].Fail(exception);
            }
            else if (failure is not null)
            {
                group[i].Answer(failure);
            }
            else if (plan is { Writes.Count: 0 })
            {
                group[i].Answer(Result(plan, 0));
            }
            else
            {
                isBehind |= plan is null;
                left.Add(group[i]);
                plans.Add(plan ?? new CommitPlan([], []));
            }
        }

        group.Clear();
        group.AddRange(left);
        return (plans, isBehind);
    }

    // What is wrong with one of a group is not the others' business.
    private async Task<(CommitPlan? Plan, CommitResult? Failure, Exception? Exception)> TryPlanAsync(CommitRequest request, Watermark watermark)
    {
        try
        {
            var (plan, failure) = await PlanAsync(request, watermark, request.Cancel);
            return (plan, failure, null);
        }
        catch (Exception exception)
        {
            return (null, null, exception);
        }
    }

    // Null if another commit came first on which one of the group depends.
    private async Task<LogRecord?> AppendAsync(List<CommitRequest> group, List<CommitPlan> plans, Watermark watermark)
    {
        // A creation comes in the order of creation where the record says, which is known only now.
        var position = watermark.Position + 1;
        var writes = new List<LoggedWrite>();
        foreach (var write in plans.SelectMany(static plan => plan.Writes))
            writes.Add(write.Order.Length > 0 ? write : write with { Order = Layout.OrderOf(position, writes.Count) });
        var draft = new LogRecord(position, Math.Max(watermark.Time, options.Clock.GetUtcNow().ToUnixTimeMilliseconds()), Guid.NewGuid().ToString("N"), writes)
        {
            Index = definitions.After(watermark.Index) is var index && ReferenceEquals(index, watermark.Index) ? null : index with { Number = position },
        };
        var record = await log.WritePartsAsync(draft, group.Min(static request => request.PreparedAt), CancellationToken.None);
        var used = writes.Select(static write => write.Document).ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            LogRecord? other;
            try
            {
                other = await log.AppendAsync(record);
            }
            catch (StoreBusyException busy) when (busy.IsOutcomeUnknown)
            {
                group.ForEach(request => request.Keep(document => used.Contains(document.Document)));
                throw;
            }

            if (other is null)
            {
                group.ForEach(request => request.Keep(document => used.Contains(document.Document)));
                return record;
            }

            tail.Saw(other);
            if (other.Index is not null || group.Exists(request => request.PreparedAt < other.Void || request.IsTouchedBy(other.Writes.Select(static write => write.Key))))
            {
                await log.DropPartsAsync(record, CancellationToken.None);
                return null;
            }

            record = record.At(record.Position + 1, Math.Max(record.Time, other.Time));
        }
    }

    private static Dictionary<ResourceKey, KnownResource> Known(List<CommitRequest> group)
    {
        var known = new Dictionary<ResourceKey, KnownResource>();
        foreach (var request in group)
        {
            foreach (var key in request.Writes)
            {
                var head = request.Heads[key].Head;
                known[key] = new KnownResource(head, head is not null && request.Versions.TryGetValue(head.Current.Document, out var version) ? version.Document : null);
            }
        }

        return known;
    }

    private static CommitResult Result(CommitPlan plan, long time) => new(CommitFailure.None, [.. plan.Results.Select(result =>
        result.Outcome is WriteOutcome.Unchanged or WriteOutcome.NothingToDelete
            ? result
            : result with { Version = result.Version! with { LastUpdated = DateTimeOffset.FromUnixTimeMilliseconds(time) } })]);
}
