// The database with its containers; they are made if they are not there.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>An open database.</summary>
internal sealed class CosmosDatabase : IDisposable
{
    private readonly CosmosClient _client;
    private readonly Container _state;

    private CosmosDatabase(CosmosClient client, CosmosStoreOptions options)
    {
        _client = client;
        Bodies = new Bodies(options.Blobs, options.Clock);
        CosmosDocuments Of(string container) => new(client.GetContainer(options.Database, container));
        Resources = Of(Layout.Resources);
        Ids = Of(Layout.Ids);
        History = Of(Layout.History);
        Log = Of(Layout.Log);
        Control = Of(Layout.Control);
        State = Of(Layout.State);
        _state = client.GetContainer(options.Database, Layout.State);
    }

    public CosmosDocuments Resources { get; }

    public CosmosDocuments Ids { get; }

    public CosmosDocuments History { get; }

    public CosmosDocuments Log { get; }

    public CosmosDocuments Control { get; }

    public CosmosDocuments State { get; }

    public Bodies Bodies { get; }

    /// <summary>The account.</summary>
    public CosmosClient Client => _client;

    /// <summary>The database as it is; nothing is asked of it yet.</summary>
    public static CosmosDatabase Attach(CosmosStoreOptions options) => new(Connect(options), options);

    /// <summary>Opens the database and makes what is not there.</summary>
    /// <exception cref="StoreException">The account can't be reached, or refuses.</exception>
    public static async Task<CosmosDatabase> OpenAsync(CosmosStoreOptions options, CancellationToken cancel)
    {
        var client = Connect(options);
        try
        {
            var throughput = options.Throughput is { } units ? ThroughputProperties.CreateAutoscaleThroughput(units) : null;
            Database database = await client.CreateDatabaseIfNotExistsAsync(options.Database, throughput, cancellationToken: cancel);
            foreach (var container in Layout.Containers)
                await database.CreateContainerIfNotExistsAsync(container, throughputProperties: null, cancellationToken: cancel);
            return new CosmosDatabase(client, options);
        }
        catch (CosmosException exception)
        {
            client.Dispose();
            throw new StoreException($"The Cosmos database '{options.Database}' can't be opened: the account answered {(int)exception.StatusCode}.") { Code = (int)exception.StatusCode };
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static CosmosClient Connect(CosmosStoreOptions options)
    {
        var settings = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = options.Regions.Count == 0,
            ApplicationPreferredRegions = options.Regions.Count == 0 ? null : [.. options.Regions],
            ApplicationName = "FhirHub",
            RequestTimeout = options.RequestTimeout,
        };
        return options.Key is { } key
            ? new CosmosClient(options.Endpoint.AbsoluteUri, key, settings)
            : new CosmosClient(options.Endpoint.AbsoluteUri, options.Credential ?? throw new ArgumentException("The account's key is missing, and so is a credential.", nameof(options)), settings);
    }

    /// <summary>The change feed of <see cref="State"/>.</summary>
    public StateFeed FeedOfState() => new(_state);

    public void Dispose()
    {
        Bodies.Dispose();
        _client.Dispose();
    }
}
