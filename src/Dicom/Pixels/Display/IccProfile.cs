// The ICC profile of sRGB (IEC 61966-2-1), made of its numbers (ICC.1:2010, version 4).

using System.Buffers.Binary;
using System.Text;

namespace FhirHub.Dicom.Pixels;

/// <summary>ICC profiles of rendered images (PS3.18 8.3.5.1.5).</summary>
public static class IccProfile
{
    private const int HeaderLength = 128;
    private const int GreatestLength = 4 * 1024 * 1024;

    private static readonly byte[] StandardRgb = Make();

    /// <summary>sRGB.</summary>
    public static ReadOnlyMemory<byte> SRgb => StandardRgb;

    /// <summary>Whether bytes are a profile of RGB colours, by their length, signature and colour space.</summary>
    public static bool IsRgb(ReadOnlySpan<byte> profile) =>
        profile.Length is > HeaderLength and <= GreatestLength
        && BinaryPrimitives.ReadInt32BigEndian(profile) is > HeaderLength and var length && length <= profile.Length
        && profile[36..40].SequenceEqual("acsp"u8) && profile[16..20].SequenceEqual("RGB "u8);

    private static byte[] Make()
    {
        // The primaries of sRGB adapted to D50 by the Bradford method, and the adaptation itself.
        byte[] curve = Curve();
        (string Signature, byte[] Data)[] tags =
        [
            ("desc", Text("sRGB")),
            ("cprt", Text("CC0")),
            ("wtpt", Numbers("XYZ ", 0.9642, 1, 0.8249)),
            ("chad", Numbers("sf32", 1.04788, 0.02292, -0.05020, 0.02959, 0.99048, -0.01706, -0.00923, 0.01508, 0.75168)),
            ("rXYZ", Numbers("XYZ ", 0.43607, 0.22249, 0.01392)),
            ("gXYZ", Numbers("XYZ ", 0.38515, 0.71687, 0.09708)),
            ("bXYZ", Numbers("XYZ ", 0.14307, 0.06061, 0.71410)),
            ("rTRC", curve),
            ("gTRC", curve),
            ("bTRC", curve),
        ];

        var table = new MemoryStream();
        var data = new MemoryStream();
        var start = HeaderLength + 4 + (12 * tags.Length);
        Write(table, tags.Length);
        var curveAt = -1;
        foreach (var (signature, bytes) in tags)
        {
            // The three colours share one curve.
            var at = ReferenceEquals(bytes, curve) && curveAt >= 0 ? curveAt : start + (int)data.Length;
            if (at == start + (int)data.Length)
            {
                data.Write(bytes);
                data.Write(new byte[(4 - (bytes.Length % 4)) % 4]);
            }

            curveAt = ReferenceEquals(bytes, curve) ? at : curveAt;
            table.Write(Encoding.ASCII.GetBytes(signature));
            Write(table, at);
            Write(table, bytes.Length);
        }

        byte[] profile = [.. new byte[HeaderLength], .. table.ToArray(), .. data.ToArray()];
        BinaryPrimitives.WriteInt32BigEndian(profile, profile.Length);
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(8), 0x0420_0000);
        "mntrRGB XYZ "u8.CopyTo(profile.AsSpan(12));

        // A date has to be there; it is that of the standard.
        ReadOnlySpan<ushort> date = [1999, 10, 18, 0, 0, 0];
        for (var i = 0; i < date.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(profile.AsSpan(24 + (2 * i)), date[i]);
        "acsp"u8.CopyTo(profile.AsSpan(36));
        Numbers("XYZ ", 0.9642, 1, 0.8249).AsSpan(8).CopyTo(profile.AsSpan(68));
        return profile;
    }

    // The curve of sRGB: a line near black, a power of 2.4 beyond.
    private static byte[] Curve()
    {
        var numbers = Numbers("para", 0, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);
        BinaryPrimitives.WriteInt32BigEndian(numbers.AsSpan(8), 3 << 16);
        return numbers;
    }

    private static byte[] Text(string text)
    {
        var output = new MemoryStream();
        output.Write("mluc"u8);
        Write(output, 0);
        Write(output, 1);
        Write(output, 12);
        output.Write("enUS"u8);
        Write(output, 2 * text.Length);
        Write(output, 28);
        output.Write(Encoding.BigEndianUnicode.GetBytes(text));
        return output.ToArray();
    }

    private static byte[] Numbers(string type, params ReadOnlySpan<double> numbers)
    {
        var bytes = new byte[8 + (4 * numbers.Length)];
        Encoding.ASCII.GetBytes(type).CopyTo(bytes, 0);
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8 + (4 * i)), (int)Math.Round(numbers[i] * 65536));
        return bytes;
    }

    private static void Write(MemoryStream output, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        output.Write(bytes);
    }
}
