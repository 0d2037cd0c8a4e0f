// Keys on dates and times: each by itself, or both together where both are ranges (PS3.4 C.2.2.2.5, PS3.18 8.3.4).

using System.Globalization;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>What a key on a date or a time allows; a missing end is open.</summary>
/// <param name="First">The first, in the form of <see cref="MatchValue"/>.</param>
/// <param name="Last">The last.</param>
/// <param name="IsRange">Whether the key has a hyphen.</param>
internal sealed record MomentRange(string? First, string? Last, bool IsRange);

/// <summary>A key on a date and the time that belongs to it, or on one of them.</summary>
internal sealed class MomentKey : SearchKey
{
    private const string FirstTime = "000000.000000";
    private const string LastTime = "235959.999999";

    private static readonly AttributePath ZonePath = AttributePath.Of(DicomTags.TimezoneOffsetFromUTC);

    private readonly AttributePath? _datePath;
    private readonly AttributePath? _timePath;
    private readonly MomentRange? _date;
    private readonly MomentRange? _time;
    private readonly TimeSpan? _zone;
    private readonly string? _from;
    private readonly string? _to;

    /// <summary>A key.</summary>
    /// <param name="level">The level of the attributes.</param>
    /// <param name="datePath">The date; null for a time that belongs to none.</param>
    /// <param name="timePath">The time that belongs to the date; null if there is none.</param>
    /// <param name="date">What is allowed of the date; null for all.</param>
    /// <param name="time">What is allowed of the time; null for all.</param>
    /// <param name="zone">The offset from UTC of what is allowed; null for that of each data set.</param>
    public MomentKey(IndexLevel level, AttributePath? datePath, AttributePath? timePath, MomentRange? date, MomentRange? time, TimeSpan? zone)
        : base(level)
    {
        (_datePath, _timePath, _date, _time, _zone) = (datePath, timePath, date, time, zone);
        IsCombined = date is { IsRange: true } && time is { IsRange: true };
        if (IsCombined)
        {
            _from = date!.First is { } first ? first + (time!.First ?? FirstTime) : null;
            _to = date.Last is { } last ? last + (time!.Last ?? LastTime) : null;
        }

        if (datePath is null || datePath.Root.Tag != DicomTags.StudyDate || date is null)
            return;
        var margin = zone is null ? 0 : 1;
        Ranks = new(
            Day(date.First, -margin) is { } least ? StudyRank.FirstOf(least) : StudyRank.None + 1,
            Day(date.Last, margin) is { } greatest ? StudyRank.LastOf(greatest) : long.MaxValue,
            IsExact: zone is null && time is null);
    }

    /// <summary>Whether date and time are one range.</summary>
    public bool IsCombined { get; }

    public override bool Matches(in SearchRow row, List<string> scratch)
    {
        var dates = Values(row.Members, _datePath, scratch);
        var times = Values(row.Members, _timePath, scratch);
        var shift = Shift(row.Members, scratch);
        for (var i = 0; i < Math.Max(dates.Length, times.Length); i++)
        {
            var date = i < dates.Length ? MatchValue.Date(dates[i]) : null;
            var time = i < times.Length ? MatchValue.Time(times[i]) : null;
            if (shift != TimeSpan.Zero && date is not null && time is not null)
            {
                var moved = new DateTimeRange(date + time, date + time).Shift(shift).First;
                (date, time) = (moved[..8], moved[8..]);
            }

            if (IsCombined ? MatchesCombined(date, time) : Within(_date, date) && Within(_time, time))
                return true;
        }

        return false;
    }

    // A day whose time nobody has noted may be any moment of it.
    private bool MatchesCombined(string? date, string? time) => date is not null
        && (_from is null || string.CompareOrdinal(date + (time ?? LastTime), _from) >= 0)
        && (_to is null || string.CompareOrdinal(date + (time ?? FirstTime), _to) <= 0);

    private static bool Within(MomentRange? range, string? value) => range is null
        || (value is not null && (range.First is null || string.CompareOrdinal(value, range.First) >= 0) && (range.Last is null || string.CompareOrdinal(value, range.Last) <= 0));

    private static string[] Values(ReadOnlySpan<byte> members, AttributePath? path, List<string> scratch)
    {
        if (path is null)
            return [];
        scratch.Clear();
        MemberValues.Read(members, path, scratch, out _);
        return [.. scratch];
    }

    // From the data set's own time to that of the query.
    private TimeSpan Shift(ReadOnlySpan<byte> members, List<string> scratch)
    {
        if (_zone is not { } zone)
            return TimeSpan.Zero;
        scratch.Clear();
        MemberValues.Read(members, ZonePath, scratch, out _);
        return scratch is [var own, ..] && DateTimeRange.OffsetOf(own) is { } offset ? zone - offset : TimeSpan.Zero;
    }

    private static string? Day(string? date, int days)
    {
        if (date is null || days == 0)
            return date;
        var day = DateOnly.ParseExact(date, "yyyyMMdd", CultureInfo.InvariantCulture).DayNumber + days;
        return DateOnly.FromDayNumber(Math.Clamp(day, 0, DateOnly.MaxValue.DayNumber)).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
    }
}
