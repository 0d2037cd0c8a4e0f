// Judges asserts.

using System.Globalization;

namespace FhirHub.Conformance;

/// <summary>Judges the asserts of a run.</summary>
internal sealed partial class Asserts(EngineOptions options)
{
    /// <summary>Judges an assert against what the run knows.</summary>
    public ValueTask<StepReport> JudgeAsync(AssertAction assert, RunState state, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (assert.Node.ChildValue("responseCode") is not { } code)
            throw new StepException($"Asserts of this kind are not judged at {options.Destinations[0].Name}.");
        var status = state.Last?.Response?.Status.ToString(CultureInfo.InvariantCulture);
        var holds = state.Resolve(code).Split(',').Contains(status);
        return ValueTask.FromResult(new StepReport(assert, holds ? StepResult.Pass : StepResult.Fail, $"Expected the status {code}, found {status}.", state.Last));
    }
}
