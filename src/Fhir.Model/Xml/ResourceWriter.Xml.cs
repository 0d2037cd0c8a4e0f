// Tree to FHIR XML: elements in the order of the schema, values and narratives without loss.

using System.Buffers;
using System.Xml;

namespace FhirHub.Model;

/// <summary>How a resource is written as XML.</summary>
public sealed record XmlWriteOptions
{
    /// <summary>One element a line, indented by two spaces; else compact.</summary>
    public bool Pretty { get; init; }

    /// <summary>False leaves an element out with all that it holds; null keeps everything.</summary>
    public Func<ElementNode, bool>? Include { get; init; }

    /// <summary>Replaces string values, such as references within a Bundle; null keeps them.</summary>
    public ValueRewriter? Rewrite { get; init; }
}

public static partial class ResourceWriter
{
    /// <summary>
    /// Writes a resource as a document of FHIR XML (R4 xml.html) in UTF-8. Characters that XML 1.0 can't hold become U+FFFD.
    /// </summary>
    public static void WriteXml(ElementNode resource, IBufferWriter<byte> output, XmlWriteOptions? options = null) =>
        new XmlElementWriter(output, options ?? new XmlWriteOptions()).WriteDocument(resource);

    /// <summary>The resource as a document of FHIR XML.</summary>
    public static byte[] ToXml(ElementNode resource, XmlWriteOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, resource.Json.Length * 2));
        WriteXml(resource, output, options);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>The state of one writing.</summary>
