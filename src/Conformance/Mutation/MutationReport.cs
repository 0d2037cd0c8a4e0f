// What a run with faults came to.

namespace FhirHub.Conformance;

/// <summary>What became of one kind of fault.</summary>
/// <param name="Fault">The kind.</param>
/// <param name="Touched">How many scripts it would change something for.</param>
/// <param name="Tried">How many of them were run with it.</param>
/// <param name="Noticed">The script that noticed it, and what it said; null if none did.</param>
public sealed record FaultResult(Fault Fault, int Touched, int Tried, FaultNotice? Noticed);

/// <summary>How a fault was noticed.</summary>
/// <param name="Script">The script.</param>
/// <param name="Test">The test that passed without the fault.</param>
/// <param name="Message">What its first bad step says.</param>
public sealed record FaultNotice(TestScript Script, string Test, string Message);

/// <summary>What the scripts notice.</summary>
/// <param name="Faults">Every kind, in the order of <see cref="Fault.All"/>.</param>
/// <param name="Scripts">The scripts that were run.</param>
/// <param name="PassingTests">How many of their tests pass without a fault.</param>
/// <param name="Duration">The time that it took.</param>
public sealed record MutationReport(IReadOnlyList<FaultResult> Faults, IReadOnlyList<TestScript> Scripts, int PassingTests, TimeSpan Duration)
{
    /// <summary>The part of the faults that must be noticed, in percent.</summary>
    public const decimal Enough = 90;

    /// <summary>The faults that change something for a script, which are those that count.</summary>
    public IReadOnlyList<FaultResult> Applied { get; } = [.. Faults.Where(static fault => fault.Touched > 0)];

    /// <summary>How many of them were noticed.</summary>
    public int Noticed => Applied.Count(static fault => fault.Noticed is not null);

    /// <summary>The part of them that was noticed, in percent.</summary>
    public decimal Score => Applied.Count == 0 ? 0 : Math.Round(100m * Noticed / Applied.Count, 1);

    /// <summary>True if enough of them were noticed.</summary>
    public bool IsPass => Score >= Enough;
}
