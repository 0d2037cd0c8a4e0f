// Dates and times plus quantities, and the least and greatest points that a partial one may stand for (FHIRPath N1, "Date/Time
// Arithmetic", "lowBoundary", "highBoundary").

namespace FhirHub.Model.FhirPath;

internal static class FhirPathCalendar
{
    /// <summary>
    /// Adds a duration; false if the unit is none that may be added. The sum is null where it leaves the years 1 to 9999.
    /// </summary>
    public static bool TryAdd(FhirPathTemporal temporal, in FhirPathValue quantity, int sign, out FhirPathTemporal? sum)
    {
        sum = null;
        var amount = sign * quantity.Number;
        if (FhirPathQuantity.DefiniteUnit(quantity) is not { } unit)
        {
            if (temporal.Kind == FhirPathKind.Time)
                return false;
            var months = decimal.Truncate(amount) * (quantity.Unit == "year" ? 12 : 1);
            sum = AddMonths(temporal, months);
            return true;
        }

        // A UCUM month or year is a length, not a date of the calendar, so it is no unit of this list.
        long ticks = unit switch
        {
            "wk" => TimeSpan.TicksPerDay * 7,
            "d" => TimeSpan.TicksPerDay,
            "h" => TimeSpan.TicksPerHour,
            "min" => TimeSpan.TicksPerMinute,
            "s" => TimeSpan.TicksPerSecond,
            "ms" => TimeSpan.TicksPerMillisecond,
            _ => 0,
        };
        if (ticks == 0 || (temporal.Kind == FhirPathKind.Time && ticks >= TimeSpan.TicksPerDay))
            return false;

        // Only seconds may have a fraction that counts.
        if (ticks > TimeSpan.TicksPerSecond)
            amount = decimal.Truncate(amount);
        if (Math.Abs(amount) * ticks > DateTime.MaxValue.Ticks)
            return true;
        sum = AddTicks(temporal, (long)(amount * ticks));
        return true;
    }

    /// <summary>The least value that the partial one may stand for, with that many digits (4 for a year, 17 for milliseconds).</summary>
    public static FhirPathTemporal? LowBoundary(FhirPathTemporal temporal, int? digits) => Boundary(temporal, digits, isHigh: false);

    /// <summary>The greatest value that the partial one may stand for.</summary>
    public static FhirPathTemporal? HighBoundary(FhirPathTemporal temporal, int? digits) => Boundary(temporal, digits, isHigh: true);

    /// <summary>Number of digits given: 4 for a year, 17 for milliseconds; 9 for a time with milliseconds.</summary>
    public static int DigitsOf(FhirPathTemporal temporal)
    {
        var digits = temporal.Precision switch
        {
            TemporalPrecision.Year => 4,
            TemporalPrecision.Month => 6,
            TemporalPrecision.Day => 8,
            TemporalPrecision.Hour => 10,
            TemporalPrecision.Minute => 12,
            _ => 14 + Math.Min(temporal.FractionDigits, 3),
        };
        return temporal.Kind == FhirPathKind.Time ? digits - 8 : digits;
    }

    private static FhirPathTemporal? AddMonths(FhirPathTemporal temporal, decimal months)
    {
        if (temporal.Precision == TemporalPrecision.Year)
            months -= months % 12;
        if (Math.Abs(months) > 120_000)
            return null;
        var year = ((temporal.Local.Year * 12) + temporal.Local.Month - 1 + (int)months) / 12;
        return year is >= 1 and <= 9999 && (temporal.Local.Year * 12) + temporal.Local.Month - 1 + (int)months >= 12
            ? new FhirPathTemporal(
                temporal.Kind, temporal.Local.AddMonths((int)months), temporal.Precision, temporal.FractionDigits, temporal.OffsetMinutes)
            : null;
    }

    // What is finer than the date's precision is dropped, a month counting 30 days and a year 365.
    private static FhirPathTemporal? AddTicks(FhirPathTemporal temporal, long ticks)
    {
        var days = ticks / TimeSpan.TicksPerDay;
        switch (temporal.Precision)
        {
            case TemporalPrecision.Year:
                return AddMonths(temporal, days / 365 * 12);
            case TemporalPrecision.Month:
                return AddMonths(temporal, days / 30);
            case TemporalPrecision.Day:
                ticks = days * TimeSpan.TicksPerDay;
                break;
            case TemporalPrecision.Hour:
                ticks -= ticks % TimeSpan.TicksPerHour;
                break;
            case TemporalPrecision.Minute:
                ticks -= ticks % TimeSpan.TicksPerMinute;
                break;
        }

        var fraction = temporal.FractionDigits;
        if (temporal.Precision == TemporalPrecision.Second && ticks % TimeSpan.TicksPerSecond != 0)
            fraction = Math.Max(fraction, ticks % TimeSpan.TicksPerMillisecond != 0 ? 7 : 3);
        var sum = temporal.Local.Ticks + ticks;
        if (temporal.Kind == FhirPathKind.Time)
            sum = ((sum % TimeSpan.TicksPerDay) + TimeSpan.TicksPerDay) % TimeSpan.TicksPerDay;
        return sum >= 0 && sum <= DateTime.MaxValue.Ticks
            ? new FhirPathTemporal(temporal.Kind, new DateTime(sum), temporal.Precision, fraction, temporal.OffsetMinutes)
            : null;
    }

    private static FhirPathTemporal? Boundary(FhirPathTemporal temporal, int? digits, bool isHigh)
    {
        var isTime = temporal.Kind == FhirPathKind.Time;
        var wanted = digits is { } given ? isTime ? given + 8 : given : temporal.Kind == FhirPathKind.Date ? 8 : 17;
        TemporalPrecision? precision = wanted switch
        {
            4 when !isTime => TemporalPrecision.Year,
            6 when !isTime => TemporalPrecision.Month,
            8 when !isTime => TemporalPrecision.Day,
            10 => TemporalPrecision.Hour,
            12 => TemporalPrecision.Minute,
            14 or 17 => TemporalPrecision.Second,
            _ => null,
        };
        if (precision is not { } target)
            return null;
        var local = isHigh ? Greatest(temporal) : temporal.Local;
        var kind = temporal.Kind == FhirPathKind.Date && target > TemporalPrecision.Day ? FhirPathKind.DateTime : temporal.Kind;

        // Without an offset it may be anywhere on earth: earliest at +14:00, latest at -12:00.
        var offset = temporal.OffsetMinutes ?? (isHigh ? -12 * 60 : 14 * 60);
        return new FhirPathTemporal(kind, local, TemporalPrecision.Second, 3, isTime ? null : offset)
            .With(target, wanted == 17 ? 3 : 0);
    }

    private static DateTime Greatest(FhirPathTemporal temporal)
    {
        var local = temporal.Local;
        return temporal.Precision switch
        {
            TemporalPrecision.Year => Last(new DateTime(local.Year, 12, 31)),
            TemporalPrecision.Month => Last(new DateTime(local.Year, local.Month, DateTime.DaysInMonth(local.Year, local.Month))),
            TemporalPrecision.Day => Last(local),

            // An hour alone stands for its first minute, as the examples of highBoundary() have it.
            TemporalPrecision.Hour or TemporalPrecision.Minute => local.AddTicks((60 * TimeSpan.TicksPerSecond) - TimeSpan.TicksPerMillisecond),
            _ => local.AddTicks(temporal.FractionDigits switch { 0 => 9_990_000, 1 => 990_000, 2 => 90_000, _ => 0 }),
        };

        static DateTime Last(DateTime day) => day.AddTicks(TimeSpan.TicksPerDay - TimeSpan.TicksPerMillisecond);
    }
}
