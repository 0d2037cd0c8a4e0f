// A body: of a fixture, a request or a response.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Bytes with their media type, and the resource that they hold if they hold one. Immutable.</summary>
public sealed class Payload
{
    private readonly Lazy<ParseResult> _parsed;

    /// <summary>A body.</summary>
    /// <param name="bytes">The bytes, without any content encoding.</param>
    /// <param name="contentType">The media type with its parameters; null if none was given.</param>
    public Payload(ReadOnlyMemory<byte> bytes, string? contentType)
    {
        Bytes = bytes;
        ContentType = contentType;
        _parsed = new Lazy<ParseResult>(Parse);
    }

    /// <summary>No body.</summary>
    public static Payload None { get; } = new(default, null);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The media type with its parameters; null if none was given.</summary>
    public string? ContentType { get; }

    /// <summary>The media type without parameters, in lower case; empty if none was given.</summary>
    public string MediaType => (ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>True for XML of any kind.</summary>
    public bool IsXml => MediaType is "application/xml" or "text/xml" || MediaType.EndsWith("+xml", StringComparison.Ordinal);

    /// <summary>True for JSON of any kind.</summary>
    public bool IsJson => MediaType is "application/json" or "text/json" || MediaType.EndsWith("+json", StringComparison.Ordinal);

    /// <summary>The resource; null if it is none.</summary>
    public ResourceTree? Resource => _parsed.Value.Tree;

    /// <summary>What is wrong with the resource.</summary>
    public IReadOnlyList<Issue> Issues => _parsed.Value.Issues;

    /// <summary>The bytes as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    // DICOM JSON is JSON and no resource; the parser would call its first byte an error, which is nobody's business.
    private ParseResult Parse()
    {
        if (Bytes.IsEmpty || MediaType is "application/dicom+json")
            return new ParseResult(null, []);
        return IsXml ? ResourceParser.ParseXml(Bytes) : IsJson || ContentType is null ? ResourceParser.ParseJson(Bytes) : new ParseResult(null, []);
    }
}
