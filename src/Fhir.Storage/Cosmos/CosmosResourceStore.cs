// The store on Azure Cosmos DB: reads as of the watermark, commits through the log (docs/adr/0051-commit-log.md).

namespace FhirHub.Storage.Cosmos;

/// <summary>A <see cref="IResourceStore"/> in a Cosmos database, which any number of servers may open.</summary>
public sealed partial class CosmosResourceStore : IResourceStore
{
    private readonly CosmosStoreOptions _options;
    private readonly CosmosDatabase _database;
    private readonly Watermarks _watermarks;
    private readonly CommitLog _log;
    private readonly Applier _applier;
    private readonly CosmosSearch _search;
    private readonly CosmosVersions _versions;
    private readonly Committer _committer;
    private readonly IndexDefinitions _definitions;
    private readonly IndexChanges _indexChanges;
    private readonly RetiredEntries _retired;
    private readonly Sweeper _sweeper;

    private CosmosResourceStore(CosmosStoreOptions options, CosmosDatabase database)
    {
        _options = options;
        _database = database;
        _watermarks = new Watermarks(database);
        var tail = new LogTail();
        _log = new CommitLog(database);
        _applier = new Applier(database, _log, tail, _watermarks, options);
        _versions = new CosmosVersions(database, options, _watermarks);
        _search = new CosmosSearch(database, options);
        _definitions = new IndexDefinitions(options);
        _indexChanges = new IndexChanges(_log, _applier, options.Clock);
        _committer = new Committer(database, options, _watermarks, _log, tail, _applier, _search, _definitions);
        _changes = new CosmosChanges(database, _log, options);
        _retired = new RetiredEntries(database, options, _watermarks, _indexChanges);
        _sweeper = new Sweeper(database, options, _watermarks, _log, _applier);
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
        await _retired.DisposeAsync();
        await _committer.DisposeAsync();
        if (_follower is not null)
            await _follower.DisposeAsync();
        _database.Dispose();
    }
}
