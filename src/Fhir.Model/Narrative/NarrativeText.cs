// The text of a narrative without its markup, for full-text search.

using System.Net;
using System.Text;

namespace FhirHub.Model;

/// <summary>Reads the text of XHTML (R4 narrative.html).</summary>
public static class NarrativeText
{
    // Elements within a line; all others part what stands before them from what stands in them.
    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "acronym", "b", "big", "bdo", "cite", "code", "dfn", "em", "font", "i", "kbd", "q", "s", "samp", "small", "span",
        "strike", "strong", "sub", "sup", "tt", "u", "var",
    };

    /// <summary>The texts of the blocks, cells and lines, entities resolved; up to the place where the XHTML is not well-formed.</summary>
    public static IReadOnlyList<string> Passages(string xhtml)
    {
        ArgumentNullException.ThrowIfNull(xhtml);
        var passages = new List<string>();
        var text = new StringBuilder();
        var scanner = new XhtmlScanner(Encoding.UTF8.GetBytes(xhtml));
        while (scanner.Read())
        {
            if (scanner.Token == XhtmlToken.Text)
                text.Append(Encoding.UTF8.GetString(scanner.Text));
            else if (scanner.Token is XhtmlToken.Start or XhtmlToken.End && !Inline.Contains(Encoding.UTF8.GetString(scanner.Name)))
                End();
        }

        End();
        return passages;

        void End()
        {
            var passage = WebUtility.HtmlDecode(text.ToString()).Trim();
            if (passage.Length > 0)
                passages.Add(passage);
            text.Clear();
        }
    }
}
