// One report with each step, and the requests and answers of those that failed where they are kept.

using FhirHub.Conformance;
using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary><c>/conformance/reports/[id]</c>, where the id is that of a TestReport or of a run.</summary>
/// <param name="server">The server.</param>
internal sealed class ReportPage(FhirServer server)
{
    /// <summary>Shows the report.</summary>
    public async Task ShowAsync(HttpContext http, ConformanceViewer viewer)
    {
        var catalog = new ScriptCatalog(server, viewer.Scope);
        var reports = await catalog.FindAsync((string)http.GetRouteValue("id")!, http.RequestAborted);
        if (reports.Count == 0)
        {
            await ConformancePage.AnswerNothingAsync(http, ConformanceLabels.NoReport, ConformanceLabels.NoReportReason);
            return;
        }

        // What the run's caller was answered may be more than an administrator with a ceiling may see.
        var whole = new List<ReportedScript>();
        var isMissing = false;
        var shown = 0;
        foreach (var report in reports)
        {
            // Whatever failed in all of a run's scripts may be more than fits into memory; each script has a page of its own for it.
            var kept = viewer.Scope.IsAdministrators && shown < HtmlReport.MaxShownCharacters ? await server.Runs.Reports.FindAsync(report.Id, http.RequestAborted) : null;
            shown += kept?.ShownCharacters ?? 0;
            whole.Add(kept ?? report.Report);
            isMissing |= kept is null && report.Report.Result is StepResult.Fail or StepResult.Error;
        }

        var before = reports is [var only] ? await catalog.BeforeAsync(only, http.RequestAborted) : null;
        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, reports.Count == 1 ? new Label(reports[0].Report.Title, reports[0].Report.Title) : ConformanceLabels.Report, page =>
        {
            var html = page.Html;
            if (reports is [var report])
                Facts(page, report, before);
            if (isMissing)
                html.Element("p", ConformancePage.Fill(ConformanceLabels.NoExchanges, server.Options.Conformance.KeepDays), ("class", "quiet"));
            if (whole.Count == 1)
                html.Element("h2", ConformanceLabels.Tests);
            HtmlReport.WriteScripts(html, whole);
        });
    }

    private void Facts(SmartPage page, ListedReport report, ListedReport? before)
    {
        var (html, root) = (page.Html, page.Http.Request.PathBase + ConformancePage.Root);
        html.Open("dl", ("class", "facts"));
        Fact(ConformanceLabels.Began, ScriptCatalog.Time(report.Report.Started));
        Fact(ConformanceLabels.Server, string.Join(", ", report.Report.Servers));
        Fact(ConformanceLabels.Passed, $"{report.Report.Passed}/{report.Report.Tests.Count}");
        html.Close().Open("p");
        if (report.Report.Source.Length > 0)
            html.Element("a", ConformanceLabels.History, ("href", $"{root}/history?script={Uri.EscapeDataString(report.Report.Source)}")).Text(" · ");
        if (before is not null)
            html.Element("a", ConformanceLabels.CompareWithBefore, ("href", $"{root}/diff?from={before.Id}&to={report.Id}")).Text(" · ");

        // A link sends no token.
        if (server.Smart is null)
            html.Element("a", ConformanceLabels.Resource, ("href", $"{page.Http.Request.PathBase}{FhirEndpoint.Base}/TestReport/{report.Id}?_format=json&_pretty=true"));
        else
            html.Text(ConformanceLabels.Resource).Text(": ").Element("code", $"TestReport/{report.Id}");
        html.Close();
        if (!report.Report.Source.StartsWith($"{StoredScripts.Type}/", StringComparison.Ordinal))
            return;
        SmartForm.Open(page, $"{ConformancePage.Root}/run");
        html.Open("div", ("class", "run-on"));
        ConformancePage.ServerChoice(page, server, "server");
        html.Element("button", ConformanceLabels.RunAgain, ("type", "submit"), ("class", "second"), ("name", "script"), ("value", report.Report.Source)).Close().Close();

        void Fact(Label name, string value) => html.Open("div").Element("dt", name).Element("dd", value).Close();
    }
}
