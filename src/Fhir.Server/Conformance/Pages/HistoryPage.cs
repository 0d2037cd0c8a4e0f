// What was run, the newest first: of one script or of all.

using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary><c>/conformance/history?script=</c>.</summary>
/// <param name="server">The server.</param>
internal sealed class HistoryPage(FhirServer server)
{
    private const string Path = $"{ConformancePage.Root}/history";
    private const int PageSize = 50;

    /// <summary>Shows a page of reports.</summary>
    public async Task ShowAsync(HttpContext http, ConformanceViewer viewer)
    {
        var script = http.Request.Query["script"].ToString() is { Length: > 0 } asked ? asked : null;
        PageLink? link = null;
        if (http.Request.Query["page"].ToString() is { Length: > 0 } token && (link = server.PageLinks.Unprotect(token, Path)) is null)
        {
            await GoneAsync(http);
            return;
        }

        script = link is null ? script : link.Query.Length > 0 ? link.Query : null;
        IReadOnlyList<ListedReport> reports;
        string? next;
        try
        {
            (reports, next) = await new ScriptCatalog(server, viewer.Scope).ReportsAsync(script, PageSize, link?.Cursor, http.RequestAborted);
        }
        catch (Exception e) when (e is InvalidCursorException or ExpiredCursorException)
        {
            await GoneAsync(http);
            return;
        }

        var title = script is null ? ConformanceLabels.History : ConformancePage.Fill(ConformanceLabels.HistoryOf, reports.Count > 0 ? reports[0].Report.Title : script);
        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, title, page =>
        {
            if (reports.Count == 0)
                page.Html.Element("p", ConformanceLabels.NoReports, ("class", "notice"));
            else
                Table(page, reports);
            var html = page.Html;
            html.Open("p");
            if (link is not null)
                html.Element("a", ConformanceLabels.Newest, ("href", $"{http.Request.PathBase}{Path}{(script is null ? "" : $"?script={Uri.EscapeDataString(script)}")}")).Text(" ");
            if (next is not null)
                html.Element("a", ConformanceLabels.Older, ("rel", "next"), ("href", $"{http.Request.PathBase}{Path}?page={server.PageLinks.Protect(new PageLink(Path, script ?? "", next))}"));
            html.Close();
        });
    }

    private static void Table(SmartPage page, IReadOnlyList<ListedReport> reports)
    {
        var html = page.Html;
        html.Open("form", ("method", "get"), ("action", $"{page.Http.Request.PathBase}{ConformancePage.Root}/diff"));
        ConformancePage.OpenTable(
            html, ConformanceLabels.History, ConformanceLabels.Result, ConformanceLabels.Began, ConformanceLabels.Script, ConformanceLabels.Passed, ConformanceLabels.Server, ConformanceLabels.From, ConformanceLabels.To);
        for (var i = 0; i < reports.Count; i++)
        {
            var report = reports[i];
            html.Open("tr");
            ConformancePage.Result(html, report.Report.Result);
            html.Open("th", ("scope", "row"));
            ConformancePage.LinkTo(page, report);
            html.Close().Open("td").Element("a", report.Report.Title, ("href", $"{page.Http.Request.PathBase}{Path}?script={Uri.EscapeDataString(report.Report.Source)}")).Close();
            html.Element("td", $"{report.Report.Passed}/{report.Report.Tests.Count}", ("class", "number")).Element("td", string.Join(", ", report.Report.Servers));
            Choice(html, "from", ConformanceLabels.From, report, i == Math.Min(1, reports.Count - 1));
            Choice(html, "to", ConformanceLabels.To, report, i == 0);
            html.Close();
        }

        ConformancePage.CloseTable(html);
        html.Element("button", ConformanceLabels.Compare, ("type", "submit"), ("class", "second")).Close();
    }

    private static void Choice(HtmlWriter html, string name, Label label, ListedReport report, bool isChosen) => html.Open("td", ("class", "choose")).Empty(
        "input", ("type", "radio"), ("name", name), ("value", report.Id), ("checked", isChosen ? "checked" : null),
        ("aria-label", $"{label.In(html.Language)}: {report.Report.Title}, {ScriptCatalog.Time(report.Report.Started)}")).Close();

    private static Task GoneAsync(HttpContext http) => ConformancePage.AnswerNothingAsync(http, ConformanceLabels.History, ConformanceLabels.OldPage);
}
