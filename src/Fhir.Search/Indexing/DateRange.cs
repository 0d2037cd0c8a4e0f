// The span of time that a date of any precision stands for, in microseconds.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>
/// Microseconds since 1970-01-01T00:00:00Z, both ends included. A date or time stands for all instants of its precision
/// (R4 search.html#date); without a zone it is taken as UTC.
/// </summary>
public readonly record struct DateRange(long Low, long High)
{
    /// <summary>Microseconds of a day.</summary>
    internal const long Day = 24 * Hour;

    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;

    private static readonly int DaysTo1970 = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>All time.</summary>
    public static DateRange Open { get; } = new(long.MinValue, long.MaxValue);

    /// <summary>The microsecond of an instant.</summary>
    public static long Of(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads <c>2024</c>, <c>2024-05</c>, <c>2024-05-01</c>, <c>2024-05-01T10:30</c>, with seconds, fraction and zone.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateRange range)
    {
        range = default;
        if (!Digits(ref text, 4, out var year) || year == 0)
            return false;
        if (text.IsEmpty)
            return Years(year, out range);
        if (!Take(ref text, (byte)'-') || !Digits(ref text, 2, out var month) || month is 0 or > 12)
            return false;
        if (text.IsEmpty)
        {
            range = Span(Midnight(year, month, 1), DateTime.DaysInMonth(year, month) * Day);
            return true;
        }

        if (!Take(ref text, (byte)'-') || !Digits(ref text, 2, out var day) || day == 0 || day > DateTime.DaysInMonth(year, month))
            return false;
        var low = Midnight(year, month, day);
        if (text.IsEmpty)
        {
            range = Span(low, Day);
            return true;
        }

        return Take(ref text, (byte)'T') && Time(ref text, ref low, out var precision) && Zone(ref text, ref low) && text.IsEmpty
            && Assign(out range, Span(low, precision));
    }

    /// <summary>The same for characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateRange range)
    {
        Span<byte> bytes = stackalloc byte[48];
        range = default;
        return text.Length <= bytes.Length
            && System.Text.Ascii.FromUtf16(text, bytes, out var length) == System.Buffers.OperationStatus.Done
            && TryParse(bytes[..length], out range);
    }

    /// <summary>The range of a date, dateTime or instant; false if it has no value.</summary>
    public static bool TryParse(ElementNode primitive, out DateRange range)
    {
        range = default;
        if (primitive is not { Exists: true, HasValue: true })
            return false;

        // A writer of JSON may escape the plus sign of a time zone.
        return primitive.IsEscaped ? TryParse(primitive.GetString() ?? "", out range) : TryParse(primitive.RawValue, out range);
    }

    private static bool Years(int year, out DateRange range) =>
        Assign(out range, Span(Midnight(year, 1, 1), (DateTime.IsLeapYear(year) ? 366 : 365) * Day));

    private static bool Assign(out DateRange range, DateRange value)
    {
        range = value;
        return true;
    }

    private static DateRange Span(long low, long length) => new(low, low + length - 1);

    private static long Midnight(int year, int month, int day) => (new DateOnly(year, month, day).DayNumber - DaysTo1970) * Day;

    private static bool Time(ref ReadOnlySpan<byte> text, ref long low, out long precision)
    {
        precision = Minute;
        if (!Digits(ref text, 2, out var hour) || hour > 23 || !Take(ref text, (byte)':') || !Digits(ref text, 2, out var minute) || minute > 59)
            return false;
        low += (hour * Hour) + (minute * Minute);
        if (!Take(ref text, (byte)':'))
            return true;

        // FHIR allows a leap second; it counts as the last one before it.
        if (!Digits(ref text, 2, out var second) || second > 60)
            return false;
        low += Math.Min(second, 59) * Second;
        precision = Second;
        return !Take(ref text, (byte)'.') || Fraction(ref text, ref low, ref precision);
    }

    private static bool Fraction(ref ReadOnlySpan<byte> text, ref long low, ref long precision)
    {
        var any = false;
        while (!text.IsEmpty && char.IsAsciiDigit((char)text[0]))
        {
            // Digits beyond microseconds say nothing that the index keeps.
            if (precision > 1)
            {
                precision /= 10;
                low += (text[0] - '0') * precision;
            }

            any = true;
            text = text[1..];
        }

        return any;
    }

    private static bool Zone(ref ReadOnlySpan<byte> text, ref long low)
    {
        if (text.IsEmpty || Take(ref text, (byte)'Z'))
            return true;
        var sign = text[0] switch { (byte)'+' => -1, (byte)'-' => 1, _ => 0 };
        text = text[1..];
        if (sign == 0 || !Digits(ref text, 2, out var hour) || hour > 14 || !Take(ref text, (byte)':') || !Digits(ref text, 2, out var minute) || minute > 59)
            return false;
        low += sign * ((hour * Hour) + (minute * Minute));
        return true;
    }

    private static bool Take(ref ReadOnlySpan<byte> text, byte c)
    {
        if (text.IsEmpty || text[0] != c)
            return false;
        text = text[1..];
        return true;
    }

    private static bool Digits(ref ReadOnlySpan<byte> text, int count, out int number)
    {
        number = 0;
        if (text.Length < count)
            return false;
        for (var i = 0; i < count; i++)
        {
            if (!char.IsAsciiDigit((char)text[i]))
                return false;
            number = (number * 10) + text[i] - '0';
        }

        text = text[count..];
        return true;
    }
}
