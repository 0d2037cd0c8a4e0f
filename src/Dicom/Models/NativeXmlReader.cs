// The Native DICOM Model in XML as data sets (PS3.19 A.1). It comes from clients.

using System.Globalization;
using System.Xml;

namespace FhirHub.Dicom;

/// <summary>Reads the Native DICOM Model (PS3.19 A.1). Text becomes UTF-8, and the data set says so.</summary>
public static class NativeXmlReader
{
    /// <summary>Reads a document of one <c>NativeDicomModel</c>.</summary>
    /// <exception cref="DicomException">It is none.</exception>
    public static DicomDataset Read(ReadOnlyMemory<byte> utf8, DicomReadOptions? options = null)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        using var xml = XmlReader.Create(new MemoryStream(utf8.ToArray(), writable: false), settings);
        try
        {
            xml.MoveToContent();
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "NativeDicomModel")
                throw Fault(xml, null, "the document is no NativeDicomModel");
            var dataset = new Reading(options ?? DicomReadOptions.Default).Dataset(xml, null, 0);
            xml.MoveToContent();
            return dataset;
        }
        catch (XmlException fault)
        {
            throw new DicomException(DicomFault.Malformed, $"it is no XML without DTD (line {fault.LineNumber})", null, -1, fault);
        }
    }

    private static DicomException Fault(XmlReader xml, DicomTag? tag, string reason) =>
        new(DicomFault.Malformed, xml is IXmlLineInfo { LineNumber: > 0 } place ? $"{reason} (line {place.LineNumber})" : reason, tag);

    private sealed class Reading(DicomReadOptions options)
    {
        private int _elements;
        private bool _needsUtf8;

        /// <summary>Reads the attributes within the element where the reader is, and leaves the reader behind its end.</summary>
        public DicomDataset Dataset(XmlReader xml, DicomDataset? parent, int depth)
        {
            if (depth > options.Depth)
                throw new DicomException(DicomFault.LimitExceeded, $"sequences are nested more than {options.Depth} deep");
            var dataset = new DicomDataset(parent, 0);
            Children(xml, name =>
            {
                if (name != "DicomAttribute")
                    throw Fault(xml, null, "a data set has elements DicomAttribute");
                var element = Attribute(xml, dataset, depth);
                if (!element.Tag.IsGroupLength)
                    dataset.Append(element);
            });
            dataset.Order();
            ModelCharacterSet.Declare(dataset, ref _needsUtf8);
            return dataset;
        }

        private DicomElement Attribute(XmlReader xml, DicomDataset dataset, int depth)
        {
            if (!DicomTag.TryParse(xml.GetAttribute("tag"), out var tag) || tag.IsDelimiter)
                throw Fault(xml, null, "the tag of an attribute has eight digits");
            Count(tag);
            var vr = ModelValues.RequireVR(tag, xml.GetAttribute("vr"));
            if (xml.GetAttribute("privateCreator") is { Length: > 0 } creator && tag.IsPrivate && tag.Element is > 0 and <= 0xFF)
                tag = Place(dataset, tag, creator);

            var values = new List<string?>();
            var items = new List<DicomDataset>();
            DicomElement? whole = null;
            Children(xml, name =>
            {
                switch (name)
                {
                    case "Value":
                        Put(xml, tag, values, reader => reader.ReadElementContentAsString());
                        break;
                    case "PersonName":
                        Put(xml, tag, values, reader => Name(reader, tag));
                        break;
                    case "Item":
                        Count(tag);
                        items.Add(Dataset(xml, dataset, depth + 1));
                        break;
                    case "InlineBinary":
                        whole = ModelValues.MakeInline(tag, vr, xml.ReadElementContentAsString());
                        break;
                    case "BulkData":
                        var uri = xml.GetAttribute("uri") ?? xml.GetAttribute("uuid") ?? throw Fault(xml, tag, "BulkData has no uri");
                        whole = new(tag, vr, uri);
                        xml.Skip();
                        break;
                    default:
                        throw Fault(xml, tag, "an attribute has values, names, items, bulk data or inline bytes");
                }
            });

            if ((values.Count > 0 ? 1 : 0) + (items.Count > 0 ? 1 : 0) + (whole is null ? 0 : 1) > 1 || (items.Count > 0 && vr != DicomVR.SQ))
                throw new DicomException(DicomFault.Malformed, "an attribute has one kind of value, and items only if it is a sequence", tag);
            if (whole is not null)
                return whole;
            if (vr == DicomVR.SQ && values.Count == 0)
                return new(tag, items);
            return values.Count > 0 ? ModelValues.Make(tag, vr, values) : new(tag, vr, default(ReadOnlyMemory<byte>));
        }

        // Writers that leave the number of the block out of a private tag name its creator instead.
        private static DicomTag Place(DicomDataset dataset, DicomTag tag, string creator)
        {
            foreach (var element in dataset.Elements)
            {
                if (element.Tag.Group == tag.Group && element.Tag.IsPrivateCreator && element.GetStrings(SpecificCharacterSet.Utf8) is [var named] && named == creator)
                    return new(tag.Group, (ushort)((element.Tag.Element << 8) | tag.Element));
            }

            throw new DicomException(DicomFault.Malformed, "the private creator has no block in the data set before it", tag);
        }

        private void Put(XmlReader xml, DicomTag tag, List<string?> values, Func<XmlReader, string> read)
        {
            if (!int.TryParse(xml.GetAttribute("number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > options.MaxElements)
                throw Fault(xml, tag, "values are numbered from 1");
            // Values that are skipped cost as much as those that are there.
            _elements += Math.Max(0, number - values.Count - 1);
            Count(tag);
            while (values.Count < number)
                values.Add(null);
            values[number - 1] = read(xml);
        }

        private void Count(DicomTag tag)
        {
            if (++_elements > options.MaxElements)
                throw new DicomException(DicomFault.LimitExceeded, $"there are more than {options.MaxElements:N0} elements, items and values", tag);
        }

        private static string Name(XmlReader xml, DicomTag tag)
        {
            var groups = new string[3];
            Children(xml, name =>
            {
                var at = name switch { "Alphabetic" => 0, "Ideographic" => 1, "Phonetic" => 2, _ => throw Fault(xml, tag, "a name has the groups Alphabetic, Ideographic and Phonetic") };
                var components = new string[NativeXmlWriter.NameComponents.Length];
                Children(xml, component =>
                {
                    var place = Array.IndexOf(NativeXmlWriter.NameComponents, component);
                    if (place < 0)
                        throw Fault(xml, tag, "a group of a name has family name, given name, middle name, prefix and suffix");
                    components[place] = xml.ReadElementContentAsString();
                    if (components[place].AsSpan().ContainsAny('=', '\\'))
                        throw new DicomException(DicomFault.InvalidValue, "a component of a name has a sign that parts groups or values", tag);
                });
                groups[at] = string.Join('^', components).TrimEnd('^');
            });
            return string.Join('=', groups).TrimEnd('=');
        }

        // Visits the child elements; what visits one reads to behind its end.
        private static void Children(XmlReader xml, Action<string> visit)
        {
            if (xml.IsEmptyElement)
            {
                xml.Read();
                return;
            }

            xml.Read();
            while (true)
            {
                switch (xml.NodeType)
                {
                    case XmlNodeType.EndElement:
                        xml.Read();
                        return;
                    case XmlNodeType.Element:
                        visit(xml.LocalName);
                        break;
                    case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                        xml.Read();
                        break;
                    case XmlNodeType.None:
                        return;
                    default:
                        throw Fault(xml, null, "text stands where only elements may");
                }
            }
        }
    }
}
