// The profile that R4 lays on an Observation because of its code.

using System.Collections.Frozen;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// Vital signs: an Observation with one of these LOINC codes has to meet the profile for it, whether it claims it or not
/// (R4 observation-vitalsigns.html).
/// </summary>
internal static class VitalSigns
{
    private static readonly FrozenDictionary<string, string> Profiles = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["85353-1"] = "vitalspanel",
        ["9279-1"] = "resprate",
        ["8867-4"] = "heartrate",
        ["2708-6"] = "oxygensat",
        ["8310-5"] = "bodytemp",
        ["8302-2"] = "bodyheight",
        ["9843-4"] = "headcircum",
        ["29463-7"] = "bodyweight",
        ["39156-5"] = "bmi",
        ["85354-9"] = "bp",
    }.ToFrozenDictionary(static code => code.Key, static code => "http://hl7.org/fhir/StructureDefinition/" + code.Value, StringComparer.Ordinal);

    /// <summary>The canonical URL of the profile, or null.</summary>
    public static string? ProfileOf(ElementNode resource)
    {
        if (resource.Type.Name != "Observation")
            return null;
        foreach (var coding in resource.Child("code").ChildrenOf("coding"))
        {
            if (coding.Child("system") is { Exists: true } system && system.ValueEquals("http://loinc.org"u8)
                && coding.ChildValue("code") is { } code && Profiles.TryGetValue(code, out var profile))
            {
                return profile;
            }
        }

        return null;
    }
}
