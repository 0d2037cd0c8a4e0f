// The few things about JSON text that the tree needs and Utf8JsonReader does not offer: unescaping a span, finding a line.

using System.Text;
using System.Text.Json;

namespace FhirHub.Model;

/// <summary>JSON text in UTF-8.</summary>
internal static class JsonText
{
    /// <summary>The string whose escaped inside is given.</summary>
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        byte[] buffer = [];
        return Encoding.UTF8.GetString(Unescape(raw, ref buffer));
    }

    /// <summary>The same as UTF-8, in <paramref name="buffer"/>.</summary>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw, ref byte[] buffer)
    {
        // The reader wants the quotes; the text was read once by the parser, so it is known to be well-formed.
        var quoted = new byte[raw.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        raw.CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        if (buffer.Length < raw.Length)
            buffer = new byte[raw.Length];
        var length = reader.CopyString(buffer);
        return buffer.AsSpan(0, length);
    }

    /// <summary>Line and column, from 1, of a byte offset.</summary>
    public static (int Line, int Column) PositionOf(ReadOnlySpan<byte> text, int offset)
    {
        var before = text[..Math.Min(offset, text.Length)];
        var line = before.Count((byte)'\n') + 1;
        return (line, before.Length - before.LastIndexOf((byte)'\n'));
    }
}
