// ConceptMap $translate: parameters in, matches out.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// <c>ConceptMap/$translate</c> and <c>ConceptMap/[id]/$translate</c> (R4 conceptmap-operation-translate.html). The names of R5 are taken
/// too; whoever uses them gets R5's <c>relationship</c> beside R4's <c>equivalence</c>.
/// </summary>
internal static class TranslateOperation
{
    private static readonly CodedNames Names = new("code", "system", "version", null, "coding", "codeableConcept");
    private static readonly CodedNames SourceNames = new("sourceCode", "sourceSystem", "sourceVersion", null, "sourceCoding", "sourceCodeableConcept");
    private static readonly CodedNames TargetNames = new("targetCode", "targetSystem", null, null, "targetCoding", "targetCodeableConcept");

    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var question = Read(call, input, out var isR5);
        question = question with { Table = await TableAsync(request, input, cancel) };
        var answer = await ConceptMaps.TranslateAsync(request.Scope, question, cancel);
        return Write(answer, isR5).ToAnswer(call);
    }

    private static TranslateRequest Read(FhirCall call, OperationInput input, out bool isR5)
    {
        var given = new[] { Names, SourceNames, TargetNames }.Select(names => (Names: names, Coded: CodedInput.Find(call, input, names))).Where(g => g.Coded is not null).ToList();
        if (given.Count != 1)
        {
            throw new RefusedException(
                400, given.Count == 0 ? "required" : "invalid",
                "$translate needs one code: code with system, coding or codeableConcept (sourceCode, sourceCoding or sourceCodeableConcept in R5), or to translate back targetCode, targetCoding or targetCodeableConcept.");
        }

        var (names, coded) = given[0];
        isR5 = names != Names;
        var isTarget = names == TargetNames;
        return new TranslateRequest
        {
            Map = input.Text("url"),
            MapVersion = input.Text("conceptMapVersion"),
            Codings = [.. coded!.Value.Codings.Select(static c => new CodingValue(c.System, c.Version, c.Code ?? "", c.Display))],
            SourceScope = input.Text("source") ?? input.Text(isTarget ? "targetScope" : "sourceScope"),
            TargetScope = input.Text("target") ?? input.Text(isTarget ? "sourceScope" : "targetScope"),
            TargetSystem = input.Text("targetsystem") ?? input.Text(isTarget ? "sourceSystem" : "targetSystem"),
            Dependencies = [.. input.Values("dependency").Select(ReadDependency)],
            IsReverse = isTarget != input.Boolean("reverse"),
        };
    }

    private static MapDependency ReadDependency(OperationValue dependency)
    {
        var concepts = dependency.Parts("concept").Select(static c => c.Node).ToList();
        return new MapDependency(
            dependency.Parts("element").FirstOrDefault().Text ?? "",
            [.. concepts.SelectMany(static c => c.ChildrenOf("coding").ToList()).Select(static c =>
                new CodingValue(c.ChildValue("system"), c.ChildValue("version"), c.ChildValue("code") ?? "", c.ChildValue("display")))],
            concepts.Select(static c => c.ChildValue("text")).FirstOrDefault(static text => text is not null));
    }

    private static async ValueTask<ConceptMapTable?> TableAsync(TerminologyRequest request, OperationInput input, CancellationToken cancel)
    {
        if (await request.InstanceAsync(cancel) is { } instance)
            return ConceptMapTable.Read(instance.Resource);
        return input.Values("conceptMap") is [var inline] ? ConceptMapTable.Read(TerminologyRequest.TreeOf(inline)) : null;
    }

    private static ParametersWriter Write(TranslateAnswer answer, bool isR5)
    {
        var parameters = new ParametersWriter();
        parameters.Boolean("result"u8, answer.Result);
        parameters.String("message"u8, answer.Message);
        foreach (var match in answer.Matches)
        {
            parameters.BeginParts("match"u8);
            parameters.Code("equivalence"u8, match.Equivalence);
            if (isR5)
                parameters.Code("relationship"u8, MapEquivalence.ToRelationship(match.Equivalence));
            parameters.Coding("concept"u8, match.Coding);
            foreach (var product in match.Products)
            {
                parameters.BeginParts("product"u8);
                parameters.Uri("element"u8, product.Property);
                parameters.Coding("concept"u8, new CodingValue(product.System, null, product.Value, product.Display));
                parameters.EndParts();
            }

            parameters.Uri("source"u8, match.Source);
            parameters.String("comment"u8, match.Comment);
            parameters.EndParts();
        }

        return parameters;
    }
}
