// Bodies as JSON, so that one language of paths reads them all: resources, DICOM in each of its forms, parts, images.

using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Dicom;

namespace FhirHub.Conformance;

/// <summary>The JSON that JSONPath is evaluated over; docs/testscript.md tells scripts' authors of it.</summary>
internal static class BodyJson
{
    /// <summary>Bytes that are written as they are; of more only the digest is.</summary>
    private const int MaxInlineBytes = 64 * 1024;

    // Compressed values and base64 make more of a body than came.
    private const int MaxJsonBytes = 64 * 1024 * 1024;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 4096 };

    private static readonly DicomModelOptions s_model = new() { InlineBytes = MaxInlineBytes, BulkDataUri = static (_, element) => DigestOf(element) };

    private static readonly DicomReadOptions s_reading = new() { MaxValueInMemory = int.MaxValue, MaxInflatedBytes = 64 * 1024 * 1024 };

    /// <summary>The JSON of a body; null if it has none.</summary>
    /// <exception cref="StepException">It says that it is DICOM or has parts, and is broken.</exception>
    public static ReadOnlyMemory<byte>? Of(Payload body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Multipart.Is(body))
            return Write(writer => WriteParts(writer, Multipart.Read(body)));
        return body.MediaType switch
        {
            "application/dicom" or "application/dicom+xml" => Write(writer => WriteDicom(writer, body)),
            "application/octet-stream" or "application/zip" or "application/pdf" => Write(writer => WriteBytes(writer, body, null)),
            var type when type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal) => Write(writer => WriteBytes(writer, body, null)),
            _ when body.IsXml => body.Resource?.Json,
            _ => body.Bytes,
        };
    }

    private static void WriteParts(Utf8JsonWriter writer, IReadOnlyList<BodyPart> parts)
    {
        writer.WriteStartObject();
        writer.WriteNumber("count", parts.Count);
        writer.WriteStartArray("parts");
        foreach (var part in parts)
        {
            WriteBytes(writer, part.Body, part.Location);
            if (writer.BytesCommitted + writer.BytesPending > MaxJsonBytes)
                throw new StepException($"The parts of the body are more than {MaxJsonBytes} bytes as JSON. Ask the server for less at once.");
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteBytes(Utf8JsonWriter writer, Payload body, string? location)
    {
        writer.WriteStartObject();
        if (body.ContentType is not null)
            writer.WriteString("contentType", body.ContentType);
        if (location is not null)
            writer.WriteString("contentLocation", location);
        writer.WriteNumber("length", body.Bytes.Length);
        writer.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(body.Bytes.Span)));
        if (body.MediaType is "application/dicom" or "application/dicom+xml")
        {
            writer.WritePropertyName("dicom");
            WriteDicom(writer, body);
        }
        else if (body.IsJson)
        {
            writer.WritePropertyName(body.MediaType == "application/dicom+json" ? "dicom" : "json");
            WriteJson(writer, body);
        }
        else if (body.Bytes.Length <= MaxInlineBytes)
        {
            writer.WriteBase64String("base64", body.Bytes.Span);
        }

        if (ImageSize.Of(body.Bytes.Span) is { } size)
        {
            writer.WriteNumber("width", size.Width);
            writer.WriteNumber("height", size.Height);
        }

        writer.WriteEndObject();
    }

    private static void WriteJson(Utf8JsonWriter writer, Payload body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.Bytes, new JsonDocumentOptions { MaxDepth = 256 });
            document.WriteTo(writer);
        }
        catch (JsonException malformed)
        {
            throw new StepException($"A part of {body.MediaType} is no JSON: {malformed.Message}");
        }
    }

    // The file meta information too, which PS3.18 F leaves out of its model: it has the transfer syntax.
    private static void WriteDicom(Utf8JsonWriter writer, Payload body)
    {
        try
        {
            if (body.IsXml)
            {
                DicomJsonWriter.Write(NativeXmlReader.Read(body.Bytes, s_reading), writer, s_model);
                return;
            }

            var file = DicomFile.Read(body.Bytes, s_reading);
            writer.WriteStartObject();
            foreach (var (dataset, element) in Elements(file))
                DicomJsonWriter.WriteAttribute(dataset, element, writer, s_model);
            writer.WriteEndObject();
        }
        catch (DicomException broken)
        {
            throw new StepException($"The body or part is {body.MediaType}, and can't be read as such: {broken.Message}");
        }
    }

    private static IEnumerable<(DicomDataset Dataset, DicomElement Element)> Elements(DicomFile file)
    {
        foreach (var dataset in (DicomDataset?[])[file.Meta, file.Dataset])
        {
            foreach (var element in dataset?.Elements ?? [])
            {
                if (!element.Tag.IsGroupLength)
                    yield return (dataset!, element);
            }
        }
    }

    // Native pixels may stand in the model, which the standard's servers never do.
    private static string? DigestOf(DicomElement element)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (element.Fragments is { } fragments)
        {
            foreach (var fragment in fragments.All)
            {
                if (fragments.Source is null || !fragments.Source.TryGetMemory(fragment.Offset, fragment.Length, out var memory))
                    return "sha256:";
                hash.AppendData(memory.Span);
            }
        }
        else if (element.Length <= MaxInlineBytes)
        {
            return null;
        }
        else
        {
            hash.AppendData(element.GetBytes().Span);
        }

        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
            write(writer);
        return buffer.WrittenMemory;
    }
}
