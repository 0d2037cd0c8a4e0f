// A run of a script as reports tell it: texts without secrets, bodies bounded, nothing that holds on to what was sent.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>A script that ran.</summary>
public sealed record ReportedScript
{
    /// <summary>Its computer-friendly name.</summary>
    public required string Name { get; init; }

    /// <summary>Its title.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is from: a file, a reference.</summary>
    public required string Source { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The servers that it ran against, destination 1 first.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The time that it took; null where nobody wrote it down.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What it came to: the worst of setup and tests; a skip where no test was done.</summary>
    public required StepResult Result { get; init; }

    /// <summary>True if it was told to end before it was done.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Setup, with what the engine did before it.</summary>
    public IReadOnlyList<ReportedStep> Setup { get; init; } = [];

    /// <summary>The tests.</summary>
    public IReadOnlyList<ReportedTest> Tests { get; init; } = [];

    /// <summary>Teardown, with what the engine did after it.</summary>
    public IReadOnlyList<ReportedStep> Teardown { get; init; } = [];

    /// <summary>What the anchors of its setup, tests and teardown begin with on a page; they go on with <c>setup</c>, <c>test-1</c>, <c>teardown</c>.</summary>
    public string Anchor { get; init; } = "";

    /// <summary>The number of tests that passed, with warnings perhaps.</summary>
    public int Passed => Count(StepResult.Pass) + Count(StepResult.Warning);

    /// <summary>The number of tests that ended so.</summary>
    public int Count(StepResult result) => Tests.Count(test => test.Result == result);

    /// <summary>The length of all requests and answers that it shows.</summary>
    public int ShownCharacters => AllSteps().Sum(static step => (step.Exchange?.RequestBody?.Text.Length ?? 0) + (step.Exchange?.ResponseBody?.Text.Length ?? 0) + step.Subtests.Sum(static subtest => subtest.ShownCharacters));

    /// <summary>The report with the requests and answers left out, but for a line of each.</summary>
    public ReportedScript WithoutExchanges()
    {
        return this with { Setup = Strip(Setup), Tests = [.. Tests.Select(static test => test with { Steps = Strip(test.Steps) })], Teardown = Strip(Teardown) };

        static IReadOnlyList<ReportedStep> Strip(IReadOnlyList<ReportedStep> steps) =>
            [.. steps.Select(static step => step with { Exchange = null, Subtests = [.. step.Subtests.Select(static subtest => subtest.WithoutExchanges())] })];
    }

    /// <summary>A report of the engine.</summary>
    /// <param name="report">The report.</param>
    /// <param name="redaction">Hides secrets.</param>
    public static ReportedScript Of(ScriptReport report, Redaction redaction)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(redaction);
        var steps = new ReportedSteps(redaction);
        var setup = steps.Read(report.Setup);
        var tests = report.Tests.Select(test => new ReportedTest(redaction.Text(test.Test.Name), test.Test.Description, test.Result, test.Duration, steps.Read(test.Steps))).ToList();
        return new ReportedScript
        {
            Name = report.Script.Name,
            Title = report.Script.Title,
            Source = report.Script.Source,
            Description = report.Script.Description,
            Servers = [.. report.Destinations.Select(static destination => destination.Name)],
            Started = report.Started,
            Duration = report.Duration,
            Result = ResultOf(ScriptReport.Worst(report.Setup), [.. tests.Select(static test => test.Result)]),
            IsStopped = report.IsStopped,
            Setup = setup,
            Tests = tests,
            Teardown = steps.Read(report.Teardown),
        };
    }

    /// <summary>A TestReport that was stored (R4 testreport.html), which holds no requests and answers.</summary>
    /// <param name="testReport">The resource.</param>
    public static ReportedScript Of(ElementNode testReport)
    {
        var script = testReport.Child("testScript");
        var tests = testReport.ChildrenOf("test").ToList().Select(static (test, index) => ReportedTest.Of(test, index + 1)).ToList();
        var setup = ReportedSteps.Read(testReport.Child("setup"));
        var reference = script.Exists ? script.ChildValue("reference") ?? "" : "";
        return new ReportedScript
        {
            Name = testReport.ChildValue("name") ?? reference,
            Title = (script.Exists ? script.ChildValue("display") : null) ?? testReport.ChildValue("name") ?? reference,
            Source = reference,
            Servers = [.. testReport.ChildrenOf("participant").ToList().Where(static participant => participant.ChildValue("type") == "server").Select(static server => server.ChildValue("display") ?? server.ChildValue("uri") ?? "")],
            Started = DateTimeOffset.TryParse(testReport.ChildValue("issued"), out var issued) ? issued : default,
            Result = ResultOf(Worst(setup.Select(static step => step.Result)), [.. tests.Select(static test => test.Result)]),
            IsStopped = testReport.ChildValue("status") == "stopped",
            Setup = setup,
            Tests = tests,
            Teardown = ReportedSteps.Read(testReport.Child("teardown")),
        };
    }

    /// <summary>The worst of several results, as for a test.</summary>
    internal static StepResult Worst(IEnumerable<StepResult> results) => ScriptReport.Worst([.. results.Select(static result => new StepReport(null, result, "", null))]);

    private IEnumerable<ReportedStep> AllSteps() => Setup.Concat(Tests.SelectMany(static test => test.Steps)).Concat(Teardown);

    // A test that was skipped proves nothing, and takes nothing from the ones that passed.
    private static StepResult ResultOf(StepResult setup, IReadOnlyList<StepResult> tests)
    {
        if (setup is StepResult.Error or StepResult.Fail)
            return setup;
        var worst = Worst(tests);
        return worst == StepResult.Pass && setup == StepResult.Warning ? setup : worst;
    }
}

/// <summary>A test that ran.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it proves.</param>
/// <param name="Result">What it came to.</param>
/// <param name="Duration">The time that it took; null where nobody wrote it down.</param>
/// <param name="Steps">What was done.</param>
public sealed record ReportedTest(string Name, string? Description, StepResult Result, TimeSpan? Duration, IReadOnlyList<ReportedStep> Steps)
{
    internal static ReportedTest Of(ElementNode test, int number)
    {
        var steps = ReportedSteps.Read(test);
        return new ReportedTest(test.ChildValue("name") ?? $"Test {number}", test.ChildValue("description"), ReportedScript.Worst(steps.Select(static step => step.Result)), null, steps);
    }
}

/// <summary>What a step is.</summary>
public enum StepKind
{
    /// <summary>A request of the script.</summary>
    Operation,

    /// <summary>A judgement of the script.</summary>
    Assert,

    /// <summary>A request that the engine makes by itself, such as for a fixture that is created.</summary>
    Fixture,
}

/// <summary>A step of a run.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">What it is called; empty if it has no name.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Message">What was found.</param>
public sealed record ReportedStep(StepKind Kind, string Name, StepResult Result, string Message)
{
    /// <summary>Request and status in a line, such as <c>GET http://…/Patient/1 → 404</c>; empty if there was no request.</summary>
    public string Request { get; init; } = "";

    /// <summary>The request and the answer of a step that failed, once for each test; null where all is well.</summary>
    public ReportedExchange? Exchange { get; init; }

    /// <summary>Other scripts that the step ran.</summary>
    public IReadOnlyList<ReportedScript> Subtests { get; init; } = [];
}
