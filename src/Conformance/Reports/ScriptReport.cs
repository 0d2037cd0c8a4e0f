// What a run of a script came to.

namespace FhirHub.Conformance;

/// <summary>How a step ended (R4 report-action-result-codes).</summary>
public enum StepResult
{
    /// <summary>As it should.</summary>
    Pass,

    /// <summary>It was not done, since one before it failed or the script does not ask for it here.</summary>
    Skip,

    /// <summary>An assert does not hold.</summary>
    Fail,

    /// <summary>An assert does not hold that warns only.</summary>
    Warning,

    /// <summary>It could not be done.</summary>
    Error,
}

/// <summary>A step of a run.</summary>
/// <param name="Action">The action of the script; null for what the engine does by itself, such as creating a fixture.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Message">What was found or went wrong, for people; it names what was expected and what came.</param>
/// <param name="Exchange">The request of an operation; for an assert the one that it judged; null if there is none.</param>
public sealed record StepReport(ScriptAction? Action, StepResult Result, string Message, Exchange? Exchange)
{
    /// <summary>What the step is called.</summary>
    public string Name { get; init; } = Action?.Label ?? Action?.Description ?? "";

    /// <summary>Where more can be read, such as a subtest's own report.</summary>
    public IReadOnlyList<ScriptReport> Subtests { get; init; } = [];
}

/// <summary>A test of a run.</summary>
/// <param name="Test">The test.</param>
/// <param name="Steps">Its steps, those that were skipped too.</param>
/// <param name="Duration">The time that it took.</param>
public sealed record TestResult(ScriptTest Test, IReadOnlyList<StepReport> Steps, TimeSpan Duration)
{
    /// <summary>The worst of its steps: an error, then a failure, a skip where nothing was done, a warning, a pass.</summary>
    public StepResult Result { get; } = ScriptReport.Worst(Steps);
}

/// <summary>A run of one script.</summary>
/// <param name="Script">The script.</param>
/// <param name="Destinations">The servers that it ran against.</param>
/// <param name="Started">When it began.</param>
/// <param name="Duration">The time that it took.</param>
/// <param name="Setup">Fixtures that the engine created, then the steps of setup.</param>
/// <param name="Tests">The tests, in order.</param>
/// <param name="Teardown">The steps of teardown, then fixtures that the engine deleted.</param>
public sealed record ScriptReport(
    TestScript Script,
    IReadOnlyList<Destination> Destinations,
    DateTimeOffset Started,
    TimeSpan Duration,
    IReadOnlyList<StepReport> Setup,
    IReadOnlyList<TestResult> Tests,
    IReadOnlyList<StepReport> Teardown)
{
    /// <summary>True if it was told to end before it was done: what was left is skipped, teardown ran.</summary>
    public bool IsStopped { get; init; }

    /// <summary>True if setup and all tests passed, with warnings perhaps; teardown does not count (R4 testreport.html).</summary>
    public bool IsPass { get; } = Worst(Setup) is StepResult.Pass or StepResult.Warning && Tests.All(static test => test.Result is StepResult.Pass or StepResult.Warning);

    /// <summary>The part of the tests that passed, from 0 to 100 (R4 TestReport.score).</summary>
    public decimal Score => Tests.Count == 0 ? 100 : Math.Round(100m * Tests.Count(static test => test.Result is StepResult.Pass or StepResult.Warning) / Tests.Count, 1);

    /// <summary>The result of several steps.</summary>
    internal static StepResult Worst(IReadOnlyList<StepReport> steps)
    {
        ReadOnlySpan<StepResult> worst = [StepResult.Error, StepResult.Fail];
        foreach (var result in worst)
        {
            if (steps.Any(step => step.Result == result))
                return result;
        }

        if (steps.Count > 0 && steps.All(static step => step.Result == StepResult.Skip))
            return StepResult.Skip;
        return steps.Any(static step => step.Result == StepResult.Warning) ? StepResult.Warning : StepResult.Pass;
    }
}
