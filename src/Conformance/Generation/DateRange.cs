// Dates as search compares them (R4 search.html#date): a date is the stretch of time that it names.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>Reads and compares dates.</summary>
internal static class DateRange
{
    // Dates without a zone are in the server's own, which nobody knows.
    private static readonly TimeSpan s_zones = TimeSpan.FromHours(14);

    /// <summary>The value of a date, dateTime, instant or Period; null for anything else.</summary>
    public static DateValue? Of(ElementNode element)
    {
        if (element.IsPrimitive)
            return element.GetString() is { } text ? Of(text) : null;
        if (element.Type.Name != "Period")
            return null;
        var start = element.ChildValue("start") is { } from ? Of(from) : null;
        var end = element.ChildValue("end") is { } to ? Of(to) : null;
        return start is null && end is null ? null
            : new DateValue(start?.Text ?? end!.Text, start?.Low ?? DateTimeOffset.MinValue, end?.High ?? DateTimeOffset.MaxValue, (start ?? end!).HasZone && (end ?? start!).HasZone, true);
    }

    /// <summary>The stretch of a date's text; null if it is none.</summary>
    public static DateValue? Of(string text)
    {
        ReadOnlySpan<(string Format, Func<DateTimeOffset, DateTimeOffset> End)> partial =
        [
            ("yyyy", static date => date.AddYears(1)),
            ("yyyy-MM", static date => date.AddMonths(1)),
            ("yyyy-MM-dd", static date => date.AddDays(1)),
        ];
        foreach (var (format, end) in partial)
        {
            if (DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
                return new DateValue(text, date, end(date), false, false);
        }

        if (text.Length < 20 || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
            return null;
        return new DateValue(text, instant, text.Contains('.', StringComparison.Ordinal) ? instant.AddMilliseconds(1) : instant.AddSeconds(1), true, false);
    }

    /// <summary>True if a value is found with a prefix and a date; null if that depends on the server's time zone.</summary>
    public static bool? Matches(DateValue value, string prefix, DateValue query)
    {
        var doubt = value.HasZone == query.HasZone ? TimeSpan.Zero : s_zones;
        return prefix switch
        {
            "eq" => And(AtOrBefore(query.Low, value.Low, doubt), AtOrBefore(value.High, query.High, doubt)),
            "lt" => Before(value.Low, query.Low, doubt),
            "gt" => Before(query.High, value.High, doubt),
            "le" => Or(Before(value.Low, query.Low, doubt), Matches(value, "eq", query)),
            "ge" => Or(Before(query.High, value.High, doubt), Matches(value, "eq", query)),
            "sa" => AtOrBefore(query.High, value.Low, doubt),
            "eb" => AtOrBefore(value.High, query.Low, doubt),
            _ => null,
        };
    }

    private static bool? Before(DateTimeOffset a, DateTimeOffset b, TimeSpan doubt) =>
        Distance(a, b) > doubt ? true : Distance(b, a) >= doubt ? false : null;

    private static bool? AtOrBefore(DateTimeOffset a, DateTimeOffset b, TimeSpan doubt) =>
        Distance(a, b) >= doubt ? true : Distance(b, a) > doubt ? false : null;

    private static TimeSpan Distance(DateTimeOffset from, DateTimeOffset to) => to - from;

    private static bool? And(bool? a, bool? b) => a == false || b == false ? false : a is null || b is null ? null : true;

    private static bool? Or(bool? a, bool? b) => a == true || b == true ? true : a is null || b is null ? null : false;
}
