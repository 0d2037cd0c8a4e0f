// The store with R4's own search parameters over a gateway that counts: what the costs are measured on.

using System.Text;
using FhirHub.Cosmos.Emulator;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Cosmos.City;

/// <summary>A Cosmos store in a database of its own, and the gateway before it.</summary>
public sealed class CityStore : IAsyncDisposable
{
    private static readonly IndexExtractor s_extractor = new(SearchParameterRegistry.R4);
    private readonly SearchParser _parser = new(SearchParameterRegistry.R4);
    private readonly CosmosGateway _gateway;
    private readonly string _database;

    private CityStore(CosmosGateway gateway, string database, IResourceStore store) => (_gateway, _database, Store) = (gateway, database, store);

    /// <summary>The store.</summary>
    public IResourceStore Store { get; private set; }

    /// <summary>The database that the store is in.</summary>
    public string Database => _database;

    /// <summary>The account's address.</summary>
    public Uri Endpoint => _gateway.Endpoint;

    /// <summary>Opens a store in a new database.</summary>
    /// <exception cref="StoreException">The account can't be reached.</exception>
    public static async Task<CityStore> OpenAsync(CancellationToken cancel)
    {
        var gateway = await CosmosEmulator.GatewayAsync();
        var database = CosmosEmulator.FreshDatabase();
        return new CityStore(gateway, database, await OpenAsync(gateway, database, cancel));
    }

    /// <summary>Opens the same database anew: a server that has nothing in its memory.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        await Store.DisposeAsync();
        Store = await OpenAsync(_gateway, _database, cancel);
    }

    /// <summary>Does something and tells what was asked of the database for it.</summary>
    public async Task<MeasuredCost> MeasureAsync(Func<CityStore, CancellationToken, Task> interaction, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(interaction);
        using var recording = _gateway.Record();
        await interaction(this, cancel);
        return MeasuredCost.Of(recording.Requests);
    }

    /// <summary>A resource as a write of it.</summary>
    /// <param name="json">The resource with its id.</param>
    /// <param name="method">The interaction.</param>
    public static PutResource Write(string json, WriteMethod method = WriteMethod.Post)
    {
        var resource = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;
        var (entries, references) = s_extractor.Extract(resource.Root);
        var prepared = new PreparedResource(ResourceBody.From(resource.Root), entries, references) { Contained = s_extractor.ExtractContained(resource.Root) };
        return new PutResource(new ResourceKey(resource.ResourceType, resource.Id!), prepared, method);
    }

    /// <summary>Commits writes.</summary>
    /// <exception cref="InvalidOperationException">They were refused.</exception>
    public async Task CommitAsync(ResourceTransaction transaction, CancellationToken cancel)
    {
        var result = await Store.CommitAsync(AccessScope.Full, transaction, cancel);
        if (result.Failure != CommitFailure.None)
            throw new InvalidOperationException($"The commit was refused: {result.Failure}.");
    }

    /// <summary>Commits writes without conditions.</summary>
    /// <exception cref="InvalidOperationException">They were refused.</exception>
    public Task CommitAsync(IReadOnlyList<ResourceWrite> writes, CancellationToken cancel) => CommitAsync(new ResourceTransaction { Writes = writes }, cancel);

    /// <summary>A search as a client writes it, such as <c>Observation?patient=Patient/p1&amp;code=8302-2</c>.</summary>
    public async Task<SearchQuery> ParseAsync(string search, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(search);
        var mark = search.IndexOf('?', StringComparison.Ordinal);
        var parsed = await _parser.ParseAsync(new SearchRequest { ResourceType = search[..mark], Parameters = QueryString.Parse(search[(mark + 1)..]) }, cancel);
        return parsed.Query ?? throw new InvalidOperationException($"{search}: {string.Join(' ', parsed.Issues.Select(static issue => issue.ToString()))}");
    }

    /// <summary>A page of a search.</summary>
    public async Task<SearchPage> SearchAsync(string search, CancellationToken cancel) =>
        await Store.SearchAsync(AccessScope.Full, await ParseAsync(search, cancel), cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _gateway.DisposeAsync();
        await CosmosEmulator.DeleteAsync(_database);
    }

    private static async Task<IResourceStore> OpenAsync(CosmosGateway gateway, string database, CancellationToken cancel)
    {
        var store = await CosmosResourceStore.OpenAsync(
            new CosmosStoreOptions
            {
                Endpoint = gateway.Endpoint,
                Key = CosmosEmulator.Key,
                Database = database,
                Extract = static (_, json) => s_extractor.Extract(ResourceParser.ParseJson(json).Tree!.Root).Entries,
                ExtractContained = static (_, json) => s_extractor.ExtractContained(ResourceParser.ParseJson(json).Tree!.Root),
                Text = static json => ResourceText.Of(ResourceParser.ParseJson(json).Tree!.Root),
                CompartmentParameters = static (compartment, type) => [.. (CompartmentRules.Parameters(compartment, type) ?? [])
                    .Select(code => SearchParameterRegistry.R4.Find(type, code)).OfType<SearchParameter>()],

                // What is counted is what was asked for; the work in between has its own row of the model.
                SweepInterval = TimeSpan.FromDays(1),
                FollowInterval = TimeSpan.FromDays(1),
            },
            cancel);
        return store;
    }
}
