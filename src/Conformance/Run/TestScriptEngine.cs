// The engine: runs TestScripts against servers.

namespace FhirHub.Conformance;

/// <summary>Runs R4 TestScripts (R4 testscript.html). Any number of scripts may run at once.</summary>
/// <param name="options">Servers, sources and bounds.</param>
public sealed class TestScriptEngine(EngineOptions options)
{
    // It keeps what it learnt of profiles, so that one script does not read anew what the one before it has read.
    private readonly Asserts _asserts = new(options);

    /// <summary>
    /// Runs a script: fixtures, setup, the tests, teardown. What the script or a server does wrong is told in the report.
    /// </summary>
    /// <param name="script">The script.</param>
    /// <param name="onStep">Told of each step when it is done, in order.</param>
    /// <param name="cancellationToken">Ends the run after a teardown; the report says so (<see cref="ScriptReport.IsStopped"/>), and what was left is skipped.</param>
    public async Task<ScriptReport> RunAsync(TestScript script, Action<StepReport>? onStep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(script);
        return await new ScriptRun(script, options, _asserts, onStep).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
