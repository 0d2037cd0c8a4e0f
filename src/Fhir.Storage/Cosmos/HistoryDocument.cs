// A document of the container "history": a version that was superseded, without what search finds in it.

using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>A former version.</summary>
internal static class HistoryDocument
{
    /// <summary>The document of the version that a write supersedes.</summary>
    /// <param name="former">The document that it has in "resources".</param>
    /// <param name="record">The commit that supersedes it.</param>
    /// <param name="index">The write of the commit that does.</param>
    public static ReadOnlyMemory<byte> Of(ResourceDocument former, LogRecord record, int index) => DocumentJson.Write(json =>
    {
        var version = former.Json.Whole("v");
        json.WriteString("id", Layout.IdOf(former.Key, version));
        json.WriteString("k", Layout.IdOf(former.Key));
        json.WriteString("t", former.Key.Type);
        json.WriteString("i", former.Key.Id);
        json.WriteString("p", former.Partition);
        json.WriteNumber("v", version);
        json.WriteString("m", former.Json.Required("m"));
        json.WriteNumber("l", former.Json.Whole("l"));
        json.WriteString("o", former.Order);
        json.WriteNumber("f", former.From);
        json.WriteNumber("j", former.Json.Whole("j"));
        json.WriteNumber("u", record.Position);
        json.WriteNumber("ul", record.TimeOf(index));
        foreach (var name in (string[])[Layout.BodyName, Layout.BlobName])
        {
            if (former.Json.TryGetProperty(name, out var body))
            {
                json.WritePropertyName(name);
                body.WriteTo(json);
            }
        }
    });

    /// <summary>The version of a document.</summary>
    public static async ValueTask<StoredVersion> ReadAsync(JsonElement json, Bodies bodies, CancellationToken cancel) => new(
        new ResourceKey(json.Required("t"), json.Required("i")), json.Whole("v"), DateTimeOffset.FromUnixTimeMilliseconds(json.Whole("l")), json.Method("m"), await bodies.ReadAsync(json, cancel));
}
