// How an imported code system shows on /fhir: a CodeSystem resource without its concepts.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// The resource that stands for an imported table: <c>content</c> is <c>not-present</c>, which says that the concepts are not in the
/// resource (R4 valueset-codesystem-content-mode.html), and <c>count</c> how many there are. The operations answer from the table.
/// </summary>
internal static class ImportedCodeSystem
{
    private const int LongestId = 64;

    /// <summary>The id of a version: readable, and the same whenever it is imported.</summary>
    public static ResourceKey Key(CodeSystemHeader header)
    {
        var version = header.Version ?? "";
        if (version.StartsWith(header.Url + "/", StringComparison.Ordinal))
            version = version[(header.Url.Length + 1)..].Replace("/version/", "-", StringComparison.Ordinal);
        var text = $"{header.Name ?? "code-system"}-{version}";
        var id = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '.')
                id.Append(c);
            else if (id.Length > 0 && id[^1] != '-')
                id.Append('-');
        }

        // Names of other scripts leave nothing, and two systems may have one name.
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{header.Url}|{header.Version}")).AsSpan(0, 4));
        var readable = id.ToString().Trim('-');
        return new ResourceKey("CodeSystem", $"{readable[..Math.Min(readable.Length, LongestId - mark.Length - 1)].Trim('-')}-{mark}".Trim('-'));
    }

    /// <summary>The resource.</summary>
    public static ResourceTree Make(ImportedSystem imported)
    {
        var header = imported.Header;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "CodeSystem");
            json.WriteString("id", Key(header).Id);
            json.WriteString("url", header.Url);
            Write(json, "version", header.Version);
            Write(json, "name", header.Name);
            Write(json, "title", header.Title);
            json.WriteString("status", header.Status ?? "active");
            json.WriteBoolean("experimental", header.IsExperimental ?? false);
            json.WriteString("date", header.Date ?? imported.Imported.UtcDateTime.ToString("yyyy-MM-dd"));
            Write(json, "publisher", header.Publisher);
            Write(json, "description", header.Description);
            Write(json, "copyright", header.Copyright);
            Write(json, "caseSensitive", header.CaseSensitive);
            Write(json, "valueSet", header.ValueSet);
            Write(json, "hierarchyMeaning", header.HierarchyMeaning);
            Write(json, "compositional", header.IsCompositional);
            Write(json, "versionNeeded", header.VersionNeeded);
            json.WriteString("content", "not-present");
            json.WriteNumber("count", imported.Concepts);
            WriteFilters(json, header.Filters);
            WriteProperties(json, header.Properties);
            json.WriteEndObject();
        }

        var parsed = ResourceParser.ParseJson(buffer.ToArray());
        return parsed.Tree is { } tree && parsed.Issues.All(static issue => issue.Severity is not (IssueSeverity.Error or IssueSeverity.Fatal))
            ? tree
            : throw new TerminologyException("invalid", $"{header.Url} can't be shown as a CodeSystem: {string.Join(' ', parsed.Issues.Select(static issue => issue.Diagnostics))}");
    }

    private static void WriteFilters(Utf8JsonWriter json, IReadOnlyList<FilterDefinition> filters)
    {
        if (filters.Count == 0)
            return;
        json.WriteStartArray("filter");
        foreach (var filter in filters)
        {
            json.WriteStartObject();
            json.WriteString("code", filter.Code);
            Write(json, "description", filter.Description);
            json.WriteStartArray("operator");
            foreach (var name in filter.Operators)
            {
                // What R5 added is no code of R4's.
                if (name is not ("child-of" or "descendent-leaf"))
                    json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteString("value", filter.Value ?? "A code");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProperties(Utf8JsonWriter json, IReadOnlyList<PropertyDefinition> properties)
    {
        if (properties.Count == 0)
            return;
        json.WriteStartArray("property");
        foreach (var property in properties)
        {
            json.WriteStartObject();
            json.WriteString("code", property.Code);
            Write(json, "uri", property.Uri);
            Write(json, "description", property.Description);
            json.WriteString("type", property.Type switch
            {
                PropertyType.Code => "code",
                PropertyType.Coding => "Coding",
                PropertyType.Integer => "integer",
                PropertyType.Boolean => "boolean",
                PropertyType.DateTime => "dateTime",
                PropertyType.Decimal => "decimal",
                _ => "string",
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } known)
            json.WriteBoolean(name, known);
    }
}
