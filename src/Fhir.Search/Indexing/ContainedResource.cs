// What search finds in a contained resource, which chains and _contained lead to.

namespace FhirHub.Search;

/// <summary>A resource within another one (R4 references.html#contained).</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Its id, which is unique in its container only; references to it are <c>#id</c>.</param>
/// <param name="Entries">What search parameters find in it.</param>
public sealed record ContainedResource(string Type, string Id, IReadOnlyList<IndexEntry> Entries);
