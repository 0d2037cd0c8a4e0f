// What a DICOM date-time means: all that it may be, from the first to the last microsecond.

using System.Globalization;

namespace FhirHub.Dicomweb;

/// <summary>The stretch of time that a value of VR DT is (PS3.5 6.2), as digits that are ordered as text.</summary>
/// <param name="First">The first microsecond, <c>yyyyMMddHHmmss.ffffff</c>.</param>
/// <param name="Last">The last one.</param>
internal readonly record struct DateTimeRange(string First, string Last)
{
    private const string Format = "yyyyMMddHHmmss.ffffff";

    /// <summary>Reads a value of VR DT; with an offset from UTC, the stretch is in UTC.</summary>
    public static bool TryParse(ReadOnlySpan<char> value, out DateTimeRange range)
    {
        range = default;
        value = value.Trim(' ');
        var sign = value.Length > 5 && value[^5] is '+' or '-' ? value.Length - 5 : -1;
        TimeSpan? offset = null;
        if (sign >= 4)
        {
            if (OffsetOf(value[sign..]) is not { } shift)
                return false;
            offset = shift;
            value = value[..sign];
        }

        if (value.Length is not (4 or 6 or 8 or 10 or 12 or 14 or (> 15 and <= 21)))
            return false;
        const string Least = "00010101000000.000000";
        const string Greatest = "99991231235959.999999";
        var first = string.Concat(value, Least.AsSpan(value.Length));
        if (!System.DateTime.TryParseExact(first, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var from))
            return false;
        var last = string.Concat(value, Greatest.AsSpan(value.Length));
        if (value.Length == 6)
            last = string.Create(CultureInfo.InvariantCulture, $"{value}{System.DateTime.DaysInMonth(from.Year, from.Month):00}{Greatest.AsSpan(8)}");
        range = new(first, last);
        if (offset is { } by)
            range = range.Shift(-by);
        return true;
    }

    /// <summary>An offset from UTC such as <c>+0130</c> (PS3.3 C.12.1.1.8); null if it is none.</summary>
    public static TimeSpan? OffsetOf(ReadOnlySpan<char> value)
    {
        if (value.Length != 5 || value[0] is not ('+' or '-') || value[1..].ContainsAnyExceptInRange('0', '9'))
            return null;
        var minutes = (int.Parse(value[1..3], CultureInfo.InvariantCulture) * 60) + int.Parse(value[3..], CultureInfo.InvariantCulture);
        return minutes <= 14 * 60 ? TimeSpan.FromMinutes(value[0] == '-' ? -minutes : minutes) : null;
    }

    /// <summary>The stretch later by some time; at the ends of the calendar it stays.</summary>
    public DateTimeRange Shift(TimeSpan by) => new(Shift(First, by), Shift(Last, by));

    private static string Shift(string text, TimeSpan by)
    {
        if (!System.DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return text;
        var ticks = time.Ticks + by.Ticks;
        return ticks < 0 || ticks > System.DateTime.MaxValue.Ticks ? text : new System.DateTime(ticks, DateTimeKind.Unspecified).ToString(Format, CultureInfo.InvariantCulture);
    }
}
