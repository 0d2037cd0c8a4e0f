// ConceptMap $translate: what a code is called in another code system.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// <c>ConceptMap/$translate</c> and <c>ConceptMap/[id]/$translate</c> (R4 conceptmap-operation-translate.html), with the names that
/// its parameters have in R5.
/// </summary>
internal static class TranslateOperation
{
    /// <summary>The parameters of R5.</summary>
    public static readonly OperationParameter[] R5Parameters =
    [
        new("sourceCode", "code", "The code to translate."),
        new("sourceSystem", "uri", "The code system of sourceCode, if 'system' is not given; the one that codes are wanted from, in reverse."),
        new("sourceCoding", "Coding", "The coding to translate."),
        new("sourceCodeableConcept", "CodeableConcept", "The concept to translate."),
        new("sourceScope", "uri", "The value set of the source side."),
        new("targetCode", "code", "The code that others map to."),
        new("targetCoding", "Coding", "The coding that others map to."),
        new("targetCodeableConcept", "CodeableConcept", "The concept that others map to."),
        new("targetSystem", "uri", "The code system that codes are wanted from; that of targetCode, if 'system' is not given."),
        new("targetScope", "uri", "The value set of the target side."),
    ];

    private static readonly CodedNames Plain = new("code", "system", "version", null, "coding", "codeableConcept");
    private static readonly CodedNames Source = new("sourceCode", "system", "version", null, "sourceCoding", "sourceCodeableConcept");
    private static readonly CodedNames Target = new("targetCode", "system", "version", null, "targetCoding", "targetCodeableConcept");

    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var (codings, form) = Codings(call, input);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var isReverse = form == Target || input.Boolean("reverse");
        var (source, target) = (input.Text("sourceScope") ?? input.Text("source"), input.Text("targetScope") ?? input.Text("target"));
        var answer = await request.Scope.TranslateAsync(
            new TranslateRequest
            {
                Table = await request.ConceptMapAsync(input, cancel),
                Map = input.Text("url"),
                MapVersion = input.Text("conceptMapVersion"),
                Codings = codings,
                SourceScope = isReverse ? target : source,
                TargetScope = isReverse ? source : target,
                TargetSystem = form == Target ? input.Text("sourceSystem") : input.Text("targetsystem") ?? input.Text("targetSystem"),
                Dependencies = [.. input.Values("dependency").Select(Dependency)],
                IsReverse = isReverse,
            },
            cancel);
        return Write(answer, isR5: form != Plain).ToAnswer(call);
    }

    private static (IReadOnlyList<CodingValue> Codings, CodedNames Form) Codings(FhirCall call, OperationInput input)
    {
        (IReadOnlyList<CodingValue> Codings, CodedNames Form)? found = null;
        foreach (var names in (ReadOnlySpan<CodedNames>)[Plain, Source, Target])
        {
            if (CodedInput.Find(call, input, names) is not { } given)
                continue;
            if (found is { } before)
                throw new RefusedException(400, "invalid", $"$translate takes one code: in {before.Form.Code}, {before.Form.Coding} or {before.Form.CodeableConcept}, or in {names.Code}, {names.Coding} or {names.CodeableConcept}.");
            var system = names == Target ? input.Text("targetSystem") : input.Text("sourceSystem");
            found = ([.. given.Codings.Where(static coding => !string.IsNullOrEmpty(coding.Code))
                .Select(coding => new CodingValue(coding.System ?? (given.Form == CodedForm.Code ? system : null), coding.Version, coding.Code!, coding.Display))], names);
        }

        return found is { Codings.Count: > 0 } code
            ? code
            : throw new RefusedException(400, "required", "$translate needs a code: code with system, coding or codeableConcept; targetCode, targetCoding or targetCodeableConcept for what maps to it.");
    }

    private static MapDependency Dependency(OperationValue dependency)
    {
        var element = dependency.Parts("element").FirstOrDefault().Text ?? "";
        var concept = dependency.Parts("concept").FirstOrDefault().Node;
        var codings = new List<CodingValue>();
        foreach (var coding in concept.Exists ? concept.ChildrenOf("coding") : default)
        {
            if (coding.ChildValue("code") is { } code)
                codings.Add(new CodingValue(coding.ChildValue("system"), coding.ChildValue("version"), code, coding.ChildValue("display")));
        }

        return new MapDependency(element, codings, concept.Exists ? concept.ChildValue("text") : null);
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
            Write(parameters, "dependsOn"u8, match.DependsOn);
            Write(parameters, "product"u8, match.Products);
            parameters.Uri("source"u8, match.Source);
            if (isR5)
                parameters.Uri("originMap"u8, match.Source);
            parameters.String("comment"u8, match.Comment);
            parameters.EndParts();
        }

        return parameters;
    }

    private static void Write(ParametersWriter parameters, ReadOnlySpan<byte> name, IReadOnlyList<MapProperty> properties)
    {
        foreach (var property in properties)
        {
            parameters.BeginParts(name);
            parameters.Uri("element"u8, property.Property);
            parameters.Coding("concept"u8, new CodingValue(property.System, null, property.Value, property.Display));
            parameters.EndParts();
        }
    }
}
