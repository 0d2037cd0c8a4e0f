// Writes the answer of $closure as the ConceptMap that the operation answers with.

using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace FhirHub.Terminology;

/// <summary>A ConceptMap of relationships (R4 conceptmap-operation-closure.html, terminology-service.html#closure).</summary>
public static class ClosureConceptMap
{
    /// <summary>The resource as JSON.</summary>
    /// <param name="answer">What it says.</param>
    /// <param name="now">When it says so.</param>
    public static ReadOnlyMemory<byte> Write(ClosureAnswer answer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "ConceptMap");
            writer.WriteString("version", answer.Version);
            writer.WriteString("name", "ClosureUpdate");
            writer.WriteString("title", $"Updates for the closure table {answer.Name}");
            writer.WriteString("status", "active");
            writer.WriteBoolean("experimental", true);
            writer.WriteString("date", now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            if (answer.Entries.Count > 0)
                WriteGroups(writer, answer);
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteGroups(Utf8JsonWriter writer, ClosureAnswer answer)
    {
        writer.WriteStartArray("group");
        foreach (var system in answer.Entries.GroupBy(static entry => (entry.Source.System, entry.Source.Version)))
        {
            writer.WriteStartObject();
            WriteEnd(writer, "source", system.Key.System, system.Key.Version);
            WriteEnd(writer, "target", system.Key.System, system.Key.Version);
            writer.WriteStartArray("element");
            foreach (var source in system.GroupBy(static entry => entry.Source))
            {
                writer.WriteStartObject();
                WriteConcept(writer, source.Key);
                writer.WriteStartArray("target");
                foreach (var (_, target) in source)
                {
                    writer.WriteStartObject();
                    WriteConcept(writer, target);
                    writer.WriteString("equivalence", "subsumes");
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteEnd(Utf8JsonWriter writer, string name, string system, string? version)
    {
        writer.WriteString(name, system);
        if (version is not null)
            writer.WriteString($"{name}Version", version);
    }

    private static void WriteConcept(Utf8JsonWriter writer, ClosureConcept concept)
    {
        writer.WriteString("code", concept.Code);
        if (concept.Display is { Length: > 0 } display)
            writer.WriteString("display", display);
    }
}
