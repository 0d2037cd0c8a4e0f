// The stored form of a resource: its JSON with a gap where id, version and time go, so that it can be compressed before
// they are known and copied to an answer without being parsed.

using System.Buffers;
using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Storage;

/// <summary>
/// The JSON of a resource without <c>resourceType</c>, <c>id</c>, <c>meta.versionId</c> and <c>meta.lastUpdated</c>. It is
/// what follows them: <c>,"profile":["…"]},"name":[…]}</c>, or <c>},"name":[…]}</c> if meta holds nothing else.
/// </summary>
/// <param name="Tail">Compact UTF-8, starting inside meta.</param>
public readonly record struct ResourceBody(ReadOnlyMemory<byte> Tail)
{
    /// <summary>False if the resource certainly contains no others (R4 references.html#contained).</summary>
    public bool MayContain => Tail.Span.IndexOf("\"contained\":"u8) >= 0;

    /// <summary>The body of a resource: what it holds but for type, id, version and time.</summary>
    public static ResourceBody From(ElementNode resource)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(64, resource.Json.Length));
        var meta = resource.Child("meta");
        if (meta.Exists)
            ResourceWriter.WriteMembers(meta, output, leadingComma: true, static e => e.Name is not ("versionId" or "lastUpdated"));
        output.Write("}"u8);
        ResourceWriter.WriteMembers(resource, output, leadingComma: true, static e => e.Name is not ("id" or "meta"));
        output.Write("}"u8);
        return new ResourceBody(output.WrittenMemory);
    }

    /// <summary>Writes the whole resource.</summary>
    public void WriteTo(IBufferWriter<byte> output, StoredVersion version)
    {
        WriteHead(output, version);
        output.Write(Tail.Span);
    }

    /// <summary>The number of bytes that <see cref="WriteTo"/> writes, for <c>Content-Length</c>.</summary>
    public int LengthOf(StoredVersion version)
    {
        var digits = 1;
        for (var rest = version.Version; rest >= 10; rest /= 10)
            digits++;
        return HeadLength + version.Key.Type.Length + version.Key.Id.Length + digits + Tail.Length;
    }

    /// <summary>The whole resource as bytes.</summary>
    public byte[] ToArray(StoredVersion version)
    {
        var output = new ArrayBufferWriter<byte>(Tail.Length + 192);
        WriteTo(output, version);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The instant as R4 writes it: UTC with milliseconds.</summary>
    public static string FormatInstant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static readonly int HeadLength =
        "{\"resourceType\":\"\",\"id\":\"\",\"meta\":{\"versionId\":\"\",\"lastUpdated\":\"2000-01-01T00:00:00.000Z\"".Length;

    private static void WriteHead(IBufferWriter<byte> output, StoredVersion version)
    {
        // Type and id are of the FHIR id alphabet, so nothing needs escaping. One span, written once: the head is on the path of every read.
        var span = output.GetSpan(128 + version.Key.Type.Length + version.Key.Id.Length);
        if (!System.Text.Unicode.Utf8.TryWrite(
            span,
            CultureInfo.InvariantCulture,
            $"{{\"resourceType\":\"{version.Key.Type}\",\"id\":\"{version.Key.Id}\",\"meta\":{{\"versionId\":\"{version.Version}\",\"lastUpdated\":\"{version.LastUpdated.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"",
            out var written))
        {
            throw new InvalidOperationException("The head of a resource is longer than its parts allow.");
        }

        output.Advance(written);
    }
}
