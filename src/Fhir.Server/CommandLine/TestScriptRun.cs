// Runs scripts side by side, and keeps of each what the reports tell.

using FhirHub.Conformance;

namespace FhirHub.Server;

/// <summary>A run of scripts.</summary>
internal sealed class TestScriptRun(TestScriptEngine engine, Redaction redaction, TestScriptProgress progress, TestScriptReports? reports)
{
    // Requests and answers that are kept for the page until the end; a server that fails everywhere would fill the memory with them.
    private const long MaxKeptCharacters = 64_000_000;

    private long _kept;

    /// <summary>Runs the scripts. Once cancelled, no script is begun, and those at hand end with their teardown.</summary>
    public async Task<ReportedRun> RunAsync(IReadOnlyList<TestScript> scripts, IReadOnlyList<ScriptProblem> problems, int parallel, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        var began = TimeProvider.System.GetLocalNow();
        var done = new ReportedScript?[scripts.Count];
        IReadOnlyList<string> servers = [];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(parallel, scripts.Count)).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        ReportedScript[] reported = [.. done.OfType<ReportedScript>()];
        return new ReportedRun(reported, problems)
        {
            Started = began,
            Duration = TimeProvider.System.GetElapsedTime(started),
            NotBegun = scripts.Count - reported.Length,
            Servers = servers,
        };

        async Task WorkAsync()
        {
            while (!cancel.IsCancellationRequested && Interlocked.Increment(ref next) is var index && index < scripts.Count)
            {
                progress.Begin();
                var report = await engine.RunAsync(scripts[index], null, cancel);
                servers = [.. report.Destinations.Select(static destination => destination.Name)];
                if (reports is not null)
                    await reports.WriteAsync(index, report, redaction);
                done[index] = Keep(ReportedScript.Of(report, redaction) with { Anchor = TestScriptReports.Anchor(index) });
                progress.Add(done[index]!);
            }
        }
    }

    private ReportedScript Keep(ReportedScript script) =>
        Interlocked.Add(ref _kept, script.ShownCharacters) <= MaxKeptCharacters ? script : script.WithoutExchanges();
}
