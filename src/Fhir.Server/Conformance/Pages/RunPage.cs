// Runs that the pages begin, and how far they are.

using System.Globalization;
using FhirHub.Conformance;
using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary><c>/conformance/run</c> and <c>/conformance/runs/[id]</c>.</summary>
/// <param name="server">The server.</param>
internal sealed class RunPage(FhirServer server)
{
    private const string RefreshSeconds = "4";

    /// <summary>The path of a run.</summary>
    public static string AddressOf(string id) => $"{ConformancePage.Root}/runs/{id}";

    /// <summary>Begins a run of a script or a suite.</summary>
    public async Task StartAsync(HttpContext http, ConformanceViewer viewer)
    {
        if (await SmartForm.ReadAsync(http) is not { } form)
            return;
        try
        {
            RunMark.Refuse(http);
            LocalAddress.SeeOther(http, AddressOf(await viewer.StartAsync(server, await PlanAsync(form, viewer, http.RequestAborted), http.RequestAborted)));
        }
        catch (RefusedException refused)
        {
            if (refused.RetryAfter is { } wait)
                http.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await ConformancePage.AnswerAsync(http, refused.Status, ConformanceLabels.Refused, page =>
                page.Html.Element("p", refused.Issues[0].Message is { } message ? message.In(page.Language) : refused.Message, ("role", "alert"), ("class", "problem")));
        }
    }

    /// <summary>Shows how far a run is.</summary>
    public async Task ShowAsync(HttpContext http, ConformanceViewer viewer)
    {
        if (await server.Runs.Jobs.FindAsync(IdOf(http), http.RequestAborted) is not { Value: var job })
        {
            await ConformancePage.AnswerNothingAsync(http, ConformanceLabels.NoRun, ConformanceLabels.NoRunReason);
            return;
        }

        var isRunning = job.Status == ScriptRunStatus.Running;
        var refreshes = isRunning && http.Request.Query["refresh"] != "off";
        if (refreshes)
            http.Response.Headers["Refresh"] = RefreshSeconds;
        var before = isRunning ? null : await BeforeAsync(job, viewer, http.RequestAborted);
        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, isRunning ? ConformanceLabels.Running : ConformanceLabels.RunTitle, page =>
        {
            var html = page.Html;
            var progress = ConformancePage.Fill(ConformanceLabels.Progress, job.Results.Count, job.Scripts);
            html.Element("p", progress, ("role", "status"));
            if (isRunning)
            {
                html.Element("progress", progress, ("max", $"{job.Scripts}"), ("value", $"{job.Results.Count}"), ("aria-label", ConformanceLabels.Running.In(html.Language)));
                Refreshing(page, refreshes);
                SmartForm.Open(page, $"{AddressOf(IdOf(http))}/cancel");
                html.Element("button", ConformanceLabels.Cancel, ("type", "submit"), ("class", "danger")).Close();
            }

            if (job.Failure is { } failure)
                html.Element("p", ConformancePage.Fill(ConformanceLabels.RunFailed, failure), ("role", "alert"), ("class", "problem"));
            if (before is not null)
                html.Open("p").Element("a", ConformanceLabels.CompareWithBefore, ("href", $"{http.Request.PathBase}{ConformancePage.Root}/diff?from={before}&to={job.RunId}")).Close();
            Results(page, job);
        });
    }

    /// <summary>Ends a run.</summary>
    public async Task CancelAsync(HttpContext http, ConformanceViewer viewer)
    {
        if (await SmartForm.ReadAsync(http) is null)
            return;
        await server.Runs.Jobs.CancelAsync(IdOf(http), http.RequestAborted);
        await ConformancePage.AnswerAsync(http, StatusCodes.Status200OK, ConformanceLabels.RunTitle, static page => page.Html.Element("p", ConformanceLabels.Cancelled, ("role", "status"), ("class", "notice")));
    }

    private async Task<ScriptRunPlan> PlanAsync(IFormCollection form, ConformanceViewer viewer, CancellationToken cancel)
    {
        var name = form["server"].ToString();
        if (name.Length > 0 && name != TestServers.Self && server.Runs.Servers.Find(name) is null)
            throw new RefusedException(400, "value", ConformanceMessages.UnknownServer, name.Length <= 64 ? name : name[..64], string.Join(", ", [TestServers.Self, .. server.Runs.Servers.Names]));
        var scripts = new List<TestScript>();
        if (form["script"].ToString() is { Length: > 0 } script)
            scripts.Add(await new StoredScripts(server, viewer.Scope).ReadAsync(script, cancel));
        else if (form["suite"].ToString() is { Length: > 0 } key)
            scripts.AddRange((await new ScriptCatalog(server, viewer.Scope).SuitesAsync(cancel)).Where(suite => suite.Key == key).SelectMany(static suite => suite.Scripts).Select(static listed => listed.Script));
        return scripts.Count == 0
            ? throw new RefusedException(400, "required", ConformanceMessages.NoScript)
            : new ScriptRunPlan(scripts, viewer.Scope)
            {
                Servers = name.Length == 0 || name == TestServers.Self ? [] : [name],
                Owner = RequestOwner.Of(null),
                Request = ConformancePage.Root,
            };
    }

    // The run before is that of the first script's report before.
    private async Task<string?> BeforeAsync(ScriptRunJob job, ConformanceViewer viewer, CancellationToken cancel)
    {
        if (job.Results is not [var first, ..])
            return null;
        var reports = await new ScriptCatalog(server, viewer.Scope).ReportsAsync(first.Script, 50, cancel);
        return reports.SkipWhile(report => report.Id != first.Report).Skip(1).Select(static report => report.Run ?? report.Id).FirstOrDefault(run => run != job.RunId);
    }

    private static void Refreshing(SmartPage page, bool refreshes)
    {
        var html = page.Html;
        var path = page.Http.Request.PathBase + page.Http.Request.Path;
        html.Open("p");
        if (refreshes)
            html.Text(ConformanceLabels.Refreshes).Text(" ").Element("a", ConformanceLabels.StopRefreshing, ("href", $"{path}?refresh=off"));
        else
            html.Element("a", ConformanceLabels.Refresh, ("href", $"{path}?refresh=off"));
        html.Close();
    }

    private static void Results(SmartPage page, ScriptRunJob job)
    {
        if (job.Results.Count == 0)
            return;
        var html = page.Html;
        html.Element("h2", ConformanceLabels.Scripts);
        ConformancePage.OpenTable(html, ConformanceLabels.Scripts, ConformanceLabels.Result, ConformanceLabels.Script);
        foreach (var result in job.Results)
        {
            html.Open("tr");
            ConformancePage.Result(html, result.Result);
            html.Open("th", ("scope", "row")).Element("a", result.Title, ("href", $"{page.Http.Request.PathBase}{ConformancePage.Root}/reports/{result.Report}"));
            html.Element("div", result.Script, ("class", "quiet")).Close().Close();
        }

        ConformancePage.CloseTable(html);
    }

    private static string IdOf(HttpContext http) => (string)http.GetRouteValue("id")!;
}
