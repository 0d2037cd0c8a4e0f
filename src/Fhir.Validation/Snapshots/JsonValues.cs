// Immutable JSON values made from others.

using System.Buffers;
using System.Text.Json;

namespace FhirHub.Validation;

/// <summary>Small JSON values of a snapshot.</summary>
internal static class JsonValues
{
    /// <summary>The value that <paramref name="write"/> writes.</summary>
    public static JsonElement Make(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return Parse(buffer.WrittenSpan);
    }

    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        return JsonElement.ParseValue(ref reader);
    }

    public static JsonElement Text(string value) => Make(writer => writer.WriteStringValue(value));

    public static JsonElement Array(IEnumerable<JsonElement> items) => Make(writer =>
    {
        writer.WriteStartArray();
        foreach (var item in items)
            item.WriteTo(writer);
        writer.WriteEndArray();
    });

    /// <summary>The items of <paramref name="first"/>, then those of <paramref name="second"/> whose key none of them has.</summary>
    public static JsonElement Union(JsonElement first, JsonElement second, Func<JsonElement, string> keyOf)
    {
        var items = first.EnumerateArray().ToList();
        var keys = items.Select(keyOf).ToHashSet(StringComparer.Ordinal);
        var before = items.Count;
        items.AddRange(second.EnumerateArray().Where(item => keys.Add(keyOf(item))));
        return items.Count == before ? first : Array(items);
    }

    /// <summary>The object with one more member.</summary>
    public static JsonElement With(JsonElement value, string member, JsonElement added) => Make(writer =>
    {
        writer.WriteStartObject();
        foreach (var own in value.EnumerateObject())
            own.WriteTo(writer);
        writer.WritePropertyName(member);
        added.WriteTo(writer);
        writer.WriteEndObject();
    });

    /// <summary>True if that member is that text.</summary>
    public static bool SameText(JsonElement value, string member, string text) =>
        value.TryGetProperty(member, out var own) && own.ValueKind == JsonValueKind.String && own.ValueEquals(text);

    /// <summary>The member as text that tells it from others; empty if there is none.</summary>
    public static string KeyOf(JsonElement value, string member) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out var own) ? own.ValueKind == JsonValueKind.String ? own.GetString()! : own.GetRawText() : "";
}
