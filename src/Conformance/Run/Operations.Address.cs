// The address of an operation: url, else what params say after the type, else what the target is (R4 testscript-definitions.html#TestScript.setup.action.operation.params).

namespace FhirHub.Conformance;

internal static partial class Operations
{
    // Where an operation is defined for one type alone (R4 operationslist.html), a script need not name it.
    private static readonly Dictionary<string, string> TypeOfOperation = new(StringComparer.Ordinal)
    {
        ["apply"] = "ActivityDefinition",
        ["conforms"] = "CapabilityStatement",
        ["data-requirements"] = "Library",
        ["document"] = "Composition",
        ["evaluate-measure"] = "Measure",
        ["expand"] = "ValueSet",
        ["find"] = "List",
        ["find-matches"] = "CodeSystem",
        ["implements"] = "CapabilityStatement",
        ["lastn"] = "Observation",
        ["lookup"] = "CodeSystem",
        ["match"] = "Patient",
        ["populate"] = "Questionnaire",
        ["populatehtml"] = "Questionnaire",
        ["populatelink"] = "Questionnaire",
        ["questionnaire"] = "StructureDefinition",
        ["stats"] = "Observation",
        ["subset"] = "CapabilityStatement",
        ["subsumes"] = "CodeSystem",
        ["transform"] = "StructureMap",
        ["translate"] = "ConceptMap",
        ["validate-code"] = "ValueSet",
    };

    private static Address AddressOf(OperationAction operation, string? code, string method, Source? source, Destination destination, RunState state)
    {
        var root = destination.FhirBase.ToString().TrimEnd('/');
        if (operation.Url is { } url)
            return OfUrl(state.Resolve(url).Trim(), root);
        var type = operation.Resource is { } resource ? state.Resolve(resource) : null;
        var (path, query) = SplitParams(operation.Params is { } text ? state.Resolve(text).Trim() : "", code);
        var hasParams = path.Length + query.Length > 0;
        return code switch
        {
            "batch" or "transaction" => new Address(root + path + query, null),
            "capabilities" => new Address($"{root}/metadata{path}{query}", null),
            "create" => InType(type ?? TypeOf(source) ?? throw Lacks(code, "resource, so that it is known where to create it"), path + query),
            "search" => InType(type, Ending(path, method == "POST" ? "_search" : null) + query),
            "history" when !hasParams && operation.TargetId is not null => OfTarget("/_history"),
            "history" => InType(type, Ending(path, path.Contains("_history", StringComparison.Ordinal) ? null : "_history") + query),
            "read" or "vread" or "delete" or "patch" or null when !hasParams && operation.TargetId is not null => OfTarget(""),
            "update" or "updateCreate" when !hasParams && operation.TargetId is not null => OfTarget(""),
            "update" or "updateCreate" when !hasParams && source is not null => Of(Identity(source.Id), ""),
            "read" or "vread" or "update" or "updateCreate" or "patch" or "delete" when !hasParams => throw Lacks(code, "targetId, params or url"),
            "deleteCondSingle" or "deleteCondMultiple" when query.Length == 0 => throw Lacks(code, "params with the search that selects what to delete"),
            "read" or "vread" or "update" or "updateCreate" or "patch" or "delete" or "deleteCondSingle" or "deleteCondMultiple" or null => InType(type, path + query),
            _ when !hasParams && operation.TargetId is not null => OfTarget($"/${code}"),
            "validate" when type is null => InType(TypeOf(source), Operation(path, code) + query),
            _ => InType(type ?? (path.Length == 0 ? TypeOfOperation.GetValueOrDefault(code) : null), Operation(path, code) + query),
        };

        Address InType(string? name, string rest) => new(name is null ? root + rest : $"{root}/{name}{rest}", name);

        Address OfTarget(string rest) => Of(Identity(state.Resolve(operation.TargetId!)), rest);

        Address Of(ResourceIdentity identity, string rest)
        {
            var address = $"{root}/{identity.Type}/{identity.Id}";
            if (code == "vread")
                address += $"/_history/{identity.VersionId ?? throw new StepException($"The version of {identity.Type}/{identity.Id} is not known, so it can't be read.")}";
            return new Address(address + rest, identity.Type) { TargetId = identity.Id };
        }

        ResourceIdentity Identity(string id) => state.FindIdentity(id)
            ?? throw new StepException($"'{id}' is no fixture, request or response of this run that has the id of a resource.");
    }

    private static Address OfUrl(string url, string root)
    {
        var isAbsolute = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var address = isAbsolute ? url : $"{root}/{url.TrimStart('/')}";
        var type = address.StartsWith(root + "/", StringComparison.Ordinal) ? address[(root.Length + 1)..].Split('/', '?')[0] : null;
        return new Address(address, type);
    }

    // Params begin with / or ?; a script that leaves that out means it all the same.
    private static (string Path, string Query) SplitParams(string text, string? code)
    {
        if (text.Length > 0 && text[0] is not ('/' or '?'))
            text = (code == "search" && text[0] != '$') || (text.Contains('=', StringComparison.Ordinal) && !text.Contains('?', StringComparison.Ordinal)) ? $"?{text.TrimStart('&')}" : $"/{text}";
        var at = text.IndexOf('?', StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[at..]);
    }

    private static string Operation(string path, string code) => path.Contains($"${code}", StringComparison.Ordinal) ? path : Ending(path, $"${code}");

    private static string Ending(string path, string? segment) =>
        segment is null || path.EndsWith($"/{segment}", StringComparison.Ordinal) ? path : $"{path.TrimEnd('/')}/{segment}";

    // The type of what is sent: Parameters around the resource say the type of that (R4 resource-operation-validate.html).
    private static string? TypeOf(Source? source)
    {
        if (source?.Body.Resource is not { } tree)
            return null;
        if (tree.ResourceType != "Parameters")
            return tree.ResourceType;
        foreach (var parameter in tree.Root.ChildrenOf("parameter"))
        {
            if (parameter.Child("resource") is { Exists: true } resource)
                return resource.Type.Name;
        }

        return null;
    }

    private static StepException Lacks(string code, string what) => new($"The operation {code} needs {what}.");

    // An address, the type that it is below, and the id that it ends in where the target gave that.
    private sealed record Address(string Url, string? Type)
    {
        public string? TargetId { get; init; }

        public bool IsWellKnown => Url.Contains("/.well-known/", StringComparison.Ordinal);
    }
}
