// Several servers on one database, each through a client of the gateway of its own.

using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

/// <summary>A database and the stores that a test opened on it.</summary>
internal sealed class CosmosServers : IAsyncDisposable
{
    private readonly List<CosmosResourceStore> _stores = [];

    private CosmosServers(CosmosGateway gateway) => Gateway = gateway;

    public CosmosGateway Gateway { get; }

    public string Database { get; } = CosmosEmulator.FreshDatabase();

    public SettableClock Clock { get; } = new();

    public static async Task<CosmosServers> StartAsync() => new(await CosmosEmulator.GatewayAsync());

    /// <summary>One more server. It sweeps when the test says so.</summary>
    public async Task<(CosmosResourceStore Store, CosmosGatewayClient Client)> OpenAsync()
    {
        var client = await Gateway.AddClientAsync();
        var store = await CosmosResourceStore.OpenAsync(
            new CosmosStoreOptions
            {
                Endpoint = client.Endpoint,
                Key = CosmosEmulator.Key,
                Database = Database,
                Extract = TestResource.Extract,
                ExtractContained = TestResource.ExtractContained,
                Clock = Clock,
                SweepInterval = TimeSpan.FromHours(1),

                // A server that is cut off gives up soon; one whose request a test holds waits for it.
                RetryBudget = TimeSpan.FromMilliseconds(300),
                RequestTimeout = TimeSpan.FromMinutes(5),
            },
            CancellationToken.None);
        _stores.Add(store);
        return (store, client);
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Fault = null;
        foreach (var store in _stores)
            await store.DisposeAsync();
        await CosmosEmulator.DeleteAsync(Database);
        await Gateway.DisposeAsync();
    }

    public static PutResource Put(string id, string text, long? expected = null) =>
        new(new ResourceKey("Patient", id), new TestResource(text).Token(Parameters.Identifier, "http://ids", id).Prepare(), WriteMethod.Put) { ExpectedVersion = expected };

    public static Task<CommitResult> CommitAsync(CosmosResourceStore store, params ResourceWrite[] writes) =>
        store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, CancellationToken.None);

    public static async Task<StoredVersion?> ReadAsync(CosmosResourceStore store, string id) =>
        await store.ReadAsync(AccessScope.Full, new ResourceKey("Patient", id), CancellationToken.None);

    /// <summary>The versions of patients at one moment, in the order of their ids; none for one that is not there.</summary>
    public static async Task<IReadOnlyList<StoredVersion>> SeeAsync(CosmosResourceStore store, params string[] ids)
    {
        var query = new SearchQuery { ResourceTypes = ["Patient"], Expression = new SearchExpression.IdIn(ids), Count = ids.Length };
        var page = await store.SearchAsync(AccessScope.Full, query, CancellationToken.None);
        return [.. page.Matches.OrderBy(static match => match.Key.Id, StringComparer.Ordinal)];
    }
}
