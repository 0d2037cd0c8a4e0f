// Small changes of JSON that faults are made of.

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

/// <summary>Reads and changes JSON. What changes tells whether it did.</summary>
internal static class JsonEdits
{
    public static string? Text(this JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static IEnumerable<JsonObject> Objects(this JsonObject json, string name) => json[name] is JsonArray array ? array.OfType<JsonObject>() : [];

    public static JsonObject? Object(this JsonObject json, string name) => json[name] as JsonObject;

    /// <summary>Gives a string member another text.</summary>
    public static bool ChangeText(this JsonObject json, string name, Func<string, string> change)
    {
        if (json.Text(name) is not { } text || change(text) is not { } changed || changed == text)
            return false;
        json[name] = changed;
        return true;
    }

    /// <summary>Adds to a number.</summary>
    public static bool AddTo(this JsonObject json, string name, int number)
    {
        if (json[name] is not JsonValue value || !decimal.TryParse(value.ToJsonString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var old))
            return false;
        json[name] = old + number;
        return true;
    }

    /// <summary>Turns a truth value round.</summary>
    public static bool Flip(this JsonObject json, string name)
    {
        if (json[name] is not JsonValue value || !value.TryGetValue(out bool old))
            return false;
        json[name] = !old;
        return true;
    }

    /// <summary>Applies a change to every member of a list of objects; true if one changed.</summary>
    public static bool Each(this IEnumerable<JsonObject> items, Func<JsonObject, bool> change)
    {
        var isChanged = false;
        foreach (var item in items.ToList())
            isChanged |= change(item);
        return isChanged;
    }

    /// <summary>Takes the last of a list away; the list goes with its only member, as FHIR has no empty ones.</summary>
    public static bool DropLast(this JsonObject json, string name)
    {
        if (json[name] is not JsonArray { Count: > 0 } array)
            return false;
        if (array.Count == 1)
            return json.Remove(name);
        array.RemoveAt(array.Count - 1);
        return true;
    }

    /// <summary>Takes members of a list away.</summary>
    public static bool DropWhere(this JsonObject json, string name, Func<JsonObject, bool> isDropped)
    {
        if (json[name] is not JsonArray array)
            return false;
        var dropped = array.OfType<JsonObject>().Where(isDropped).ToList();
        foreach (var item in dropped)
            array.Remove(item);
        if (array.Count == 0)
            json.Remove(name);
        return dropped.Count > 0;
    }

    /// <summary>Turns the order of a list round.</summary>
    public static bool Reverse(this JsonObject json, string name) => json[name] is JsonArray array && array.Reverse();

    /// <summary>Turns the order of a list round.</summary>
    public static bool Reverse(this JsonArray array)
    {
        if (array.Count < 2 || JsonNode.DeepEquals(array[0], array[^1]))
            return false;
        var items = array.Select(static item => item?.DeepClone()).Reverse().ToList();
        array.Clear();
        foreach (var item in items)
            array.Add(item);
        return true;
    }

    /// <summary>The first primitive, in the order of the document, that a change changes; members that the filter leaves out are not looked into.</summary>
    public static bool ChangeFirst(this JsonNode? node, Func<string, bool> isEntered, Func<string, JsonValue, JsonNode?> change)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (name, value) in json.ToList())
                {
                    if (!isEntered(name))
                        continue;
                    if (value is JsonValue primitive && change(name, primitive) is { } changed)
                    {
                        json[name] = changed;
                        return true;
                    }

                    if (value is JsonObject or JsonArray && value.ChangeFirst(isEntered, change))
                        return true;
                }

                return false;
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    if (array[i] is JsonValue primitive && change("", primitive) is { } changed)
                    {
                        array[i] = changed;
                        return true;
                    }

                    if (array[i] is JsonObject or JsonArray && array[i].ChangeFirst(isEntered, change))
                        return true;
                }

                return false;
            default:
                return false;
        }
    }

    public static bool IsText(this JsonValue value) => value.GetValueKind() == JsonValueKind.String;
}
