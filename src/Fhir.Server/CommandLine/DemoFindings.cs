// What a generated region has that is worth looking at: whom to sign in as, what to ask for.

using System.Text.Json;
using FhirHub.Samples.Region;

namespace FhirHub.Server;

/// <summary>A patient of the region.</summary>
internal sealed record FoundPatient(string Id, string Name, string Pinyin, string ResidentId);

/// <summary>A doctor of the region, by references.</summary>
internal sealed record FoundDoctor(string Role, string Practitioner, string Name, string Organization, string OrganizationName);

/// <summary>What there is to show.</summary>
/// <param name="Patient">The first patient with a number.</param>
/// <param name="ImagedPatient">A patient whose images are here; null where there are none.</param>
/// <param name="Owner">A county's hospital that is asked to take over a patient and has not answered yet.</param>
/// <param name="Doctor">A doctor of that institution.</param>
/// <param name="Composition">The id of a consultation's document.</param>
/// <param name="LocalCode">A hospital's own code.</param>
internal sealed record DemoFindings(
    FoundPatient? Patient, FoundPatient? ImagedPatient, string? Owner, FoundDoctor? Doctor, string? Composition, (string System, string Code)? LocalCode)
{
    private const string Sid = "https://fhirhub.dev/fhir/sid";

    /// <summary>Finds it: the region is made once more, as far as it takes.</summary>
    /// <param name="settings">The region.</param>
    /// <param name="imaged">The ids of patients with images.</param>
    public static DemoFindings Of(RegionSettings settings, IReadOnlyCollection<string> imaged)
    {
        var found = new DemoFindings(null, null, null, null, null, null);
        var doctors = new List<FoundDoctor>();
        foreach (var resource in new RegionGenerator(settings).Generate())
        {
            if (resource.Type is not ("Patient" or "PractitionerRole" or "Task" or "Composition" or "CodeSystem"))
                continue;
            using var json = JsonDocument.Parse(resource.Json);
            var root = json.RootElement;
            found = resource.Type switch
            {
                "Patient" => found.With(PatientOf(root), imaged),
                "Task" => found with { Owner = found.Owner ?? OwnerOf(root) },
                "Composition" => found with { Composition = found.Composition ?? resource.Id },
                "CodeSystem" => found with { LocalCode = found.LocalCode ?? LocalCodeOf(root) },
                _ => found,
            };
            if (resource.Type == "PractitionerRole")
                doctors.Add(DoctorOf(root));
            if (found is { Patient: not null, Owner: not null, Composition: not null, LocalCode: not null } && (imaged.Count == 0 || found.ImagedPatient is not null))
                break;
        }

        return found with { Doctor = doctors.Find(doctor => doctor.Organization == found.Owner) ?? doctors.FirstOrDefault() };
    }

    private DemoFindings With(FoundPatient? patient, IReadOnlyCollection<string> imaged) => patient is null
        ? this
        : this with { Patient = Patient ?? patient, ImagedPatient = ImagedPatient ?? (imaged.Contains(patient.Id) ? patient : null) };

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

    private static FoundDoctor DoctorOf(JsonElement role)
    {
        var (practitioner, organization) = (role.GetProperty("practitioner"), role.GetProperty("organization"));
        return new FoundDoctor(
            $"PractitionerRole/{role.GetProperty("id").GetString()}",
            practitioner.GetProperty("reference").GetString()!,
            practitioner.GetProperty("display").GetString()!,
            organization.GetProperty("reference").GetString()!,
            organization.GetProperty("display").GetString()!);
    }

    private static string? OwnerOf(JsonElement task)
    {
        var owner = task.GetProperty("owner").GetProperty("reference").GetString()!;
        return task.GetProperty("status").ValueEquals("requested") && owner.StartsWith("Organization/county", StringComparison.Ordinal) ? owner : null;
    }

    private static (string System, string Code)? LocalCodeOf(JsonElement codeSystem) =>
        (codeSystem.GetProperty("url").GetString()!, codeSystem.GetProperty("concept")[0].GetProperty("code").GetString()!);
}
