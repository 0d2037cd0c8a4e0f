// The tables of docs/operations/cosmos-costs.md.

using System.Globalization;
using System.Text;

namespace FhirHub.Cosmos.City;

/// <summary>Writes what was measured, computed and played.</summary>
public static class CityReport
{
    /// <summary>The costs of the steps as they were measured on synthetic patients.</summary>
    public static string Costs(CityMeasurement measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        var text = new StringBuilder("| step | requests | RU | queries over all partitions |\n|---|---|---|---|\n");
        foreach (var (name, cost) in measured.Means)
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {cost.Requests} | {cost.Units:0} | {cost.FanOuts} |\n");
        return text.ToString();
    }

    /// <summary>Documents by container.</summary>
    public static string Sizes(CityMeasurement measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        var text = new StringBuilder("| container | documents | bytes each |\n|---|---|---|\n");
        foreach (var (name, (documents, bytes)) in measured.Containers)
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {documents} | {(documents == 0 ? 0 : bytes / documents)} |\n");
        return text.Append(CultureInfo.InvariantCulture, $"\nA current resource {measured.Sizes.Resource:0} bytes; {measured.Patients} patients, {measured.Resources} resources of {measured.Bytes / measured.Resources} bytes of JSON.\n").ToString();
    }

    /// <summary>The model's figures for some loads, side by side.</summary>
    public static string Model(params (string Name, CityTraffic Traffic, CityModel Model)[] loads)
    {
        var text = new StringBuilder($"| | {string.Join(" | ", loads.Select(static load => load.Name))} |\n|---|{string.Concat(loads.Select(static _ => "---|"))}\n");
        Row("visits a day", static load => Whole(load.Traffic.VisitsPerDay));
        Row("documents, current (million)", static load => Whole(load.Model.Resources / 1e6));
        Row("`resources` (GB)", static load => Whole(load.Model.ResourceBytes / 1e9));
        Row("`ids` (GB)", static load => Whole(load.Model.HeadBytes / 1e9));
        Row("`history` (GB)", static load => Whole(load.Model.HistoryBytes / 1e9));
        Row("`log` (GB)", static load => Whole(load.Model.LogBytes / 1e9));
        Row("physical partitions of `resources`", static load => Whole(load.Model.Partitions));
        Row("peak hour, requests/s on the wire", static load => Whole(load.Model.RequestsPerSecond(load.Model.PeakHour, load.Model.Partitions)));
        Row("peak hour, RU/s, mean", static load => Whole(load.Model.UnitsPerSecond(load.Model.PeakHour, load.Model.Partitions)));
        Row("peak hour, RU/s, 99 of 100 seconds", static load => Whole(load.Model.UnitsP99(load.Model.PeakHour, load.Model.Partitions)));
        Row("share of queries that find nothing in most partitions", static load => load.Model.FanOutShare(load.Model.Partitions).ToString("P0", CultureInfo.InvariantCulture));
        Row("peak hour, commits/s", static load => load.Model.CommitsPerSecond(load.Model.PeakHour).ToString("0.0", CultureInfo.InvariantCulture));
        Row("peak hour, versions/s", static load => Whole(load.Model.VersionsPerSecond(load.Model.PeakHour)));
        Row("RU of a day (million)", static load => Whole(load.Model.UnitsPerDay(load.Model.Partitions) / 1e6));
        return text.ToString();

        void Row(string name, Func<(string Name, CityTraffic Traffic, CityModel Model), string> value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", loads.Select(value))} |\n");
    }

    /// <summary>RU/s of the hours of a day.</summary>
    public static string Hours(CityModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new StringBuilder("| hour | visits/s | requests/s | RU/s |\n|---|---|---|---|\n");
        var partitions = model.Partitions;
        for (var hour = 0; hour < 24; hour++)
            text.Append(CultureInfo.InvariantCulture, $"| {hour:00} | {model.VisitsPerSecond(hour):0.00} | {model.RequestsPerSecond(hour, partitions):0} | {model.UnitsPerSecond(hour, partitions):0} |\n");
        return text.ToString();
    }

    /// <summary>A played day beside the model.</summary>
    public static string Day(CityTraffic traffic, CityModel model, CityDayResult day)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(day);
        var (hour, partitions) = (model.PeakHour, model.Partitions);
        var text = new StringBuilder("| | paper | played | ratio |\n|---|---|---|---|\n");
        Row("visits", traffic.VisitsPerDay, day.Visits);
        Row("RU of the day", model.UnitsPerDay(partitions), day.Units);
        Row("peak hour, RU/s, mean", model.UnitsPerSecond(hour, partitions), day.MeanUnits);
        Row("peak hour, RU/s, 99 of 100 seconds", model.UnitsP99(hour, partitions), day.P99Units);
        text.Append(CultureInfo.InvariantCulture, $"| busiest minute, RU/s | | {day.PeakMinute:N0} | |\n");
        text.Append(CultureInfo.InvariantCulture, $"| hottest physical partition, its busiest minute, RU/s | | {day.HottestPartition:N0} | |\n");
        text.Append(CultureInfo.InvariantCulture, $"| commits; appends to the log | | {day.Commits:N0}; {day.Appends:N0} | |\n");
        text.Append(CultureInfo.InvariantCulture, $"| busiest minute, appends/s; largest group | | {day.AppendsPerSecond:0.0}; {day.LargestGroup} | |\n");
        text.Append(CultureInfo.InvariantCulture, $"| 99 of 100 commits wait less than | | {day.WaitP99.TotalMilliseconds:0} ms | |\n");
        return text.ToString();

        void Row(string name, double paper, double played) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {paper:N0} | {played:N0} | {played / paper:0.00} |\n");
    }

    private static string Whole(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
