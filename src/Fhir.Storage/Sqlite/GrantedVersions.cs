// What filters have said of versions lately. To extract what a filter asks for takes longer than all the rest of a read.

using System.Runtime.CompilerServices;
using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>The last decision about each version in memory; it goes when the version does.</summary>
internal sealed class GrantedVersions
{
    private readonly ConditionalWeakTable<StoredVersion, Decision> _decisions = [];

    /// <summary>The decision of a filter, if it is known.</summary>
    /// <param name="version">The version.</param>
    /// <param name="filter">The filter as the scope gave it: a scope gives the same object each time.</param>
    /// <param name="generation">The state of the search parameters.</param>
    public bool? Find(StoredVersion version, SearchExpression filter, long generation) =>
        _decisions.TryGetValue(version, out var decision) && ReferenceEquals(decision.Filter, filter) && decision.Generation == generation ? decision.IsGranted : null;

    /// <summary>Keeps a decision.</summary>
    public void Keep(StoredVersion version, SearchExpression filter, long generation, bool isGranted) =>
        _decisions.AddOrUpdate(version, new Decision(filter, generation, isGranted));

    private sealed record Decision(SearchExpression Filter, long Generation, bool IsGranted);
}
