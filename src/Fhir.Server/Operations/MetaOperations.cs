// $meta, $meta-add and $meta-delete: the profiles, tags and security labels of a resource, a version, a type or the system.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// The operations on meta (R4 resource-operation-meta.html, resource-operation-meta-add.html, resource-operation-meta-delete.html).
/// A change of labels is a new version like any other change: it shows in the history, and who holds an ETag learns of it.
/// </summary>
public static class MetaOperations
{
    private static readonly string[] LabelCodes = ["_profile", "_security", "_tag"];

    private static readonly Operation Get = Operation.OfR4(
        "Resource-meta",
        "meta",
        OperationLevels.System | OperationLevels.Type | OperationLevels.Instance | OperationLevels.Version,
        [],
        (call, cancel) => GetAsync(call, Get!, cancel));

    private static readonly Operation Add = Operation.OfR4(
        "Resource-meta-add",
        "meta-add",
        OperationLevels.Instance | OperationLevels.Version,
        [],
        (call, cancel) => ChangeAsync(call, Add!, MetaLabels.Add, cancel),
        affectsState: true);

    private static readonly Operation Delete = Operation.OfR4(
        "Resource-meta-delete",
        "meta-delete",
        OperationLevels.Instance | OperationLevels.Version,
        [],
        (call, cancel) => ChangeAsync(call, Delete!, MetaLabels.Delete, cancel),
        affectsState: true);

    /// <summary>The operations.</summary>
    public static IReadOnlyList<Operation> Operations { get; } = [Get, Add, Delete];

    private static async ValueTask<FhirAnswer> GetAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        _ = OperationInput.Read(call, operation.Parameters);
        if (call.Route.Id is null)
            return Answer(await InUseAsync(call, cancel));
        var result = call.Route.Version is { } version
            ? await call.Server.Repository.ReadVersionAsync(call.Scope, call.Key, version, cancel)
            : await call.Server.Repository.ReadAsync(call.Scope, call.Key, cancel);
        return Answer(call, result);
    }

    private static async ValueTask<FhirAnswer> ChangeAsync(
        FhirCall call, Operation operation, Func<ResourceTree, ElementNode, ResourceTree> change, CancellationToken cancel)
    {
        var labels = OperationInput.Read(call, operation.Parameters).Values("meta")[0].Node;

        // A former version stays as it was; named as the current one, it says which state the change is meant for.
        var conditions = call.Route.Version is { } version ? new WriteConditions(IfMatch: $"W/\"{version}\"") : WriteConditions.None;
        var result = await call.Server.Repository.PatchAsync(
            call.Scope, call.Key, tree => new PatchResult(change(tree, labels), [], PatchFailure.None), conditions, cancel);
        return result.Status == 412
            ? FhirAnswer.Refused(
                409, "conflict", $"Version {call.Route.Version} of {call.Key} is not the current one, and former versions don't change; call ${operation.Name} on {call.Key}.")
            : Answer(call, result);
    }

    private static FhirAnswer Answer(FhirCall call, InteractionResult result)
    {
        if (!result.IsSuccess)
            return new FhirAnswer(result.Status) { Issues = result.Issues };
        var tree = call.Server.Repository.Preparer.Read(result.Version!);
        return Answer(ResourceWriter.ToJson(tree.Root.Child("meta"))) with { ETag = EntityTags.Of(result.Version!.Version) };
    }

    private static FhirAnswer Answer(byte[] meta) => new(200)
    {
        Json = (byte[])[.. "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"return\",\"valueMeta\":"u8, .. meta, .. "}]}"u8],
    };

    private static async Task<byte[]> InUseAsync(FhirCall call, CancellationToken cancel)
    {
        IReadOnlyList<string> types = call.Route.Type is { } type ? [type] : [.. (await call.Server.Store.CountAsync(call.Scope, cancel)).Keys];
        var found = LabelCodes.ToDictionary(code => code, _ => new HashSet<IndexedValue>());
        foreach (var searched in types)
        {
            foreach (var code in LabelCodes)
            {
                if (call.Server.SearchParameters.Find(searched, code) is { } parameter)
                    found[code].UnionWith(await call.Server.Store.ValuesAsync(call.Scope, parameter, MetaLabels.MaxInUse, cancel));
            }
        }

        if (found.Values.Any(labels => labels.Count >= MetaLabels.MaxInUse))
        {
            throw new RefusedException(
                400, "too-costly", $"More than {MetaLabels.MaxInUse:N0} different labels are in use; ask for one resource type, or search with _summary=count.");
        }

        return MetaLabels.Write(found["_profile"], found["_security"], found["_tag"]);
    }
}
