// Several scripts that ran together, and what they came to.

namespace FhirHub.Conformance;

/// <summary>A run of scripts.</summary>
/// <param name="Scripts">The scripts that ran, in their order.</param>
/// <param name="Problems">Scripts that could not be read.</param>
public sealed record ReportedRun(IReadOnlyList<ReportedScript> Scripts, IReadOnlyList<ScriptProblem> Problems)
{
    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The time that it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Scripts that were not begun, since the run was told to end.</summary>
    public int NotBegun { get; init; }

    /// <summary>The servers.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>The number of tests.</summary>
    public int Tests => Scripts.Sum(static script => script.Tests.Count);

    /// <summary>True if no script failed, none was broken, all were run, and something was proven.</summary>
    public bool IsPass =>
        Problems.Count == 0 && NotBegun == 0 && Scripts.Any(static script => script.Result is StepResult.Pass or StepResult.Warning)
        && Scripts.All(static script => script.Result is not (StepResult.Fail or StepResult.Error) && !script.IsStopped);

    /// <summary>The number of tests that ended so.</summary>
    public int Count(StepResult result) => Scripts.Sum(script => script.Count(result));
}
