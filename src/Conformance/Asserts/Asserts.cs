// Judges asserts (R4 testscript-definitions.html#TestScript.setup.action.assert): which kind one is, what it looks at, and what comes of it.

using FhirHub.Validation;

namespace FhirHub.Conformance;

/// <summary>Judges asserts of all kinds. Safe to use by several runs at once.</summary>
/// <param name="options">What runs are given.</param>
internal sealed partial class Asserts(EngineOptions options)
{
    // What an assert may look at. R4's tst-5 and tst-6 leave requestURL out, which is no other thing than requestMethod.
    private static readonly string[] Kinds =
    [
        "contentType", "expression", "headerField", "minimumId", "navigationLinks", "path", "requestMethod", "requestURL", "resource", "response",
        "responseCode", "validateProfileId",
    ];

    private readonly Validator _validator = new(options.Definitions);

    /// <summary>Judges an assert. One that can't be judged is an error; with <c>warningOnly</c> both an error and a failure are warnings.</summary>
    public async ValueTask<StepReport> JudgeAsync(AssertAction assert, RunState state, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(assert);
        ArgumentNullException.ThrowIfNull(state);
        var exchange = assert.SourceId is { } source ? state.FindExchange(source) ?? state.Last : state.Last;
        try
        {
            var subject = new AssertSubject(assert, state);
            if (Subtest.Read(assert) is { } subtest)
                return await JudgeSubtestAsync(subject, subtest, cancel) with { Exchange = exchange };
            var verdict = await JudgeAsync(subject, cancel);
            return new StepReport(assert, verdict.Holds ? StepResult.Pass : Failed(assert), verdict.Message, exchange);
        }
        catch (StepException e)
        {
            return new StepReport(assert, assert.IsWarningOnly ? StepResult.Warning : StepResult.Error, e.Message, exchange);
        }
    }

    private async ValueTask<Verdict> JudgeAsync(AssertSubject subject, CancellationToken cancel) => KindOf(subject) switch
    {
        "response" => JudgeResponse(subject),
        "responseCode" => JudgeResponseCode(subject),
        "contentType" => JudgeContentType(subject),
        "headerField" => JudgeHeader(subject),
        "requestMethod" => JudgeMethod(subject),
        "requestURL" => JudgeUrl(subject),
        "resource" => JudgeResource(subject),
        "minimumId" => JudgeMinimum(subject),
        "navigationLinks" => JudgeNavigation(subject),
        "expression" => JudgeExpression(subject),
        "path" => JudgePath(subject),
        _ => await JudgeProfileAsync(subject, cancel),
    };

    private static string KindOf(AssertSubject subject)
    {
        var kinds = Kinds.Where(kind => subject.Text(kind) is not null).ToList();
        var hasExpression = subject.Text("compareToSourceExpression") is not null;
        var hasPath = subject.Text("compareToSourcePath") is not null;

        // HL7's example names the expression of the source alone, and means it for both.
        if (kinds.Count == 0 && (hasExpression || hasPath))
            kinds.Add(hasExpression ? "expression" : "path");
        if (kinds.Count == 0)
            throw new StepException($"The assert asserts nothing; give it one of {string.Join(", ", Kinds)}.");
        if (kinds.Count > 1)
            throw new StepException($"The assert has {string.Join(" and ", kinds)}, and one thing is asserted at a time (tst-5, tst-6). Make each an assert of its own.");
        if (hasExpression && hasPath)
            throw new StepException("The assert has compareToSourceExpression and compareToSourcePath; one of them says what to compare to.");
        if ((subject.Text("compareToSourceId") is not null) != (hasExpression || hasPath))
            throw new StepException("compareToSourceId and compareToSourceExpression or compareToSourcePath go together (tst-10, tst-11); one of them is missing.");
        if (subject.IsOfRequest && kinds[0] is "response" or "responseCode")
            throw new StepException($"A request has no {kinds[0]}: it goes with the direction response only (tst-12, tst-13).");
        return kinds[0];
    }

    private static StepResult Failed(AssertAction assert) => assert.IsWarningOnly ? StepResult.Warning : StepResult.Fail;

    /// <summary>Judges what was found by the assert's operator against its value, else against what it compares to.</summary>
    private static Verdict Compare(string what, AssertSubject subject, IReadOnlyList<JudgedValue> found)
    {
        // compareTo… is "ignored if assert.value is used".
        if (subject.Text("value") is null && subject.Text("compareToSourceId") is { } source && subject.Operator is not ("empty" or "notEmpty"))
            return Comparison.JudgeLists(what, subject.Operator, found, Expected(subject, source));
        return Comparison.Judge(what, subject.Operator, found, subject.Value);
    }

    private static IReadOnlyList<JudgedValue> Expected(AssertSubject subject, string sourceId)
    {
        var body = subject.State.FindBody(sourceId) ?? throw new StepException($"compareToSourceId names '{sourceId}', which is no fixture, request or response of this script so far.");
        IReadOnlyList<JudgedValue> expected = subject.Text("compareToSourceExpression") is { } expression
            ? [.. ExpressionQuery.EvaluateValues(expression, body).Select(JudgedValue.Of)]
            : [.. PathQuery.Evaluate(subject.Text("compareToSourcePath")!, body).Select(JudgedValue.Of)];
        return expected.Count > 0 ? expected : throw new StepException($"There is nothing to compare to: '{sourceId}' has nothing at {Excerpt.Of((subject.Text("compareToSourceExpression") ?? subject.Text("compareToSourcePath"))!)}.");
    }
}
