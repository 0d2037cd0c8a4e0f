// The store on Azure Cosmos DB: reads as of the watermark, commits through the log (docs/adr/0051-commit-log.md).

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>A <see cref="IResourceStore"/> in a Cosmos database, which any number of servers may open.</summary>
public sealed partial class CosmosResourceStore : IResourceStore
{
    private readonly CosmosStoreOptions _options;
    private readonly CosmosDatabase _database;
    private readonly Watermarks _watermarks;
    private readonly Applier _applier;
    private readonly CosmosSearch _search;
    private readonly Committer _committer;
    private readonly IndexDefinitions _definitions;

    private CosmosResourceStore(CosmosStoreOptions options, CosmosDatabase database)
    {
        _options = options;
        _database = database;
        _watermarks = new Watermarks(database);
        _applier = new Applier(database, _watermarks, options);
        _search = new CosmosSearch(database, options);
        _definitions = new IndexDefinitions(options);
        _committer = new Committer(database, options, _watermarks, _applier, _search, _definitions);
    }

    /// <summary>Opens the database and makes it if there is none.</summary>
    /// <exception cref="StoreException">The account can't be reached, or refuses.</exception>
    public static async Task<CosmosResourceStore> OpenAsync(CosmosStoreOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        var store = new CosmosResourceStore(options, await CosmosDatabase.OpenAsync(options, cancel));
        try
        {
            store._watermarks.Saw(await Watermark.OpenAsync(store._database.Control, options.IndexFingerprint, cancel));
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public long Commits => _watermarks.Position;

    /// <inheritdoc/>
    public long CommitsOf(string type) => _watermarks.PositionOf(type);

    /// <inheritdoc/>
    public Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel) => _committer.CommitAsync(scope, transaction, cancel);

    /// <inheritdoc/>
    public async Task<SearchPage> SearchAsync(AccessScope scope, SearchQuery query, CancellationToken cancel) =>
        await _search.PageAsync(scope, query, await _watermarks.ReadAsync(cancel), cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }
}
