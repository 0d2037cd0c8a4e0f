// A resource made ready for a commit before the write lock is asked for: body, index entries, references.

using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>The content of a version to be: everything that does not depend on its number and time.</summary>
/// <param name="Body">The stored form.</param>
/// <param name="Entries">What search finds in it.</param>
/// <param name="References">Its literal references to local resources, for integrity.</param>
public sealed record PreparedResource(ResourceBody Body, IReadOnlyList<IndexEntry> Entries, IReadOnlyList<LocalReference> References)
{
    /// <summary>The resources that it contains, for chains and <c>_contained</c>.</summary>
    public IReadOnlyList<ContainedResource> Contained { get; init; } = [];

    /// <summary>The state of the search parameters that the entries are of; a store extracts anew when another one is current.</summary>
    public long Generation { get; init; }
}
