// A date of any precision as the period of time that it covers.

using System.Globalization;

namespace FhirHub.Server;

/// <summary>Dates and times of R4 (datatypes.html#dateTime) as periods.</summary>
public static class PartialInstant
{
    private static readonly string[] Zoned =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm'Z'"];

    /// <summary>First and last instant, in UTC where the text has no zone.</summary>
    public static bool TryParse(string text, out DateTimeOffset low, out DateTimeOffset high)
    {
        ArgumentNullException.ThrowIfNull(text);
        low = high = default;
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        TimeSpan span;
        if (DateTimeOffset.TryParseExact(text, "yyyy", CultureInfo.InvariantCulture, utc, out low))
            return TryEnd(low, l => l.AddYears(1), out high);
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, utc, out low))
            return TryEnd(low, l => l.AddMonths(1), out high);
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, utc, out low))
            span = TimeSpan.FromDays(1);
        else if (DateTimeOffset.TryParseExact(text, Zoned, CultureInfo.InvariantCulture, utc, out low)
            || DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm"], CultureInfo.InvariantCulture, utc, out low))
            span = text.Contains('.') ? TimeSpan.FromMilliseconds(1) : text.Count(c => c == ':') - (HasOffset(text) ? 1 : 0) >= 2 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1);
        else
            return false;
        return TryEnd(low, l => l + span, out high);
    }

    private static bool HasOffset(string text) => text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':';

    private static bool TryEnd(DateTimeOffset low, Func<DateTimeOffset, DateTimeOffset> next, out DateTimeOffset high)
    {
        // The year 9999 has no next one.
        high = low.Year == 9999 ? DateTimeOffset.MaxValue : next(low).AddTicks(-1);
        return true;
    }
}
