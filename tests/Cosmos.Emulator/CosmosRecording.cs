// The requests of a stretch of time, for tests that count them.

namespace FhirHub.Cosmos.Emulator;

/// <summary>What a gateway answered since the recording began, and until it is disposed.</summary>
public sealed class CosmosRecording : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<CosmosRequest> _requests = [];
    private readonly CosmosGateway _gateway;

    internal CosmosRecording(CosmosGateway gateway) => _gateway = gateway;

    /// <summary>All requests, in the order of their ends.</summary>
    public IReadOnlyList<CosmosRequest> All
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>The requests for documents: without those of <see cref="CosmosOperation.Other"/>, most of which a client makes once.</summary>
    public IReadOnlyList<CosmosRequest> Requests => [.. All.Where(static request => request.Operation != CosmosOperation.Other)];

    /// <summary>The number of requests for documents.</summary>
    public int Count => Requests.Count;

    /// <summary>The number of requests of an operation.</summary>
    public int CountOf(CosmosOperation operation) => All.Count(request => request.Operation == operation);

    /// <summary>The number of requests for documents by operation.</summary>
    public IReadOnlyDictionary<CosmosOperation, int> Counts => Requests.GroupBy(static request => request.Operation).ToDictionary(static group => group.Key, static group => group.Count());

    /// <summary>The partitions that were asked, by container and key.</summary>
    public IReadOnlyCollection<string> Partitions =>
        [.. Requests.Where(static request => request.PartitionKey is not null).Select(static request => $"{request.Container} {request.PartitionKey}").Distinct(StringComparer.Ordinal)];

    /// <summary>The number of queries over all partitions.</summary>
    public int CrossPartition => Requests.Count(static request => request is { Operation: CosmosOperation.Query, PartitionKey: null });

    /// <summary>The sum of the estimated charges, in request units.</summary>
    public double Charge => Requests.Sum(static request => request.Charge);

    /// <summary>One line a request, for the message of a test that fails.</summary>
    public override string ToString() =>
        string.Join('\n', Requests.Select(static request => $"{request.Client} {request.Operation} {request.Container} {request.Id} {request.PartitionKey} {request.Status} {request.Sql}"));

    /// <summary>Ends the recording; what it has stays.</summary>
    public void Dispose() => _gateway.End(this);

    internal void Add(CosmosRequest request)
    {
        lock (_gate)
            _requests.Add(request);
    }
}
