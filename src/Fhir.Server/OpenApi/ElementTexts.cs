// What types, elements and search parameters mean, in the words of R4's own definitions.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server.OpenApi;

/// <summary>The short texts of R4's StructureDefinitions and SearchParameters; read on first use.</summary>
internal static class ElementTexts
{
    private static readonly Lazy<Dictionary<string, string>> s_elements = new(ReadElements);
    private static readonly Lazy<Dictionary<string, string>> s_parameters = new(ReadParameters);

    /// <summary>What a type is.</summary>
    public static string? Of(string type) => s_elements.Value.GetValueOrDefault(type);

    /// <summary>What an element of a type is; inherited ones are described by the type that has them.</summary>
    public static string? Of(TypeDefinition owner, ElementDefinition element)
    {
        var texts = s_elements.Value;
        for (var type = owner; type is not null; type = type.Base)
        {
            if (texts.TryGetValue($"{type.Name}.{element.Name}", out var text))
                return text;
        }

        return null;
    }

    /// <summary>What a search parameter of R4 finds in a type; null for one that R4 does not define.</summary>
    /// <param name="url">Its canonical URL.</param>
    /// <param name="type">The resource type: a parameter of several says something of each.</param>
    public static string? OfParameter(string url, string type)
    {
        if (!s_parameters.Value.TryGetValue(url, out var text))
            return null;
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith($"* [{type}](", StringComparison.Ordinal));
        return (line is null ? text : line[(line.IndexOf("): ", StringComparison.Ordinal) + 3)..]).Trim();
    }

    /// <summary>What an operation of R4 does; null for one that R4 does not define.</summary>
    public static string? OfOperation(string url)
    {
        if (R4Definitions.Find("OperationDefinition", url) is not { } json)
            return null;
        using var definition = JsonDocument.Parse(json);
        return Text(definition.RootElement, "description");
    }

    private static Dictionary<string, string> ReadElements()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var json in R4Definitions.All("StructureDefinition"))
        {
            using var definition = JsonDocument.Parse(json);
            var root = definition.RootElement;
            if (Text(root, "derivation") == "constraint" || !root.TryGetProperty("snapshot", out var snapshot))
                continue;
            foreach (var element in snapshot.GetProperty("element").EnumerateArray())
            {
                var path = Text(element, "path")!;
                if (Text(element, "short") is { } text)
                    texts.TryAdd(path.EndsWith("[x]", StringComparison.Ordinal) ? path[..^3] : path, text);
            }
        }

        return texts;
    }

    private static Dictionary<string, string> ReadParameters()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var json in R4Definitions.All("SearchParameter"))
        {
            using var definition = JsonDocument.Parse(json);
            if (Text(definition.RootElement, "description") is { } text)
                texts[Text(definition.RootElement, "url")!] = text;
        }

        return texts;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
