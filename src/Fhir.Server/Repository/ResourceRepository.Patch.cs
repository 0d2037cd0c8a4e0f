// patch and conditional patch; the language of the patch is the model's business.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Applies a patch document to a resource; the answer is the new resource, or why the patch does not fit.</summary>
public delegate PatchResult PatchApplication(ResourceTree resource);

public sealed partial class ResourceRepository
{
    /// <summary>Patches a resource (R4 http.html#patch). Without <c>If-Match</c> the patch is applied to whatever is current at the commit.</summary>
    public Task<InteractionResult> PatchAsync(
        AccessScope scope, ResourceKey key, PatchApplication patch, WriteConditions conditions, CancellationToken cancel) =>
        WriteAsync(scope, async c => await PlanPatchAsync(await TargetPatchAsync(scope, key, conditions, c), patch, new WriteSource(scope), c), cancel);

    /// <summary>Patches the one resource that the criteria find (R4 http.html#patch).</summary>
    public Task<InteractionResult> ConditionalPatchAsync(
        AccessScope scope, string type, string criteria, PatchApplication patch, WriteConditions conditions, CancellationToken cancel) =>
        WriteAsync(
            scope, async c => await PlanPatchAsync(await TargetConditionalPatchAsync(scope, type, criteria, conditions, c), patch, new WriteSource(scope), c), cancel);

    /// <summary>The resource that a patch by id is about.</summary>
    public async ValueTask<WriteTarget> TargetPatchAsync(
        AccessScope scope, ResourceKey key, WriteConditions conditions, CancellationToken cancel)
    {
        var current = await ReadAsync(scope.By(AccessLetter.Update), key, cancel);
        return current.IsSuccess ? Target(key, current.Version, conditions, []) : WriteTarget.Answered(key, current);
    }

    /// <summary>The resource that a patch by criteria is about.</summary>
    public async ValueTask<WriteTarget> TargetConditionalPatchAsync(
        AccessScope scope, string type, string criteria, WriteConditions conditions, CancellationToken cancel)
    {
        var found = await MatchAsync(scope, type, criteria, 2, AccessLetter.Update, cancel);
        var none = new ResourceKey(type, "");
        if (found.Refusal is { } refusal)
            return WriteTarget.Answered(none, refusal);
        return found.Matches.Count switch
        {
            0 => WriteTarget.Answered(none, InteractionResult.Refused(404, "not-found", RepositoryMessages.NoneToPatch, type, criteria)),
            1 => Target(found.Matches[0].Key, found.Matches[0], conditions, [found.Precondition!]),
            _ => WriteTarget.Answered(none, ManyMatch(type, criteria)),
        };
    }

    /// <summary>The plan to write the patched resource to the target.</summary>
    public async ValueTask<WritePlan> PlanPatchAsync(WriteTarget target, PatchApplication patch, WriteSource source, CancellationToken cancel)
    {
        if (target.Answer is { } answer)
            return WritePlan.Answered(answer);
        var current = target.Current!;
        var patched = patch(Preparer.Read(current));
        if (patched.Tree is null)
            return WritePlan.Answered(InteractionResult.Refused(patched.Failure == PatchFailure.InvalidPatch ? 400 : 422, patched.Issues));
        var prepared = await Preparer.PrepareAsync(patched.Tree.Root, target.Key.Type, source, cancel);
        return prepared.Refusal is { } refusal ? WritePlan.Answered(refusal) : PlanPut(target, prepared, WriteMethod.Patch);
    }
}
