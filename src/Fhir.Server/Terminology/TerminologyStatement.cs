// What /metadata?mode=terminology says beside its head: the code systems whose codes are known here, and what operations can do.

using System.Text.Json;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>The content of the TerminologyCapabilities (R4 terminologycapabilities.html), written from what is there.</summary>
internal static class TerminologyStatement
{
    private static readonly string[] OfResource = ["url", "valueSet", "context"];

    public static async ValueTask WriteAsync(Utf8JsonWriter json, TerminologyScope scope, Operations operations, CancellationToken cancel)
    {
        json.WriteStartArray("codeSystem");
        foreach (var system in Known(await scope.ListAsync("CodeSystem", cancel)))
            WriteCodeSystem(json, system.Key, [.. system.Select(static name => name.Version).Distinct(StringComparer.Ordinal).OrderDescending(BusinessVersion.Order)]);
        json.WriteEndArray();
        WriteExpansion(json, operations);
        json.WriteString("codeSearch", "all");
        json.WriteStartObject("validateCode");
        json.WriteBoolean("translations", true);
        json.WriteEndObject();
        json.WriteStartObject("translation");
        json.WriteBoolean("needsMap", false);
        json.WriteEndObject();
        json.WriteStartObject("closure");
        json.WriteBoolean("translation", false);
        json.WriteEndObject();
    }

    // Clients ask elsewhere about systems that are not listed, so those known by name only must not be.
    private static IEnumerable<IGrouping<string, CanonicalName>> Known(IReadOnlyList<CanonicalName> names) => names
        .Where(static name => name.Url.Length > 0 && name.Content is not ("not-present" or "supplement"))
        .GroupBy(static name => name.Url, StringComparer.Ordinal)
        .OrderBy(static group => group.Key, StringComparer.Ordinal);

    private static void WriteCodeSystem(Utf8JsonWriter json, string url, List<string?> versions)
    {
        json.WriteStartObject();
        json.WriteString("uri", url);
        if (versions.Exists(static version => version is not null))
        {
            json.WriteStartArray("version");
            foreach (var version in versions.OfType<string>())
            {
                json.WriteStartObject();
                json.WriteString("code", version);
                if (version == versions[0])
                    json.WriteBoolean("isDefault", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteExpansion(Utf8JsonWriter json, Operations operations)
    {
        json.WriteStartObject("expansion");
        json.WriteBoolean("hierarchical", true);
        json.WriteBoolean("paging", true);
        json.WriteBoolean("incomplete", false);
        json.WriteStartArray("parameter");
        foreach (var parameter in operations.All.First(static operation => operation.Name == "expand").Parameters)
        {
            if (parameter.IsOutput || OfResource.Contains(parameter.Name))
                continue;
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            if (parameter.Documentation.Length > 0)
                json.WriteString("documentation", parameter.Documentation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("textFilter", "Best first: the whole text, its beginning, all words in any order by their beginnings, one mistake; Chinese by words, pinyin and initials.");
        json.WriteEndObject();
    }
}
