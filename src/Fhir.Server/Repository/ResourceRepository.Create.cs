// create, and conditional create.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

public sealed partial class ResourceRepository
{
    /// <summary>Creates a resource (R4 http.html#create), unless <c>If-None-Exist</c> finds one (http.html#ccreate).</summary>
    /// <param name="scope">What the client may do.</param>
    /// <param name="type">The resource type of the address.</param>
    /// <param name="tree">The parsed resource; its id is ignored.</param>
    /// <param name="ifNoneExist">Search criteria, or null.</param>
    /// <param name="cancel">Gives up before the commit.</param>
    public async Task<InteractionResult> CreateAsync(
        AccessScope scope, string type, ResourceTree tree, string? ifNoneExist, CancellationToken cancel)
    {
        var prepared = await Preparer.PrepareAsync(tree.Root, type, new WriteSource(scope), cancel);
        if (prepared.Refusal is { } refusal)
            return refusal;
        return await WriteAsync(
            scope,
            async c => PlanPut(await TargetCreateAsync(scope, type, ifNoneExist, c), prepared, WriteMethod.Post),
            cancel);
    }

    /// <summary>The resource that a create makes, or the one that <c>If-None-Exist</c> finds.</summary>
    public async ValueTask<WriteTarget> TargetCreateAsync(AccessScope scope, string type, string? ifNoneExist, CancellationToken cancel)
    {
        var key = new ResourceKey(type, NewId());
        if (string.IsNullOrEmpty(ifNoneExist))
            return new WriteTarget(key) { ExpectedVersion = 0 };
        var found = await MatchAsync(scope, type, ifNoneExist, 2, AccessLetter.Search, cancel);
        if (found.Refusal is { } refusal)
            return WriteTarget.Answered(key, refusal);
        return found.Matches.Count switch
        {
            0 => new WriteTarget(key) { ExpectedVersion = 0, Preconditions = [found.Precondition!] },
            1 => new WriteTarget(found.Matches[0].Key)
            {
                Answer = new InteractionResult(200, found.Matches[0]),
                Current = found.Matches[0],
                Preconditions = [found.Precondition!],
            },
            _ => WriteTarget.Answered(key, ManyMatch(type, ifNoneExist)),
        };
    }

    /// <summary>The plan to write prepared content to a target.</summary>
    public static WritePlan PlanPut(WriteTarget target, Preparation prepared, WriteMethod method)
    {
        if (target.Answer is { } answer)
            return WritePlan.Answered(answer);
        return new WritePlan
        {
            Writes = [new PutResource(target.Key, prepared.Resource!, method) { ExpectedVersion = target.ExpectedVersion, Base = target.Current }],
            Preconditions = target.Preconditions,
            Warnings = prepared.Issues,
        };
    }
}
