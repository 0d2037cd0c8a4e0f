// Takes the text of a narrative's div out of XML as it stands there, so that reading and writing change nothing in it.

using System.Text;
using System.Xml;

namespace FhirHub.Model;

/// <summary>Copies elements out of the text that a reader goes through.</summary>
internal sealed class XhtmlCapture(string text, XmlReader reader)
{
    private readonly IXmlLineInfo _place = (IXmlLineInfo)reader;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The xhtml of the element that the reader stands on; the reader goes to its end.</summary>
    public string ReadXhtml()
    {
        var isPlain = reader.Prefix.Length == 0 && reader.GetAttribute("xmlns") == NarrativeRules.XhtmlNamespace;
        var prefixes = ((IXmlNamespaceResolver)reader).GetNamespacesInScope(XmlNamespaceScope.All);
        var start = Offset() - 1;
        if (reader.IsEmptyElement)
            return $"<div xmlns=\"{NarrativeRules.XhtmlNamespace}\"/>";
        isPlain &= !HasPrefixedAttribute();
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                isPlain &= reader.Prefix.Length == 0 && !HasPrefixedAttribute();
            else
                isPlain &= reader.NodeType is not (XmlNodeType.CDATA or XmlNodeType.ProcessingInstruction);
        }

        var end = text.IndexOf('>', Offset()) + 1;
        var raw = text[start..end];

        // XML 1.0 section 2.11: a processor sees line feeds only.
        return isPlain ? raw.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : Rewrite(raw, prefixes);
    }

    /// <summary>Leaves out the element that the reader stands on; the reader goes to its end.</summary>
    public void SkipElement()
    {
        if (reader.IsEmptyElement)
            return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            // Only its end matters.
        }
    }

    private bool HasPrefixedAttribute()
    {
        var found = false;
        while (reader.MoveToNextAttribute())
            found |= reader.Prefix is not ("" or "xml");
        reader.MoveToElement();
        return found;
    }

    // The reader tells line and column; both only grow, so the search goes on from the last place.
    private int Offset()
    {
        while (_line < _place.LineNumber)
        {
            var end = text.AsSpan(_lineStart).IndexOfAny('\r', '\n');
            _lineStart += end + 1;
            if (text[_lineStart - 1] == '\r' && _lineStart < text.Length && text[_lineStart] == '\n')
                _lineStart++;
            _line++;
        }

        return _lineStart + _place.LinePosition - 1;
    }

    // Prefixes, CDATA sections and processing instructions have no place in JSON's xhtml: the same content is written without.
    private static string Rewrite(string raw, IDictionary<string, string> prefixes)
    {
        var names = new XmlNamespaceManager(new NameTable());
        foreach (var (prefix, uri) in prefixes)
        {
            if (prefix != "xml")
                names.AddNamespace(prefix, uri);
        }

        using var source = XmlReader.Create(new StringReader(raw), XmlText.Settings(raw.Length), new XmlParserContext(null, names, null, XmlSpace.None));
        var output = new StringBuilder(raw.Length);
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None }))
        {
            while (source.Read())
            {
                switch (source.NodeType)
                {
                    case XmlNodeType.Element:
                        WriteStart(source, writer);
                        break;
                    case XmlNodeType.EndElement:
                        writer.WriteFullEndElement();
                        break;
                    case XmlNodeType.Comment:
                        writer.WriteComment(source.Value);
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                        writer.WriteString(source.Value);
                        break;
                }
            }
        }

        return output.ToString();
    }

    private static void WriteStart(XmlReader source, XmlWriter writer)
    {
        writer.WriteStartElement("", source.LocalName, source.NamespaceURI);
        while (source.MoveToNextAttribute())
        {
            if (source.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                writer.WriteAttributeString(source.Prefix, source.LocalName, source.NamespaceURI, source.Value);
        }

        source.MoveToElement();
        if (source.IsEmptyElement)
            writer.WriteEndElement();
    }
}