internal ref struct XmlElementWriter(IBufferWriter<byte> output, XmlWriteOptions options)
{
    // What can't stand in an attribute as it is, and the beginnings of U+FFFE, U+FFFF (EF) and of nothing else.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'&', (byte)'<', (byte)'>', (byte)'"', 0xEF]);

    private byte[] _buffer = [];
    private int _indent;

    public void WriteDocument(ElementNode resource)
    {
        output.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"u8);
        NewLine();
        WriteResource(resource, isRoot: true);
    }

    private void WriteResource(ElementNode node, bool isRoot)
    {
        output.Write("<"u8);
        output.Write(node.Type.Utf8Name.Span);
        if (isRoot)
            output.Write(" xmlns=\"http://hl7.org/fhir\""u8);
        WriteContent(node, node.Type.Utf8Name.Span);
    }

    // After the name and attributes of the start tag.
    private void WriteContent(ElementNode node, ReadOnlySpan<byte> name)
    {
        var open = false;
        foreach (var child in InOrder(node))
        {
            if (XmlShape.IsAttribute(node.Type, child.Definition!) || options.Include?.Invoke(child) == false)
                continue;
            if (!open)
            {
                output.Write(">"u8);
                _indent++;
                open = true;
            }

            NewLine();
            WriteElement(child);
        }

        if (!open)
        {
            output.Write("/>"u8);
            return;
        }

        _indent--;
        NewLine();
        EndTag(name);
    }

    private void WriteElement(ElementNode node)
    {
        if (node.Type.Primitive == PrimitiveKind.Xhtml)
        {
            output.Write(XhtmlText.ForXml(node.GetString() ?? ""));
            return;
        }

        var name = System.Text.Encoding.UTF8.GetBytes(node.Type.IsResource ? node.Definition!.Name : node.JsonName);
        output.Write("<"u8);
        output.Write(name);
        if (node.Type.IsResource)
        {
            output.Write(">"u8);
            _indent++;
            NewLine();
            WriteResource(node, isRoot: false);
            _indent--;
            NewLine();
            EndTag(name);
            return;
        }

        foreach (var child in node.Children)
        {
            if (XmlShape.IsAttribute(node.Type, child.Definition!) && options.Include?.Invoke(child) != false)
                WriteAttribute(System.Text.Encoding.UTF8.GetBytes(child.Name), child);
        }

        if (node.HasValue)
            WriteAttribute("value"u8, node);
        WriteContent(node, name);
    }

    private void WriteAttribute(ReadOnlySpan<byte> name, ElementNode node)
    {
        if (!node.HasValue)
            return;
        output.Write(" "u8);
        output.Write(name);
        output.Write("=\""u8);
        if (options.Rewrite is { } rewrite && node.IsQuoted && rewrite(node, out var text))
            WriteEscaped(System.Text.Encoding.UTF8.GetBytes(text));
        else
            WriteEscaped(node.GetUtf8(ref _buffer));
        output.Write("\""u8);
    }

    private readonly void WriteEscaped(ReadOnlySpan<byte> value)
    {
        for (var at = value.IndexOfAny(Special); at >= 0; at = value.IndexOfAny(Special))
        {
            output.Write(value[..at]);
            value = value[at..];
            var length = 1;
            switch (value[0])
            {
                case (byte)'&':
                    output.Write("&amp;"u8);
                    break;
                case (byte)'<':
                    output.Write("&lt;"u8);
                    break;
                case (byte)'>':
                    output.Write("&gt;"u8);
                    break;
                case (byte)'"':
                    output.Write("&quot;"u8);
                    break;

                // As they are, a reader would make spaces of them (XML 1.0 section 3.3.3).
                case (byte)'\t':
                    output.Write("&#9;"u8);
                    break;
                case (byte)'\n':
                    output.Write("&#10;"u8);
                    break;
                case (byte)'\r':
                    output.Write("&#13;"u8);
                    break;
                case 0xEF when !value.StartsWith("\uFFFE"u8) && !value.StartsWith("\uFFFF"u8):
                    output.Write(value[..3]);
                    length = 3;
                    break;
                default:
                    output.Write("\uFFFD"u8);
                    length = value[0] == 0xEF ? 3 : 1;
                    break;
            }

            value = value[length..];
        }

        output.Write(value);
    }

    // JSON has no order of its own; most sources keep the standard's all the same, so that there is rarely anything to sort.
    private static IEnumerable<ElementNode> InOrder(ElementNode node)
    {
        var children = node.Children.ToList();
        for (var i = 1; i < children.Count; i++)
        {
            if (children[i].Definition!.Order < children[i - 1].Definition!.Order)
                return children.OrderBy(c => c.Definition!.Order);
        }

        return children;
    }

    private readonly void EndTag(ReadOnlySpan<byte> name)
    {
        output.Write("</"u8);
        output.Write(name);
        output.Write(">"u8);
    }

    private readonly void NewLine()
    {
        if (!options.Pretty)
            return;
        var span = output.GetSpan(1 + (_indent * 2));
        span[0] = (byte)'\n';
        span.Slice(1, _indent * 2).Fill((byte)' ');
        output.Advance(1 + (_indent * 2));
    }
}

/// <summary>A narrative's xhtml between JSON, where it is a string, and XML, where it is part of the document.</summary>
internal static class XhtmlText
{
    /// <summary>
    /// The xhtml as XML can hold it, changed only where it must be. Line ends stay; that every XML reader makes line feeds of them
    /// (XML 1.0 section 2.11) does not change the xhtml, which is XML in JSON too.
    /// </summary>
    public static byte[] ForXml(string xhtml)
    {
        var text = XhtmlEntities.ToNumbers(xhtml.Trim());
        if (!IsElement(text))
        {
            // A narrative that was stored unchecked must not break the document; it is shown as the text that it is.
            var safe = new string([.. xhtml.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD')]);
            text = $"<div xmlns=\"{NarrativeRules.XhtmlNamespace}\">{System.Security.SecurityElement.Escape(safe)}</div>";
        }

        return System.Text.Encoding.UTF8.GetBytes(text);
    }

    private static bool IsElement(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), XmlText.Settings(text.Length));
            if (!reader.Read() || reader.NodeType != XmlNodeType.Element || reader.LocalName != "div" || reader.NamespaceURI != NarrativeRules.XhtmlNamespace)
                return false;
            while (reader.Read())
            {
                // Well-formed to its end?
            }

            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
