// TestScript/$run: runs scripts against this server or another, and stores their reports.

using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary><c>POST /TestScript/[id]/$run</c> and <c>POST /TestScript/$run</c>.</summary>
internal static class RunOperation
{
    private const string RespondAsync = "respond-async";

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } = new(
        "run", OperationLevels.Type | OperationLevels.Instance, [StoredScripts.Type], OperationDefinitions.AddressOf("run"), AffectsState: true,
        static (_, _) => throw new RefusedException(400, "not-supported", ConformanceMessages.RunAlone))
    {
        Description = "Runs TestScripts against this server, with the access of the caller and nothing more, or, for administrators, against servers of the configuration. "
            + "The TestReport of each script is stored and answered; with the header Prefer: respond-async the answer is 202 and Content-Location is polled (R4 async.html).",
        Parameters = RunRequest.Parameters,
        Timing = OperationTiming.AsPreferred,
        HandleAsync = HandleAsync,
    };

    private static async Task HandleAsync(HttpExchange exchange)
    {
        if (!HttpMethods.IsPost(exchange.Http.Request.Method))
            throw new RefusedException(405, "not-supported", HttpMessages.PostOnly, "run");
        RunMark.Refuse(exchange.Http);
        _ = exchange.ResponseType;
        var call = exchange.ToCall();
        if (exchange.Http.Request.Headers is { ContentLength: > 0 } or { TransferEncoding.Count: > 0 })
            call = call with { Body = await RequestBody.ReadResourceAsync(exchange) };
        var plan = await RunRequest.ReadAsync(exchange, call, exchange.Cancel);
        if (IsAsync(exchange.Http))
        {
            var id = await exchange.Server.Runs.Jobs.StartAsync(plan, null, exchange.Cancel);
            exchange.Http.Response.StatusCode = StatusCodes.Status202Accepted;
            exchange.Http.Response.Headers.ContentLocation = RunEndpoint.AddressOf(exchange.BaseUrl, id);
            return;
        }

        IReadOnlyList<ScriptRunResult> results;
        using (exchange.Server.Runs.Take(plan))
            results = await exchange.Server.Runs.RunAsync(plan, null, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, await AnswerAsync(call, plan, results, exchange.Cancel));
    }

    private static bool IsAsync(HttpContext http) =>
        http.Request.Headers["Prefer"].SelectMany(static value => (value ?? "").Split(',')).Any(static value => value.Trim().Equals(RespondAsync, StringComparison.OrdinalIgnoreCase));

    // Whoever may make a report is told what was found, though they may not be one who reads it again.
    private static async Task<FhirAnswer> AnswerAsync(FhirCall call, ScriptRunPlan plan, IReadOnlyList<ScriptRunResult> results, CancellationToken cancel)
    {
        if (results.Count < plan.Scripts.Count)
            throw new RefusedException(504, "timeout", ConformanceMessages.TimeOver, $"{results.Count}", $"{plan.Scripts.Count}");
        var scope = plan.Scope.By(AccessLetter.Create);
        var versions = new List<StoredVersion>();
        foreach (var result in results)
        {
            if (await call.Server.Store.ReadVersionAsync(scope, new ResourceKey("TestReport", result.Report), result.Version, cancel) is { } version)
                versions.Add(version);
        }

        if (plan.Scripts.Count == 1 && versions is [var report])
            return new FhirAnswer(200) { Version = report, HasLocation = true };
        var bundle = new BundleWriter("collection", call.BaseUrl, ResourceShape.Whole, null, []);
        foreach (var version in versions)
            bundle.AddResource(version);
        return new FhirAnswer(200) { Json = bundle.End() };
    }
}
