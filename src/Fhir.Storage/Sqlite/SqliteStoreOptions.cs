// What the SQLite store is told when it is opened.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>The settings of a <see cref="SqliteResourceStore"/>.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The database file; it is made if there is none.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The index entries of a stored resource, from its whole JSON. Used where an update or delete must take old entries out of the index.
    /// </summary>
    public required Func<ResourceKey, ReadOnlyMemory<byte>, IReadOnlyList<IndexEntry>> Extract { get; init; }

    /// <summary>The contained resources of a stored resource, from its whole JSON; asked only where there may be some.</summary>
    public Func<ResourceKey, ReadOnlyMemory<byte>, IReadOnlyList<ContainedResource>> ExtractContained { get; init; } = static (_, _) => [];

    /// <summary>
    /// The texts of a stored resource, from its whole JSON, for a full-text index in <c>text.db</c> beside the file; null for none, and
    /// then <c>_text</c> and <c>_content</c> can't be searched.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, ResourceText>? Text { get; init; }

    /// <summary>The number of the state of the search parameters that <see cref="Extract"/> goes by now.</summary>
    public Func<long> Generation { get; init; } = static () => 0;

    /// <summary>Names the state of the standard's search parameters and of extraction; a store that was indexed under another one needs a reindex.</summary>
    public string IndexFingerprint { get; init; } = "";

    /// <summary>
    /// The reference parameters that put a resource of a type (second argument) into a compartment (first one);
    /// R4 compartmentdefinition.html.
    /// </summary>
    public Func<string, string, IReadOnlyList<SearchParameter>> CompartmentParameters { get; init; } = static (_, _) => [];

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

    /// <summary>Time that a search may take.</summary>
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resources that <c>_include</c> and <c>_revinclude</c> add to a page at most.</summary>
    public int IncludeLimit { get; init; } = 1_000;

    /// <summary>What the planner counted lately.</summary>
    internal SourceCounts SourceCounts { get; } = new(TimeProvider.System);

    /// <summary>Totals that were counted lately.</summary>
    internal TotalCounts Totals { get; } = new(TimeProvider.System);

    /// <summary>Time that a page link is good for, from when it was given.</summary>
    public TimeSpan PageLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Disk for the lists of matches that are being paged through, in megabytes; the oldest go when it is used up.</summary>
    public int PagesMegabytes { get; init; } = 256;

    /// <summary>Sorted matches that can be paged through at most; in the order of creation there is no such limit.</summary>
    public int SortedMatches { get; init; } = 1_000_000;

    /// <summary>
    /// Resources of the types concerned that may have changed since a search's first page before its second one is refused.
    /// New resources don't count.
    /// </summary>
    public int ChangesBetweenPages { get; init; } = 100_000;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
