// What a resource is to be validated against, and how strictly.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>One validation.</summary>
public sealed record ValidationRequest
{
    /// <summary>Base definitions and the profiles that the resource itself claims.</summary>
    public static ValidationRequest Default { get; } = new();

    /// <summary>Canonical URLs of profiles that the resource must meet beside its base definition.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>True to check the profiles of <c>meta.profile</c> too (R4 resource.html#Meta).</summary>
    public bool HonorsMetaProfile { get; init; } = true;

    /// <summary>
    /// True to check Observations with the LOINC code of a vital sign against R4's profile for it, whether they claim it or not
    /// (R4 observation-vitalsigns.html).
    /// </summary>
    public bool AppliesVitalSigns { get; init; } = true;

    /// <summary>True to report what a good resource should have and need not (R4 elementdefinition-bestpractice).</summary>
    public bool BestPractice { get; init; } = true;

    /// <summary>True to tell of elements with <c>mustSupport</c> that are not there, as information.</summary>
    public bool ReportsMustSupport { get; init; }

    /// <summary>
    /// Reads what a reference points to, where that is neither contained nor in the same Bundle; null where it can't be read, so that the
    /// target is not looked at. Without it only the type that the reference names is checked.
    /// </summary>
    public Func<string, CancellationToken, ValueTask<ResourceTree?>>? Resolve { get; init; }
}

/// <summary>How a validator works, whatever it is asked.</summary>
public sealed record ValidationSettings
{
    /// <summary>The defaults.</summary>
    public static ValidationSettings Default { get; } = new();

    /// <summary>Greatest number of issues; further ones are counted in one last issue.</summary>
    public int MaxIssues { get; init; } = 500;

    /// <summary>Greatest number of elements times profiles that one validation looks at.</summary>
    public int MaxSteps { get; init; } = 20_000_000;

    /// <summary>Greatest number of definitions, value sets, code systems and references that one validation opens.</summary>
    public int MaxNeeds { get; init; } = 5_000;

    /// <summary>Greatest number of profiles that a resource may claim or be asked to meet, and of targets that are read for it.</summary>
    public int MaxProfiles { get; init; } = 100;

    /// <summary>Greatest number of steps of FHIRPath that all invariants of one validation take together.</summary>
    public long MaxInvariantSteps { get; init; } = 100_000_000;

    /// <summary>Greatest time from the start of a walk after which no invariant is evaluated any more.</summary>
    public TimeSpan MaxInvariantTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that the walks of one validation take together after which no further one is made.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock, for dates that must not be in the future.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Bounds of snapshots.</summary>
    public SnapshotLimits Snapshots { get; init; } = SnapshotLimits.Default;
}
