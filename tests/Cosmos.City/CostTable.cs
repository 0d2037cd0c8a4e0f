// The table of costs: measured on the ward, and written into a page between two marks.

using System.Globalization;
using System.Text;

namespace FhirHub.Cosmos.City;

/// <summary>Measures and writes the table.</summary>
public static class CostTable
{
    private const string Begin = "<!-- costs: written by the test CosmosCostTests -->";
    private const int UnitsCell = 3;
    private const double UnitsTolerance = 0.05;
    private const string End = "<!-- end of costs -->";

    /// <summary>Does each interaction once, on a server that was started just before, and tells what it asked of the database.</summary>
    public static async Task<IReadOnlyList<(CostCase Row, MeasuredCost Cost)>> MeasureAsync(CancellationToken cancel)
    {
        await using var city = await WardAsync(cancel);
        var costs = new List<(CostCase, MeasuredCost)>();
        foreach (var row in CostCase.All)
        {
            await city.RestartAsync(cancel);

            // The first request of a server also learns how the containers are divided.
            await city.SearchAsync("Location?name=none", cancel);
            var run = await row.Prepare(city, cancel);
            costs.Add((row, await city.MeasureAsync((_, _) => run(), cancel)));
        }

        return costs;
    }

    /// <summary>The page with the table in it.</summary>
    /// <exception cref="FormatException">The page has no marks.</exception>
    public static string Tell(string page, IReadOnlyList<(CostCase Row, MeasuredCost Cost)> costs)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(costs);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new FormatException("The page has no place for the table.");
        var table = new StringBuilder(Begin).Append("\n| interaction | requests | partitions | RU | requests by operation and container |\n|---|---|---|---|---|\n");
        var before = page[begin..end].Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).ToLookup(static line => line.Split(" | ")[0], StringComparer.Ordinal);
        foreach (var (row, cost) in costs)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"| {row.Name} | {cost.Count} | {cost.Touched} | {cost.Units} | {cost.Parts} |");
            table.Append(before[$"| {row.Name}"].FirstOrDefault(old => IsAlike(old, line)) ?? line).Append('\n');
        }

        return string.Concat(page.AsSpan(0, begin), table.ToString(), page.AsSpan(end));
    }

    // Ids and times are other ones in each run, so documents differ by some bytes and units by some tenths.
    private static bool IsAlike(string old, string line)
    {
        var (cells, others) = (old.Split(" | "), line.Split(" | "));
        if (cells.Length != others.Length || cells.Where((cell, i) => i != UnitsCell && cell != others[i]).Any())
            return false;
        var (numbers, measured) = (cells[UnitsCell].Split(' '), others[UnitsCell].Split(' '));
        return numbers.Length == measured.Length
            && Math.Abs(double.Parse(numbers[0], CultureInfo.InvariantCulture) - double.Parse(measured[0], CultureInfo.InvariantCulture)) <= 1 + (UnitsTolerance * double.Parse(numbers[0], CultureInfo.InvariantCulture))
            && numbers.Skip(1).SequenceEqual(measured.Skip(1), StringComparer.Ordinal);
    }

    private static async Task<CityStore> WardAsync(CancellationToken cancel)
    {
        var city = await CityStore.OpenAsync(cancel);
        foreach (var bundle in Ward.Bundles())
            await city.CommitAsync(bundle, cancel);
        await city.CommitAsync([CityStore.Write(Ward.Patient(4, "p4", "Changed"), Storage.WriteMethod.Put)], cancel);
        return city;
    }
}
