// What one snapshot may cost: profiles come from anywhere.

namespace FhirHub.Validation;

/// <summary>Bounds of snapshot generation; one that is hit is a <see cref="SnapshotException"/>.</summary>
public sealed record SnapshotLimits
{
    /// <summary>The defaults: far above any published profile.</summary>
    public static SnapshotLimits Default { get; } = new();

    /// <summary>Greatest number of elements of a snapshot, and of all definitions that are opened to make it.</summary>
    public int MaxElements { get; init; } = 50_000;

    /// <summary>Greatest number of steps in an element's path.</summary>
    public int MaxDepth { get; init; } = 40;

    /// <summary>Greatest length of a chain of definitions that need each other's snapshots.</summary>
    public int MaxDefinitions { get; init; } = 40;

    /// <summary>Longest time to make one snapshot.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(10);
}
