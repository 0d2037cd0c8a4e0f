// The store on Azure Cosmos DB: reads as of the watermark, commits through the log (docs/adr/0051-commit-log.md).

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
    private readonly Sweeper _sweeper;

    private CosmosResourceStore(CosmosStoreOptions options, CosmosDatabase database)
    {
        _options = options;
        _database = database;
        _watermarks = new Watermarks(database);
        var (log, tail) = (new CommitLog(database), new LogTail());
        _applier = new Applier(database, log, tail, _watermarks, options);
        _search = new CosmosSearch(database, options);
        _definitions = new IndexDefinitions(options);
        _committer = new Committer(database, options, _watermarks, log, tail, _applier, _search, _definitions);
        _changes = new CosmosChanges(database, log, options);
        _sweeper = new Sweeper(database, options, _watermarks, log, _applier);
        _state = new CosmosStateStore(database.State, options.Clock);
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
            await store.FollowAsync(cancel);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        await _committer.DisposeAsync();
        if (_follower is not null)
            await _follower.DisposeAsync();
        _database.Dispose();
    }
}
