// A day of a region on the Cosmos store: costs measured on a small city, the model on paper, and a day played with the measured costs.

using FhirHub.Cosmos.City;

namespace FhirHub.Benchmarks.Store;

public static class CityBenchmark
{
    private const int Seed = 20240501;

    // A turn is an append, the application in three rounds, and the watermark: five writes of about 10 ms, one after the other.
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null)
        {
            Console.WriteLine("The city needs --folder with Synthea's bundles.");
            return 2;
        }

        var measured = await CityMeasurement.RunAsync(options.Folder, Math.Min(options.Limit, 200), static line => Console.Error.WriteLine(line), CancellationToken.None);
        var rows = (await CostTable.MeasureAsync(CancellationToken.None)).ToDictionary(static row => row.Row.Name, static row => StepCost.Of(row.Cost), StringComparer.Ordinal);
        Console.WriteLine($"Costs of the steps, mean of {measured.Patients} patients\n\n{CityReport.Costs(measured)}\nDocuments\n\n{CityReport.Sizes(measured)}");

        // The paper takes the costs of the table in the decision record, the day those of the synthetic patients.
        var (city, province) = (new CityModel(CityTraffic.City, rows, measured.Sizes), new CityModel(CityTraffic.Province, rows, measured.Sizes));
        Console.WriteLine($"Model\n\n{CityReport.Model(("3.3 million", CityTraffic.City, city), ("100 million", CityTraffic.Province, province))}\nHours of the city\n\n{CityReport.Hours(city)}");
        var day = new CityDay(CityTraffic.City, measured.Samples, city.Partitions, s_turn).Play(Seed);
        Console.WriteLine($"The city's day, seed {Seed}\n\n{CityReport.Day(CityTraffic.City, city, day)}");
        return 0;
    }
}
