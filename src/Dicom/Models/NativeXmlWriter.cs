// Data sets as the Native DICOM Model in XML (PS3.19 A.1).

using System.Globalization;
using System.Text;
using System.Xml;

namespace FhirHub.Dicom;

/// <summary>Writes data sets in the Native DICOM Model (PS3.19 A.1).</summary>
public static class NativeXmlWriter
{
    /// <summary>The namespace of the model.</summary>
    public const string Namespace = "http://dicom.nema.org/PS3.19/models/NativeDICOM";

    internal static readonly string[] NameComponents = ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"];

    /// <summary>The data set as a UTF-8 document.</summary>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static byte[] ToUtf8(DicomDataset dataset, DicomModelOptions? options = null)
    {
        using var output = new MemoryStream();
        // Readers of XML take a carriage return for the end of a line unless it is written as a character reference.
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), NewLineHandling = NewLineHandling.Entitize };
        using (var writer = XmlWriter.Create(output, settings))
            Write(dataset, writer, options);
        return output.ToArray();
    }

    /// <summary>Writes one data set as <c>NativeDicomModel</c>.</summary>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static void Write(DicomDataset dataset, XmlWriter writer, DicomModelOptions? options = null)
    {
        writer.WriteStartElement("NativeDicomModel", Namespace);
        writer.WriteAttributeString("xml", "space", null, "preserve");
        WriteDataset(dataset, writer, options ?? DicomModelOptions.Inline, "", 0);
        writer.WriteEndElement();
    }

    private static void WriteDataset(DicomDataset dataset, XmlWriter writer, DicomModelOptions options, string path, int depth)
    {
        if (depth > DicomReadOptions.GreatestDepth)
            throw new DicomException(DicomFault.LimitExceeded, $"sequences are nested more than {DicomReadOptions.GreatestDepth} deep");
        foreach (var element in dataset.InOrder())
        {
            if (element.Tag.IsGroupLength)
                continue;
            writer.WriteStartElement("DicomAttribute", Namespace);
            writer.WriteAttributeString("tag", element.Tag.ToHex());
            writer.WriteAttributeString("vr", element.VR.Code());
            if (DicomDictionary.Find(element.Tag) is { Keyword.Length: > 0 } entry)
                writer.WriteAttributeString("keyword", entry.Keyword);
            if (dataset.PrivateCreatorOf(element.Tag) is { } creator)
                writer.WriteAttributeString("privateCreator", Clean(creator));
            WriteElement(dataset, element, writer, options, path, depth);
            writer.WriteEndElement();
        }
    }

    private static void WriteElement(DicomDataset dataset, DicomElement element, XmlWriter writer, DicomModelOptions options, string path, int depth)
    {
        if (element.Items is { } items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                StartNumbered(writer, "Item", i + 1);
                WriteDataset(items[i], writer, options, options.BulkDataUri is null ? "" : $"{path}{element.Tag.ToHex()}/{i + 1}/", depth + 1);
                writer.WriteEndElement();
            }

            return;
        }

        if (options.UriOf(path + element.Tag.ToHex(), element) is { } uri)
        {
            writer.WriteStartElement("BulkData", Namespace);
            writer.WriteAttributeString("uri", uri);
            writer.WriteEndElement();
            return;
        }

        if (element.IsEmpty)
            return;
        if (element.VR.IsBulk())
        {
            writer.WriteElementString("InlineBinary", Namespace, Convert.ToBase64String(element.GetLittleEndianBytes().Span));
            return;
        }

        IReadOnlyList<string> values = element.Tag == DicomTags.SpecificCharacterSet ? ["ISO_IR 192"] : element.GetStrings(dataset.CharacterSet);
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].Length == 0 || (element.VR == DicomVR.PN && PersonName.IsEmpty(values[i])))
                WriteEmpty(element, i, values.Count, writer);
            else if (element.VR == DicomVR.PN)
                WriteName(values[i], i + 1, writer);
            else
                WriteValue(values[i], i + 1, writer);
        }
    }

    // An empty value between others keeps its number by being absent; only the last one would be lost with it.
    private static void WriteEmpty(DicomElement element, int index, int count, XmlWriter writer)
    {
        if (index == 0 || index < count - 1)
            return;
        StartNumbered(writer, element.VR == DicomVR.PN ? "PersonName" : "Value", index + 1);
        writer.WriteEndElement();
    }

    private static void WriteValue(string value, int number, XmlWriter writer)
    {
        StartNumbered(writer, "Value", number);
        writer.WriteString(Clean(value));
        writer.WriteEndElement();
    }

    private static void WriteName(string value, int number, XmlWriter writer)
    {
        var (alphabetic, ideographic, phonetic) = PersonName.Groups(value);
        StartNumbered(writer, "PersonName", number);
        WriteGroup("Alphabetic", alphabetic, writer);
        WriteGroup("Ideographic", ideographic, writer);
        WriteGroup("Phonetic", phonetic, writer);
        writer.WriteEndElement();
    }

    private static void WriteGroup(string name, string text, XmlWriter writer)
    {
        if (text.Length == 0)
            return;
        writer.WriteStartElement(name, Namespace);
        var parts = text.Split('^', NameComponents.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length > 0)
                writer.WriteElementString(NameComponents[i], Namespace, Clean(parts[i]));
        }

        writer.WriteEndElement();
    }

    private static void StartNumbered(XmlWriter writer, string name, int number)
    {
        writer.WriteStartElement(name, Namespace);
        writer.WriteAttributeString("number", number.ToString(CultureInfo.InvariantCulture));
    }

    // DICOM text may have a form feed and broken text anything; XML 1.0 has no way to write these.
    private static string Clean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!XmlConvert.IsXmlChar(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) && !(char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1])))
                return Cleaned(text);
        }

        return text;
    }

    private static string Cleaned(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var character in text.EnumerateRunes())
            clean.Append(character.Value > 0xFFFF || XmlConvert.IsXmlChar((char)character.Value) ? character.ToString() : "\uFFFD");
        return clean.ToString();
    }
}
