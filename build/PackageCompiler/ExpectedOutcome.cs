// The outcome of a bad example, written for its author to read and accept.

using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.PackageCompiler;

/// <summary>Writes what was found in a bad example as the OperationOutcome that is expected of it from then on.</summary>
public static class ExpectedOutcome
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file.</summary>
    public static void Write(string file, IReadOnlyList<Issue> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        using var stream = File.Create(file);
        using var writer = new Utf8JsonWriter(stream, s_options);
        writer.WriteStartObject();
        writer.WriteString("resourceType", "OperationOutcome");
        writer.WriteStartArray("issue");
        foreach (var error in errors)
        {
            writer.WriteStartObject();
            writer.WriteString("severity", error.Severity.ToString().ToLowerInvariant());
            writer.WriteString("code", error.Code);
            writer.WriteStartObject("details");
            writer.WriteStartArray("coding");
            writer.WriteStartObject();
            writer.WriteString("system", error.Detail?.System);
            writer.WriteString("code", error.Detail?.Code);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteString("diagnostics", error.Diagnostics);
            writer.WriteStartArray("expression");
            writer.WriteStringValue(error.Expression);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }
}
