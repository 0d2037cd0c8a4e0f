// An estimate of what a request would cost on Azure, so that tests and models can sum it. The emulator says 1 of everything.

namespace FhirHub.Cosmos.Emulator;

/// <summary>Estimated request charges, in request units. They are computed, never measured: Azure's own differ by the index and the number of partitions.</summary>
/// <remarks>
/// From the public figures of Azure Cosmos DB ("Request Units as a throughput and performance currency", "key-value store cost"): a point read of 1 KB is 1 RU
/// and one of 100 KB is 10 RU; a write of 1 KB without index is 5 RU and one of 100 KB is 50 RU; reads and queries cost twice as much with strong and bounded
/// staleness consistency. A query that finds nothing is about 2.5 RU for each physical partition it asks. Between these points the estimate is linear.
/// Terms of the index are not counted, so a write to a container with a wide index costs more than this says.
/// </remarks>
internal static class CosmosCharge
{
    private const double ReadPerKilobyte = 9.0 / 99;
    private const double WritePerKilobyte = 45.0 / 99;
    private const double EmptyQuery = 2.5;

    public static double Estimate(CosmosOperation operation, int status, int requestBytes, int responseBytes, bool isStrong)
    {
        var reads = isStrong ? 2 : 1;
        return operation switch
        {
            CosmosOperation.Other => 0,
            CosmosOperation.Read or CosmosOperation.ChangeFeed => reads * (1 + More(responseBytes, ReadPerKilobyte)),
            CosmosOperation.Query => reads * (EmptyQuery + More(responseBytes, ReadPerKilobyte)),

            // A write that was refused has read what it was refused for.
            _ when status >= 400 => 1,
            _ => 5 + More(Math.Max(requestBytes, responseBytes), WritePerKilobyte),
        };
    }

    private static double More(int bytes, double perKilobyte) => Math.Max(0, (bytes / 1024.0) - 1) * perKilobyte;
}
