// The markdown of definitions as HTML: paragraphs, lists, code, emphasis and links. What is not known stays as it was written.

using System.Text.RegularExpressions;

namespace FhirHub.Server.Profiles;

/// <summary>Shows markdown (R4 datatypes.html#markdown).</summary>
internal static partial class MarkdownText
{
    private const int MaxLength = 100_000;

    [GeneratedRegex(@"`(?<code>[^`\n]+)`|\*\*(?<strong>[^*\n]+)\*\*|\[(?<text>[^\]\n]+)\]\((?<href>([^()\s]|\([^()\s]*\))+)\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Inline();

    /// <summary>Writes the blocks of a text.</summary>
    public static void Write(PageDraft page, LocalText text)
    {
        var html = page.Html;
        var source = text.Value.Length > MaxLength ? text.Value[..MaxLength] + "…" : text.Value;
        html.Open("div", ("class", "prose"), ("lang", page.LangOf(text)));
        var paragraph = new List<string>();
        var isList = false;
        foreach (var line in source.ReplaceLineEndings("\n").Split('\n').Append(""))
        {
            var trimmed = line.Trim();
            var isItem = trimmed.StartsWith("- ", StringComparison.Ordinal) || trimmed.StartsWith("* ", StringComparison.Ordinal);
            if (trimmed.Length == 0 || isItem)
                End();
            if (isItem && !isList)
            {
                html.Open("ul");
                isList = true;
            }

            if (trimmed.Length > 0)
                paragraph.Add(isItem ? trimmed[2..] : trimmed.TrimStart('#').TrimStart());
        }

        if (isList)
            html.Close();
        html.Close();

        void End()
        {
            if (paragraph.Count == 0)
                return;
            html.Open(isList ? "li" : "p");
            WriteInline(html, string.Join('\n', paragraph));
            html.Close();
            paragraph.Clear();
        }
    }

    private static void WriteInline(HtmlWriter html, string text)
    {
        var at = 0;
        foreach (Match match in Inline().Matches(text))
        {
            html.Text(text[at..match.Index]);
            at = match.Index + match.Length;
            if (match.Groups["code"] is { Success: true } code)
                html.Element("code", code.Value);
            else if (match.Groups["strong"] is { Success: true } strong)
                html.Element("strong", strong.Value);
            else
                WriteLink(html, match.Groups["text"].Value, match.Groups["href"].Value);
        }

        html.Text(text[at..]);
    }

    // Definitions of the standard link to its other pages by their names alone.
    private static void WriteLink(HtmlWriter html, string text, string target)
    {
        if (Uri.TryCreate(target, UriKind.Absolute, out var uri))
        {
            if (uri.Scheme is "http" or "https")
                html.Element("a", text, ("href", target));
            else
                html.Text(text);
        }
        else if (target.Contains(".html", StringComparison.Ordinal) && !target.StartsWith('/'))
        {
            html.Element("a", text, ("href", R4Pages.Root + target));
        }
        else
        {
            html.Text(text);
        }
    }
}
