// A document of the container "state": a record, or for a day that it was removed.

using System.Globalization;
using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>A record as it was read.</summary>
internal readonly struct StateDocument(JsonElement json)
{
    private const int NeverExpires = -1;

    /// <summary>What it is.</summary>
    public string Kind => json.Required("kind");

    /// <summary>The record's id.</summary>
    public string RecordId => json.Required("name");

    /// <summary>The server that wrote it.</summary>
    public string Server => json.Text("by") ?? "";

    /// <summary>Names the removal that this document is what is left of; null for a record.</summary>
    public string? Removal => json.Text("gone");

    /// <summary>The record; null if it was removed or its time is over.</summary>
    public StateRecord? ToRecord(long now)
    {
        long? expires = json.TryGetProperty("expires", out var moment) ? moment.GetInt64() : null;
        if (Removal is not null || expires <= now)
            return null;
        return new StateRecord(Kind, RecordId, BodyCodec.Decode(json.GetProperty("body").GetBytesFromBase64()).Tail)
        {
            // As text: JSON's numbers have 53 bits in some readers.
            Version = long.Parse(json.Required("v"), CultureInfo.InvariantCulture),
            Owner = json.Text("owner") ?? "",
            Expires = expires is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        };
    }

    /// <summary>The document of a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="order">What it is listed by.</param>
    /// <param name="record">The record.</param>
    /// <param name="server">Who writes it.</param>
    /// <param name="seconds">When the database may remove it; null for never.</param>
    public static ReadOnlyMemory<byte> Write(string id, string order, StateRecord record, string server, int? seconds) => DocumentJson.Write(json =>
    {
        WriteHead(json, id, record.Kind, record.Id, server, seconds ?? NeverExpires);
        json.WriteString("key", order);
        json.WriteString("v", record.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteString("owner", record.Owner);
        if (record.Expires is { } expires)
            json.WriteNumber("expires", expires.ToUnixTimeMilliseconds());
        json.WriteBase64String("body", BodyCodec.Encode(record.Body.Span));
    });

    /// <summary>The document that tells of a removal.</summary>
    public static ReadOnlyMemory<byte> WriteRemoved(string id, string kind, string name, string server, string removal, int seconds) => DocumentJson.Write(json =>
    {
        WriteHead(json, id, kind, name, server, seconds);
        json.WriteString("gone", removal);
    });

    private static void WriteHead(Utf8JsonWriter json, string id, string kind, string name, string server, int seconds)
    {
        json.WriteString("id", id);
        json.WriteString("kind", kind);
        json.WriteString("name", name);
        json.WriteString("by", server);
        json.WriteNumber("ttl", seconds);
    }
}
