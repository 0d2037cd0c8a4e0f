// A hierarchy as a limited scope may follow it.

using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>A hierarchy along which only what the scope grants is followed; <see cref="ScopedExpression"/> makes it.</summary>
/// <param name="Hierarchy">What was asked for.</param>
/// <param name="Granted">The condition that a resource must meet before its parent reference is read.</param>
internal sealed record GrantedHierarchy(HierarchyPredicate Hierarchy, SearchExpression Granted) : SearchPredicate;
