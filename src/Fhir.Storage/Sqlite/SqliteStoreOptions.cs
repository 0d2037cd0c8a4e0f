// What the SQLite store is told when it is opened.

namespace FhirHub.Storage.Sqlite;

/// <summary>The settings of a <see cref="SqliteResourceStore"/>.</summary>
public sealed record SqliteStoreOptions : ResourceStoreOptions
{
    /// <summary>The database file; it is made if there is none.</summary>
    public required string Path { get; init; }

    /// <summary>Page cache of the writer in megabytes.</summary>
    public int WriterCacheMegabytes { get; init; } = 96;

    /// <summary>Page cache of each reading connection in megabytes.</summary>
    public int ReaderCacheMegabytes { get; init; } = 12;

    /// <summary>
    /// Megabytes of the file, from its beginning, that reading connections map into memory; 0 for none. SQLite maps no more than 2,047.
    /// </summary>
    public int MappedMegabytes { get; init; } = 2_047;

    /// <summary>Memory for current versions that were read lately, in megabytes; 0 for none.</summary>
    public int VersionCacheMegabytes { get; init; } = 64;

    /// <summary>Reading connections at most; more readers wait for one.</summary>
    public int Readers { get; init; } = 16;

    /// <summary>What the planner counted lately.</summary>
    internal SourceCounts SourceCounts { get; } = new(TimeProvider.System);

    /// <summary>Totals that were counted lately.</summary>
    internal TotalCounts Totals { get; } = new(TimeProvider.System);

    /// <summary>Disk for the lists of matches that are being paged through, in megabytes; the oldest go when it is used up.</summary>
    public int PagesMegabytes { get; init; } = 256;

    /// <summary>Sorted matches that can be paged through at most; in the order of creation there is no such limit.</summary>
    public int SortedMatches { get; init; } = 1_000_000;

    /// <summary>
    /// Resources of the types concerned that may have changed since a search's first page before its second one is refused.
    /// New resources don't count.
    /// </summary>
    public int ChangesBetweenPages { get; init; } = 100_000;
}
