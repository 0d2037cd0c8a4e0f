// What changed between two reports, or between two runs of many scripts.

using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary><c>/conformance/diff?from=&amp;to=</c>, by ids of TestReports or of runs.</summary>
/// <param name="server">The server.</param>
internal sealed class DiffPage(FhirServer server)
{
    /// <summary>Shows the difference.</summary>
    public async Task ShowAsync(HttpContext http, ConformanceViewer viewer)
    {
        var catalog = new ScriptCatalog(server, viewer.Scope);
        var from = await catalog.FindAsync(http.Request.Query["from"].ToString(), http.RequestAborted);
        var to = await catalog.FindAsync(http.Request.Query["to"].ToString(), http.RequestAborted);
        if (from.Count == 0 || to.Count == 0)
        {
            await ConformancePage.AnswerNothingAsync(http, ConformanceLabels.NoReport, ConformanceLabels.NoReportReason);
            return;
        }

        var diff = ReportDiff.Of(from.Select(static report => report.Report), to.Select(static report => report.Report));
        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, ConformanceLabels.Diff, page =>
        {
            var html = page.Html;
            html.Open("dl", ("class", "facts"));
            Side(page, ConformanceLabels.From, from);
            Side(page, ConformanceLabels.To, to);
            html.Close().Element("p", ConformancePage.Fill(ConformanceLabels.Same, diff.Same));
            Section(html, ConformanceLabels.Worse, diff.Worse);
            Section(html, ConformanceLabels.Other, diff.Other);
            Section(html, ConformanceLabels.New, diff.New);
            Section(html, ConformanceLabels.Gone, diff.Gone);
        });
    }

    private static void Side(SmartPage page, Label name, IReadOnlyList<ListedReport> reports)
    {
        var html = page.Html;
        html.Open("div").Element("dt", name).Open("dd");
        ConformancePage.LinkTo(page, reports[0]);
        html.Text(reports.Count == 1 ? $" {reports[0].Report.Title}" : $" {reports.Count} × ").Text(reports.Count == 1 ? "" : ConformanceLabels.Scripts.In(html.Language)).Close().Close();
    }

    private static void Section(HtmlWriter html, Label name, IReadOnlyList<TestChange> changes)
    {
        html.Element("h2", $"{name.In(html.Language)} ({changes.Count})");
        if (changes.Count == 0)
        {
            html.Element("p", ConformanceLabels.Nothing, ("class", "quiet"));
            return;
        }

        ConformancePage.OpenTable(html, name, ConformanceLabels.Before, ConformanceLabels.After, ConformanceLabels.Test, ConformanceLabels.Script);
        foreach (var change in changes)
        {
            html.Open("tr");
            Result(html, change.From);
            Result(html, change.To);
            html.Element("th", change.Test, ("scope", "row")).Element("td", change.Script).Close();
        }

        ConformancePage.CloseTable(html);
    }

    private static void Result(HtmlWriter html, FhirHub.Conformance.StepResult? result)
    {
        if (result is null)
            html.Element("td", "–");
        else
            ConformancePage.Result(html, result);
    }
}
