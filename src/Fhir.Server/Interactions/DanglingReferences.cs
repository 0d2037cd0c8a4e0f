// $dangling-references: what FhirHub:Integrity=Report found and finds, as a page of Parameters.

using System.Buffers;
using System.Text.Json;

namespace FhirHub.Server;

/// <summary>
/// <c>GET /fhir/$dangling-references?_count=</c>: references to resources that are not here. Each is a parameter
/// <c>reference</c> with the parts <c>source</c> and <c>target</c>; <c>more</c> is true if the list was longer than <c>_count</c>.
/// </summary>
public static class DanglingReferences
{
    /// <summary>The operation.</summary>
    public static Operation Operation { get; } = new(
        "dangling-references", OperationLevels.System, [], "urn:fhirhub:operation:dangling-references", AffectsState: false, AnswerAsync);

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var count = call.Server.Options.Limits.MaxPageSize;
        foreach (var (name, value) in call.Parameters)
        {
            if (name == "_count")
                count = Paging.ParseCount(value, call.Server.Options.Limits);
        }

        var output = new ArrayBufferWriter<byte>(4096);
        var hasMore = false;
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("resourceType"u8, "Parameters"u8);
            json.WriteStartArray("parameter"u8);
            var written = 0;
            await foreach (var dangling in call.Server.Store.DanglingReferencesAsync(call.Scope, cancel))
            {
                if (written++ == count)
                {
                    hasMore = true;
                    break;
                }

                json.WriteStartObject();
                json.WriteString("name"u8, "reference"u8);
                json.WriteStartArray("part"u8);
                WritePart(json, "source", dangling.Source.ToString());
                WritePart(json, "target", dangling.Target.ToString());
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteStartObject();
            json.WriteString("name"u8, "more"u8);
            json.WriteBoolean("valueBoolean"u8, hasMore);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new FhirAnswer(200) { Json = output.WrittenMemory };
    }

    private static void WritePart(Utf8JsonWriter json, string name, string reference)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteStartObject("valueReference"u8);
        json.WriteString("reference"u8, reference);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
