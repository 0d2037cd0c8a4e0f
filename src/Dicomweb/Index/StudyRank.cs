// The place of a study in the order of answers, as one number: the later its date and time, the greater.

namespace FhirHub.Dicomweb;

/// <summary>Numbers by which studies are in their order.</summary>
internal static class StudyRank
{
    /// <summary>The rank of a study without a date: the last of all.</summary>
    public const long None = 0;

    // A minute may have a leap second, and a day without a time comes before its midnight.
    private const long Second = 1_000_000;
    private const long Minute = 61 * Second;
    private const long Hour = 60 * Minute;
    private const long Day = (24 * Hour) + 1;

    /// <summary>Ranks of about a month: studies are counted by so many.</summary>
    public const long Span = 30 * Day;

    /// <summary>The rank of a date and time, both in the form of <see cref="MatchValue"/>.</summary>
    /// <param name="day">The date; null for none.</param>
    /// <param name="time">The time; null for none.</param>
    public static long Of(string? day, string? time) => day is null ? None : FirstOf(day) + (time is null ? 0 : 1
        + (Number(time.AsSpan(0, 2)) * Hour) + (Number(time.AsSpan(2, 2)) * Minute) + (Number(time.AsSpan(4, 2)) * Second) + Number(time.AsSpan(7, 6)));

    /// <summary>The least rank of a day.</summary>
    public static long FirstOf(ReadOnlySpan<char> day) =>
        (new DateOnly((int)Number(day[..4]), (int)Number(day[4..6]), (int)Number(day[6..8])).DayNumber + 1L) * Day;

    /// <summary>The greatest rank of a day.</summary>
    public static long LastOf(ReadOnlySpan<char> day) => FirstOf(day) + Day - 1;

    private static long Number(ReadOnlySpan<char> digits)
    {
        var number = 0L;
        foreach (var digit in digits)
            number = (number * 10) + digit - '0';
        return number;
    }
}

/// <summary>Ranks from one to another, both among them.</summary>
/// <param name="First">The least.</param>
/// <param name="Last">The greatest.</param>
/// <param name="IsExact">Whether every study in it fulfils the demand.</param>
internal readonly record struct RankStretch(long First, long Last, bool IsExact)
{
    /// <summary>All studies.</summary>
    public static RankStretch All { get; } = new(StudyRank.None, long.MaxValue, IsExact: true);
}
