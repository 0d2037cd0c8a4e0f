// Value sets that no resource says: the kinds of units that UCUM defines by their URLs.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Value sets by URL alone (R4 ucum.html#implicit): <c>http://unitsofmeasure.org/vs/mg</c> has all units of mass.</summary>
internal static class ImplicitValueSets
{
    private const string Units = "http://unitsofmeasure.org/vs/";

    /// <summary>The value set, or null if the URL is none of these.</summary>
    public static ResourceTree? Find(string url)
    {
        if (!url.StartsWith(Units, StringComparison.Ordinal) || Uri.UnescapeDataString(url[Units.Length..]) is not { } unit || !Ucum.IsValid(unit))
            return null;
        var json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            resourceType = "ValueSet",
            url,
            title = $"Units that can be converted to {unit}",
            status = "active",
            compose = new { include = new[] { new { system = Ucum.System, filter = new[] { new { property = "canonical", op = "=", value = unit } } } } },
        });
        return ResourceParser.ParseJson(json).Tree ?? throw new InvalidOperationException($"The value set {url} was made wrong.");
    }
}
