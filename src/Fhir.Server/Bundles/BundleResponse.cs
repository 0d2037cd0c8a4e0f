// The answer to a batch or transaction: one entry for each of the request, in its order.

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Writes batch-response and transaction-response Bundles (R4 http.html#transaction-response).</summary>
internal static class BundleResponse
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the Bundle.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isTransaction">A transaction-response, else a batch-response.</param>
    /// <param name="outcomes">The outcomes in the order of the request.</param>
    /// <param name="withResources">True if the client wants what it wrote (<c>Prefer: return=representation</c>).</param>
    /// <param name="withOutcomes">True if the client wants an OperationOutcome of each success too (<c>return=OperationOutcome</c>).</param>
    public static void Write(IBufferWriter<byte> output, bool isTransaction, IReadOnlyList<EntryOutcome> outcomes, bool withResources, bool withOutcomes)
    {
        using var json = new Utf8JsonWriter(output, Relaxed);
        json.WriteStartObject();
        json.WriteString("resourceType"u8, "Bundle"u8);
        json.WriteString("type"u8, isTransaction ? "transaction-response"u8 : "batch-response"u8);
        if (outcomes.Count > 0)
        {
            json.WriteStartArray("entry"u8);
            foreach (var outcome in outcomes)
                WriteEntry(json, outcome, withResources, withOutcomes);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, EntryOutcome outcome, bool withResources, bool withOutcomes)
    {
        json.WriteStartObject();
        if (outcome.Resource is { } resource)
        {
            json.WritePropertyName("resource"u8);
            json.WriteRawValue(resource.Span, skipInputValidation: true);
        }
        else if (withResources && outcome is { Version: { IsDeleted: false } version, Status: < 300 })
        {
            json.WritePropertyName("resource"u8);
            json.WriteRawValue(version.Body.ToArray(version), skipInputValidation: true);
        }

        json.WriteStartObject("response"u8);
        json.WriteString("status"u8, StatusText(outcome.Status));
        if (outcome.Location is { } location)
            json.WriteString("location"u8, location);
        if (outcome.ETag is { } etag)
            json.WriteString("etag"u8, etag);
        if (outcome.LastModified is { } modified)
            json.WriteString("lastModified"u8, ResourceBody.FormatInstant(modified));
        if (outcome.Outcome is { } given)
        {
            json.WritePropertyName("outcome"u8);
            json.WriteRawValue(given.Span, skipInputValidation: true);
        }
        else if (outcome.Issues.Count > 0 || withOutcomes)
        {
            WriteOutcome(json, outcome.Issues.Count > 0
                ? outcome.Issues
                : [new Issue(IssueSeverity.Information, "informational", "All is well.")]);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteOutcome(Utf8JsonWriter json, IReadOnlyList<Issue> issues)
    {
        json.WriteStartObject("outcome"u8);
        json.WriteString("resourceType"u8, "OperationOutcome"u8);
        json.WriteStartArray("issue"u8);
        foreach (var issue in issues)
        {
            json.WriteStartObject();
            json.WriteString("severity"u8, issue.Severity.ToString().ToLowerInvariant());
            json.WriteString("code"u8, issue.Code);
            json.WriteString("diagnostics"u8, issue.Diagnostics);
            if (issue.Expression is { } expression)
            {
                json.WriteStartArray("expression"u8);
                json.WriteStringValue(expression);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Bundle.entry.response.status starts with the three digits and may have the reason phrase (R4).
    private static string StatusText(int status) => status switch
    {
        200 => "200 OK",
        201 => "201 Created",
        204 => "204 No Content",
        304 => "304 Not Modified",
        _ => $"{status.ToString(CultureInfo.InvariantCulture)} {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)}".TrimEnd(),
    };
}
