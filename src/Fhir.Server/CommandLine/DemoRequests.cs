// What to try when a demonstration runs: requests that answer with the data that was generated.

using System.Text;
using System.Text.Json;
using FhirHub.Samples.Region;

namespace FhirHub.Server;

/// <summary>Finds what the requests can ask for, and writes them down.</summary>
internal static class DemoRequests
{
    private const string Sid = "https://fhirhub.dev/fhir/sid";
    private const string Systems = "https://fhirhub.dev/fhir/CodeSystem";

    /// <summary>Addresses and requests, in lines for a terminal.</summary>
    /// <param name="settings">The region that is served.</param>
    /// <param name="address">Where it is served, such as <c>http://127.0.0.1:8080</c>.</param>
    public static string Describe(RegionSettings settings, string address)
    {
        var text = new StringBuilder();
        text.Append($"""

            The region is served. There is no authorization; end with Ctrl-C.
              {address}/               what runs here
              {address}/profiles       the exchange's package: what to send
              {address}/viewer/        the images of the region
              {address}/fhir/metadata  what the FHIR API does

            Requests to try:

            """);
        foreach (var (title, query) in Queries(settings))
            text.Append($"  # {title}\n  curl -s '{address}/fhir/{query}'\n");
        return text.ToString();
    }

    /// <summary>What each request is for, and its address below the FHIR base.</summary>
    public static IEnumerable<(string Title, string Query)> Queries(RegionSettings settings)
    {
        var found = Find(settings);
        if (found.Patient is { } patient)
        {
            yield return ($"the patient {patient.Name}, by name", $"Patient?name={Uri.EscapeDataString(patient.Name)}");
            yield return ("by pinyin", $"Patient?name={Uri.EscapeDataString(patient.Pinyin)}");
            yield return ("by resident identity number", $"Patient?identifier={Sid}/resident-id%7C{patient.ResidentId}");
            yield return ("all that is known of the patient", $"Patient/{patient.Id}/$everything");
        }

        yield return ("the expert directory: cardiologists, with their names", $"PractitionerRole?specialty={Systems}/specialty%7C03.04&expert=true&_include=PractitionerRole:practitioner");
        if (found.Owner is { } owner)
            yield return ("open referrals to a county's hospital", $"Task?owner={owner}&code={Systems}/exchange-service%7Creferral&status=requested,received,accepted,ready,in-progress&_include=Task:focus");
        if (found.Composition is { } composition)
            yield return ("the signed document of a consultation", $"Composition/{composition}/$document");
        if (found.LocalCode is { } local)
            yield return ("a hospital's own laboratory code in LOINC", $"ConceptMap/$translate?system={local.System}&code={local.Code}&targetsystem=http://loinc.org");
    }

    // The region is made once more, as far as it takes.
    private static Found Find(RegionSettings settings)
    {
        var found = new Found(null, null, null, null);
        foreach (var resource in new RegionGenerator(settings).Generate())
        {
            if (resource.Type is not ("Patient" or "Task" or "Composition" or "CodeSystem"))
                continue;
            using var json = JsonDocument.Parse(resource.Json);
            var root = json.RootElement;
            found = resource.Type switch
            {
                "Patient" => found with { Patient = found.Patient ?? PatientOf(root) },
                "Task" => found with { Owner = found.Owner ?? OwnerOf(root) },
                "Composition" => found with { Composition = found.Composition ?? resource.Id },
                _ => found with { LocalCode = found.LocalCode ?? LocalCodeOf(root) },
            };
            if (found is { Patient: not null, Owner: not null, Composition: not null, LocalCode: not null })
                break;
        }

        return found;
    }

    private static FoundPatient? PatientOf(JsonElement patient)
    {
        var residentId = patient.GetProperty("identifier").EnumerateArray().FirstOrDefault(static identifier => identifier.GetProperty("system").ValueEquals($"{Sid}/resident-id"));
        return residentId.ValueKind == JsonValueKind.Undefined
            ? null
            : new FoundPatient(
                patient.GetProperty("id").GetString()!,
                patient.GetProperty("name")[0].GetProperty("text").GetString()!,
                patient.GetProperty("name")[1].GetProperty("text").GetString()!,
                residentId.GetProperty("value").GetString()!);
    }

    private static string? OwnerOf(JsonElement task)
    {
        var owner = task.GetProperty("owner").GetProperty("reference").GetString()!;
        return task.GetProperty("status").GetString() is "requested" or "received" or "accepted" or "ready" or "in-progress"
            && owner.StartsWith("Organization/county", StringComparison.Ordinal)
            ? owner
            : null;
    }

    private static (string System, string Code)? LocalCodeOf(JsonElement codeSystem) =>
        (codeSystem.GetProperty("url").GetString()!, codeSystem.GetProperty("concept")[0].GetProperty("code").GetString()!);

    private sealed record Found(FoundPatient? Patient, string? Owner, string? Composition, (string System, string Code)? LocalCode);

    private sealed record FoundPatient(string Id, string Name, string Pinyin, string ResidentId);
}
