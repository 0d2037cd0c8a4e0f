// A request and its answer as reports show them: without secrets, to be read by people, and no longer than they can read.

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace FhirHub.Conformance;

/// <summary>A request and its answer.</summary>
/// <param name="Request">The method and the address.</param>
/// <param name="RequestHeaders">The header fields that were sent.</param>
/// <param name="RequestBody">What was sent; null for nothing.</param>
/// <param name="Status">The status; null if nothing came back.</param>
/// <param name="ResponseHeaders">The header fields that came.</param>
/// <param name="ResponseBody">What came; null for nothing.</param>
/// <param name="Failure">Why nothing came back; null if something did.</param>
/// <param name="Duration">The time that it took.</param>
public sealed record ReportedExchange(
    string Request,
    IReadOnlyList<KeyValuePair<string, string>> RequestHeaders,
    ReportedBody? RequestBody,
    int? Status,
    IReadOnlyList<KeyValuePair<string, string>> ResponseHeaders,
    ReportedBody? ResponseBody,
    string? Failure,
    TimeSpan Duration)
{
    private const int MaxHeaders = 60;
    private const int MaxHeaderCharacters = 1_000;
    private const int MaxUrlCharacters = 4_000;

    /// <summary>The exchange without secrets.</summary>
    public static ReportedExchange Of(Exchange exchange, Redaction redaction)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(redaction);
        return new ReportedExchange(
            $"{exchange.Method} {Address(exchange, redaction)}",
            Headers(exchange.RequestHeaders, redaction),
            ReportedBody.Of(exchange.RequestBody, redaction),
            exchange.Response?.Status,
            exchange.Response is { } answer ? Headers(answer.Headers, redaction) : [],
            exchange.Response is { } response ? ReportedBody.Of(response.Body, redaction) : null,
            exchange.Failure is { } failure ? redaction.Text(failure) : null,
            exchange.Duration);
    }

    /// <summary>The request and the status in a line.</summary>
    public static string Line(Exchange exchange, Redaction redaction)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(redaction);
        return $"{exchange.Method} {Address(exchange, redaction)}{(exchange.Response is { } response ? $" → {response.Status}" : "")}";
    }

    private static string Address(Exchange exchange, Redaction redaction) => Cut(redaction.Text(exchange.Url), MaxUrlCharacters);

    private static List<KeyValuePair<string, string>> Headers(IReadOnlyList<KeyValuePair<string, string>> headers, Redaction redaction) =>
        [.. headers.Take(MaxHeaders).Select(header => KeyValuePair.Create(Cut(header.Key, MaxHeaderCharacters), Cut(redaction.Header(header.Key, header.Value), MaxHeaderCharacters)))];

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length] + "…";
}

/// <summary>A body.</summary>
/// <param name="ContentType">Its media type; empty if none was given.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Text">The text to be shown; empty for what is no text.</param>
/// <param name="IsWhole">False if there is more of it than <paramref name="Text"/>.</param>
public sealed record ReportedBody(string ContentType, int Length, string Text, bool IsWhole)
{
    /// <summary>Greatest text that is kept of a body.</summary>
    public const int MaxCharacters = 16_000;

    // More than that is not indented, since the whole would have to be read for its beginning.
    private const int MaxIndentedBytes = 256 * 1024;

    // Indentation multiplies with depth; what is deeper is shown as it came.
    private const int MaxDepth = 64;

    // For people: whoever writes it into a page encodes it for the page.
    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
    };

    /// <summary>The body without secrets; null for none.</summary>
    public static ReportedBody? Of(Payload body, Redaction redaction)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(redaction);
        var bytes = body.Bytes;
        if (bytes.IsEmpty)
            return null;
        if (!IsText(body))
            return new ReportedBody(body.ContentType ?? "", bytes.Length, "", false);
        var isWhole = bytes.Length <= MaxIndentedBytes;
        var text = redaction.Text(isWhole ? Indented(body) : Encoding.UTF8.GetString(bytes.Span[..MaxIndentedBytes]));
        return new ReportedBody(
            body.ContentType ?? "", bytes.Length, text.Length <= MaxCharacters ? text : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)],
            isWhole && text.Length <= MaxCharacters);
    }

    // A server that answers without a type, or with a wrong one, is just what has to be seen.
    private static bool IsText(Payload body) =>
        (body.MediaType.Length == 0 || body.IsJson || body.IsXml || body.MediaType.StartsWith("text/", StringComparison.Ordinal)
        || body.MediaType is "application/x-www-form-urlencoded" or "application/fhir+ndjson" or "application/ndjson" or "application/graphql" or "application/javascript")
        && !body.Bytes.Span[..Math.Min(body.Bytes.Length, 4096)].Contains((byte)0);

    private static string Indented(Payload body)
    {
        try
        {
            if (body.IsXml)
                return Xml(body.Text);
            if (body.IsJson || body.MediaType.Length == 0)
            {
                using var json = JsonDocument.Parse(body.Bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
                return JsonSerializer.Serialize(json.RootElement, s_indented);
            }
        }
        catch (Exception e) when (e is JsonException or XmlException or InvalidOperationException)
        {
            // What is not well-formed is shown as it came.
        }

        return body.Text;
    }

    private static string Xml(string text)
    {
        text = text.TrimStart('\uFEFF');
        using (var depths = Reader(text))
        {
            while (depths.Read())
            {
                if (depths.Depth > MaxDepth)
                    return text;
            }
        }

        using var reader = Reader(text);
        return XDocument.Load(reader).ToString();
    }

    private static XmlReader Reader(string text) =>
        XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
}
