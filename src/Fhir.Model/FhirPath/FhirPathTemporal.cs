// Dates and times that know how much of them was given (FHIRPath N1, "Date", "DateTime", "Time").

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FhirHub.Model.FhirPath;

/// <summary>How much of a date or time was given.</summary>
public enum TemporalPrecision
{
#pragma warning disable CS1591 // The names say it all.
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
#pragma warning restore CS1591
}

/// <summary>A System.Date, System.DateTime or System.Time.</summary>
public sealed class FhirPathTemporal
{
    private static readonly long[] FractionTicks = [10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Makes one; parts beyond the precision must be the least.</summary>
    public FhirPathTemporal(FhirPathKind kind, DateTime local, TemporalPrecision precision, int fractionDigits = 0, int? offsetMinutes = null)
    {
        Kind = kind;
        Local = local;
        Precision = precision;
        FractionDigits = fractionDigits;
        OffsetMinutes = offsetMinutes;
    }

    /// <summary>Date, DateTime or Time.</summary>
    public FhirPathKind Kind { get; }

    /// <summary>Date and time as written, without its offset; a time is on the first day of year 1.</summary>
    public DateTime Local { get; }

    /// <summary>What was given.</summary>
    public TemporalPrecision Precision { get; }

    /// <summary>Digits given after the second's decimal point.</summary>
    public int FractionDigits { get; }

    /// <summary>The offset from UTC, or null if none was given.</summary>
    public int? OffsetMinutes { get; }

    /// <summary>The ticks in UTC; as written if there is no offset.</summary>
    internal long UtcTicks => Local.Ticks - ((OffsetMinutes ?? 0) * TimeSpan.TicksPerMinute);

    /// <summary>Reads the ISO 8601 form that FHIR and FHIRPath use, cut short anywhere.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, FhirPathKind kind, [NotNullWhen(true)] out FhirPathTemporal? temporal)
    {
        temporal = null;
        int year = 1, month = 1, day = 1;
        var precision = TemporalPrecision.Year;
        var rest = text;
        if (kind != FhirPathKind.Time)
        {
            if (!TakeNumber(ref rest, 4, out year) || year == 0)
                return false;
            if (TakePart(ref rest, '-', ref month))
            {
                precision = TemporalPrecision.Month;
                if (TakePart(ref rest, '-', ref day))
                    precision = TemporalPrecision.Day;
            }

            if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
                return false;
        }

        long ticks = 0;
        var fraction = 0;
        int? offset = null;
        if (kind == FhirPathKind.Time || (kind == FhirPathKind.DateTime && rest.StartsWith("T")))
        {
            if (kind != FhirPathKind.Time)
                rest = rest[1..];
            if (rest.IsEmpty && kind == FhirPathKind.DateTime)
                return Make(out temporal);
            if (kind == FhirPathKind.DateTime && precision != TemporalPrecision.Day)
                return false;
            if (!TakeTime(ref rest, ref precision, ref ticks, ref fraction)
                || (kind == FhirPathKind.DateTime && !TakeOffset(ref rest, ref offset)))
            {
                return false;
            }
        }

        return rest.IsEmpty && Make(out temporal);

        bool Make(out FhirPathTemporal made)
        {
            var local = new DateTime(year, month, day);
            if (ticks >= DateTime.MaxValue.Ticks - local.Ticks)
                ticks = TimeSpan.TicksPerDay - 1;
            made = new FhirPathTemporal(kind, local.AddTicks(ticks), precision, fraction, offset);
            return true;
        }
    }

    /// <summary>The same, cut or filled with the least values to another precision.</summary>
    internal FhirPathTemporal With(TemporalPrecision precision, int fractionDigits = 0) => new(
        Kind,
        precision switch
        {
            TemporalPrecision.Year => new DateTime(Local.Year, 1, 1),
            TemporalPrecision.Month => new DateTime(Local.Year, Local.Month, 1),
            TemporalPrecision.Day => Local.Date,
            TemporalPrecision.Hour => Local.Date.AddHours(Local.Hour),
            TemporalPrecision.Minute => Local.Date.AddHours(Local.Hour).AddMinutes(Local.Minute),
            _ => Local,
        },
        precision,
        fractionDigits,
        precision <= TemporalPrecision.Day ? null : OffsetMinutes);

    /// <summary>The same point as another of the three types, or null where that can't be.</summary>
    internal FhirPathTemporal? As(FhirPathKind kind)
    {
        if (kind == Kind)
            return this;
        if (kind == FhirPathKind.DateTime && Kind == FhirPathKind.Date)
            return new FhirPathTemporal(kind, Local, Precision);
        if (kind == FhirPathKind.Date && Kind == FhirPathKind.DateTime)
            return new FhirPathTemporal(kind, Local.Date, Precision < TemporalPrecision.Day ? Precision : TemporalPrecision.Day);
        return null;
    }

    /// <summary>
    /// Compares part by part down to the lesser precision; null where the precisions differ and the parts given don't.
    /// Seconds and their fraction are one part.
    /// </summary>
    internal static int? Compare(FhirPathTemporal left, FhirPathTemporal right)
    {
        long l = left.Local.Ticks, r = right.Local.Ticks;
        var sameClock = left.OffsetMinutes.HasValue == right.OffsetMinutes.HasValue;
        if (sameClock && left.OffsetMinutes != right.OffsetMinutes)
        {
            l = left.UtcTicks;
            r = right.UtcTicks;
        }

        // Year 1 minus an offset would be before time begins.
        var a = new DateTime(Math.Clamp(l, 0, DateTime.MaxValue.Ticks));
        var b = new DateTime(Math.Clamp(r, 0, DateTime.MaxValue.Ticks));
        var common = left.Precision < right.Precision ? left.Precision : right.Precision;
        for (var part = left.Kind == FhirPathKind.Time ? TemporalPrecision.Hour : TemporalPrecision.Year; part <= common; part++)
        {
            // Without a time zone on one side the hours of the two can't be compared.
            if (part == TemporalPrecision.Hour && !sameClock)
                return null;
            var order = PartOf(a, part).CompareTo(PartOf(b, part));
            if (order != 0)
                return order;
        }

        return left.Precision == right.Precision ? 0 : null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = Kind == FhirPathKind.Time ? "" : Precision switch
        {
            TemporalPrecision.Year => Local.ToString("yyyy", CultureInfo.InvariantCulture),
            TemporalPrecision.Month => Local.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            _ => Local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
        if (Precision <= TemporalPrecision.Day)
            return text;
        if (text.Length > 0)
            text += "T";
        text += Precision switch
        {
            TemporalPrecision.Hour => Local.ToString("HH", CultureInfo.InvariantCulture),
            TemporalPrecision.Minute => Local.ToString("HH:mm", CultureInfo.InvariantCulture),
            _ when FractionDigits == 0 => Local.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            _ => Local.ToString("HH:mm:ss." + new string('f', Math.Min(FractionDigits, 7)), CultureInfo.InvariantCulture),
        };
        return OffsetMinutes switch
        {
            null => text,
            0 => text + "Z",
            { } offset => string.Create(CultureInfo.InvariantCulture, $"{text}{(offset < 0 ? '-' : '+')}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}"),
        };
    }

    private static long PartOf(DateTime value, TemporalPrecision part) => part switch
    {
        TemporalPrecision.Year => value.Year,
        TemporalPrecision.Month => value.Month,
        TemporalPrecision.Day => value.Day,
        TemporalPrecision.Hour => value.Hour,
        TemporalPrecision.Minute => value.Minute,
        _ => value.Ticks % TimeSpan.TicksPerMinute,
    };

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, int digits, out int number)
    {
        number = 0;
        if (rest.Length < digits)
            return false;
        for (var i = 0; i < digits; i++)
        {
            if (!char.IsAsciiDigit(rest[i]))
                return false;
            number = (number * 10) + rest[i] - '0';
        }

        rest = rest[digits..];
        return true;
    }

    private static bool TakePart(ref ReadOnlySpan<char> rest, char separator, ref int number)
    {
        if (rest.IsEmpty || rest[0] != separator)
            return false;
        var after = rest[1..];
        if (!TakeNumber(ref after, 2, out var part))
            return false;
        rest = after;
        number = part;
        return true;
    }

    private static bool TakeTime(ref ReadOnlySpan<char> rest, ref TemporalPrecision precision, ref long ticks, ref int fraction)
    {
        int minute = 0, second = 0;
        if (!TakeNumber(ref rest, 2, out var hour))
            return false;
        precision = TemporalPrecision.Hour;
        if (TakePart(ref rest, ':', ref minute))
        {
            precision = TemporalPrecision.Minute;
            if (TakePart(ref rest, ':', ref second))
                precision = TemporalPrecision.Second;
        }

        // A leap second is allowed in the lexical form; it counts as the next minute's first.
        if (hour > 23 || minute > 59 || second > 60)
            return false;
        ticks = ((((hour * 60L) + minute) * 60) + second) * TimeSpan.TicksPerSecond;
        if (precision != TemporalPrecision.Second || rest.IsEmpty || rest[0] != '.')
            return true;
        rest = rest[1..];
        while (!rest.IsEmpty && char.IsAsciiDigit(rest[0]))
        {
            if (++fraction < FractionTicks.Length)
                ticks += (rest[0] - '0') * FractionTicks[fraction];
            rest = rest[1..];
        }

        return fraction > 0;
    }

    private static bool TakeOffset(ref ReadOnlySpan<char> rest, ref int? offset)
    {
        if (rest.IsEmpty)
            return true;
        if (rest[0] == 'Z')
        {
            rest = rest[1..];
            offset = 0;
            return true;
        }

        var sign = rest[0] switch { '+' => 1, '-' => -1, _ => 0 };
        var minutes = 0;
        if (sign == 0)
            return false;
        rest = rest[1..];
        if (!TakeNumber(ref rest, 2, out var hours) || !TakePart(ref rest, ':', ref minutes) || hours > 14 || minutes > 59)
            return false;
        offset = sign * ((hours * 60) + minutes);
        return true;
    }
}
