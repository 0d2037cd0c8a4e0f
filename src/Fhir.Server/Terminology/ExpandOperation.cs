// ValueSet $expand: parameters in, a value set with its codes out.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary><c>ValueSet/$expand</c> and <c>ValueSet/[id]/$expand</c> (R4 valueset-operation-expand.html).</summary>
internal static class ExpandOperation
{
    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var valueSet = await ValueSetInput.ReadAsync(call, request, input, cancel);
        var question = new ExpansionRequest
        {
            Url = valueSet.Canonical,
            ValueSet = valueSet.Resource,
            ValueSetStamp = valueSet.Stamp,
            Filter = input.Text("filter"),
            Offset = input.Integer("offset") ?? 0,
            Count = input.Integer("count") ?? input.Integer("_limit") ?? (input.Boolean("incomplete-ok") ? request.Scope.Limits.Entries : null),
            IncludeDesignations = Flag(input, "includeDesignations"),
            Designations = Texts(input, "designation"),
            IncludeDefinition = Flag(input, "includeDefinition"),
            ActiveOnly = Flag(input, "activeOnly"),
            ExcludeNested = Flag(input, "excludeNested"),
            ExcludeNotForUI = Flag(input, "excludeNotForUI"),
            ExcludePostCoordinated = Flag(input, "excludePostCoordinated"),
            DisplayLanguage = request.Languages,
            ExcludeSystems = Texts(input, "exclude-system"),
            Properties = Texts(input, "property"),
        };
        var expansion = await ValueSetExpander.ExpandAsync(question, request.Scope, call.Server.Clock, cancel);
        return new FhirAnswer(200)
        {
            Json = expansion.ToJson(),
            Shape = ResourceShape.Whole with { Pretty = ResourceShape.Parse(call.Parameters, forSearch: false).Pretty },
        };
    }

    private static bool? Flag(OperationInput input, string name) => input.Has(name) ? input.Boolean(name) : null;

    private static IReadOnlyList<string> Texts(OperationInput input, string name) => input.Has(name) ? [.. input.Values(name).Select(static value => value.Text!)] : [];
}
