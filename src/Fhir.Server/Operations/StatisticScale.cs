// One unit for values of many: that of most values, into which the others are converted by way of UCUM's canonical units.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Values in one unit.</summary>
/// <param name="Unit">The UCUM code; null if there is no value.</param>
/// <param name="Label">The unit as people read it.</param>
/// <param name="Samples">The values.</param>
/// <param name="Others">Number of values that measure something else (mass where most are amounts), which can't be converted.</param>
internal sealed record StatisticScale(string? Unit, string? Label, IReadOnlyList<StatisticSample> Samples, int Others)
{
    /// <summary>Converts values.</summary>
    public static StatisticScale Of(IReadOnlyList<StatisticSample> samples)
    {
        if (samples.Count == 0)
            return new StatisticScale(null, null, [], 0);
        var most = samples.GroupBy(s => s.Unit).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First();
        var label = most.Select(s => s.Label).FirstOrDefault(l => l is not null) ?? most.Key;
        if (most.Count() == samples.Count)
            return new StatisticScale(most.Key, label, samples, 0);

        // The canonical value of a unit is a * value + b: b is not 0 for degrees. Where it is no line at all (decibels), canonical
        // units are what there is in common.
        var isLine = Ucum.TryCanonicalize(most.Key, 0, out var zero, out var units) & Ucum.TryCanonicalize(most.Key, 1, out var one, out _)
            & Ucum.TryCanonicalize(most.Key, 2, out var two, out _)
            && one != zero && Statistic.Rounded(two - one) == Statistic.Rounded(one - zero);
        if (!isLine)
            Ucum.TryCanonicalize(most.Key, most.First().Value, out _, out units);
        var converted = new List<StatisticSample>(samples.Count);
        foreach (var sample in samples)
        {
            if (isLine && sample.Unit == most.Key)
                converted.Add(sample);
            else if (Ucum.TryCanonicalize(sample.Unit, sample.Value, out var canonical, out var own) && own == units)
                converted.Add(sample with { Value = isLine ? Statistic.Rounded((canonical - zero) / (one - zero))!.Value : canonical });
        }

        return new StatisticScale(isLine ? most.Key : units, isLine ? label : units, converted, samples.Count - converted.Count);
    }
}
