// The addresses of the pages of conformance tests.

using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary>Maps <c>/conformance</c>.</summary>
internal static class ConformanceEndpoint
{
    /// <summary>Maps the pages, each for those only who may see them.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, FhirServer server)
    {
        var group = endpoints.MapGroup(ConformancePage.Root);
        var suites = new SuitesPage(server);
        group.MapGet("", For(suites.ShowAsync));
        group.MapGet("/suite", For(suites.ShowSuiteAsync));
        var runs = new RunPage(server);
        group.MapPost("/run", For(runs.StartAsync));
        group.MapGet("/runs/{id}", For(runs.ShowAsync));
        group.MapPost("/runs/{id}/cancel", For(runs.CancelAsync));
        group.MapGet("/history", For(new HistoryPage(server).ShowAsync));
        group.MapGet("/reports/{id}", For(new ReportPage(server).ShowAsync));
        group.MapGet("/diff", For(new DiffPage(server).ShowAsync));
        if (server.Smart is null)
            endpoints.MapGet(LanguageChoice.Route, LanguageChoice.Handle);

        RequestDelegate For(Func<HttpContext, ConformanceViewer, Task> page) => async http =>
        {
            if (await ConformanceViewer.RequireAsync(server, http) is { } viewer)
                await page(http, viewer);
        };
    }
}
