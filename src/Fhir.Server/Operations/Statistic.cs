// The statistics of R4's code system observation-statistics, over values of one unit.

namespace FhirHub.Server;

/// <summary>What a result of a statistic is measured in.</summary>
internal enum StatisticUnit
{
    /// <summary>A number of observations.</summary>
    Count,

    /// <summary>The unit of the values.</summary>
    Value,

    /// <summary>The square of it.</summary>
    Square,

    /// <summary>None.</summary>
    None,

    /// <summary>The unit of the values per hour.</summary>
    PerHour,
}

/// <summary>A result; no number where the values don't allow one, such as a deviation of one value.</summary>
/// <param name="Value">The number.</param>
/// <param name="Unit">What it is measured in.</param>
/// <param name="Label">Tells the two results of a regression apart; null else.</param>
internal readonly record struct StatisticResult(decimal? Value, StatisticUnit Unit, string? Label = null);

/// <summary>The values that statistics are made of.</summary>
/// <param name="Sorted">The values in ascending order.</param>
/// <param name="Points">The same values with their time in hours, for the regression; without those that have no time.</param>
/// <param name="Total">Number of observations, those without a usable value included.</param>
internal sealed record StatisticValues(IReadOnlyList<decimal> Sorted, IReadOnlyList<(double Hours, double Value)> Points, int Total)
{
    /// <summary>Number of values.</summary>
    public int Count => Sorted.Count;
}

/// <summary>A statistic (R4 valueset-observation-statistics.html).</summary>
/// <param name="Code">Its code.</param>
/// <param name="Display">Its name.</param>
/// <param name="Compute">Its results.</param>
internal sealed record Statistic(string Code, string Display, Func<StatisticValues, IEnumerable<StatisticResult>> Compute)
{
    /// <summary>The code system.</summary>
    public const string System = "http://terminology.hl7.org/CodeSystem/observation-statistics";

    private const int SignificantDigits = 12;

    /// <summary>All statistics. Deviation, variance, skew and kurtosis are those of a sample; kurtosis is the excess over a normal distribution.</summary>
    public static IReadOnlyList<Statistic> All { get; } =
    [
        OfValue("average", "Average", v => v.Count == 0 ? null : Rounded(v.Sorted.Sum() / v.Count)),
        OfValue("maximum", "Maximum", v => v.Count == 0 ? null : v.Sorted[^1]),
        OfValue("minimum", "Minimum", v => v.Count == 0 ? null : v.Sorted[0]),
        Of("count", "Count", StatisticUnit.Count, v => v.Count),
        Of("total-count", "Total Count", StatisticUnit.Count, v => v.Total),
        OfValue("median", "Median", v => Quantile(v, 0.5m)),
        OfValue("std-dev", "Standard Deviation", v => v.Count < 2 ? null : Rounded(Math.Sqrt(Moment(v, 2) / (v.Count - 1)))),
        OfValue("sum", "Sum", v => v.Count == 0 ? null : v.Sorted.Sum()),
        Of("variance", "Variance", StatisticUnit.Square, v => v.Count < 2 ? null : Rounded(Moment(v, 2) / (v.Count - 1))),
        OfValue("20-percent", "20th Percentile", v => Quantile(v, 0.2m)),
        OfValue("80-percent", "80th Percentile", v => Quantile(v, 0.8m)),
        OfValue("4-lower", "Lower Quartile", v => Quantile(v, 0.25m)),
        OfValue("4-upper", "Upper Quartile", v => Quantile(v, 0.75m)),
        OfValue("4-dev", "Quartile Deviation", v => Rounded((Quantile(v, 0.75m) - Quantile(v, 0.25m)) / 2)),
        OfValue("5-1", "1st Quintile", v => Quantile(v, 0.2m)),
        OfValue("5-2", "2nd Quintile", v => Quantile(v, 0.4m)),
        OfValue("5-3", "3rd Quintile", v => Quantile(v, 0.6m)),
        OfValue("5-4", "4th Quintile", v => Quantile(v, 0.8m)),
        Of("skew", "Skew", StatisticUnit.None, Skew),
        Of("kurtosis", "Kurtosis", StatisticUnit.None, Kurtosis),
        new Statistic("regression", "Regression", Regression),
    ];

    /// <summary>The statistic of that code, or null; R4's text of the parameter shortens two codes.</summary>
    public static Statistic? Find(string code)
    {
        var known = code switch { "max" => "maximum", "min" => "minimum", _ => code };
        return All.FirstOrDefault(s => s.Code == known);
    }

    /// <summary>The number without the digits that come of computing only.</summary>
    public static decimal? Rounded(decimal? value)
    {
        if (value is not { } number || number == 0)
            return value;
        var digits = SignificantDigits - 1 - (int)Math.Floor(Math.Log10((double)Math.Abs(number)));

        // Dividing by a 1 with many zeros takes trailing zeros away.
        return Math.Round(number, Math.Clamp(digits, 0, 28)) / 1.000000000000000000000000000m;
    }

    private static decimal? Rounded(double value) =>
        double.IsFinite(value) && Math.Abs(value) < 1e28 ? Rounded((decimal)value) : null;

    private static Statistic OfValue(string code, string display, Func<StatisticValues, decimal?> compute) =>
        Of(code, display, StatisticUnit.Value, compute);

    private static Statistic Of(string code, string display, StatisticUnit unit, Func<StatisticValues, decimal?> compute) =>
        new(code, display, values => [new StatisticResult(compute(values), unit)]);

    // Between two values the quantile is interpolated, as spreadsheets do.
    private static decimal? Quantile(StatisticValues values, decimal share)
    {
        if (values.Count == 0)
            return null;
        var at = share * (values.Count - 1);
        var below = (int)at;
        return below == values.Count - 1
            ? values.Sorted[below]
            : Rounded(values.Sorted[below] + ((at - below) * (values.Sorted[below + 1] - values.Sorted[below])));
    }

    private static double Moment(StatisticValues values, int power)
    {
        var mean = (double)(values.Sorted.Sum() / values.Count);
        return values.Sorted.Sum(v => Math.Pow((double)v - mean, power));
    }

    private static decimal? Skew(StatisticValues values)
    {
        double n = values.Count;
        if (n < 3)
            return null;
        var deviation = Math.Sqrt(Moment(values, 2) / (n - 1));
        return deviation == 0 ? null : Rounded(n / ((n - 1) * (n - 2)) * Moment(values, 3) / Math.Pow(deviation, 3));
    }

    private static decimal? Kurtosis(StatisticValues values)
    {
        double n = values.Count;
        if (n < 4)
            return null;
        var variance = Moment(values, 2) / (n - 1);
        return variance == 0 ? null : Rounded(
            (n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * Moment(values, 4) / (variance * variance))
            - (3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))));
    }

    // Least squares of the value over the time.
    private static IEnumerable<StatisticResult> Regression(StatisticValues values)
    {
        decimal? gradient = null;
        decimal? intercept = null;
        if (values.Points.Count >= 2)
        {
            var meanTime = values.Points.Average(p => p.Hours);
            var meanValue = values.Points.Average(p => p.Value);
            var spread = values.Points.Sum(p => (p.Hours - meanTime) * (p.Hours - meanTime));
            if (spread > 0)
            {
                var slope = values.Points.Sum(p => (p.Hours - meanTime) * (p.Value - meanValue)) / spread;
                gradient = Rounded(slope);
                intercept = Rounded(meanValue - (slope * meanTime));
            }
        }

        yield return new StatisticResult(gradient, StatisticUnit.PerHour, "gradient");
        yield return new StatisticResult(intercept, StatisticUnit.Value, "intercept");
    }
}
