// Whether the JSON of an ElementDefinition has the kinds of values that the generator counts on.

using System.Text.Json;

namespace FhirHub.Validation;

/// <summary>A definition may have been stored without having been checked, so what is read of it is checked here.</summary>
internal static class ElementShape
{
    /// <summary>The member of the element whose value is not of the kind that R4 elementdefinition.html has, or null.</summary>
    public static string? FindFault(JsonElement element)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!Fits(member.Name, member.Value))
                return member.Name;
        }

        return null;
    }

    private static bool Fits(string name, JsonElement value) => name switch
    {
        "type" => AreObjects(value, static type => IsText(type, "code") && AreTexts(type, "profile")),
        "constraint" => AreObjects(value, static rule => IsText(rule, "key")),
        "mapping" or "extension" => AreObjects(value),
        "slicing" => value.ValueKind == JsonValueKind.Object && (!value.TryGetProperty("discriminator", out var list)
            || AreObjects(list, static one => IsText(one, "type") && IsText(one, "path"))),
        "binding" or "base" => value.ValueKind == JsonValueKind.Object,
        "condition" or "alias" or "example" => value.ValueKind == JsonValueKind.Array,
        "id" or "path" or "sliceName" or "max" or "contentReference" or "short" or "definition" or "comment" or "requirements" or "meaningWhenMissing" =>
            value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0,
        "min" => value.ValueKind == JsonValueKind.Number,
        "mustSupport" or "isModifier" or "isSummary" or "sliceIsConstraining" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => true,
    };

    private static bool AreObjects(JsonElement value, Func<JsonElement, bool>? fits = null) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object && (fits is null || fits(item)));

    private static bool IsText(JsonElement item, string member) =>
        !item.TryGetProperty(member, out var value) || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0);

    private static bool AreTexts(JsonElement item, string member) =>
        !item.TryGetProperty(member, out var value)
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static one => one.ValueKind is JsonValueKind.String or JsonValueKind.Null));
}
