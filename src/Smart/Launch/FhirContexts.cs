// Further context of a launch, beside patient and encounter (SMART App Launch 2.2.0, scopes-and-launch-context.html#fhir-context).

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Smart;

/// <summary>Reads and checks <c>fhirContext</c>.</summary>
internal static class FhirContexts
{
    private const int MostItems = 20;
    private const int LongestText = 1_024;
    private const int LongestIdentifier = 4_096;
    private const string LaunchRole = "launch";

    /// <summary>Whether a text can be the id of a resource (R4 datatypes.html#id).</summary>
    public static bool IsId(string? text) => text is { Length: > 0 and <= 64 } && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    /// <summary>Whether an item is about a type whose name comes in lower case, as scopes have it.</summary>
    public static bool HasType(JsonArray? items, string lowerCase) =>
        items is not null && items.OfType<JsonObject>().Any(item => string.Equals(TypeOf(item), lowerCase, StringComparison.OrdinalIgnoreCase));

    /// <summary>The type and id of the resource that an item refers to; null if it does so otherwise.</summary>
    public static ResourceKey? KeyOf(JsonObject item) => Text(item, "reference") is { } reference ? KeyOf(reference) : null;

    /// <summary>Holds what somebody sent to the rules of the standard.</summary>
    /// <param name="node">What was sent; null for nothing.</param>
    /// <param name="items">The items with what the standard defines, if all are good; null for none.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? Read(JsonNode? node, out JsonArray? items)
    {
        items = null;
        if (node is null)
            return null;
        if (node is not JsonArray array || array.Count > MostItems)
            return $"fhirContext must be an array of at most {MostItems} objects.";
        var read = new JsonArray();
        foreach (var item in array)
        {
            if (item is not JsonObject value)
                return "Each item of fhirContext must be an object.";
            if (Problem(value) is { } problem)
                return problem;
            var copy = new JsonObject();
            foreach (var name in (string[])["reference", "canonical", "identifier", "type", "role"])
            {
                if (value[name] is { } member)
                    copy[name] = member.DeepClone();
            }

            read.Add(copy);
        }

        items = read.Count == 0 ? null : read;
        return null;
    }

    private static string? Problem(JsonObject item)
    {
        foreach (var name in (string[])["reference", "canonical", "type", "role"])
        {
            if (item[name] is not null && Text(item, name) is not { Length: > 0 and <= LongestText })
                return $"fhirContext.{name} must be a text that is not empty, of at most {LongestText} characters.";
        }

        if (item["identifier"] is { } identifier && (identifier is not JsonObject || identifier.ToJsonString().Length > LongestIdentifier))
            return "fhirContext.identifier must be an Identifier.";
        var (reference, canonical, role) = (Text(item, "reference"), Text(item, "canonical"), Text(item, "role"));
        if (reference is null && canonical is null && item["identifier"] is null)
            return "Each item of fhirContext needs a reference, a canonical or an identifier.";
        if (reference is not null && KeyOf(reference) is null)
            return "fhirContext.reference must be relative, such as ImagingStudy/1.";
        if (canonical is not null && !(Uri.TryCreate(canonical.Split('|')[0], UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            return "fhirContext.canonical must be an http or https address.";
        if (Text(item, "type") is { } type && (Schema.R4.FindResourceType(type) is null || (reference is not null && KeyOf(reference)!.Value.Type != type)))
            return "fhirContext.type must be the resource type of the item.";

        // Relative roles are the standard's, and it has one.
        if (role is not null && role != LaunchRole && !Uri.TryCreate(role, UriKind.Absolute, out _))
            return "fhirContext.role must be an absolute URI.";
        return TypeOf(item) is "Patient" or "Encounter" && role is null or LaunchRole
            ? "Patient and Encounter are told by patient and encounter; in fhirContext they need another role than launch."
            : null;
    }

    private static string? TypeOf(JsonObject item) => Text(item, "type") ?? KeyOf(item)?.Type;

    private static ResourceKey? KeyOf(string reference) =>
        reference.Split('/') is [var type, var id] && Schema.R4.FindResourceType(type) is not null && IsId(id) ? new ResourceKey(type, id) : null;

    private static string? Text(JsonObject item, string name) => item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
