// The grammar of media types: type, subtype, parameters.

using System.Buffers;

namespace FhirHub.Terminology;

/// <summary>Codes of <c>urn:ietf:bcp:13</c> (RFC 6838 §4.2, RFC 2045 §5.1): <c>text/html</c>, <c>application/fhir+json;fhirVersion=4.0</c>.</summary>
internal static class MediaType
{
    private const int MaxNameLength = 127;
    private const int MaxLength = 1_000;

    private static readonly HashSet<string> TopLevelTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "application", "audio", "chemical", "example", "font", "haptics", "image", "message", "model", "multipart", "text", "video",
    };

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$&-^_.+");

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&'*+-.^_`{|}~");

    /// <summary>True if the code follows the grammar and its top-level type is registered, or private (<c>x-</c>).</summary>
    public static bool IsValid(string code)
    {
        if (code.Length > MaxLength)
            return false;
        var semicolon = code.IndexOf(';', StringComparison.Ordinal);
        var name = (semicolon < 0 ? code.AsSpan() : code.AsSpan(0, semicolon)).TrimEnd(' ');
        var slash = name.IndexOf('/');
        if (slash < 0 || !IsName(name[..slash]) || !IsName(name[(slash + 1)..]))
            return false;
        var type = name[..slash];
        return (TopLevelTypes.GetAlternateLookup<ReadOnlySpan<char>>().Contains(type) || type.StartsWith("x-", StringComparison.OrdinalIgnoreCase))
            && (semicolon < 0 || AreParameters(code.AsSpan(semicolon)));
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxNameLength && char.IsAsciiLetterOrDigit(name[0]) && !name.ContainsAnyExcept(NameCharacters);

    private static bool AreParameters(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] != ';')
                return false;
            text = text[1..].TrimStart(' ');
            if (!TakeToken(ref text) || text.IsEmpty || text[0] != '=')
                return false;
            text = text[1..];
            if (!(TakeQuoted(ref text) || TakeToken(ref text)))
                return false;
            text = text.TrimStart(' ');
        }

        return true;
    }

    private static bool TakeToken(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExcept(TokenCharacters);
        length = length < 0 ? text.Length : length;
        text = text[length..];
        return length > 0;
    }

    private static bool TakeQuoted(ref ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] != '"')
            return false;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                text = text[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
