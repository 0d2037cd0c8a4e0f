// The media type of a body or of a part of it, as clients write it.

using System.Text;

namespace FhirHub.Dicomweb;

/// <summary>
/// Reads Content-Type (RFC 9110 8.3). It is no list, so that a comma, a colon or a slash may stand in a value that lacks its quotes, as in boundaries
/// and in <c>type=application/dicom</c>.
/// </summary>
internal static class ContentType
{
    private const int MaxLength = 4 * 1024;
    private const int MaxParameters = 16;

    /// <summary>The media type with its parameters; null if there is none, or none that can be read.</summary>
    public static MediaRange? Parse(string? text)
    {
        if (text is null || text.Length > MaxLength)
            return null;
        var at = 0;
        var type = Until(text, ref at, ';').ToLowerInvariant();
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == type.Length - 1 || type.AsSpan().ContainsAny(' ', '"', '*'))
            return null;
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (at < text.Length)
        {
            at++;
            var name = Until(text, ref at, '=', ';');
            if (at == text.Length || text[at] == ';')
            {
                if (name.Length > 0)
                    return null;
                continue;
            }

            at++;
            if (name.Length == 0 || Value(text, ref at) is not { } value || parameters.Count == MaxParameters || !parameters.TryAdd(name, value))
                return null;
        }

        return new(type[..slash], type[(slash + 1)..], parameters);
    }

    private static string? Value(string text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        if (at == text.Length || text[at] != '"')
            return Until(text, ref at, ';');
        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && ++at == text.Length)
                return null;
            value.Append(text[at]);
        }

        if (at++ == text.Length)
            return null;
        return Until(text, ref at, ';').Length == 0 ? value.ToString() : null;
    }

    private static string Until(string text, ref int at, params ReadOnlySpan<char> ends)
    {
        var start = at;
        var length = text.AsSpan(at).IndexOfAny(ends);
        at = length < 0 ? text.Length : at + length;
        return text[start..at].Trim(' ', '\t');
    }
}
