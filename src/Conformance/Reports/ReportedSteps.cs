// Steps of a run turned into what reports tell.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Reads the steps of one run.</summary>
internal sealed class ReportedSteps(Redaction redaction)
{
    private const int MaxMessageCharacters = 4_000;

    /// <summary>The steps of setup, a test or teardown. Several failures on one answer show it once.</summary>
    public IReadOnlyList<ReportedStep> Read(IReadOnlyList<StepReport> steps)
    {
        var shown = new HashSet<Exchange>(ReferenceEqualityComparer.Instance);
        return [.. steps.Select(step => new ReportedStep(KindOf(step), redaction.Text(step.Name), step.Result, Message(redaction.Text(step.Message)))
        {
            Request = step.Exchange is { } exchange ? ReportedExchange.Line(exchange, redaction) : "",
            Exchange = step.Exchange is { } failed && step.Result is StepResult.Fail or StepResult.Error or StepResult.Warning && shown.Add(failed) ? ReportedExchange.Of(failed, redaction) : null,
            Subtests = [.. step.Subtests.Select(subtest => ReportedScript.Of(subtest, redaction))],
        })];
    }

    /// <summary>The actions of a TestReport's setup, test or teardown; none if the element is not there.</summary>
    public static IReadOnlyList<ReportedStep> Read(ElementNode parent)
    {
        var steps = new List<ReportedStep>();
        if (!parent.Exists)
            return steps;
        foreach (var action in parent.ChildrenOf("action"))
        {
            if (action.Child("operation") is { Exists: true } operation)
                steps.Add(Of(StepKind.Operation, operation));
            if (action.Child("assert") is { Exists: true } assert)
                steps.Add(Of(StepKind.Assert, assert));
        }

        return steps;
    }

    private static StepKind KindOf(StepReport step) => step.Action switch
    {
        OperationAction => StepKind.Operation,
        AssertAction => StepKind.Assert,
        _ => StepKind.Fixture,
    };

    private static ReportedStep Of(StepKind kind, ElementNode node) =>
        new(kind, "", Result(node.ChildValue("result")), Message(node.ChildValue("message") ?? "")) { Request = node.ChildValue("detail") ?? "" };

    private static StepResult Result(string? code) => code switch
    {
        "pass" => StepResult.Pass,
        "skip" => StepResult.Skip,
        "warning" => StepResult.Warning,
        "fail" => StepResult.Fail,
        _ => StepResult.Error,
    };

    private static string Message(string text) => text.Length <= MaxMessageCharacters ? text : text[..MaxMessageCharacters] + "…";
}
