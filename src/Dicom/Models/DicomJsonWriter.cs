// Data sets as DICOM JSON (PS3.18 F).

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Dicom;

/// <summary>Writes data sets in the DICOM JSON model (PS3.18 F.2).</summary>
public static class DicomJsonWriter
{
    // What is written is never put into HTML, and names stay readable.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 4096 };
    private const long GreatestExactInteger = (1L << 53) - 1;

    /// <summary>The data set as UTF-8 JSON.</summary>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static byte[] ToUtf8(DicomDataset dataset, DicomModelOptions? options = null)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            Write(dataset, writer, options);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes one data set as an object.</summary>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static void Write(DicomDataset dataset, Utf8JsonWriter writer, DicomModelOptions? options = null) =>
        WriteDataset(dataset, writer, options ?? DicomModelOptions.Inline, "", 0);

    /// <summary>Writes one element as the attribute of an object that is begun.</summary>
    /// <param name="dataset">The data set whose character set the element has.</param>
    /// <param name="element">The element.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="options">What is done with bytes.</param>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static void WriteAttribute(DicomDataset dataset, DicomElement element, Utf8JsonWriter writer, DicomModelOptions? options = null) =>
        WriteAttribute(dataset, element, writer, options ?? DicomModelOptions.Inline, "", 0);

    private static void WriteDataset(DicomDataset dataset, Utf8JsonWriter writer, DicomModelOptions options, string path, int depth)
    {
        if (depth > DicomReadOptions.GreatestDepth)
            throw new DicomException(DicomFault.LimitExceeded, $"sequences are nested more than {DicomReadOptions.GreatestDepth} deep");
        writer.WriteStartObject();
        foreach (var element in dataset.InOrder())
        {
            // Group lengths belong to an encoding.
            if (element.Tag.IsGroupLength)
                continue;
            WriteAttribute(dataset, element, writer, options, path, depth);
        }

        writer.WriteEndObject();
    }

    private static void WriteAttribute(DicomDataset dataset, DicomElement element, Utf8JsonWriter writer, DicomModelOptions options, string path, int depth)
    {
        writer.WriteStartObject(element.Tag.ToHex());
        writer.WriteString("vr"u8, element.VR.Code());
        WriteElement(dataset, element, writer, options, path, depth);
        writer.WriteEndObject();
    }

    private static void WriteElement(DicomDataset dataset, DicomElement element, Utf8JsonWriter writer, DicomModelOptions options, string path, int depth)
    {
        if (element.Items is { } items)
        {
            if (items.Count == 0)
                return;
            writer.WriteStartArray("Value"u8);
            for (var i = 0; i < items.Count; i++)
                WriteDataset(items[i], writer, options, options.BulkDataUri is null ? "" : $"{path}{element.Tag.ToHex()}/{i + 1}/", depth + 1);
            writer.WriteEndArray();
            return;
        }

        if (options.UriOf(path + element.Tag.ToHex(), element) is { } uri)
        {
            writer.WriteString("BulkDataURI"u8, uri);
            return;
        }

        if (element.IsEmpty)
            return;
        if (element.VR.IsBulk())
        {
            writer.WriteBase64String("InlineBinary"u8, element.GetLittleEndianBytes().Span);
            return;
        }

        if (element.Tag == DicomTags.SpecificCharacterSet)
        {
            // JSON is UTF-8, whatever the text came in (PS3.18 F.2).
            writer.WriteStartArray("Value"u8);
            writer.WriteStringValue("ISO_IR 192"u8);
            writer.WriteEndArray();
            return;
        }

        if (element.VR.BinaryValueSize() is > 0 and var size)
            WriteNumbers(element, size, writer);
        else
            WriteTexts(element, element.GetStrings(dataset.CharacterSet), writer);
    }

