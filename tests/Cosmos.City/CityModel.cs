// The model on paper: what a region's load comes to, by arithmetic alone.

namespace FhirHub.Cosmos.City;

/// <summary>Sizes of documents, with their share of the index, in bytes.</summary>
/// <param name="Resource">A current version with its entries.</param>
/// <param name="Head">A head.</param>
/// <param name="History">A former version.</param>
/// <param name="LogPerVersion">What a written version adds to the log.</param>
public sealed record DocumentSizes(double Resource, double Head, double History, double LogPerVersion);

/// <summary>What a load comes to.</summary>
/// <param name="traffic">The load.</param>
/// <param name="costs">The cost of each step by its name.</param>
/// <param name="sizes">Sizes of documents.</param>
public sealed class CityModel(CityTraffic traffic, IReadOnlyDictionary<string, StepCost> costs, DocumentSizes sizes)
{
    /// <summary>Bytes that a physical partition holds (Azure's limit).</summary>
    public const double PartitionBytes = 50e9;

    /// <summary>Request units per second that a physical partition serves (Azure's limit).</summary>
    public const double PartitionUnits = 10_000;

    // The 99th percentile of a normal distribution.
    private const double P99 = 2.326;

    /// <summary>Current resources.</summary>
    public double Resources => traffic.Patients * traffic.ResourcesPerPatient;

    /// <summary>Bytes in "resources".</summary>
    public double ResourceBytes => Resources * sizes.Resource;

    /// <summary>Bytes in "ids".</summary>
    public double HeadBytes => Resources * sizes.Head;

    /// <summary>Bytes in "history".</summary>
    public double HistoryBytes => Resources * traffic.FormerVersions * sizes.History;

    /// <summary>Bytes in "log": it keeps all that ever was committed.</summary>
    public double LogBytes => Resources * (1 + traffic.FormerVersions) * sizes.LogPerVersion;

    /// <summary>Physical partitions of "resources", over all of which an unselective query goes: by size, and by the peak's units.</summary>
    public int Partitions
    {
        get
        {
            // Splitting for throughput makes queries dearer, which may ask for more partitions again; it settles, or grows beyond all use.
            var bySize = (int)Math.Ceiling(ResourceBytes / PartitionBytes);
            var partitions = bySize;
            for (var i = 0; i < 20; i++)
                partitions = Math.Max(bySize, (int)Math.Ceiling(UnitsPerSecond(PeakHour, partitions) / PartitionUnits));
            return partitions;
        }
    }

    /// <summary>The busiest hour of the day.</summary>
    public int PeakHour => Enumerable.Range(0, 24).MaxBy(hour => traffic.Hours[hour]);

    /// <summary>Visits that begin in each second of an hour, on average.</summary>
    public double VisitsPerSecond(int hour) => traffic.VisitsPerDay * traffic.Hours[hour] / 3_600;

    /// <summary>Request units per second in an hour, on average.</summary>
    public double UnitsPerSecond(int hour, int partitions) => VisitsPerSecond(hour) * traffic.Steps.Sum(step => step.PerVisit * costs[step.Name].UnitsOn(partitions));

    /// <summary>The request units that 99 of 100 seconds of an hour stay below: steps come independently, so their number is Poisson's.</summary>
    public double UnitsP99(int hour, int partitions)
    {
        var variance = VisitsPerSecond(hour) * traffic.Steps.Sum(step => step.PerVisit * Math.Pow(costs[step.Name].UnitsOn(partitions), 2));
        return UnitsPerSecond(hour, partitions) + (P99 * Math.Sqrt(variance));
    }

    /// <summary>Requests per second on the wire in an hour, on average.</summary>
    public double RequestsPerSecond(int hour, int partitions) => VisitsPerSecond(hour) * traffic.Steps.Sum(step => step.PerVisit * costs[step.Name].RequestsOn(partitions));

    /// <summary>Commits per second in an hour.</summary>
    public double CommitsPerSecond(int hour) => VisitsPerSecond(hour) * traffic.Steps.Sum(step => step.PerVisit * costs[step.Name].Commits);

    /// <summary>Versions written per second in an hour.</summary>
    public double VersionsPerSecond(int hour) => VisitsPerSecond(hour) * traffic.Steps.Sum(step => step.PerVisit * costs[step.Name].Versions);

    /// <summary>Request units of a whole day.</summary>
    public double UnitsPerDay(int partitions) => Enumerable.Range(0, 24).Sum(hour => 3_600 * UnitsPerSecond(hour, partitions));

    /// <summary>The share of the day's units that queries over all partitions cost where they find nothing.</summary>
    public double FanOutShare(int partitions) =>
        traffic.Steps.Sum(step => step.PerVisit * costs[step.Name].FanOuts * StepCost.EmptyQuery * partitions) / traffic.Steps.Sum(step => step.PerVisit * costs[step.Name].UnitsOn(partitions));
}
