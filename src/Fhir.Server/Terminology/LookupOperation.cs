// CodeSystem $lookup: what a code means, with its names in other languages and its properties.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary><c>CodeSystem/$lookup</c> (R4 codesystem-operation-lookup.html).</summary>
internal static class LookupOperation
{
    private static readonly CodedNames Names = new("code", "system", "version", null, "coding", null);

    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, operation.Parameters);
        var coding = CodedInput.Read(call, input, Names).Codings[0];
        if (string.IsNullOrEmpty(coding.System) || string.IsNullOrEmpty(coding.Code))
            throw new RefusedException(400, "required", "$lookup needs the code and its system: code with system, or a coding with both.");
        var request = await TerminologyRequest.ReadAsync(call, input, cancel);
        var system = await request.GetCodeSystemAsync(coding.System, coding.Version ?? input.Text("version"), cancel);
        var concept = system.Find(coding.Code) ?? throw new TerminologyException(
            "not-found", $"The code system {system.Url}{(system.Version is { } version ? $" in version {version}" : "")} has no code '{coding.Code}'; check the code{(system.IsCaseSensitive ? ", its capitals too" : "")}.");
        return Write(ConceptLookup.Of(system, concept, input.List("property"), request.Languages)).ToAnswer(call);
    }

    private static ParametersWriter Write(ConceptLookup lookup)
    {
        var header = lookup.System.Header;
        var parameters = new ParametersWriter();
        parameters.String("name"u8, header.Title ?? header.Name ?? header.Url);
        parameters.String("version"u8, header.Version);
        parameters.String("display"u8, lookup.Display);
        parameters.Uri("system"u8, header.Url);
        parameters.Code("code"u8, lookup.Concept.Code);
        parameters.String("definition"u8, lookup.Definition);
        parameters.Boolean("abstract"u8, lookup.Concept.IsAbstract);
        foreach (var designation in lookup.Designations)
        {
            parameters.BeginParts("designation"u8);
            parameters.Code("language"u8, designation.Language);
            parameters.Coding("use"u8, designation.Use);
            parameters.String("value"u8, designation.Value);
            parameters.EndParts();
        }

        foreach (var property in lookup.Properties)
            Write(parameters, "property"u8, property);
        return parameters;
    }

    private static void Write(ParametersWriter parameters, ReadOnlySpan<byte> name, LookupProperty property)
    {
        parameters.BeginParts(name);
        parameters.Code("code"u8, property.Value.Code);
        parameters.Property("value"u8, property.Value);
        parameters.String("description"u8, property.Description);
        foreach (var subproperty in property.Subproperties)
            Write(parameters, "subproperty"u8, subproperty);
        parameters.EndParts();
    }
}
