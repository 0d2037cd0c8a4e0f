// Searches of the store: as of the watermark, or of the position that a page link names.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>Finds resources.</summary>
internal sealed class CosmosSearch(CosmosDatabase database, CosmosStoreOptions options)
{
    private readonly PageLists _lists = new();

    /// <summary>A page of matches.</summary>
    /// <param name="scope">What the caller may see.</param>
    /// <param name="query">The search.</param>
    /// <param name="watermark">What is known of the store now; the first page is as of it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="SearchTimeoutException">It takes longer, or looks at more resources, than the options allow.</exception>
    public Task<SearchPage> PageAsync(AccessScope scope, SearchQuery query, Watermark watermark, CancellationToken cancel) => LimitedAsync(
        async token =>
        {
            var trace = query.Explain ? new SearchTrace() : null;
            var now = new SearchRun(database, options, scope, watermark, watermark.Position, trace);
            SearchPage page;
            if (query.Cursor is null)
            {
                page = await now.FirstPageAsync(query, _lists, token);
            }
            else
            {
                var cursor = PageCursor.Read(query.Cursor);
                page = await new SearchRun(database, options, scope, watermark, cursor.Position, trace).LaterPageAsync(query, cursor, _lists, now, token);
            }

            return trace is null ? page : page with { Explanation = trace.Steps(withStatements: scope.IsAdministrators) };
        },
        cancel);

    /// <summary>The different tokens or URIs of a parameter, in resources that the scope grants.</summary>
    /// <exception cref="SearchTimeoutException">It takes longer, or looks at more resources, than the options allow.</exception>
    public Task<IReadOnlyList<IndexedValue>> ValuesAsync(AccessScope scope, SearchParameter parameter, int limit, Watermark watermark, CancellationToken cancel) =>
        LimitedAsync(token => new SearchRun(database, options, scope, watermark, watermark.Position, null).ValuesAsync(parameter, limit, token), cancel);

    private async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(options.SearchTimeout);
        try
        {
            return await work(limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && limited.IsCancellationRequested)
        {
            throw new SearchTimeoutException($"The search took longer than {options.SearchTimeout.TotalSeconds:0.#} seconds; narrow it.");
        }
    }
}
