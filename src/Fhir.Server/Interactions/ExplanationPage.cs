// An explanation as a page for browsers.

using System.Text;
using System.Text.Encodings.Web;

namespace FhirHub.Server;

/// <summary>Writes the page.</summary>
internal static class ExplanationPage
{
    private const string Head =
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>How FhirHub answers a search</title>
        <style>
        body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
        pre{background:#8882;padding:.6rem;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
        table{border-collapse:collapse}td,th{padding:.15rem .8rem;text-align:left;border-bottom:1px solid #8886}
        td.time{text-align:right;font-variant-numeric:tabular-nums}
        </style>
        <h1>How a search is answered</h1>

        """;

    /// <summary>The page, in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(Explanation explanation)
    {
        var page = new StringBuilder(Head);
        page.Append("<pre>").Append(Escape(string.Join(", ", explanation.Types))).Append('?').Append(Escape(explanation.Query)).Append("</pre>\n");
        page.Append("<h2>What is searched for</h2>\n<pre>").Append(Escape(explanation.Expression)).Append("</pre>\n");
        page.Append("<h2>Steps</h2>\n<table><tr><th>step</th><th>time</th></tr>\n");
        foreach (var step in explanation.Steps)
            page.Append("<tr><td>").Append(Escape(step.Name)).Append("</td><td class=\"time\">").Append(Explanation.Milliseconds(step.Time)).Append("</td></tr>\n");
        page.Append("</table>\n<p>").Append(explanation.Matches).Append(" matches on the page, ").Append(explanation.Included).Append(" included.</p>\n");
        foreach (var step in explanation.Steps)
        {
            if (step.Notes.Count == 0 && step.Statements.Count == 0)
                continue;
            page.Append("<h2>").Append(Escape(step.Name)).Append("</h2>\n");
            foreach (var note in step.Notes)
                page.Append("<p>").Append(Escape(note)).Append("</p>\n");
            foreach (var statement in step.Statements)
            {
                page.Append("<p>").Append(Escape(Explanation.Cost(statement))).Append("</p>\n<pre>").Append(Escape(string.Join('\n', [statement.Text, .. Explanation.Values(statement)]))).Append("</pre>\n");
                if (statement.Plan.Count > 0)
                    page.Append("<pre>").Append(Escape(string.Join('\n', statement.Plan))).Append("</pre>\n");
            }
        }

        return Encoding.UTF8.GetBytes(page.Append("</html>\n").ToString());
    }

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}
