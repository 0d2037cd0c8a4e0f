// What a closure table holds, and the seam behind which it is kept.

namespace FhirHub.Terminology;

/// <summary>A concept that a client put into a closure table.</summary>
/// <param name="Number">Its number in the table, from 0 in the order in which concepts came.</param>
/// <param name="System">The code system's URL.</param>
/// <param name="Version">The version of the code system that the table works with, or null for one without a version.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">The display, or null.</param>
public sealed record ClosureConcept(int Number, string System, string? Version, string Code, string? Display);

/// <summary>That one concept of a closure table is below another.</summary>
/// <param name="Source">The number of the lower concept.</param>
/// <param name="Target">The number of the concept that subsumes it.</param>
public readonly record struct ClosureEntry(int Source, int Target);

/// <summary>A closure table as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FirstVersion">The version that it had when it was initialised; nothing older can be replayed.</param>
/// <param name="Version">Its version; it grows with every addition, and with a new initialisation too.</param>
/// <param name="Concepts">Its concepts by number.</param>
/// <param name="Entries">How many relationships it has.</param>
public sealed record ClosureState(string Name, int FirstVersion, int Version, IReadOnlyList<ClosureConcept> Concepts, int Entries);

/// <summary>Keeps closure tables beyond the life of the process. Safe to use from several threads.</summary>
public interface IClosureStore
{
    /// <summary>
    /// Makes an empty table of that name, in place of one that there is. Of more than <paramref name="most"/> tables those that were
    /// not used for longest are dropped.
    /// </summary>
    /// <returns>The version of the empty table.</returns>
    ValueTask<int> InitialiseAsync(string name, int most, CancellationToken cancel);

    /// <summary>The table of that name, or null.</summary>
    ValueTask<ClosureState?> FindAsync(string name, CancellationToken cancel);

    /// <summary>Adds concepts and relationships as the next version, all or nothing.</summary>
    /// <returns>False if the table is gone, or is no longer what <paramref name="known"/> says.</returns>
    ValueTask<bool> AppendAsync(ClosureState known, IReadOnlyList<ClosureConcept> concepts, IReadOnlyList<ClosureEntry> entries, CancellationToken cancel);

    /// <summary>The relationships that came after a version, in the order in which they came.</summary>
    ValueTask<IReadOnlyList<ClosureEntry>> EntriesSinceAsync(string name, int version, CancellationToken cancel);
}

/// <summary>Bounds of closure tables; what goes beyond them is refused.</summary>
public sealed record ClosureLimits
{
    /// <summary>Tables; beyond, those that were not used for longest are dropped, and their clients told to start anew.</summary>
    public int Tables { get; init; } = 1_000;

    /// <summary>Characters of a name.</summary>
    public int NameLength { get; init; } = 255;

    /// <summary>Concepts of one table.</summary>
    public int Concepts { get; init; } = 50_000;

    /// <summary>Relationships of one table.</summary>
    public int Entries { get; init; } = 1_000_000;
}

/// <summary>The answer of <c>$closure</c>: what is new since the client asked last.</summary>
/// <param name="Name">The name of the table.</param>
/// <param name="Version">The version to ask from the next time.</param>
/// <param name="Entries">The relationships.</param>
public sealed record ClosureAnswer(string Name, string Version, IReadOnlyList<(ClosureConcept Source, ClosureConcept Target)> Entries);
