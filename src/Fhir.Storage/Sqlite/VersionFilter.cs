// Whether a version is in a scope by what it says itself. The index knows current versions only, and may know a later one than was read.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>Holds versions to filters of a scope, whose compartments are spelled out (<see cref="ScopedExpression.Granted"/>).</summary>
/// <param name="versions">Finds the resources that a filter's chains lead to.</param>
/// <param name="options">How the store extracts what filters ask for.</param>
internal sealed class VersionFilter(VersionReader versions, SqliteStoreOptions options) : IResourceLookup
{
    /// <summary>True if the version is in the filter. A tombstone says nothing, so it is in no filter but that of everything.</summary>
    public bool Grants(SearchExpression filter, StoredVersion version) => filter switch
    {
        SearchExpression.All => true,
        SearchExpression.None => false,
        _ => !version.IsDeleted && new SearchEvaluator(SearchParameterRegistry.R4, this).Matches(Indexed(version), filter),
    };

    /// <summary>True if a filter looks at nothing but the resource itself, so that what it says of a version it says for ever.</summary>
    public static bool IsOfContent(SearchExpression filter) => filter switch
    {
        SearchExpression.And and => and.Parts.All(IsOfContent),
        SearchExpression.Or or => or.Parts.All(IsOfContent),
        SearchExpression.Not not => IsOfContent(not.Part),
        SearchExpression.Chain or SearchExpression.ReverseChain => false,
        _ => true,
    };

    /// <inheritdoc/>
    public IndexedResource? Find(string type, string id) =>
        versions.FindCurrent(new ResourceKey(type, id)) is (_, _, { IsDeleted: false } version) ? Indexed(version) : null;

    // Filters follow literal references to resources of this store; nothing else says whose data something is.
    IEnumerable<IndexedResource> IResourceLookup.FindByUrl(string url) => [];

    IEnumerable<IndexedResource> IResourceLookup.All(string type) => throw new NotSupportedException("A scope's filter does not look at what refers to a resource.");

    private IndexedResource Indexed(StoredVersion version)
    {
        var (key, json) = (version.Key, version.Body.ToArray(version));
        return new IndexedResource(key.Type, key.Id, version.LastUpdated, options.Extract(key, json))
        {
            Contained = version.Body.MayContain
                ? [.. options.ExtractContained(key, json).Select(contained => new IndexedResource(contained.Type, contained.Id, version.LastUpdated, contained.Entries))]
                : [],
        };
    }
}
