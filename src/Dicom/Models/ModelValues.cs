// Values of the JSON and XML models: text that becomes the bytes of an element.

using System.Buffers.Binary;
using System.Globalization;

namespace FhirHub.Dicom;

/// <summary>Makes elements of what models say.</summary>
internal static class ModelValues
{
    /// <summary>An element of values as text; null values are empty.</summary>
    /// <exception cref="DicomException">A value is none of the VR.</exception>
    public static DicomElement Make(DicomTag tag, DicomVR vr, IReadOnlyList<string?> values)
    {
        if (vr.IsText())
        {
            if (vr.IsMultiValuedText() && values.Any(value => value?.Contains('\\', StringComparison.Ordinal) == true))
                throw new DicomException(DicomFault.InvalidValue, "a value has a backslash, which parts values", tag);
            if (!vr.IsMultiValuedText() && values.Count > 1)
                throw new DicomException(DicomFault.InvalidValue, $"{vr.Code()} has one value at most", tag);
            return DicomElement.OfText(tag, vr, SpecificCharacterSet.Utf8, string.Join('\\', values));
        }

        var size = vr.BinaryValueSize();
        if (size == 0)
            throw new DicomException(DicomFault.InvalidValue, $"a value of VR {vr.Code()} is neither text nor a number", tag);
        var bytes = new byte[size * values.Count];
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { } value || !TryWrite(vr, value.Trim(), bytes.AsSpan(i * size)))
                throw new DicomException(DicomFault.InvalidValue, $"value {i + 1} is none of VR {vr.Code()}", tag);
        }

        return new(tag, vr, bytes);
    }

    /// <summary>An element of bytes in Base64.</summary>
    /// <exception cref="DicomException">It is no Base64.</exception>
    public static DicomElement MakeInline(DicomTag tag, DicomVR vr, string base64)
    {
        if (vr == DicomVR.SQ)
            throw new DicomException(DicomFault.InvalidValue, "a sequence can't be inline bytes", tag);
        var bytes = new byte[(base64.Length * 3L / 4) + 3];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
            throw new DicomException(DicomFault.InvalidValue, "the inline bytes are not in Base64", tag);
        return new(tag, vr, bytes.AsMemory(0, length));
    }

    /// <summary>The VR that a model gives, else that of the dictionary.</summary>
    /// <exception cref="DicomException">There is none.</exception>
    public static DicomVR RequireVR(DicomTag tag, string? code)
    {
        if (code is null)
            return DicomDictionary.Find(tag)?.VRs is [var only] ? only : tag.IsPrivateCreator ? DicomVR.LO : throw new DicomException(DicomFault.InvalidValue, "it has no VR", tag);
        var vr = DicomVRFacts.Parse(code);
        return vr != DicomVR.None ? vr : throw new DicomException(DicomFault.InvalidValue, "its VR is none of the standard's", tag);
    }

    private static bool TryWrite(DicomVR vr, string value, Span<byte> bytes)
    {
        if (vr is DicomVR.FL or DicomVR.FD)
        {
            if (!TryParseReal(value, out var real))
                return false;
            if (vr == DicomVR.FD)
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, real);
            else
                BinaryPrimitives.WriteSingleLittleEndian(bytes, float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var single) ? single : (float)real);
            return true;
        }

        if (vr == DicomVR.AT)
        {
            if (!DicomTag.TryParse(value, out var tag))
                return false;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, tag.Group);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], tag.Element);
            return true;
        }

        // Some writers have whole numbers with a fraction of zeros.
        if (!Int128.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number))
            return false;
        var (least, greatest) = Range(vr);
        if (number < least || number > greatest)
            return false;
        for (var i = 0; i < vr.BinaryValueSize(); i++, number >>= 8)
            bytes[i] = (byte)(number & 0xFF);
        return true;
    }

    private static bool TryParseReal(string value, out double real)
    {
        real = value switch
        {
            "NaN" => double.NaN,
            "inf" or "Infinity" => double.PositiveInfinity,
            "-inf" or "-Infinity" => double.NegativeInfinity,
            _ => 0,
        };
        return real != 0 || double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out real);
    }

    private static (Int128 Least, Int128 Greatest) Range(DicomVR vr) => vr switch
    {
        DicomVR.US => (0, ushort.MaxValue),
        DicomVR.SS => (short.MinValue, short.MaxValue),
        DicomVR.UL => (0, uint.MaxValue),
        DicomVR.SL => (int.MinValue, int.MaxValue),
        DicomVR.UV => (0, ulong.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };
}
