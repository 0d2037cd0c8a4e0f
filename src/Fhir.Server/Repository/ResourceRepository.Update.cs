// update, update as create, and conditional update.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

public sealed partial class ResourceRepository
{
    /// <summary>Updates or creates the resource of that id (R4 http.html#update, http.html#upsert).</summary>
    public async Task<InteractionResult> UpdateAsync(
        AccessScope scope, ResourceKey key, ResourceTree tree, WriteConditions conditions, CancellationToken cancel)
    {
        if (CheckId(tree, key) is { } unfit)
            return unfit;
        var prepared = await Preparer.PrepareAsync(tree.Root, key.Type, new WriteSource(scope), cancel);
        if (prepared.Refusal is { } refusal)
            return refusal;
        return await WriteAsync(
            scope, async c => PlanPut(await TargetUpdateAsync(scope, key, conditions, c), prepared, WriteMethod.Put), cancel);
    }

    /// <summary>Null if the resource has the id of its address, as an update needs it; else why not.</summary>
    public static InteractionResult? CheckId(ResourceTree tree, ResourceKey key)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (tree.Id is not { } id)
        {
            return InteractionResult.Refused(
                400, "required", RepositoryMessages.IdMissing, key.Id).At($"{tree.ResourceType}.id");
        }

        return id == key.Id ? null : InteractionResult.Refused(
            400, "invalid", RepositoryMessages.IdDiffers, id, key.ToString()).At($"{tree.ResourceType}.id");
    }

    /// <summary>Updates the resource that the criteria find, or creates it (R4 http.html#cond-update).</summary>
    public async Task<InteractionResult> ConditionalUpdateAsync(
        AccessScope scope, string type, string criteria, ResourceTree tree, WriteConditions conditions, CancellationToken cancel)
    {
        var prepared = await Preparer.PrepareAsync(tree.Root, type, new WriteSource(scope), cancel);
        if (prepared.Refusal is { } refusal)
            return refusal;
        return await WriteAsync(
            scope,
            async c => PlanPut(await TargetConditionalUpdateAsync(scope, type, criteria, tree.Id, conditions, c), prepared, WriteMethod.Put),
            cancel);
    }

    /// <summary>The resource that an update by id is about.</summary>
    public async ValueTask<WriteTarget> TargetUpdateAsync(
        AccessScope scope, ResourceKey key, WriteConditions conditions, CancellationToken cancel)
    {
        if (!ResourceId.IsValid(key.Id))
        {
            return WriteTarget.Answered(key, InteractionResult.Refused(
                400, "value", RepositoryMessages.IdFormat).At($"{key.Type}.id"));
        }

        if (conditions.IsEmpty && scope.IsUnfiltered(key.Type, AccessLetter.Update))
            return new WriteTarget(key);
        var current = await Store.ReadAsync(scope.By(AccessLetter.Update), key, cancel);
        return OutsideOf(scope, key, current, conditions) ?? Target(key, current, conditions, []);
    }

    /// <summary>The resource that an update by criteria is about.</summary>
    /// <param name="scope">What the client may do.</param>
    /// <param name="type">The resource type.</param>
    /// <param name="criteria">The query string without <c>?</c>.</param>
    /// <param name="bodyId">The id in the resource, or null.</param>
    /// <param name="conditions">Further conditions.</param>
    /// <param name="cancel">Stops the search.</param>
    public async ValueTask<WriteTarget> TargetConditionalUpdateAsync(
        AccessScope scope, string type, string criteria, string? bodyId, WriteConditions conditions, CancellationToken cancel)
    {
        var found = await MatchAsync(scope, type, criteria, 2, AccessLetter.Update, cancel);
        var none = new ResourceKey(type, bodyId ?? NewId());
        if (found.Refusal is { } refusal)
            return WriteTarget.Answered(none, refusal);
        IReadOnlyList<Precondition> preconditions = [found.Precondition!];
        switch (found.Matches.Count)
        {
            case 0 when bodyId is null:
                return Target(none, null, conditions, preconditions);
            case 0:
                var current = await Store.ReadAsync(scope.By(AccessLetter.Update), none, cancel);
                if (OutsideOf(scope, none, current, conditions) is { } unknown)
                    return unknown;
                return current is { IsDeleted: false }
                    ? WriteTarget.Answered(none, InteractionResult.Refused(
                        409, "conflict", RepositoryMessages.OtherExists, type, criteria, none.ToString()).At($"{type}.id"))
                    : Target(none, current, conditions, preconditions);
            case 1 when bodyId is null || bodyId == found.Matches[0].Key.Id:
                return Target(found.Matches[0].Key, found.Matches[0], conditions, preconditions);
            case 1:
                return WriteTarget.Answered(none, InteractionResult.Refused(
                    400, "invalid", RepositoryMessages.OtherMatches, bodyId, criteria, found.Matches[0].Key.ToString()).At($"{type}.id"));
            default:
                return WriteTarget.Answered(none, ManyMatch(type, criteria));
        }
    }

    // Whoever may not see every resource of the type can't make one of an id of their own: the answer would tell that another has it.
    private static WriteTarget? OutsideOf(AccessScope scope, ResourceKey key, StoredVersion? current, WriteConditions conditions) =>
        current is null && !scope.IsUnfiltered(key.Type, AccessLetter.Update)
            ? WriteTarget.Answered(key, conditions.Check(null) ?? NotFound(key))
            : null;

    private static WriteTarget Target(
        ResourceKey key, StoredVersion? current, WriteConditions conditions, IReadOnlyList<Precondition> preconditions)
    {
        if (conditions.Check(current) is { } refusal)
            return WriteTarget.Answered(key, refusal);

        // The conditions were checked against the version just read. If another is current at the commit, they are checked anew,
        // so the client gets the answer that belongs to the state its write would have met.
        return new WriteTarget(key) { Current = current, ExpectedVersion = current?.Version ?? 0, Preconditions = preconditions };
    }
}
