// What every store is told when it is opened: how resources are indexed, and how long answers may take.

using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>The settings that do not depend on where resources are stored.</summary>
public abstract record ResourceStoreOptions
{
    /// <summary>
    /// The index entries of a stored resource, from its whole JSON. Used where a store must index anew what it holds.
    /// </summary>
    public required Func<ResourceKey, ReadOnlyMemory<byte>, IReadOnlyList<IndexEntry>> Extract { get; init; }

    /// <summary>The contained resources of a stored resource, from its whole JSON; asked only where there may be some.</summary>
    public Func<ResourceKey, ReadOnlyMemory<byte>, IReadOnlyList<ContainedResource>> ExtractContained { get; init; } = static (_, _) => [];

    /// <summary>
    /// The texts of a stored resource, from its whole JSON, for full-text search (SQLite keeps its index in <c>text.db</c> beside the
    /// file); null for none, and then <c>_text</c> and <c>_content</c> can't be searched.
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

    /// <summary>Time that a search may take.</summary>
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resources that <c>_include</c> and <c>_revinclude</c> add to a page at most.</summary>
    public int IncludeLimit { get; init; } = 1_000;

    /// <summary>Time that a page link is good for, from when it was given.</summary>
    public TimeSpan PageLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
