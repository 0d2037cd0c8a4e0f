// The parameter date of the terminology operations: as of which day an answer is wanted.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// A day whose terminology is asked for. What names no version gets the latest one that was there, by the resource's own
/// <c>date</c>; a resource that has none counts as always there.
/// </summary>
public sealed record AsOfDate
{
    private const int DayLength = 10;

    private AsOfDate(string text) => Text = text;

    /// <summary>The day as it was asked for.</summary>
    public string Text { get; }

    /// <summary>Reads the parameter; null for none.</summary>
    /// <exception cref="TerminologyException">It is no date.</exception>
    public static AsOfDate? Read(string? text)
    {
        if (text is null)
            return null;
        string[] formats = ["yyyy", "yyyy-MM", "yyyy-MM-dd"];
        var isDate = text.Length <= DayLength
            ? DateOnly.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
                && DateOnly.TryParseExact(text[..DayLength], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        return isDate
            ? new AsOfDate(text)
            : throw new TerminologyException("value", $"The parameter date is '{text}', which is no date; write it as 2026-01-31.");
    }

    /// <summary>True if a resource of that date was there; of two dates that are not given to the day, where they may be the same.</summary>
    public bool Had(string? date)
    {
        if (date is null)
            return true;
        var length = Math.Min(Math.Min(Text.Length, DayLength), date.Length);
        return string.CompareOrdinal(date, 0, Text, 0, length) <= 0;
    }
}
