// batch: entries that have nothing to do with each other, several at a time (R4 http.html#brules).

namespace FhirHub.Server;

/// <summary>The batch interaction (R4 http.html#transaction).</summary>
internal sealed class BatchInteraction(TransactionInteraction transactions)
{
    // Enough that the commits of small writes share a turn at the disk; few enough that a large batch is no burst.
    private const int ParallelEntries = 32;

    /// <summary>Runs a batch: each entry has its own outcome, in the order of the request.</summary>
    /// <param name="context">What it runs with; <see cref="TransactionContext.Read"/> must be there.</param>
    /// <param name="request">The entries; those that are not well-formed get their issue as outcome.</param>
    /// <param name="explain">Turns an exception of an entry into its answer.</param>
    /// <param name="cancel">Ends when the client goes away.</param>
    public async Task<IReadOnlyList<EntryOutcome>> RunAsync(
        TransactionContext context, BundleRequest request, Func<Exception, FhirAnswer> explain, CancellationToken cancel)
    {
        var outcomes = new EntryOutcome[request.Count];
        foreach (var entry in request.Issues.GroupBy(i => i.Index, i => i.Issue))
            outcomes[entry.Key] = new EntryOutcome(new FhirAnswer(400) { Issues = [.. entry] });
        await Parallel.ForEachAsync(
            request.Entries,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelEntries, CancellationToken = cancel },
            async (entry, stop) =>
            {
                try
                {
                    outcomes[entry.Index] = entry.IsWrite ? await WriteAsync(context, entry, stop) : await context.Read!(entry, stop);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    outcomes[entry.Index] = new EntryOutcome(explain(e));
                }
            });
        return outcomes;
    }

    // One write of a batch is a transaction of one entry: the same conditions, the same commit.
    private async Task<EntryOutcome> WriteAsync(TransactionContext context, BundleEntry entry, CancellationToken cancel)
    {
        var result = await transactions.RunAsync(context, new BundleRequest(IsTransaction: false, 1, [entry], []), cancel);
        return result.Refusal is { } refusal
            ? new EntryOutcome(new FhirAnswer(refusal.Status) { Issues = refusal.Issues })
            : result.Outcomes[0];
    }
}
