// Links in a narrative: the href of an anchor and the src of an image, which a transaction resolves like references.

using System.Buffers;
using System.Net;
using System.Text;

namespace FhirHub.Server;

/// <summary>Gives a link another target; false leaves it.</summary>
internal delegate bool LinkResolver(ReadOnlySpan<char> link, out string target);

/// <summary>Rewrites the links of XHTML (R4 narrative.html).</summary>
internal static class NarrativeLinkRewriter
{
    private static readonly SearchValues<char> EndOfName = SearchValues.Create(" \t\r\n/>");

    /// <summary>The narrative with its links resolved, or null if none was.</summary>
    public static string? Rewrite(string xhtml, LinkResolver resolve)
    {
        StringBuilder? output = null;
        var copied = 0;
        var at = 0;
        while ((at = xhtml.IndexOf('<', at)) >= 0)
        {
            at++;
            if (xhtml.AsSpan(at).StartsWith("!--", StringComparison.Ordinal))
            {
                at = xhtml.IndexOf("-->", at, StringComparison.Ordinal);
                if (at < 0)
                    break;
                continue;
            }

            var name = NameAt(xhtml, at);
            at += name.Length;
            var wanted = name is "a" ? "href" : name is "img" ? "src" : "";
            while (NextAttribute(xhtml, ref at, out var attribute, out var value))
            {
                if (wanted.Length == 0 || !xhtml.AsSpan()[attribute].SequenceEqual(wanted))
                    continue;
                if (!resolve(WebUtility.HtmlDecode(xhtml[value]), out var target))
                    continue;
                output ??= new StringBuilder(xhtml.Length + 64);
                output.Append(xhtml, copied, value.Start.Value - copied).Append(WebUtility.HtmlEncode(target));
                copied = value.End.Value;
            }
        }

        return output?.Append(xhtml, copied, xhtml.Length - copied).ToString();
    }

    private static ReadOnlySpan<char> NameAt(string text, int at)
    {
        var rest = text.AsSpan(at);
        var end = rest.IndexOfAny(EndOfName);
        return end < 0 ? rest : rest[..end];
    }

    // Steps to the next name="value" of the tag at hand; at its end it is false and stands behind the bracket.
    private static bool NextAttribute(string text, ref int at, out Range name, out Range value)
    {
        name = value = default;
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '/'))
            at++;
        if (at >= text.Length || text[at] == '>')
            return false;
        var start = at;
        while (at < text.Length && text[at] is not ('=' or '>') && !char.IsWhiteSpace(text[at]))
            at++;
        name = start..at;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at >= text.Length || text[at] != '=')
            return at < text.Length && text[at] != '>' && at > start;
        at++;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at >= text.Length || text[at] is not ('"' or '\''))
            return at < text.Length;
        var end = text.IndexOf(text[at], at + 1);
        if (end < 0)
        {
            at = text.Length;
            return false;
        }

        value = (at + 1)..end;
        at = end + 1;
        return true;
    }
}
