// The part of a transaction before the write lock: targets, references, content.

using System.Collections.Concurrent;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A transaction ready for its commit.</summary>
internal sealed record PendingTransaction(TransactionPlan Plan)
{
    /// <summary>Not null if the transaction must fail.</summary>
    public InteractionResult? Refusal { get; init; }

    /// <summary>The writes, in order.</summary>
    public List<ResourceWrite> Writes { get; } = [];

    /// <summary>For each write the entry that it belongs to; those at the end that were added (workflow, Provenance) belong to none.</summary>
    public List<PlannedEntry> Owners { get; } = [];

    /// <summary>For each write the warnings that go with its answer.</summary>
    public List<IReadOnlyList<Issue>> Warnings { get; } = [];

    /// <summary>Searches that must still find the same.</summary>
    public List<Precondition> Preconditions { get; } = [];

    /// <summary>Resources that must still be in the version that was read.</summary>
    public IReadOnlyList<ExpectedVersion> Reads { get; set; } = [];

    /// <summary>A transaction that must fail.</summary>
    public static PendingTransaction Refused(InteractionResult refusal) => new(new TransactionPlan([], refusal)) { Refusal = refusal };

    /// <summary>Adds a write.</summary>
    public void Add(ResourceWrite write, PlannedEntry owner, IReadOnlyList<Issue> warnings)
    {
        Writes.Add(write);
        Owners.Add(owner);
        Warnings.Add(warnings);
    }
}

internal sealed partial class TransactionInteraction
{
    // Searches of one transaction that run side by side; readers don't wait for each other, but there are other clients too.
    private const int ParallelSearches = 8;

    private async Task<PendingTransaction> PrepareAsync(TransactionContext context, IReadOnlyList<BundleEntry> writes, CancellationToken cancel)
    {
        var plan = TransactionPlan.Create(await FindTargetsAsync(context.Scope, writes, cancel));
        if (plan.Refusal is { } overlap)
            return PendingTransaction.Refused(overlap);

        var pending = new PendingTransaction(plan);
        foreach (var planned in plan.Entries)
            pending.Preconditions.AddRange(planned.Targets[0].Preconditions);
        var references = plan.References(context.BaseUrl);
        if (await ResolveConditionalReferencesAsync(context.Scope, pending, references, cancel) is { } unresolved)
            return PendingTransaction.Refused(unresolved);

        var parts = new WritePlan[plan.Entries.Count];
        var source = new WriteSource(context.Scope) { Sibling = new SiblingResources(plan, references).Find };
        await Parallel.ForAsync(
            0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
            async (i, stop) => parts[i] = await PlanEntryAsync(plan.Entries[i], references, source, stop));
        for (var i = 0; i < parts.Length; i++)
        {
            var planned = plan.Entries[i];
            if (parts[i].Answer is { IsSuccess: false } refusal)
                return PendingTransaction.Refused(TransactionPlan.At(planned.Entry, refusal));
            foreach (var write in parts[i].Writes)
                pending.Add(write, planned, parts[i].Warnings);
        }

        if (!context.IsImport && repository.Workflow is { } workflow)
        {
            var verdict = await workflow.ApplyAsync(pending.Writes, context.Scope, cancel);
            if (verdict.Refusal is { } unlawful)
                return PendingTransaction.Refused(TransactionPlan.At(pending.Owners[verdict.Index].Entry, unlawful));
            pending.Preconditions.AddRange(verdict.Preconditions);
            pending.Reads = verdict.Reads;
        }

        if (!context.Provenance.Exists)
            return pending;
        var unsuited = await XProvenance.AddAsync(repository, context.Scope, context.Provenance, pending.Writes, cancel);
        return unsuited is null ? pending : PendingTransaction.Refused(unsuited);
    }

