// The interactions on single resources without HTTP: endpoints call them, and so do the entries of a batch or transaction.

using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Server.Workflow;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// The RESTful interactions of R4 http.html over a store. Single writes are planned and committed in a loop, so that conditions
/// are free of races; a transaction uses the same targets and plans, and commits them together.
/// </summary>
public sealed partial class ResourceRepository
{
    // The store serializes commits, so each failed try means that another writer got on; a hundred of them in a row mean trouble.
    private const int MaxTries = 100;

    private readonly SearchParameterSet _searchParameters;

    /// <summary>A repository over a store.</summary>
    public ResourceRepository(IResourceStore store, ResourcePreparer preparer, SearchParameterSet searchParameters, FhirHubOptions options)
    {
        Store = store;
        Preparer = preparer;
        Options = options;
        Workflow = options.ExchangeWorkflow ? new ExchangeWorkflow(store, preparer, options.BaseUrls) : null;
        _searchParameters = searchParameters;
    }

    /// <summary>The store.</summary>
    public IResourceStore Store { get; }

    /// <summary>Parses and prepares resources.</summary>
    public ResourcePreparer Preparer { get; }

    /// <summary>The configuration.</summary>
    public FhirHubOptions Options { get; }

    /// <summary>The workflow that clients' writes are held to; null if none is enforced.</summary>
    public ExchangeWorkflow? Workflow { get; }

    /// <summary>A Provenance that is stored with each write, in the same commit (R4 provenance.html#header); default for none.</summary>
    public ElementNode Provenance { get; private init; }

    /// <summary>The same repository, with a Provenance for its writes.</summary>
    public ResourceRepository With(ElementNode provenance) => new(Store, Preparer, _searchParameters, Options) { Provenance = provenance };

    /// <summary>A new server-assigned id: time-ordered, so that index pages fill in order, and not to be guessed.</summary>
    public static string NewId() => Guid.CreateVersion7().ToString("D");

    /// <summary>The transaction that a plan, or several together, become.</summary>
    public ResourceTransaction ToTransaction(IReadOnlyList<ResourceWrite> writes, IReadOnlyList<Precondition> preconditions, IReadOnlyList<ExpectedVersion>? reads = null) => new()
    {
        Writes = writes,
        Preconditions = preconditions,
        Reads = reads ?? [],
        EnforceReferences = Options.Integrity == IntegrityMode.Enforce,
    };

