// Value sets that no resource says: those that UCUM and the language tags define by their URLs.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// Value sets by URL alone (R4 ucum.html#implicit): <c>http://unitsofmeasure.org/vs</c> for all units, with a unit behind it
/// (<c>…/vs/mg</c>) for those of its kind; <c>?fhir_vs</c> behind the URI of a grammar or list of ours for all of its codes.
/// </summary>
internal static class ImplicitValueSets
{
    private const string UcumAll = "http://unitsofmeasure.org/vs";
    private const string All = "?fhir_vs";

    /// <summary>The value set, or null if the URL is none of these.</summary>
    public static ResourceTree? Find(string url)
    {
        if (url == UcumAll)
            return Make(url, "All units of UCUM", Ucum.System, null);
        if (url.StartsWith(UcumAll + "/", StringComparison.Ordinal))
        {
            var unit = Uri.UnescapeDataString(url[(UcumAll.Length + 1)..]);
            return Ucum.IsValid(unit) ? Make(url, $"Units of UCUM that can be converted to {unit}", Ucum.System, unit) : null;
        }

        if (!url.EndsWith(All, StringComparison.Ordinal) || StandardSystems.FindOne(url[..^All.Length]) is not { } system)
            return null;
        return Make(url, $"All codes of {system.Header.Title}", system.Url, null);
    }

    private static ResourceTree Make(string url, string title, string system, string? unit)
    {
        var include = new Dictionary<string, object> { ["system"] = system };
        if (unit is not null)
            include["filter"] = new[] { new { property = "canonical", op = "=", value = unit } };
        var json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            resourceType = "ValueSet",
            url,
            title,
            status = "active",
            compose = new { include = new[] { include } },
        });
        return ResourceParser.ParseJson(json).Tree ?? throw new InvalidOperationException($"The value set {url} was made wrong.");
    }
}
