// delete, and conditional delete of one or many.

using System.Globalization;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

public sealed partial class ResourceRepository
{
    /// <summary>Deletes a resource (R4 http.html#delete); deleting what is not there is a success too.</summary>
    public Task<InteractionResult> DeleteAsync(AccessScope scope, ResourceKey key, WriteConditions conditions, CancellationToken cancel) =>
        WriteAsync(scope, async c => PlanDelete([await TargetDeleteAsync(scope, key, conditions, c)]), cancel);

    /// <summary>Deletes what the criteria find (R4 http.html#3.1.0.7.1): one, or many where <c>FhirHub:ConditionalDelete</c> allows it.</summary>
    public Task<InteractionResult> ConditionalDeleteAsync(
        AccessScope scope, string type, string criteria, WriteConditions conditions, CancellationToken cancel) =>
        WriteAsync(scope, async c => PlanDelete(await TargetConditionalDeleteAsync(scope, type, criteria, conditions, c)), cancel);

    /// <summary>The resource that a delete by id is about.</summary>
    public async ValueTask<WriteTarget> TargetDeleteAsync(
        AccessScope scope, ResourceKey key, WriteConditions conditions, CancellationToken cancel)
    {
        var isUnfiltered = scope.IsUnfiltered(key.Type, AccessLetter.Delete);
        if (conditions.IsEmpty && isUnfiltered)
            return new WriteTarget(key);
        var current = await Store.ReadAsync(scope.By(AccessLetter.Delete), key, cancel);

        // What is another's is deleted like what never was: not at all, and nobody is told the difference.
        return current is null && !isUnfiltered
            ? WriteTarget.Answered(key, conditions.Check(null) ?? new InteractionResult(204))
            : Target(key, current, conditions, []);
    }

    /// <summary>The resources that a delete by criteria is about; one answered target if there is nothing to delete.</summary>
    public async ValueTask<IReadOnlyList<WriteTarget>> TargetConditionalDeleteAsync(
        AccessScope scope, string type, string criteria, WriteConditions conditions, CancellationToken cancel)
    {
        var many = Options.ConditionalDelete == ConditionalDeleteMode.Multiple;
        var limit = many ? Options.Limits.ConditionalDeletes + 1 : 2;
        var found = await MatchAsync(scope, type, criteria, limit, AccessLetter.Delete, cancel);
        var none = new ResourceKey(type, "");
        if (found.Refusal is { } refusal)
            return [WriteTarget.Answered(none, refusal)];
        if (found.Matches.Count == 0)
        {
            return conditions.IfMatch is null
                ? [new WriteTarget(none) { Answer = new InteractionResult(204), Preconditions = [found.Precondition!] }]
                : [WriteTarget.Answered(none, conditions.Check(null)!)];
        }

        if (found.Matches.Count > 1 && !many)
            return [WriteTarget.Answered(none, ManyMatch(type, criteria))];
        if (found.Matches.Count == limit)
        {
            return [WriteTarget.Answered(none, InteractionResult.Refused(
                412, "too-costly", RepositoryMessages.TooManyToDelete, Options.Limits.ConditionalDeletes.ToString(CultureInfo.InvariantCulture), type, criteria))];
        }

        return [.. found.Matches.Select(m => Target(m.Key, m, conditions, [found.Precondition!]))];
    }

    /// <summary>The plan to delete the targets.</summary>
    public static WritePlan PlanDelete(IReadOnlyList<WriteTarget> targets)
    {
        if (targets.FirstOrDefault(t => t.Answer is not null) is { } answered)
            return WritePlan.Answered(answered.Answer!);
        return new WritePlan
        {
            Writes = [.. targets.Select(t => new DeleteResource(t.Key) { ExpectedVersion = t.ExpectedVersion })],
            Preconditions = targets[0].Preconditions,
        };
    }
}
