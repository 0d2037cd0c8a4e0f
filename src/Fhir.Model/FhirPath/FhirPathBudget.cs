// A bound over many evaluations, where each alone may be cheap.

using System.Diagnostics;

namespace FhirHub.Model.FhirPath;

/// <summary>Steps and time that several evaluations share. For one thread at a time.</summary>
/// <param name="steps">Steps that they may take together (<see cref="FhirPathContext.MaxSteps"/> says what a step is).</param>
/// <param name="time">Time from the making of the budget.</param>
public sealed class FhirPathBudget(long steps, TimeSpan time)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _left = steps;

    /// <summary>True if nothing is left, so that an evaluation would be given up at once.</summary>
    public bool IsSpent => _left <= 0;

    internal bool Allows(int taken)
    {
        if (taken <= _left && Stopwatch.GetElapsedTime(_started) <= time)
            return true;
        _left = 0;
        return false;
    }

    internal void Take(int taken) => _left -= taken;
}
