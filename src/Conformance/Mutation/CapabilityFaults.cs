// Faults of CapabilityStatements (R4 capabilitystatement.html).

using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class CapabilityFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("capabilities-version-other", "The CapabilityStatement is of another FHIR version.", static json => json.ChangeText("fhirVersion", static _ => "3.0.2")),
        Of("capabilities-format-missing", "The CapabilityStatement names no formats.", static json => json.Remove("format")),
        Of("capabilities-kind-other", "The CapabilityStatement is not of an instance.", static json => json.ChangeText("kind", static _ => "requirements")),
        Of("capabilities-types-missing", "Types are missing.", static json => Rests(json, static rest => rest.DropWhere("resource", static type => type.Text("type") is "Patient" or "Observation" or "ServiceRequest"))),
        Of("capabilities-interactions-missing", "Interactions are missing.", static json => Types(json, static type => type.DropLast("interaction"))),
        Of("capabilities-parameters-missing", "Search parameters are missing.", static json => Types(json, static type => type.Remove("searchParam"))),
        Of("capabilities-operations-missing", "Operations are missing.", static json => Rests(json, static rest => rest.Remove("operation") | rest.Objects("resource").Each(static type => type.Remove("operation")))),
        Of("capabilities-profiles-missing", "Supported profiles are missing.", static json => Types(json, static type => type.Remove("supportedProfile"))),
        Of("capabilities-security-missing", "How to get a token is missing.", static json => Rests(json, static rest => rest.Remove("security"))),
    ];

    private static Fault Of(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "metadata", (_, answer) => answer.Type == "CapabilityStatement" && answer.Edit(change));

    private static bool Rests(JsonObject json, Func<JsonObject, bool> change) => json.Objects("rest").Each(change);

    private static bool Types(JsonObject json, Func<JsonObject, bool> change) => Rests(json, rest => rest.Objects("resource").Each(change));
}
