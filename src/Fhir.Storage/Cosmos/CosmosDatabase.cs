// The database with its containers; they are made if they are not there.

using System.Net;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>An open database.</summary>
internal sealed class CosmosDatabase : IDisposable
{
    private readonly CosmosClient _client;
    private readonly CosmosClient? _nearest;
    private readonly Container _state;

    private CosmosDatabase(CosmosClient client, CosmosClient? nearest, CosmosRetry retry, CosmosStoreOptions options)
    {
        (_client, _nearest) = (client, nearest);
        Bodies = new Bodies(options.Blobs, options.Clock);
        CosmosDocuments Of(string container, bool isContested) =>
            new(client.GetContainer(options.Database, container), nearest?.GetContainer(options.Database, container), retry, isContested);
        Resources = Of(Layout.Resources, isContested: false);
        Ids = Of(Layout.Ids, isContested: true);
        History = Of(Layout.History, isContested: false);
        Log = Of(Layout.Log, isContested: true);
        Control = Of(Layout.Control, isContested: true);
        State = Of(Layout.State, isContested: true);
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
    public static CosmosDatabase Attach(CosmosStoreOptions options) => new(Connect(options, []), null, new CosmosRetry(options), options);

    /// <summary>Opens the database and makes what is not there.</summary>
    /// <exception cref="StoreException">The account can't be reached, refuses, or promises too little consistency.</exception>
    /// <exception cref="StoreBusyException">The account has too much to do.</exception>
    public static async Task<CosmosDatabase> OpenAsync(CosmosStoreOptions options, CancellationToken cancel)
    {
        var client = Connect(options, []);
        CosmosClient? nearest = null;
        try
        {
            RequireConsistency(await client.ReadAccountAsync());
            var retry = new CosmosRetry(options, repeatsUnseen: options.Regions.Count > 0);
            await MakeAsync(client, retry, options, cancel);
            nearest = options.Regions.Count == 0 ? null : Connect(options, options.Regions);
            return new CosmosDatabase(client, nearest, retry, options);
        }
        catch (Exception exception)
        {
            client.Dispose();
            nearest?.Dispose();
            throw exception switch
            {
                CosmosException answered => new StoreException($"The Cosmos database '{options.Database}' can't be opened: the account answered {(int)answered.StatusCode}.") { Code = (int)answered.StatusCode },
                HttpRequestException => new StoreException($"The Cosmos account at {options.Endpoint.Host} can't be reached."),
                _ => exception,
            };
        }
    }

    /// <summary>The change feed of <see cref="State"/>.</summary>
    public StateFeed FeedOfState() => new(_state);

    public void Dispose()
    {
        Bodies.Dispose();
        _client.Dispose();
        _nearest?.Dispose();
    }

    // Without regions all requests go to the region that is written to, as commits and what they rest on must; with them, a read may go to any.
    private static CosmosClient Connect(CosmosStoreOptions options, IReadOnlyList<string> regions)
    {
        var settings = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = options.Regions.Count == 0,
            ApplicationPreferredRegions = regions.Count == 0 ? null : regions,
            AvailabilityStrategy = regions.Count < 2 ? null : AvailabilityStrategy.CrossRegionHedgingStrategy(options.HedgeAfter, options.HedgeStep),

            // CosmosRetry decides whether and when a request that was refused is made again.
            MaxRetryAttemptsOnRateLimitedRequests = 0,
            RequestTimeout = options.RequestTimeout,
            ApplicationName = "FhirHub",
        };
        return options.Key is { } key
            ? new CosmosClient(options.Endpoint.AbsoluteUri, key, settings)
            : new CosmosClient(options.Endpoint.AbsoluteUri, options.Credential ?? throw new ArgumentException("The account's key is missing, and so is a credential.", nameof(options)), settings);
    }

    private static void RequireConsistency(AccountProperties account)
    {
        if (account.Consistency.DefaultConsistencyLevel is not (ConsistencyLevel.Strong or ConsistencyLevel.BoundedStaleness))
        {
            throw new StoreException(
                $"The Cosmos account's default consistency is {account.Consistency.DefaultConsistencyLevel}; set it to Strong or BoundedStaleness, since with a weaker one a server may not see what another has committed.");
        }
    }

    private static async Task MakeAsync(CosmosClient client, CosmosRetry retry, CosmosStoreOptions options, CancellationToken cancel)
    {
        var throughput = options.Throughput is { } units ? ThroughputProperties.CreateAutoscaleThroughput(units) : null;
        var database = client.GetDatabase(options.Database);
        await MakeAsync(
            token => database.ReadStreamAsync(cancellationToken: token),
            CreateAsync);
        foreach (var container in Layout.Containers)
        {
            await MakeAsync(
                token => database.GetContainer(container.Id).ReadContainerStreamAsync(cancellationToken: token),
                token => database.CreateContainerStreamAsync(container, throughputProperties: null, cancellationToken: token));
        }

        // The SDK has no call that takes an autoscale throughput and answers without an exception.
        async Task<ResponseMessage> CreateAsync(CancellationToken token)
        {
            var made = await client.CreateDatabaseIfNotExistsAsync(options.Database, throughput, cancellationToken: token);
            return new ResponseMessage(made.StatusCode);
        }

        async Task MakeAsync(Func<CancellationToken, Task<ResponseMessage>> read, Func<CancellationToken, Task<ResponseMessage>> create)
        {
            foreach (var send in new[] { read, create })
            {
                var answer = await retry.RunAsync(send, isWrite: false, cancel);
                using var message = answer.Message;

                // Two servers may start at once; whoever is second finds it made.
                if (message.IsSuccessStatusCode || message.StatusCode == HttpStatusCode.Conflict)
                    return;
                if (message.StatusCode != HttpStatusCode.NotFound)
                    throw new StoreException($"The Cosmos database '{options.Database}' can't be opened: the account answered {(int)message.StatusCode}.") { Code = (int)message.StatusCode };
            }
        }
    }
}
