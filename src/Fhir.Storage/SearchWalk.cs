// All pages of a search, one after the other, for those who look at every match.

using System.Runtime.CompilerServices;
using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>Walks over the pages of searches.</summary>
public static class SearchWalk
{
    /// <summary>The matches of all pages, as of the moment of the first; a page is read when its first match is asked for.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">What the caller may see.</param>
    /// <param name="query">The search; its count is the size of the pages.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async IAsyncEnumerable<StoredVersion> MatchesAsync(
        this IResourceStore store, AccessScope scope, SearchQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(query);
        do
        {
            var page = await store.SearchAsync(scope, query, cancel);
            foreach (var match in page.Matches)
                yield return match;
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
    }
}
