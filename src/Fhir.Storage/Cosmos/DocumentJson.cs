// JSON of the store's own documents: small readers and writers that they share.

using System.Buffers;
using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>Reads members of a document.</summary>
internal static class DocumentJson
{
    /// <summary>The bytes of an object whose members are written by the action.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A text; null if there is none.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A text that must be there.</summary>
    public static string Required(this JsonElement json, string name) =>
        json.Text(name) ?? throw new StoreException($"A document of the Cosmos database has no '{name}'.");

    /// <summary>A whole number; 0 if there is none.</summary>
    public static long Whole(this JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    /// <summary>True if it says so.</summary>
    public static bool Flag(this JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>The texts of an array; none if there is none.</summary>
    public static IEnumerable<string> Texts(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var texts) ? texts.EnumerateArray().Select(static text => text.GetString()!) : [];

    /// <summary>Writes an array of texts as a member.</summary>
    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>The method of a version, as a Bundle writes it.</summary>
    public static WriteMethod Method(this JsonElement json, string name) => json.Required(name) switch
    {
        "POST" => WriteMethod.Post,
        "PUT" => WriteMethod.Put,
        "PATCH" => WriteMethod.Patch,
        "DELETE" => WriteMethod.Delete,
        var method => throw new StoreException($"A document of the Cosmos database has the method '{method}', which this program does not know."),
    };

    /// <summary>The name of a method.</summary>
    public static string NameOf(WriteMethod method) => method switch
    {
        WriteMethod.Post => "POST",
        WriteMethod.Put => "PUT",
        WriteMethod.Patch => "PATCH",
        _ => "DELETE",
    };

    /// <summary>The key that "Type/id" names.</summary>
    public static ResourceKey Key(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new ResourceKey(text[..slash], text[(slash + 1)..]);
    }
}
