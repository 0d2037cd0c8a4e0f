// Values of an element as text and numbers.

using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace FhirHub.Dicom;

public sealed partial class DicomElement
{
    /// <summary>An element with text in a character set, padded to an even length.</summary>
    /// <exception cref="DicomException">A character is in none of the character sets.</exception>
    public static DicomElement OfText(DicomTag tag, DicomVR vr, SpecificCharacterSet characterSet, string text)
    {
        byte[] bytes;
        try
        {
            bytes = vr.UsesSpecificCharacterSet() ? characterSet.Encode(text, vr) : SpecificCharacterSet.Default.Encode(text, vr);
        }
        catch (DicomException fault) when (fault.Tag is null)
        {
            throw new DicomException(fault.Fault, fault.Reason, tag);
        }

        if ((bytes.Length & 1) != 0)
        {
            Array.Resize(ref bytes, bytes.Length + 1);
            bytes[^1] = vr.Padding();
        }

        return new(tag, vr, bytes);
    }

    /// <summary>An element of the VRs <c>US</c>, <c>SS</c>, <c>UL</c>, <c>SL</c>, <c>UV</c> or <c>SV</c>.</summary>
    public static DicomElement OfNumbers(DicomTag tag, DicomVR vr, params ReadOnlySpan<long> values)
    {
        var size = vr.BinaryValueSize();
        if (size == 0 || vr is DicomVR.FL or DicomVR.FD or DicomVR.AT)
            throw new DicomException(DicomFault.InvalidValue, $"a value of VR {vr.Code()} is no whole number", tag);
        var bytes = new byte[size * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var place = bytes.AsSpan(i * size);
            switch (size)
            {
                case 2:
                    BinaryPrimitives.WriteInt16LittleEndian(place, unchecked((short)values[i]));
                    break;
                case 4:
                    BinaryPrimitives.WriteInt32LittleEndian(place, unchecked((int)values[i]));
                    break;
                default:
                    BinaryPrimitives.WriteInt64LittleEndian(place, values[i]);
                    break;
            }
        }

        return new(tag, vr, bytes);
    }

    /// <summary>The values as text without padding, numbers and tags in their usual notation; none for bytes.</summary>
    public IReadOnlyList<string> GetStrings(SpecificCharacterSet characterSet)
    {
        if (VR.BinaryValueSize() > 0)
            return GetNumberTexts();
        if (!VR.IsText() || IsEmpty)
            return [];
        var text = GetText(characterSet);
        if (!VR.IsMultiValuedText())
            return [VR == DicomVR.UR ? text.Trim(' ') : text.TrimEnd(' ')];
        if (!text.Contains('\\', StringComparison.Ordinal))
            return [Unpadded(text)];
        var values = text.Split('\\');
        for (var i = 0; i < values.Length; i++)
            values[i] = Unpadded(values[i]);
        return values;
    }

    /// <summary>All values in one text, as decoded; only zero bytes at the end are taken away.</summary>
    public string GetText(SpecificCharacterSet characterSet)
    {
        var bytes = GetBytes().Span.TrimEnd((byte)0);
        return VR.UsesSpecificCharacterSet() ? characterSet.Decode(bytes, VR) : Encoding.Latin1.GetString(bytes);
    }

    private string Unpadded(string value)
    {
        // Writers fill text with zero bytes too, as only UIDs may be.
        value = value.TrimEnd(' ', '\0');
        return VR.IgnoresLeadingSpace() ? value.TrimStart(' ') : value;
    }

    private string[] GetNumberTexts()
    {
        var size = VR.BinaryValueSize();
        var bytes = GetLittleEndianBytes().Span;
        var values = new string[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
            values[i] = NumberText(VR, bytes.Slice(i * size, size));
        return values;
    }

    private static string NumberText(DicomVR vr, ReadOnlySpan<byte> value) => vr switch
    {
        DicomVR.US => BinaryPrimitives.ReadUInt16LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        DicomVR.SS => BinaryPrimitives.ReadInt16LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        DicomVR.UL => BinaryPrimitives.ReadUInt32LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        DicomVR.SL => BinaryPrimitives.ReadInt32LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        DicomVR.UV => BinaryPrimitives.ReadUInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        DicomVR.SV => BinaryPrimitives.ReadInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        DicomVR.FL => BinaryPrimitives.ReadSingleLittleEndian(value).ToString("R", CultureInfo.InvariantCulture),
        DicomVR.FD => BinaryPrimitives.ReadDoubleLittleEndian(value).ToString("R", CultureInfo.InvariantCulture),
        _ => new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(value), BinaryPrimitives.ReadUInt16LittleEndian(value[2..])).ToHex(),
    };
}
