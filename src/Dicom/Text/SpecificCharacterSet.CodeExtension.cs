// Code extension by ISO 2022 (PS3.5 6.1.2.5): sets are invoked by escape sequences and fall back at delimiters.

using System.Buffers;
using System.Text;

namespace FhirHub.Dicom;

public sealed partial class SpecificCharacterSet
{
    private const byte Escape = 0x1B;

    private string DecodeExtended(ReadOnlySpan<byte> bytes, DicomVR vr)
    {
        var text = new StringBuilder(bytes.Length);
        var (g0, g1) = (_g0, _g1);
        for (var i = 0; i < bytes.Length;)
        {
            var value = bytes[i];
            if (value == Escape && CodedSet.Invoked(bytes[i..]) is { } invoked)
            {
                if (invoked.IsG1)
                    g1 = invoked;
                else
                    g0 = invoked;
                i += invoked.Escape.Length;
                continue;
            }

            if (value >= 0x80)
            {
                i += Decode(g1, bytes[i..], text);
                continue;
            }

            if (value < 0x20 || g0.Width == 1)
            {
                if (IsDelimiter(value, vr))
                {
                    (g0, g1) = (_g0, _g1);
                    text.Append((char)value);
                }
                else
                {
                    text.Append(g0.Width == 1 ? g0.Decode(value) : (char)value);
                }

                i++;
                continue;
            }

            // A space is in no set of two bytes; writers put it there all the same.
            if (value == (byte)' ')
            {
                text.Append(' ');
                i++;
                continue;
            }

            i += Decode(g0, bytes[i..], text);
        }

        return text.ToString();
    }

    private static int Decode(CodedSet? set, ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        if (set is null)
        {
            text.Append('\uFFFD');
            return 1;
        }

        if (set.Width == 1)
        {
            text.Append(set.Decode(bytes[0]));
            return 1;
        }

        if (bytes.Length == 1)
        {
            text.Append('\uFFFD');
            return 1;
        }

        text.Append(set.Decode(bytes[0], bytes[1]));
        return 2;
    }

    // At the end of a line, a value, or a part of a name the first value's sets are active again (PS3.5 6.1.2.5.3).
    private static bool IsDelimiter(byte value, DicomVR vr) => value switch
    {
        (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r' => true,
        (byte)'\\' => vr.IsMultiValuedText(),
        (byte)'^' or (byte)'=' => vr == DicomVR.PN,
        _ => false,
    };

    private byte[] EncodeExtended(string text, DicomVR vr)
    {
        var output = new ArrayBufferWriter<byte>(text.Length * 2);
        var (g0, g1) = (_g0, _g1);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var character in text.EnumerateRunes())
        {
            if (character.Value < 0x20 || (character.IsAscii && IsDelimiter((byte)character.Value, vr)))
            {
                Return(output, ref g0);
                g1 = _g1;
                output.Write([(byte)character.Value]);
                continue;
            }

            if (g0.Encode(character, bytes) is > 0 and var inG0)
            {
                output.Write(bytes[..inG0]);
            }
            else if (g1?.Encode(character, bytes) is > 0 and var inG1)
            {
                output.Write(bytes[..inG1]);
            }
            else
            {
                var set = _invocable.FirstOrDefault(set => set.Encode(character, new byte[4]) > 0)
                    ?? (CodedSet.Ascii.Encode(character, bytes) > 0 ? CodedSet.Ascii : null)
                    ?? throw Lacks($"U+{character.Value:X4}");
                if (set.IsG1)
                    g1 = set;
                else
                    g0 = set;
                output.Write(set.Escape.Span);
                output.Write(bytes[..set.Encode(character, bytes)]);
            }
        }

        Return(output, ref g0);
        return output.WrittenSpan.ToArray();
    }

    private void Return(ArrayBufferWriter<byte> output, ref CodedSet g0)
    {
        if (g0 == _g0)
            return;
        output.Write(_g0.Escape.Span);
        g0 = _g0;
    }
}
