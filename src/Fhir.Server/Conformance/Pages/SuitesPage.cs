// The suites of the server: what they came to last, and buttons that run them.

using FhirHub.Conformance;
using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary><c>/conformance</c> and <c>/conformance/suite?key=</c>.</summary>
/// <param name="server">The server.</param>
internal sealed class SuitesPage(FhirServer server)
{
    /// <summary>Shows all suites.</summary>
    public async Task ShowAsync(HttpContext http, ConformanceViewer viewer)
    {
        var suites = await new ScriptCatalog(server, viewer.Scope).SuitesAsync(http.RequestAborted);
        var running = await server.Runs.Jobs.RunningAsync(http.RequestAborted);
        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, ConformanceLabels.Title, page =>
        {
            var html = page.Html;
            Running(page, running);
            if (suites.Count == 0)
            {
                html.Element("p", ConformanceLabels.NoScripts, ("class", "notice"));
                return;
            }

            html.Element("h2", ConformanceLabels.Suites);
            ConformancePage.OpenTable(
                html, ConformanceLabels.Suites, ConformanceLabels.Suite, ConformanceLabels.Scripts, ConformanceLabels.Passed, ConformanceLabels.Failed, ConformanceLabels.Skipped,
                ConformanceLabels.NotRun, ConformanceLabels.LastRun);
            foreach (var suite in suites)
            {
                html.Open("tr").Open("th", ("scope", "row")).Element("a", suite.Name, ("href", AddressOf(http, suite.Key)));
                html.Element("div", suite.Key, ("class", "quiet")).Close();
                html.Element("td", $"{suite.Scripts.Count}", ("class", "number")).Element("td", $"{suite.Scripts.Count(IsPassed)}", ("class", "number"));
                html.Element("td", $"{suite.Scripts.Count(static script => script.Last?.Report.Result is StepResult.Fail or StepResult.Error)}", ("class", "number"));
                html.Element("td", $"{suite.Scripts.Count(static script => script.Last?.Report.Result is StepResult.Skip)}", ("class", "number"));
                html.Element("td", $"{suite.Scripts.Count(static script => script.Last is null)}", ("class", "number")).Open("td");
                if (suite.Scripts.Where(static script => script.Last is not null).MaxBy(static script => script.Last!.Report.Started) is { Last: { } last })
                    html.Text(ScriptCatalog.Time(last.Report.Started));
                html.Close().Close();
            }

            ConformancePage.CloseTable(html);
        });
    }

    /// <summary>Shows the scripts of a suite.</summary>
    public async Task ShowSuiteAsync(HttpContext http, ConformanceViewer viewer)
    {
        var key = http.Request.Query["key"].ToString();
        if ((await new ScriptCatalog(server, viewer.Scope).SuitesAsync(http.RequestAborted)).FirstOrDefault(suite => suite.Key == key) is not { } suite)
        {
            await ConformancePage.AnswerNothingAsync(http, ConformanceLabels.NoSuite, ConformanceLabels.NoSuiteReason);
            return;
        }

        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, new Label(suite.Name, suite.Name), page =>
        {
            var html = page.Html;
            html.Element("p", suite.Key, ("class", "quiet"));
            SmartForm.Open(page, $"{ConformancePage.Root}/run");
            html.Open("div", ("class", "run-on"));
            ConformancePage.ServerChoice(page, server, "server");
            html.Element("button", ConformanceLabels.RunSuite, ("type", "submit"), ("name", "suite"), ("value", suite.Key)).Close();
            html.Element("h2", ConformanceLabels.Scripts);
            ConformancePage.OpenTable(
                html, ConformanceLabels.Scripts, ConformanceLabels.Result, ConformanceLabels.Script, ConformanceLabels.Tests, ConformanceLabels.LastRun, ConformanceLabels.History, ConformanceLabels.Action);
            foreach (var script in suite.Scripts)
                Row(page, script);
            ConformancePage.CloseTable(html);
            html.Close();
        });
    }

    private static void Row(SmartPage page, ListedScript listed)
    {
        var (html, script) = (page.Html, listed.Script);
        html.Open("tr");
        ConformancePage.Result(html, listed.Last?.Report.Result);
        html.Open("th", ("scope", "row")).Text(script.Title).Element("div", script.Source, ("class", "quiet")).Close();
        html.Element("td", listed.Last is { } last ? $"{last.Report.Passed}/{last.Report.Tests.Count}" : $"{script.Tests.Count}", ("class", "number"));
        html.Open("td");
        if (listed.Last is { } report)
            ConformancePage.LinkTo(page, report);
        html.Close().Open("td").Element(
            "a", ConformanceLabels.History, ("href", $"{page.Http.Request.PathBase}{ConformancePage.Root}/history?script={Uri.EscapeDataString(script.Source)}"),
            ("aria-label", ConformancePage.Fill(ConformanceLabels.HistoryOf, script.Title).In(html.Language))).Close();
        html.Open("td").Element(
            "button", ConformanceLabels.Run, ("type", "submit"), ("class", "second"), ("name", "script"), ("value", script.Source),
            ("aria-label", ConformancePage.Fill(ConformanceLabels.RunOne, script.Title).In(html.Language))).Close().Close();
    }

    private static void Running(SmartPage page, IReadOnlyList<Kept<ScriptRunJob>> running)
    {
        if (running.Count == 0)
            return;
        var html = page.Html;
        html.Element("h2", ConformanceLabels.RunsGoOn).Open("ul");
        foreach (var job in running)
        {
            html.Open("li").Element("a", ScriptCatalog.Time(job.Value.Started), ("href", $"{page.Http.Request.PathBase}{RunPage.AddressOf(job.Id)}"));
            html.Text(" ").Text(ConformancePage.Fill(ConformanceLabels.Progress, job.Value.Results.Count, job.Value.Scripts)).Close();
        }

        html.Close();
    }

    private static bool IsPassed(ListedScript script) => script.Last?.Report.Result is StepResult.Pass or StepResult.Warning;

    private static string AddressOf(HttpContext http, string key) => $"{http.Request.PathBase}{ConformancePage.Root}/suite?key={Uri.EscapeDataString(key)}";
}
