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
        "dangling-references", OperationLevels.System, [], OperationDefinitions.AddressOf("dangling-references"), AffectsState: false, AnswerAsync)
    {
        Description = "Lists references to resources that are not here.",
        Parameters =
        [
            new("_count", "integer", "How many references to list."),
            new("reference", null, "A reference that leads to nothing.")
            {
                IsOutput = true,
                Repeats = true,
                Parts =
                [
                    new("source", "Reference", "The resource that holds the reference.") { IsOutput = true, IsRequired = true },
                    new("target", "Reference", "What it refers to.") { IsOutput = true, IsRequired = true },
                ],
            },
            new("more", "boolean", "True if there are more than were listed.") { IsOutput = true, IsRequired = true },
        ],
    };

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, Operation.Parameters);
        var limits = call.Server.Options.Limits;
        var count = input.Text("_count") is { } text ? Paging.ParseCount(text, limits) : limits.MaxPageSize;
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
