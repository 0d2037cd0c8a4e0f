// transaction: all entries or none, in the order of the standard, with the references among them resolved.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>What a transaction runs with.</summary>
internal sealed record TransactionContext
{
    /// <summary>What the client may see and do.</summary>
    public required AccessScope Scope { get; init; }

    /// <summary>The server's FHIR base without a slash at the end; null where there is none (import).</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Runs entries that don't write: reads, searches, operations. Null to leave them out (import).</summary>
    public Func<BundleEntry, CancellationToken, Task<EntryOutcome>>? Read { get; init; }

    /// <summary>Null if the scope has what the entry needs; else what it lacks.</summary>
    public Func<BundleEntry, string?> Lacking { get; init; } = static _ => null;

    /// <summary>A Provenance without target that is stored with the writes (R4 provenance.html#header); default for none.</summary>
    public ElementNode Provenance { get; init; }

    /// <summary>True for records that come as they are from elsewhere (import): the workflow of the exchange is not asked.</summary>
    public bool IsImport { get; init; }

    /// <summary>Is told what is about to be committed; each retry tells anew.</summary>
    public Func<IReadOnlyList<ResourceWrite>, CancellationToken, ValueTask>? BeforeCommit { get; init; }
}

/// <summary>The result of a transaction.</summary>
/// <param name="Refusal">Why nothing was done; null on success.</param>
/// <param name="Outcomes">One outcome for each entry of the request, in its order; empty on a refusal.</param>
internal sealed record TransactionResult(InteractionResult? Refusal, IReadOnlyList<EntryOutcome> Outcomes);

/// <summary>The transaction interaction (R4 http.html#transaction).</summary>
internal sealed partial class TransactionInteraction(ResourceRepository repository, PatchReader readPatch)
{
    // As for single writes: the store serializes commits, so a failed try means that another writer got on.
    private const int MaxTries = 100;

    /// <summary>Runs a transaction.</summary>
    public async Task<TransactionResult> RunAsync(TransactionContext context, BundleRequest request, CancellationToken cancel)
    {
        if (request.Issues.Count > 0)
            return Refused(InteractionResult.Refused(400, [.. request.Issues.Select(i => i.Issue)]));
        var writes = request.Entries.Where(e => e.IsWrite).ToList();
        foreach (var write in writes)
        {
            if (context.Lacking(write) is { } lacking)
                return Refused(TransactionPlan.At(write, InteractionResult.Refused(403, "forbidden", HttpMessages.ScopeNeeded, lacking)));
        }

        for (var tries = 0; tries < MaxTries; tries++)
        {
            var pending = await PrepareAsync(context, writes, cancel);
            if (pending.Refusal is { } refusal)
                return Refused(refusal);
            if (tries == 0 && await CheckReadsAsync(context, request, pending.Plan, cancel) is { } unreadable)
                return Refused(unreadable);
            if (context.BeforeCommit is { } beforeCommit)
                await beforeCommit(pending.Writes, cancel);
            if (pending.Writes.Count == 0 && pending.Preconditions.Count == 0)
                return new TransactionResult(null, await CollectAsync(context, request, pending, [], cancel));

            var commit = await repository.CommitAsync(
                context.Scope, repository.ToTransaction(pending.Writes, pending.Preconditions, pending.Reads), cancel);
            if (commit.Failure == CommitFailure.None)
                return new TransactionResult(null, await CollectAsync(context, request, pending, commit.Results, cancel));
            if (!ResourceRepository.MeansToPlanAgain(commit))
                return Refused(Refuse(commit, pending));
        }

        return Refused(InteractionResult.Refused(
            409, "conflict", BundleMessages.KeptChanging).At("Bundle"));
    }

    private static TransactionResult Refused(InteractionResult refusal) => new(refusal, []);

    private static InteractionResult Refuse(CommitResult commit, PendingTransaction pending)
    {
        var refusal = ResourceRepository.Refuse(commit);
        return commit.FailedIndex >= 0 && commit.FailedIndex < pending.Owners.Count
            ? TransactionPlan.At(pending.Owners[commit.FailedIndex].Entry, refusal)
            : refusal with { Issues = [.. refusal.Issues.Select(i => i with { Expression = "Bundle" })] };
    }

    // Reads come last (R4 http.html#trules), but one that can't succeed must fail the whole transaction, so they are tried before
    // anything is written. What this transaction itself writes is known to be there.
    private static async Task<InteractionResult?> CheckReadsAsync(
        TransactionContext context, BundleRequest request, TransactionPlan plan, CancellationToken cancel)
    {
        if (context.Read is not { } read)
            return null;
        Dictionary<ResourceKey, EntryMethod>? written = null;
        foreach (var entry in request.Entries.Where(e => !e.IsWrite && e.Method is EntryMethod.Get or EntryMethod.Head))
        {
            if (entry.Url.Route is { Type: { } type, Id: { } id })
            {
                written ??= plan.Entries.SelectMany(p => p.Targets.Select(t => (t.Key, p.Entry.Method))).Where(t => t.Key.Id.Length > 0).ToDictionary();
                if (written.TryGetValue(new ResourceKey(type, id), out var method))
                {
                    if (method != EntryMethod.Delete || !entry.Url.IsInstance)
                        continue;
                    return InteractionResult.Refused(
                        400, "deleted", BundleMessages.ReadsDeleted, entry.Url.Text).At(entry.Expression);
                }
            }

            if ((await read(entry, cancel)).Answer is { Status: >= 400 } failure)
                return TransactionPlan.At(entry, InteractionResult.Refused(failure.Status, failure.Issues));
        }

        return null;
    }

    // Outcomes stand in the order of the request's entries.
    private async Task<IReadOnlyList<EntryOutcome>> CollectAsync(
        TransactionContext context, BundleRequest request, PendingTransaction pending, IReadOnlyList<WriteResult> results, CancellationToken cancel)
    {
        var outcomes = new Dictionary<int, EntryOutcome>(request.Entries.Count);
        foreach (var planned in pending.Plan.Entries)
        {
            if (planned.Answer is { } answer)
                outcomes[planned.Entry.Index] = new EntryOutcome(FhirAnswer.OfWrite(answer));
        }

        for (var i = 0; i < pending.Owners.Count; i++)
        {
            var result = ResourceRepository.Describe(results[i]);
            var issues = new List<Issue>(pending.Warnings[i]);
            if (repository.Options.Integrity == IntegrityMode.Report && pending.Writes[i] is PutResource put)
                issues.AddRange(await repository.DanglingWarningsAsync(context.Scope, put.Resource, cancel));
            outcomes[pending.Owners[i].Entry.Index] = new EntryOutcome(FhirAnswer.OfWrite(result with { Issues = issues }));
        }

        foreach (var entry in request.Entries.Where(e => !e.IsWrite))
            outcomes[entry.Index] = context.Read is { } read ? await read(entry, cancel) : new EntryOutcome(new FhirAnswer(204));
        return [.. request.Entries.Select(e => outcomes[e.Index])];
    }
}
