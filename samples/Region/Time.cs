// Dates and times as the region writes them: China has one zone and no summer time.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Formats and arithmetic of time.</summary>
internal static class Time
{
    public static string Format(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Format(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'+08:00'", CultureInfo.InvariantCulture);

    public static DateTime At(this DateOnly date, int hour, int minute = 0) => date.ToDateTime(new TimeOnly(hour, minute));

    /// <summary>So many working days later.</summary>
    public static DateOnly AddWorkingDays(this DateOnly date, int days)
    {
        while (days > 0)
        {
            date = date.AddDays(1);
            if (date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                days--;
        }

        return date;
    }
}
