// What an interaction asked of the database: requests, partitions, an estimate of request units.

using System.Globalization;
using FhirHub.Cosmos.Emulator;

namespace FhirHub.Cosmos.City;

/// <summary>The requests of one interaction.</summary>
/// <param name="Requests">The requests in the order of their ends.</param>
public sealed record MeasuredCost(IReadOnlyList<CosmosRequest> Requests)
{
    private const double IndexedValue = 0.2;

    private const string Resources = "resources";

    // Digits of the hash of the first level of a key.
    private const int HashDigits = 32;

    /// <summary>The number of requests.</summary>
    public int Count => Requests.Count;

    /// <summary>Documents of a container that were made or replaced; what was refused does not count.</summary>
    public int WritesOf(string container) => Requests.Count(request =>
        request.Container == container && request is { Operation: CosmosOperation.Create or CosmosOperation.Replace or CosmosOperation.Upsert, Status: < 300 });

    /// <summary>Queries over all partitions of a container: each is a request to every physical partition.</summary>
    public int FanOuts => Requests.Count(static request => request is { Operation: CosmosOperation.Query or CosmosOperation.ChangeFeed, PartitionKey: null });

    /// <summary>
    /// Partitions of the container "resources", by the first level of their key, that were asked: whole keys name them, the
    /// beginnings of keys come as hashes, so of what was asked in both ways the greater number counts.
    /// </summary>
    public int ResourcePartitions => Requests.Where(static request => request is { Container: Resources, PartitionKey: not null })
        .Select(static request => Beginning(request.PartitionKey!)).Distinct(StringComparer.Ordinal)
        .GroupBy(static beginning => beginning.StartsWith('[')).Select(static group => group.Count()).DefaultIfEmpty().Max();

    /// <summary>
    /// The estimated charge in request units: <see cref="CosmosRequest.Charge"/>, and for each value that is written to the index of
    /// "resources" a fifth of a unit. For that there is no public figure: it is the first thing to compare with a real account's charges.
    /// </summary>
    public double Charge => Requests.Sum(static request => request.Charge + (request is { Container: Resources, Status: < 300 } ? request.Values * IndexedValue : 0));

    /// <summary>The partitions of resources that it touched: their number, or that it touched all.</summary>
    public string Touched => FanOuts > 0 ? "all" : ResourcePartitions.ToString(CultureInfo.InvariantCulture);

    /// <summary>The charge as the table has it: a number, and for each query over all partitions what each physical partition P adds.</summary>
    public string Units => FanOuts == 0
        ? Charge.ToString("0", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Charge - (FanOuts * StepCost.EmptyQuery):0} + {FanOuts * StepCost.EmptyQuery:0} P");

    /// <summary>What requests cost.</summary>
    public static MeasuredCost Of(IReadOnlyList<CosmosRequest> requests) => new(requests);

    /// <summary>Requests by operation and container, such as "2 Read ids, 1 Query resources".</summary>
    public string Parts => string.Join(", ", Requests
        .GroupBy(static request => $"{(request.Operation == CosmosOperation.ChangeFeed ? "feed" : request.Operation.ToString().ToLowerInvariant())} {request.Container}", StringComparer.Ordinal)
        .OrderBy(static group => group.Key, StringComparer.Ordinal)
        .Select(static group => group.Count() == 1 ? group.Key : $"{group.Count()} {group.Key}"));

    // A patient's documents share the first level of the key, so they lie together as long as they fit a physical partition.
    private static string Beginning(string partitionKey) =>
        partitionKey.StartsWith('[') ? partitionKey.Split(',', 2)[0] : partitionKey[..Math.Min(partitionKey.Length, "from ".Length + HashDigits)];
}
