// The answer to a batch or transaction: one entry for each of the request, in its order.

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace FhirHub.Server;

/// <summary>Writes batch-response and transaction-response Bundles (R4 http.html#transaction-response).</summary>
internal static class BundleResponse
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the Bundle.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isTransaction">A transaction-response, else a batch-response.</param>
    /// <param name="outcomes">The outcomes in the order of the request.</param>
    /// <param name="preference">
    /// What the client wants of its writes. Unlike for a single write the resources are sent only if asked for: whoever sends
    /// thousands has no use for them.
    /// </param>
    /// <param name="language">The language of what is said about entries.</param>
    public static void Write(IBufferWriter<byte> output, bool isTransaction, IReadOnlyList<EntryOutcome> outcomes, ReturnPreference preference, MessageLanguage language)
    {
        using var json = new Utf8JsonWriter(output, Relaxed);
        json.WriteStartObject();
        json.WriteString("resourceType"u8, "Bundle"u8);
        json.WriteString("id"u8, ResourceRepository.NewId());
        json.WriteString("type"u8, isTransaction ? "transaction-response"u8 : "batch-response"u8);
        if (outcomes.Count > 0)
        {
            json.WriteStartArray("entry"u8);
            foreach (var outcome in outcomes)
                WriteEntry(json, outcome, preference, language);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, EntryOutcome outcome, ReturnPreference preference, MessageLanguage language)
    {
        var answer = outcome.Answer;
        json.WriteStartObject();
        if (Resource(outcome, preference) is { } resource)
        {
            json.WritePropertyName("resource"u8);
            json.WriteRawValue(resource.Span, skipInputValidation: true);
        }

        json.WriteStartObject("response"u8);
        json.WriteString("status"u8, StatusText(answer.Status));
        if (answer is { HasLocation: true, Version: { } located })
            json.WriteString("location"u8, $"{located.Key}/_history/{located.Version}");
        if ((answer.Version is { } tagged ? EntityTags.Of(tagged.Version) : answer.ETag) is { } etag)
            json.WriteString("etag"u8, etag);
        if (answer.Version is { } version)
            json.WriteString("lastModified"u8, ResourceBody.FormatInstant(version.LastUpdated));

        // Warnings of a success are told to who asks for them, as for a single write: a Bundle of hundreds may have one for each.
        if (answer.Status >= 400 || (answer.IsWrite ? preference == ReturnPreference.OperationOutcome : answer.Issues.Count > 0))
        {
            json.WritePropertyName("outcome"u8);
            json.WriteRawValue(OutcomeWriter.ToJson(answer.Issues, id: null, language).Span, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte>? Resource(EntryOutcome outcome, ReturnPreference preference)
    {
        var answer = outcome.Answer;
        if (outcome.IsHead || answer.Status is < 200 or >= 300)
            return null;
        if (answer.Json is { } json)
            return json;
        if (answer.Version is not { IsDeleted: false } version || (answer.IsWrite && (preference != ReturnPreference.Representation || answer.IsContentHidden)))
            return null;
        return answer.Shape.Apply(version.Body.ToArray(version));
    }

    // Bundle.entry.response.status starts with the three digits and may have the reason phrase (R4).
    private static string StatusText(int status) => status switch
    {
        200 => "200 OK",
        201 => "201 Created",
        _ => $"{status.ToString(CultureInfo.InvariantCulture)} {ReasonPhrases.GetReasonPhrase(status)}".TrimEnd(),
    };
}
