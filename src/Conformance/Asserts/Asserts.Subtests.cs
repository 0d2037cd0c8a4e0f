// Asserts that hold if another script passes.

namespace FhirHub.Conformance;

internal sealed partial class Asserts
{
    // Scripts that run each other would go on for ever.
    private const int MaxDepth = 3;

    private const int MaxRuns = 50;

    private async ValueTask<StepReport> JudgeSubtestAsync(AssertSubject subject, Subtest subtest, CancellationToken cancel)
    {
        var outer = subject.State.Options;
        if (outer.SubtestDepth >= MaxDepth)
            throw new StepException($"Scripts run each other more than {MaxDepth} deep; '{subtest.TestName}' is not run.");
        var script = outer.FindScript is { } find ? await find(subtest.TestName, cancel) : null;
        if (script is null)
            throw new StepException($"The script '{subtest.TestName}' was not found. Put it beside this one, under that name.");

        var variables = new Dictionary<string, string>(outer.Variables, StringComparer.Ordinal);
        foreach (var (source, target) in subtest.Bindings)
            variables[target] = subject.State.Resolve($"${{{source}}}");
        var reports = new List<(string Of, ScriptReport Report)>();
        if (subtest.EachTarget is not { } each)
        {
            reports.Add(("", await RunAsync(variables)));
        }
        else
        {
            var values = ExpressionQuery.Evaluate(subject.Text("expression") ?? throw new StepException("The subtest has no expression, whose values it is to be run with."), subject.Body);
            if (values.Count > MaxRuns)
                throw new StepException($"The subtest would be run {values.Count} times; {MaxRuns} are allowed. Make the expression find less.");
            foreach (var value in values)
            {
                // A script that begins when the time is over still takes that of its teardown.
                cancel.ThrowIfCancellationRequested();
                reports.Add(($" with {Excerpt.Of(value)}", await RunAsync(new Dictionary<string, string>(variables, StringComparer.Ordinal) { [each] = value })));
            }
        }

        var passed = reports.Count(static report => report.Report.IsPass);
        var holds = subtest.AllMustPass ? passed == reports.Count && passed > 0 : passed > 0;
        var message = reports.Count == 0
            ? $"The script '{subtest.TestName}' was not run, since the expression finds nothing."
            : $"The script '{subtest.TestName}' passed {passed} of {reports.Count} time{(reports.Count == 1 ? "" : "s")}.{(holds ? "" : WhatFailed(reports))}";
        return new StepReport(subject.Assert, holds ? StepResult.Pass : Failed(subject.Assert), message, null) { Subtests = [.. reports.Select(static report => report.Report)] };

        Task<ScriptReport> RunAsync(IReadOnlyDictionary<string, string> given)
        {
            // Their reports are kept with this one's, so all of them together may be as large as one. The steps of a report are about as large as their script.
            subject.State.Held.Take(script.Tree.Json.Length);
            var inner = outer with { Variables = given, SubtestDepth = outer.SubtestDepth + 1, Held = subject.State.Held };
            return new ScriptRun(script, inner, this, null).RunAsync(cancel);
        }
    }

    private static string WhatFailed(List<(string Of, ScriptReport Report)> reports)
    {
        var (of, report) = reports.First(static report => !report.Report.IsPass);
        var failed = report.Setup.Concat(report.Tests.SelectMany(static test => test.Steps)).FirstOrDefault(static step => step.Result is StepResult.Fail or StepResult.Error or StepResult.Skip);
        return failed is null ? "" : $" It failed{of}: {failed.Message}";
    }
}
