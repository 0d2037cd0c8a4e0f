// CodeSystem $find-matches: codes that have the properties at hand.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary><c>CodeSystem/$find-matches</c> and <c>CodeSystem/[id]/$find-matches</c> (R4 codesystem-operation-find-matches.html).</summary>
internal static class FindMatchesOperation
{
    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var system = await request.CodeSystemAsync(input, null, cancel) ?? await request.GetCodeSystemAsync(
            input.Text("system") ?? throw new RefusedException(400, "required", "$find-matches needs the code system: system, or the address of one."), input.Text("version"), cancel);
        var question = new MatchQuestion
        {
            Properties = [.. input.Values("property").Select(value => Read(value, "subproperty"))],
            IsExact = input.Boolean("exact"),
            IsCompositional = input.Boolean("compositional"),
        };
        var parameters = new ParametersWriter();
        foreach (var match in ConceptMatching.Find(system, question, request.Languages))
        {
            parameters.BeginParts("match"u8);
            parameters.Coding("code"u8, new CodingValue(system.Url, system.Version, match.Code, match.Display));
            foreach (var property in match.Unmatched)
                Write(parameters, "unmatched"u8, property);
            parameters.String("comment"u8, match.Comment);
            parameters.EndParts();
        }

        return parameters.ToAnswer(call);
    }

    private static MatchProperty Read(OperationValue property, string parts)
    {
        var value = property.Parts("value").FirstOrDefault();
        return new MatchProperty(
            property.Parts("code").FirstOrDefault().Text ?? "",
            value.Text ?? (value.Node.Exists ? value.Node.ChildValue("code") : null),
            [.. property.Parts(parts).Select(part => Read(part, parts))]);
    }

    private static void Write(ParametersWriter parameters, ReadOnlySpan<byte> name, MatchProperty property)
    {
        parameters.BeginParts(name);
        parameters.Code("code"u8, property.Code);
        parameters.String("value"u8, property.Text);
        foreach (var part in property.Subproperties)
            Write(parameters, "property"u8, part);
        parameters.EndParts();
    }
}
