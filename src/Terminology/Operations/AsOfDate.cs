// The parameter date of the terminology operations: as of which day an answer is wanted.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Checks the parameter <c>date</c>. Past states are kept by version, not by day.</summary>
public static class AsOfDate
{
    /// <exception cref="TerminologyException">It is no date, or one in the past.</exception>
    public static void Check(string? text, DateTimeOffset now)
    {
        if (text is null)
            return;
        if (!DateTimeOffset.TryParse(text.Length == 4 ? text + "-12-31" : text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            throw new TerminologyException("value", $"The parameter date is '{text}', which is no date; write it as 2026-01-31.");
        if (date.UtcDateTime.Date < now.UtcDateTime.Date.AddDays(-1))
        {
            throw new TerminologyException(
                "not-supported", $"What value sets and code systems were on {text} is not kept here; leave date out, and name versions with system-version and valueSetVersion instead.");
        }
    }
}