    private static void WriteTexts(DicomElement element, IReadOnlyList<string> values, Utf8JsonWriter writer)
    {
        if (values is [] or [""] || (values is [var only] && element.VR == DicomVR.PN && PersonName.IsEmpty(only)))
            return;
        writer.WriteStartArray("Value"u8);
        foreach (var value in values)
        {
            if (value.Length == 0 || (element.VR == DicomVR.PN && PersonName.IsEmpty(value)))
                writer.WriteNullValue();
            else if (element.VR == DicomVR.PN)
                WritePersonName(value, writer);
            else if (element.VR is DicomVR.DS or DicomVR.IS && JsonNumber(value) is { } number)
                writer.WriteRawValue(number, skipInputValidation: true);
            else
                writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WritePersonName(string value, Utf8JsonWriter writer)
    {
        var (alphabetic, ideographic, phonetic) = PersonName.Groups(value);
        writer.WriteStartObject();
        if (alphabetic.Length > 0)
            writer.WriteString("Alphabetic"u8, alphabetic);
        if (ideographic.Length > 0)
            writer.WriteString("Ideographic"u8, ideographic);
        if (phonetic.Length > 0)
            writer.WriteString("Phonetic"u8, phonetic);
        writer.WriteEndObject();
    }

    private static void WriteNumbers(DicomElement element, int size, Utf8JsonWriter writer)
    {
        var bytes = element.GetLittleEndianBytes().Span;
        if (bytes.Length < size)
            return;
        writer.WriteStartArray("Value"u8);
        for (; bytes.Length >= size; bytes = bytes[size..])
        {
            switch (element.VR)
            {
                case DicomVR.US:
                    writer.WriteNumberValue(BinaryPrimitives.ReadUInt16LittleEndian(bytes));
                    break;
                case DicomVR.SS:
                    writer.WriteNumberValue(BinaryPrimitives.ReadInt16LittleEndian(bytes));
                    break;
                case DicomVR.UL:
                    writer.WriteNumberValue(BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                    break;
                case DicomVR.SL:
                    writer.WriteNumberValue(BinaryPrimitives.ReadInt32LittleEndian(bytes));
                    break;
                case DicomVR.FL:
                    WriteReal(BinaryPrimitives.ReadSingleLittleEndian(bytes), single: true, writer);
                    break;
                case DicomVR.FD:
                    WriteReal(BinaryPrimitives.ReadDoubleLittleEndian(bytes), single: false, writer);
                    break;
                case DicomVR.UV:
                    WriteWide(BinaryPrimitives.ReadUInt64LittleEndian(bytes), writer);
                    break;
                case DicomVR.SV:
                    WriteWide(BinaryPrimitives.ReadInt64LittleEndian(bytes), writer);
                    break;
                default:
                    writer.WriteStringValue(new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..])).ToHex());
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteReal(double value, bool single, Utf8JsonWriter writer)
    {
        if (double.IsNaN(value))
            writer.WriteStringValue("NaN"u8);
        else if (double.IsInfinity(value))
            writer.WriteStringValue(value > 0 ? "inf"u8 : "-inf"u8);
        else if (single)
            writer.WriteNumberValue((float)value);
        else
            writer.WriteNumberValue(value);
    }

    // Beyond 2^53 a browser's numbers lose digits; the model allows text instead (PS3.18 F.2.3).
    private static void WriteWide(Int128 value, Utf8JsonWriter writer)
    {
        if (Int128.Abs(value) <= GreatestExactInteger)
            writer.WriteNumberValue((long)value);
        else
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// A decimal or integer string as a JSON number of the same digits: without the plus sign and the leading zeros that JSON does not
    /// allow. Null if it is no number.
    /// </summary>
    internal static string? JsonNumber(ReadOnlySpan<char> text)
    {
        var at = 0;
        var negative = text[0] == '-';
        if (text[0] is '-' or '+')
            at++;
        var whole = Digits(text, ref at);
        ReadOnlySpan<char> fraction = default;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
        }

        if (whole.IsEmpty && fraction.IsEmpty)
            return null;
        var exponent = text[at..];
        if (!exponent.IsEmpty)
        {
            if (exponent[0] is not ('e' or 'E'))
                return null;
            at = exponent.Length > 1 && exponent[1] is ('+' or '-') ? 2 : 1;
            if (Digits(exponent, ref at).IsEmpty || at < exponent.Length)
                return null;
        }

        whole = whole.TrimStart('0');
        return $"{(negative ? "-" : "")}{(whole.IsEmpty ? "0" : whole)}{(fraction.IsEmpty ? "" : ".")}{fraction}{exponent}";
    }

    private static ReadOnlySpan<char> Digits(ReadOnlySpan<char> text, scoped ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return text[start..at];
    }
}
