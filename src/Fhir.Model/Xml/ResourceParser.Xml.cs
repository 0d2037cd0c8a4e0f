// XML to tree: the schema turns XML into the JSON that it means, and the JSON parser does the rest, so that both formats are
// held to the same rules in one place.

using System.Globalization;
using System.Text;
using System.Xml;

namespace FhirHub.Model;

public static partial class ResourceParser
{
    /// <summary>
    /// Reads a resource from FHIR XML (R4 xml.html) and checks its structure. Never throws for what the source holds:
    /// malformed text, a DTD or an entity declaration gives no tree and a fatal issue. Lines and columns are the XML's.
    /// </summary>
    /// <param name="xml">UTF-8, UTF-16 with a byte order mark, or ISO-8859-1 and US-ASCII if declared.</param>
    /// <param name="schema">The types; R4 if null.</param>
    /// <param name="limits">Bounds; the defaults if null.</param>
    public static ParseResult ParseXml(ReadOnlyMemory<byte> xml, Schema? schema = null, ParseLimits? limits = null) =>
        ParseXml(xml, schema, limits, anyOrder: false);

    // Patches add at the end unless they say where; the order of the standard is no more than a form then.
    internal static ParseResult ParseXml(ReadOnlyMemory<byte> xml, Schema? schema, ParseLimits? limits, bool anyOrder)
    {
        limits ??= ParseLimits.Default;
        schema ??= Schema.R4;
        if (xml.Length > limits.MaxBytes)
            return Fatal("too-long", ParserMessages.TooLong, Number(xml.Length), Number(limits.MaxBytes));
        if (XmlText.Decode(xml.Span, out var problem) is not { } text)
            return new ParseResult(null, [problem!]);

        var reader = new XmlResourceReader(XhtmlEntities.ToNumbers(text), schema, limits, anyOrder);
        var root = reader.Read();
        if (root is null)
            return new ParseResult(null, reader.Issues);

        using var json = new XmlToJson();
        var result = ParseJson(json.Write(root), schema, limits);
        result = result with { Tree = result.Tree?.From(json.Places) };
        if (reader.Issues.Count == 0 && result.Issues.Count == 0)
            return result;
        List<Issue> issues = [.. reader.Issues, .. result.Issues.Select(json.Locate)];
        return result with { Issues = issues };
    }
}

/// <summary>XML as text.</summary>
internal static class XmlText
{
    /// <summary>The namespace of all FHIR elements.</summary>
    public const string FhirNamespace = "http://hl7.org/fhir";

    /// <summary>Safe settings: no DTD, no resolver, and so nothing that grows while it is read.</summary>
    public static XmlReaderSettings Settings(int characters) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = false,
        MaxCharactersInDocument = characters + 1024L,
        MaxCharactersFromEntities = 1,
        CloseInput = false,
    };

    /// <summary>The text of a document by its byte order mark or declaration; null if it is in no known encoding or not valid in it.</summary>
    public static string? Decode(ReadOnlySpan<byte> xml, out Issue? problem)
    {
        problem = null;
        var (encoding, mark) = xml switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            _ => (Declared(xml), 0),
        };
        if (encoding is null)
        {
            problem = Issue.Of(IssueSeverity.Fatal, "structure", XmlMessages.UnknownEncoding);
            return null;
        }

        try
        {
            var strict = Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return strict.GetString(xml[mark..]);
        }
        catch (DecoderFallbackException invalid)
        {
            problem = Issue.Of(
                IssueSeverity.Fatal, "structure", XmlMessages.NotInEncoding, encoding.WebName.ToUpperInvariant(), invalid.Index.ToString(CultureInfo.InvariantCulture));
            return null;
        }
    }

    // <?xml version="1.0" encoding="X"?>: in ASCII, or it would have had a byte order mark.
    private static Encoding? Declared(ReadOnlySpan<byte> xml)
    {
        if (!xml.StartsWith("<?xml"u8))
            return Encoding.UTF8;
        var declaration = xml[..Math.Min(xml.Length, 200)];
        var end = declaration.IndexOf("?>"u8);
        var at = end < 0 ? -1 : declaration[..end].IndexOf("encoding"u8);
        if (at < 0)
            return Encoding.UTF8;
        var name = Encoding.Latin1.GetString(declaration[(at + 8)..end]).Trim(' ', '\t', '\r', '\n', '=', '"', '\'');
        return name.ToUpperInvariant() switch
        {
            "UTF-8" or "UTF8" => Encoding.UTF8,
            "US-ASCII" or "ASCII" => Encoding.ASCII,
            "ISO-8859-1" or "LATIN1" => Encoding.Latin1,
            _ => null,
        };
    }
}