    /// <summary>Commits, unless a SearchParameter among the writes can't work; the search parameters that are written are in use from then on.</summary>
    public Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel) =>
        _searchParameters.CommitAsync(Store, scope, transaction, cancel);

    /// <summary>Restores versions of another store; the search parameters among them are in use from then on.</summary>
    public Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel) =>
        _searchParameters.RestoreAsync(Store, versions, cancel);

    /// <summary>Plans and commits until the state that the plan was made for is the one it is committed to.</summary>
    public async Task<InteractionResult> WriteAsync(
        AccessScope scope, Func<CancellationToken, ValueTask<WritePlan>> plan, CancellationToken cancel)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var planned = await plan(cancel);
            if (planned.Answer is { } answer)
                return answer;
            var writes = new List<ResourceWrite>(planned.Writes);
            var verdict = Workflow is { } workflow ? await workflow.ApplyAsync(writes, scope, cancel) : WorkflowVerdict.Allowed;
            if (verdict.Refusal is { } refusal)
                return refusal;
            if (Provenance.Exists && await XProvenance.AddAsync(this, scope, Provenance, writes, cancel) is { } unsuited)
                return unsuited;
            var preconditions = verdict.Preconditions.Count == 0 ? planned.Preconditions : [.. planned.Preconditions, .. verdict.Preconditions];
            var commit = await CommitAsync(scope, ToTransaction(writes, preconditions, verdict.Reads), cancel);
            if (commit.Failure == CommitFailure.None)
                return await WithIntegrityWarningsAsync(scope, planned, Describe(planned, commit), cancel);
            if (!MeansToPlanAgain(commit))
                return Refuse(commit);
        }

        return InteractionResult.Refused(
            409, "conflict", RepositoryMessages.KeptChanging);
    }

    /// <summary>
    /// True if the commit failed because the state changed after it was read. Conditions of the client are checked while
    /// planning, so planning again gives it the answer that belongs to the new state.
    /// </summary>
    public static bool MeansToPlanAgain(CommitResult commit) =>
        commit.Failure is CommitFailure.PreconditionChanged or CommitFailure.VersionConflict || commit is { Failure: CommitFailure.NotGranted, IsBefore: true };

    /// <summary>A committed write as the result of its interaction.</summary>
    public static InteractionResult Describe(WriteResult result) => result.Outcome switch
    {
        WriteOutcome.Created => new InteractionResult(201, result.Version),
        WriteOutcome.Updated or WriteOutcome.Unchanged => new InteractionResult(200, result.Version),
        _ => new InteractionResult(204, result.Version),
    };

    /// <summary>A failed commit as a refusal that says what to do.</summary>
    public static InteractionResult Refuse(CommitResult commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var related = string.Join(", ", commit.Related);
        return commit.Failure switch
        {
            CommitFailure.VersionConflict or CommitFailure.PreconditionChanged => InteractionResult.Refused(
                409, "conflict", RepositoryMessages.Changed),
            CommitFailure.MissingReference => InteractionResult.Refused(
                422, "not-found", RepositoryMessages.MissingReferences, related),
            CommitFailure.StillReferenced => InteractionResult.Refused(
                409, "conflict", RepositoryMessages.StillReferenced, related),
            CommitFailure.NotGranted => InteractionResult.Refused(
                403, "forbidden", RepositoryMessages.NotGranted),
            CommitFailure.Refused => InteractionResult.Refused(commit.Issues is [{ Code: "conflict" }, ..] ? 409 : 422, commit.Issues),
            _ => throw new ArgumentException("The commit did not fail.", nameof(commit)),
        };
    }

    private static InteractionResult Describe(WritePlan plan, CommitResult commit)
    {
        var result = plan.Writes.Count == 1
            ? Describe(commit.Results[0])
            : new InteractionResult(204)
            {
                Issues = [Issue.Of(IssueSeverity.Information, "informational", RepositoryMessages.ManyDeleted, plan.Writes.Count.ToString(CultureInfo.InvariantCulture))],
            };
        return plan.Warnings.Count == 0 ? result : result with { Issues = [.. plan.Warnings, .. result.Issues] };
    }

    private async ValueTask<InteractionResult> WithIntegrityWarningsAsync(
        AccessScope scope, WritePlan plan, InteractionResult result, CancellationToken cancel)
    {
        if (Options.Integrity != IntegrityMode.Report)
            return result;
        var issues = new List<Issue>(result.Issues);
        foreach (var write in plan.Writes.OfType<PutResource>())
            issues.AddRange(await DanglingWarningsAsync(scope, write.Resource, cancel));
        return issues.Count == result.Issues.Count ? result : result with { Issues = issues };
    }

    /// <summary>A warning for each reference of the resource that leads to nothing (<c>FhirHub:Integrity=Report</c>).</summary>
    public async Task<IReadOnlyList<Issue>> DanglingWarningsAsync(AccessScope scope, PreparedResource resource, CancellationToken cancel)
    {
        var issues = new List<Issue>();
        foreach (var reference in resource.References)
        {
            var target = new ResourceKey(reference.Type, reference.Id);
            if (await Store.ReadAsync(scope, target, cancel) is not { IsDeleted: false })
                issues.Add(Issue.Of(IssueSeverity.Warning, "not-found", RepositoryMessages.Dangling, target.ToString()) with { Expression = reference.Path });
        }

        return issues;
    }
}
