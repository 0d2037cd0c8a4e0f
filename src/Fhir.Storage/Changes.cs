// What a store is asked for when its records move to another one: all that was ever committed, in order, and its return.

namespace FhirHub.Storage;

/// <summary>A question for what was committed, oldest first (<see cref="IResourceStore.ChangesAsync"/>).</summary>
public sealed record ChangeQuery
{
    /// <summary>Only versions of these types; null for all.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>Only versions made at or after this instant.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// True to leave out versions that are not current when the page is read. Whoever goes through all pages gets the last version of
    /// each resource, tombstones too, and of one that changes meanwhile an earlier one before it.
    /// </summary>
    public bool CurrentOnly { get; init; }

    /// <summary>Versions on a page at most. A page may hold fewer, also before the end: a store bounds its bytes too.</summary>
    public int Count { get; init; } = 1_000;

    /// <summary>
    /// Where the page starts, as the store gave it; null for the first commit. It is a place in the order of commits and holds for
    /// whatever else is asked.
    /// </summary>
    public string? Cursor { get; init; }
}

/// <summary>A page of what was committed.</summary>
/// <param name="Versions">In the order of their commits; those of one commit in the order in which it wrote them.</param>
/// <param name="Cursor">Where to go on, now or whenever: it never expires, and what is committed later comes after it.</param>
/// <param name="Reached">How far the page reaches, in a number of the store's own that rises with the order of commits.</param>
/// <param name="End">The same number of the last commit when the page was read; with <paramref name="Reached"/> it tells progress.</param>
public sealed record ChangePage(IReadOnlyList<StoredVersion> Versions, string Cursor, long Reached, long End)
{
    /// <summary>True if there was nothing after the page when it was read.</summary>
    public bool IsEnd => Reached >= End;
}

/// <summary>A version that is to be as it was in another store.</summary>
/// <param name="Version">Its resource, number, time and method. Its body is not looked at.</param>
/// <param name="Resource">Its body with what search finds in it; null for a tombstone.</param>
public sealed record RestoredVersion(StoredVersion Version, PreparedResource? Resource);

/// <summary>Why nothing of a call was restored.</summary>
public enum RestoreFailure
{
    /// <summary>All versions are there.</summary>
    None,

    /// <summary>There is a version of that number, and its time, method or body is another.</summary>
    Conflict,

    /// <summary>The version can't follow what is there: the one before it is missing, or it is a tombstone of what is not there.</summary>
    Gap,

    /// <summary>
    /// The version is older than the last commit. <see cref="StoredVersion.LastUpdated"/> never falls from one commit to the next, so
    /// versions are restored in the order of their time, and not into a store that has later ones of its own.
    /// </summary>
    TooOld,
}

/// <summary>What came of <see cref="IResourceStore.RestoreAsync"/>.</summary>
/// <param name="Failure">Why nothing was written, or none.</param>
/// <param name="Written">Versions written.</param>
/// <param name="Skipped">Versions that were there already.</param>
public sealed record RestoreResult(RestoreFailure Failure, int Written, int Skipped)
{
    /// <summary>The version that failed; -1 for none.</summary>
    public int FailedIndex { get; init; } = -1;

    /// <summary>Holds a call to what can be seen of it without a store.</summary>
    /// <exception cref="ArgumentException">
    /// A number is below 1, a time has parts of milliseconds, a version without a resource is no tombstone or the other way round, or
    /// versions of one resource do not rise.
    /// </exception>
    internal static void Check(IReadOnlyList<RestoredVersion> versions)
    {
        var numbers = new Dictionary<ResourceKey, long>();
        foreach (var (version, resource) in versions)
        {
            if (version.Version < 1 || version.LastUpdated.UtcTicks % TimeSpan.TicksPerMillisecond != 0)
                throw new ArgumentException($"{version.Key} can't have version {version.Version} of {version.LastUpdated:O}.", nameof(versions));
            if (version.IsDeleted != resource is null)
                throw new ArgumentException($"Version {version.Version} of {version.Key} is a tombstone with a body, or none without one.", nameof(versions));
            if (numbers.TryGetValue(version.Key, out var before) && version.Version <= before)
                throw new ArgumentException($"Version {version.Version} of {version.Key} comes after version {before}.", nameof(versions));
            numbers[version.Key] = version.Version;
        }
    }

    /// <summary>True if two versions of the same number are the same.</summary>
    internal static bool IsSame(StoredVersion stored, RestoredVersion restored) =>
        stored.Method == restored.Version.Method && stored.LastUpdated == restored.Version.LastUpdated
        && stored.Body.Tail.Span.SequenceEqual(restored.Resource is { } resource ? resource.Body.Tail.Span : default);
}
