// The named characters of HTML 4, which narratives hold although XML without a DTD does not know them.

using System.Net;
using System.Text;

namespace FhirHub.Model;

/// <summary>The character entities of HTML 4 (sections 24.2 to 24.4) and the five of XML.</summary>
internal static class XhtmlEntities
{
    private static readonly char[] MarkupOrEntity = ['<', '&'];

    /// <summary>The character that an entity's name stands for, or null if HTML 4 has no such entity.</summary>
    public static string? Resolve(string name)
    {
        if (name.Length is 0 or > 10 || !name.All(char.IsAsciiLetterOrDigit))
            return null;
        var entity = $"&{name};";
        var decoded = WebUtility.HtmlDecode(entity);
        return decoded == entity ? null : decoded;
    }

    /// <summary>The same text with numbers for the entities that XML does not know; outside comments and CDATA sections.</summary>
    public static string ToNumbers(string text)
    {
        if (!text.Contains('&', StringComparison.Ordinal))
            return text;
        StringBuilder? result = null;
        var done = 0;
        for (var at = text.IndexOfAny(MarkupOrEntity); at >= 0; at = IndexOfNext(text, at))
        {
            if (text[at] == '<')
            {
                at = SkipOpaque(text, at);
                continue;
            }

            var end = text.IndexOf(';', at, Math.Min(12, text.Length - at));
            if (end < 0)
                continue;
            var name = text[(at + 1)..end];
            if (name is "amp" or "lt" or "gt" or "quot" or "apos" || Resolve(name) is not { } character)
                continue;
            result ??= new StringBuilder(text.Length + 16);
            result.Append(text, done, at - done).Append("&#").Append((int)character[0]).Append(';');
            done = end + 1;
        }

        return result is null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    private static int IndexOfNext(string text, int at) =>
        at + 1 < text.Length ? text.IndexOfAny(MarkupOrEntity, at + 1) : -1;

    private static int SkipOpaque(string text, int at)
    {
        var rest = text.AsSpan(at);
        var end = rest.StartsWith("<!--", StringComparison.Ordinal) ? text.IndexOf("-->", at, StringComparison.Ordinal)
            : rest.StartsWith("<![CDATA[", StringComparison.Ordinal) ? text.IndexOf("]]>", at, StringComparison.Ordinal)
            : at;
        return end < 0 ? text.Length - 1 : end;
    }
}
