// OperationOutcome as JSON.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Writes issues as an OperationOutcome (R4 operationoutcome.html).</summary>
public static class OutcomeWriter
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the resource.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="issues">The issues; none is told as such, since R4 wants at least one.</param>
    /// <param name="id">The request's id, under which the log knows it; null for none.</param>
    /// <param name="language">The language wished for; what is not said in it is said in English.</param>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<Issue> issues, string? id, MessageLanguage language = MessageLanguage.English)
    {
        ArgumentNullException.ThrowIfNull(issues);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "OperationOutcome"u8);
        if (id is not null)
            writer.WriteString("id"u8, id);
        if (issues.Count == 0)
            issues = AllOk;
        if (language != MessageLanguage.English)
            writer.WriteString("language"u8, OutcomeLanguage.TagOf(issues, language).Split(',')[0]);
        writer.WriteStartArray("issue"u8);
        foreach (var issue in issues)
            Write(writer, issue, language);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The resource as bytes.</summary>
    public static ReadOnlyMemory<byte> ToJson(IReadOnlyList<Issue> issues, string? id, MessageLanguage language = MessageLanguage.English)
    {
        var output = new ArrayBufferWriter<byte>(512);
        Write(output, issues, id, language);
        return output.WrittenMemory;
    }

    internal static string SeverityOf(IssueSeverity severity) => severity switch
    {
        IssueSeverity.Fatal => "fatal",
        IssueSeverity.Error => "error",
        IssueSeverity.Warning => "warning",
        _ => "information",
    };

    private static void Write(Utf8JsonWriter writer, Issue issue, MessageLanguage language)
    {
        writer.WriteStartObject();
        if (issue.Line > 0)
        {
            writer.WriteStartArray("extension"u8);
            WritePlace(writer, "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"u8, issue.Line);
            WritePlace(writer, "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col"u8, issue.Column);
            writer.WriteEndArray();
        }

        writer.WriteString("severity"u8, SeverityOf(issue.Severity));
        writer.WriteString("code"u8, issue.Code);
        var text = Printable(issue.Message?.In(language) ?? issue.Diagnostics);
        if (issue.Detail is { } detail)
        {
            writer.WriteStartObject("details"u8);
            writer.WriteStartArray("coding"u8);
            writer.WriteStartObject();
            writer.WriteString("system"u8, detail.System);
            writer.WriteString("code"u8, detail.Code);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteString("text"u8, text);
            writer.WriteEndObject();
        }

        writer.WriteString("diagnostics"u8, issue.Line > 0 ? WithPlace(text, issue, language) : text);
        if (issue.Expression is { Length: > 0 } expression)
        {
            writer.WriteStartArray("expression"u8);
            writer.WriteStringValue(Printable(expression));
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    // For programs; people read it in diagnostics.
    private static void WritePlace(Utf8JsonWriter writer, ReadOnlySpan<byte> url, int number)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteNumber("valueInteger"u8, number);
        writer.WriteEndObject();
    }

    private static string WithPlace(string text, Issue issue, MessageLanguage language) => language == MessageLanguage.Chinese && issue.Message is not null
        ? $"{text}（第 {issue.Line} 行，第 {issue.Column} 列）"
        : $"{text} (line {issue.Line}, column {issue.Column})";

    // Diagnostics may quote input. Characters that FHIR strings can't hold would make the answer itself invalid.
    internal static string Printable(string text)
    {
        var isClean = text.Length > 0;
        foreach (var c in text)
            isClean &= (c >= ' ' || c is '\n' or '\t') && !char.IsSurrogate(c);
        if (isClean)
            return text;
        var clean = string.Concat(text.EnumerateRunes().Select(r => System.Text.Rune.IsControl(r) && r.Value is not ('\n' or '\t') ? "\uFFFD" : r.ToString()));
        return string.IsNullOrWhiteSpace(clean) ? "(no text)" : clean;
    }

    private static readonly Issue[] AllOk = [Issue.Of(IssueSeverity.Information, "informational", OutcomeMessages.AllIsWell)];
}