    private async Task<PlannedEntry[]> FindTargetsAsync(AccessScope scope, IReadOnlyList<BundleEntry> writes, CancellationToken cancel)
    {
        var planned = new PlannedEntry[writes.Count];
        var searching = new List<int>();
        for (var i = 0; i < writes.Count; i++)
        {
            // Nearly all entries need no look at the store, and are done at once.
            if (writes[i] is { IsConditional: false, IfMatch: null, IfNoneMatch: null, Method: not EntryMethod.Patch })
                planned[i] = new PlannedEntry(writes[i], await FindTargetAsync(scope, writes[i], cancel));
            else
                searching.Add(i);
        }

        await Parallel.ForEachAsync(
            searching,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelSearches, CancellationToken = cancel },
            async (i, stop) => planned[i] = new PlannedEntry(writes[i], await FindTargetAsync(scope, writes[i], stop)));
        return planned;
    }

    private async ValueTask<IReadOnlyList<WriteTarget>> FindTargetAsync(AccessScope scope, BundleEntry entry, CancellationToken cancel)
    {
        var type = entry.Type;
        var conditions = new WriteConditions(entry.IfMatch, entry.IfNoneMatch);
        return (entry.Method, entry.IsConditional) switch
        {
            (EntryMethod.Post, _) => [await repository.TargetCreateAsync(scope, type, entry.IfNoneExist, cancel)],
            (EntryMethod.Put, false) => [await repository.TargetUpdateAsync(scope, new ResourceKey(type, entry.Url.Route.Id!), conditions, cancel)],
            (EntryMethod.Put, true) => [await repository.TargetConditionalUpdateAsync(scope, type, entry.Criteria, entry.Resource.ChildValue("id"), conditions, cancel)],
            (EntryMethod.Patch, false) => [await repository.TargetPatchAsync(scope, new ResourceKey(type, entry.Url.Route.Id!), conditions, cancel)],
            (EntryMethod.Patch, true) => [await repository.TargetConditionalPatchAsync(scope, type, entry.Criteria, conditions, cancel)],
            (EntryMethod.Delete, false) => [await repository.TargetDeleteAsync(scope, new ResourceKey(type, entry.Url.Route.Id!), conditions, cancel)],
            (EntryMethod.Delete, true) => await repository.TargetConditionalDeleteAsync(scope, type, entry.Criteria, conditions, cancel),
            _ => throw new InvalidOperationException($"{entry.Method} does not write."),
        };
    }

    // R4 http.html#trules: a reference may be a search; it must find exactly one resource, else the transaction fails.
    private async Task<InteractionResult?> ResolveConditionalReferencesAsync(
        AccessScope scope, PendingTransaction pending, EntryReferences references, CancellationToken cancel)
    {
        var asked = new Dictionary<string, ElementNode>(StringComparer.Ordinal);
        foreach (var planned in pending.Plan.Entries)
        {
            if (planned.Answer is not null || !planned.Entry.Resource.Exists)
                continue;
            foreach (var (reference, node) in ReferenceRewriter.ConditionalReferences(planned.Entry.Resource))
            {
                if (!references.TryResolve(reference, null, out _))
                    asked.TryAdd(reference, node);
            }
        }

        if (asked.Count == 0)
            return null;
        var found = new ConcurrentDictionary<string, CriteriaMatch>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            asked.Keys,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelSearches, CancellationToken = cancel },
            async (reference, stop) =>
            {
                var mark = reference.IndexOf('?', StringComparison.Ordinal);
                found[reference] = await repository.MatchAsync(scope, reference[..mark], reference[(mark + 1)..], 2, AccessLetter.Search, stop);
            });
        foreach (var (reference, node) in asked)
        {
            var match = found[reference];
            if (match.Refusal is { } refusal)
                return refusal with { Issues = [.. refusal.Issues.Select(i => i with { Expression = node.GetPath() })] };
            if (match.Matches.Count != 1)
            {
                var refused = match.Matches.Count == 0
                    ? InteractionResult.Refused(412, "not-found", BundleMessages.NoneMatches, reference)
                    : InteractionResult.Refused(412, "multiple-matches", BundleMessages.ManyMatch, reference);
                return refused.At(node.GetPath());
            }

            references.AddConditional(reference, match.Matches[0].Key);
            pending.Preconditions.Add(match.Precondition!);
        }

        return null;
    }

    private async ValueTask<WritePlan> PlanEntryAsync(PlannedEntry planned, EntryReferences references, WriteSource source, CancellationToken cancel)
    {
        var entry = planned.Entry;
        if (planned.Answer is { } answer)
            return WritePlan.Answered(answer);
        if (entry.Method == EntryMethod.Delete)
            return ResourceRepository.PlanDelete(planned.Targets);

        var sourceBase = EntryReferences.BaseOf(entry.FullUrl);
        if (entry.Method == EntryMethod.Patch)
        {
            var (patch, refusal) = EntryPatch.Read(entry, readPatch);
            return refusal is null
                ? await repository.PlanPatchAsync(planned.Targets[0], resource => Resolve(patch!(resource), references, sourceBase), source, cancel)
                : WritePlan.Answered(refusal);
        }

        // Without anything to resolve the resource is prepared as it lies in the Bundle.
        var json = ReferenceRewriter.Rewrite(entry.Resource, references, sourceBase);
        var resource = entry.Resource;
        if (!json.Equals(resource.Json))
        {
            var parsed = ResourceParser.ParseJson(json);
            if (!RequestBody.IsWritable(parsed, repository.Options.ValidationOnWrite))
                return WritePlan.Answered(InteractionResult.Refused(400, parsed.Issues));
            resource = parsed.Tree!.Root;
        }

        var prepared = await repository.Preparer.PrepareAsync(resource, entry.Type, source with { Sent = entry.Resource }, cancel);
        return prepared.Refusal is { } unfit
            ? WritePlan.Answered(unfit)
            : ResourceRepository.PlanPut(planned.Targets[0], prepared, entry.Method == EntryMethod.Post ? WriteMethod.Post : WriteMethod.Put);
    }

    private static PatchResult Resolve(PatchResult patched, EntryReferences references, string? sourceBase)
    {
        if (patched.Tree is not { } tree)
            return patched;
        var json = ReferenceRewriter.Rewrite(tree.Root, references, sourceBase);
        if (json.Equals(tree.Json))
            return patched;
        var parsed = ResourceParser.ParseJson(json);
        return parsed.IsValid
            ? patched with { Tree = parsed.Tree }
            : new PatchResult(null, parsed.Issues, PatchFailure.InvalidResult);
    }
}
