// CodeSystem $subsumes: which of two codes includes the other.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary><c>CodeSystem/$subsumes</c> and <c>CodeSystem/[id]/$subsumes</c> (R4 codesystem-operation-subsumes.html).</summary>
internal static class SubsumesOperation
{
    private static readonly CodedNames A = new("codeA", "system", "version", null, "codingA", null);
    private static readonly CodedNames B = new("codeB", "system", "version", null, "codingB", null);

    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var (a, b) = (CodedInput.Read(call, input, A).Codings[0], CodedInput.Read(call, input, B).Codings[0]);
        if (string.IsNullOrEmpty(a.Code) || string.IsNullOrEmpty(b.Code))
            throw new RefusedException(400, "required", "$subsumes needs two codes: codeA and codeB, or codingA and codingB with codes.");
        a = a with { System = a.System is null ? null : await request.Scope.SystemNameAsync(a.System, cancel) };
        b = b with { System = b.System is null ? null : await request.Scope.SystemNameAsync(b.System, cancel) };
        if (await request.CodeSystemAsync(input, null, cancel) is not { } system)
        {
            var url = a.System ?? b.System ?? throw new RefusedException(400, "required", "$subsumes needs the code system: system, or codings with one.");
            Check("system", a.System ?? url, b.System ?? url);
            Check("version", a.Version ?? b.Version ?? "", b.Version ?? a.Version ?? "");
            system = await request.GetCodeSystemAsync(url, a.Version ?? b.Version ?? input.Text("version"), cancel);
        }
        else
        {
            Check("system", a.System ?? system.Url, system.Url);
            Check("system", b.System ?? system.Url, system.Url);
        }

        var parameters = new ParametersWriter();
        parameters.Code("outcome"u8, Subsumption.Of(system, a.Code, b.Code));
        return parameters.ToAnswer(call);
    }

    private static void Check(string what, string a, string b)
    {
        if (a != b)
            throw new RefusedException(400, "invalid", $"$subsumes compares codes of one code system; these are of the {what}s {a} and {b}.");
    }
}
