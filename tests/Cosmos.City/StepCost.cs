// What one interaction costs, as the model and the simulation reckon with it.

namespace FhirHub.Cosmos.City;

/// <summary>The cost of an interaction.</summary>
/// <param name="Requests">Requests to the database, of which a query over all partitions is one.</param>
/// <param name="Units">Request units without what such queries cost in partitions that have nothing to tell.</param>
/// <param name="FanOuts">Queries over all partitions.</param>
/// <param name="Commits">Appends to the log.</param>
/// <param name="Versions">Versions that were written.</param>
public sealed record StepCost(int Requests, double Units, int FanOuts, int Commits, int Versions)
{
    /// <summary>Request units of a query in a physical partition where it finds nothing, with strong consistency: twice 2.5.</summary>
    public const double EmptyQuery = 5;

    /// <summary>The units with a number of physical partitions.</summary>
    public double UnitsOn(int partitions) => Units + (FanOuts * EmptyQuery * partitions);

    /// <summary>Requests on the wire with a number of physical partitions.</summary>
    public long RequestsOn(int partitions) => Requests + ((partitions - 1L) * FanOuts);

    /// <summary>The cost of what was measured on one physical partition.</summary>
    public static StepCost Of(MeasuredCost measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        return new StepCost(
            measured.Count,
            measured.Charge - (measured.FanOuts * EmptyQuery),
            measured.FanOuts,
            measured.WritesOf("log"),
            measured.WritesOf("ids"));
    }
}
