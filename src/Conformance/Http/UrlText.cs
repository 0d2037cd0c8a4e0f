// What of an address can't go over the wire as it is.

using System.Buffers;
using System.Text;

namespace FhirHub.Conformance;

/// <summary>Percent-encoding (RFC 3986, 2.1) that leaves alone what is encoded.</summary>
internal static class UrlText
{
    // RFC 3986, 2.2 and 2.3, without the number sign: what follows one would never be sent.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@!$&'()*+,;=");

    /// <summary>Encodes what may not stand in an address; if not the whole, then only what would end the request line: white space, controls and what is no ASCII.</summary>
    public static string Encode(string url, bool isWhole)
    {
        var result = new StringBuilder(url.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        var at = 0;
        foreach (var rune in url.EnumerateRunes())
        {
            var length = rune.Utf16SequenceLength;
            if (IsAllowed(url, at, rune, isWhole))
            {
                result.Append(url, at, length);
            }
            else
            {
                foreach (var octet in bytes[..rune.EncodeToUtf8(bytes)])
                    result.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }

            at += length;
        }

        return result.ToString();
    }

    private static bool IsAllowed(string url, int at, Rune rune, bool isWhole)
    {
        if (!rune.IsAscii)
            return false;
        var letter = (char)rune.Value;
        if (letter is <= ' ' or '\x7f' or '#')
            return false;
        return !isWhole
            || Allowed.Contains(letter)
            || (letter == '%' && at + 2 < url.Length && char.IsAsciiHexDigit(url[at + 1]) && char.IsAsciiHexDigit(url[at + 2]));
    }
}
