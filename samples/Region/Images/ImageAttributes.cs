// Attributes by their keywords, in the character set of the file that they become part of.

using System.Buffers.Binary;
using System.Globalization;
using FhirHub.Dicom;

namespace FhirHub.Samples.Region;

/// <summary>A data set, or an item of one, while it is filled.</summary>
/// <param name="characterSet">The character set of its text.</param>
internal sealed class ImageAttributes(SpecificCharacterSet characterSet)
{
    /// <summary>What was filled in.</summary>
    public DicomDataset Dataset { get; } = new();

    /// <summary>Sets text, or numbers that are written as text.</summary>
    public ImageAttributes Text(string keyword, params ReadOnlySpan<string> values)
    {
        var entry = Entry(keyword);
        Dataset.Set(DicomElement.OfText(entry.Tag, entry.VRs[0], characterSet, string.Join('\\', values)));
        return this;
    }

    /// <summary>Sets numbers, in whatever form the attribute has them.</summary>
    public ImageAttributes Number(string keyword, params ReadOnlySpan<double> values)
    {
        var entry = Entry(keyword);
        switch (entry.VRs[0])
        {
            case DicomVR.DS or DicomVR.IS:
                var texts = new string[values.Length];
                for (var i = 0; i < texts.Length; i++)
                    texts[i] = values[i].ToString("0.######", CultureInfo.InvariantCulture);
                return Text(keyword, texts);
            case DicomVR.FL:
                var floats = new byte[4 * values.Length];
                for (var i = 0; i < values.Length; i++)
                    BinaryPrimitives.WriteSingleLittleEndian(floats.AsSpan(4 * i), (float)values[i]);
                Dataset.Set(new DicomElement(entry.Tag, DicomVR.FL, floats));
                return this;
            case DicomVR.FD:
                var doubles = new byte[8 * values.Length];
                for (var i = 0; i < values.Length; i++)
                    BinaryPrimitives.WriteDoubleLittleEndian(doubles.AsSpan(8 * i), values[i]);
                Dataset.Set(new DicomElement(entry.Tag, DicomVR.FD, doubles));
                return this;
            default:
                var whole = new long[values.Length];
                for (var i = 0; i < whole.Length; i++)
                    whole[i] = (long)values[i];
                Dataset.Set(DicomElement.OfNumbers(entry.Tag, entry.VRs[0], whole));
                return this;
        }
    }

    /// <summary>Sets tags.</summary>
    public ImageAttributes Tag(string keyword, string named)
    {
        var tag = Entry(named).Tag;
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), tag.Element);
        Dataset.Set(new DicomElement(Entry(keyword).Tag, DicomVR.AT, bytes));
        return this;
    }

    /// <summary>Sets a sequence with an item for each of its fillers.</summary>
    public ImageAttributes Items(string keyword, params IReadOnlyList<Action<ImageAttributes>> fillers)
    {
        var items = new DicomDataset[fillers.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var item = new ImageAttributes(characterSet);
            fillers[i](item);
            items[i] = item.Dataset;
        }

        Dataset.Set(new DicomElement(Entry(keyword).Tag, items));
        return this;
    }

    /// <summary>Sets a sequence whose item is a code (PS3.3 table 8.8-1).</summary>
    public ImageAttributes Code(string keyword, DicomCode code) => Items(keyword, code.Write);

    private static DictionaryEntry Entry(string keyword) => DicomDictionary.Find(keyword) ?? throw new ArgumentException($"DICOM has no attribute {keyword}.", nameof(keyword));
}

/// <summary>A code (PS3.3 8).</summary>
/// <param name="Value">Code Value.</param>
/// <param name="Scheme">Coding Scheme Designator.</param>
/// <param name="Meaning">Code Meaning.</param>
internal sealed record DicomCode(string Value, string Scheme, string Meaning)
{
    /// <summary>Fills an item.</summary>
    public void Write(ImageAttributes item) => item.Text("CodeValue", Value).Text("CodingSchemeDesignator", Scheme).Text("CodeMeaning", Meaning);
}
