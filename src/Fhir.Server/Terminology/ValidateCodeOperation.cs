// $validate-code on code systems and value sets: parameters in, verdict and issues out.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// <c>CodeSystem/$validate-code</c> and <c>ValueSet/$validate-code</c>, on the type and on an instance (R4
/// codesystem-operation-validate-code.html, valueset-operation-validate-code.html). A code that is not valid is an answer with
/// <c>result</c> false; only what can't be asked at all is an error.
/// </summary>
internal static class ValidateCodeOperation
{
    private static readonly CodedNames OfCodeSystem = new("code", "url", "version", "display", "coding", "codeableConcept");
    private static readonly CodedNames OfValueSet = new("code", "system", "systemVersion", "display", "coding", "codeableConcept");

    public static async ValueTask<FhirAnswer> OfCodeSystemAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var question = Read(call, input, OfCodeSystem, request);
        var given = await request.CodeSystemAsync(input, "codeSystem", cancel);
        var url = input.Text("url");
        if (question.Form == CodedForm.Code && given is null && url is null)
            throw new RefusedException(400, "required", "$validate-code on CodeSystem needs to know the code system: url, codeSystem, or a coding with a system.");
        return Write(input, question, await CodeSystemValidation.RunAsync(request.Scope, given, url, question, cancel)).ToAnswer(call);
    }

    public static async ValueTask<FhirAnswer> OfValueSetAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var question = Read(call, input, OfValueSet, request);
        var valueSet = await ValueSetInput.ReadAsync(call, request, input, cancel);
        var content = await valueSet.ContentAsync(request.Scope, cancel);
        return Write(input, question, await ValueSetValidation.RunAsync(request.Scope, content, question, cancel)).ToAnswer(call);
    }

    private static CodeValidation Read(FhirCall call, OperationInput input, CodedNames names, TerminologyRequest request)
    {
        var (form, codings) = CodedInput.Read(call, input, names);
        if (form != CodedForm.Code && input.Text(names.Version!) is { } version)
            codings = [.. codings.Select(coding => coding with { Version = coding.Version ?? version })];
        return new CodeValidation
        {
            Form = form,
            Codings = codings,

            // R4 clients that have a code element leave the system to the value set, without R5's way to say so.
            InfersSystem = input.Boolean("inferSystem") || input.Boolean("implySystem") || (form == CodedForm.Code && !input.Has("inferSystem")),
            AllowsAbstract = !input.Has("abstract") || input.Boolean("abstract"),
            ActiveOnly = input.Boolean("activeOnly"),
            IsLenientAboutDisplay = input.Boolean("lenient-display-validation") || input.Text("mode") is "lenient-display-validation",
            IsMembershipOnly = input.Boolean("valueset-membership-only"),
            Languages = request.Languages,
        };
    }

    private static ParametersWriter Write(OperationInput input, CodeValidation question, CodeValidationAnswer answer)
    {
        var parameters = new ParametersWriter();
        parameters.Boolean("result"u8, answer.Result);
        parameters.Code("code"u8, answer.Code);
        parameters.Uri("system"u8, answer.System);
        parameters.String("version"u8, answer.Version);
        parameters.String("display"u8, answer.Display);
        parameters.Code("normalized-code"u8, answer.NormalizedCode);
        if (answer.IsInactive)
            parameters.Boolean("inactive"u8, true);
        parameters.String("status"u8, answer.Status);
        parameters.String("message"u8, answer.Message);
        foreach (var system in answer.UnknownSystems)
            parameters.Canonical("x-caused-by-unknown-system"u8, system);
        if (question.Form == CodedForm.CodeableConcept)
            parameters.Raw("codeableConcept"u8, "valueCodeableConcept"u8, input.Values("codeableConcept")[0].Node.Json);
        parameters.Issues("issues"u8, answer.Issues);
        return parameters;
    }
}
