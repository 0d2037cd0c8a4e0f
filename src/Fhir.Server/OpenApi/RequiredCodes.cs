// The codes of value sets that R4 binds elements to, where the value set lists them or takes a whole code system of R4.

using System.Collections.Concurrent;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server.OpenApi;

/// <summary>Codes of required bindings (R4 terminologies.html#required).</summary>
internal static class RequiredCodes
{
    private static readonly ConcurrentDictionary<string, string?> s_first = new(StringComparer.Ordinal);

    /// <summary>The first code of a value set; null if it lists none by itself, as that of media types does.</summary>
    /// <param name="valueSet">Its canonical URL.</param>
    public static string? FirstOf(string valueSet) => s_first.GetOrAdd(valueSet, static url => Read(url));

    private static string? Read(string valueSet)
    {
        if (R4Definitions.Find("ValueSet", valueSet) is not { } json)
            return null;
        using var set = JsonDocument.Parse(json);
        if (!set.RootElement.TryGetProperty("compose", out var compose))
            return null;
        foreach (var include in compose.GetProperty("include").EnumerateArray())
        {
            if (include.TryGetProperty("concept", out var concepts))
                return concepts[0].GetProperty("code").GetString();
            if (include.TryGetProperty("system", out var system) && !include.TryGetProperty("filter", out _) && FirstOfSystem(system.GetString()!) is { } code)
                return code;
            if (include.TryGetProperty("valueSet", out var others) && FirstOf(others[0].GetString()!) is { } other)
                return other;
        }

        return null;
    }

    private static string? FirstOfSystem(string url)
    {
        if (R4Definitions.Find("CodeSystem", url) is not { } json)
            return null;
        using var system = JsonDocument.Parse(json);
        return system.RootElement.TryGetProperty("concept", out var concepts) && concepts.GetArrayLength() > 0 ? concepts[0].GetProperty("code").GetString() : null;
    }
}
