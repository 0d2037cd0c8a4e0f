// Regular expressions of filters: whole values, and never more time than the text is long.

using System.Diagnostics;
using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The <c>regex</c> operator of filters.</summary>
internal static class FilterRegex
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AllTogether = TimeSpan.FromSeconds(5);

    /// <summary>A test whether the whole of a value matches, as everywhere in FHIR.</summary>
    /// <param name="system">The code system, for messages.</param>
    /// <param name="pattern">The expression.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="matching">Counts the time that is taken, where a table is gone through; null for tests of single codes.</param>
    /// <exception cref="TerminologyException">It is no regular expression, or one that can't run without backtracking.</exception>
    public static Func<string, bool> Read(string system, string pattern, TerminologyLimits limits, Stopwatch? matching = null)
    {
        if (pattern.Length > limits.RegexLength)
            throw new TerminologyException("too-costly", $"A regular expression in the value set's filters has more than {limits.RegexLength:N0} characters.");
        try
        {
            // By itself first, so that no bracket of it can close the one around it.
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
            var regex = new Regex($"^(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
            return matching is null ? text => Matches(regex, text) : text => Matches(regex, text, matching);
        }
        catch (ArgumentException)
        {
            throw new TerminologyException("invalid", $"The value set filters {system} by '{pattern}', which is no regular expression.");
        }
        catch (NotSupportedException)
        {
            throw new TerminologyException(
                "not-supported", $"The value set filters {system} by the regular expression '{pattern}', which can't be run in bounded time; write it without lookaround and references back.");
        }
    }

    // A table may have a million texts, and each takes its time.
    private static bool Matches(Regex regex, string text, Stopwatch matching)
    {
        matching.Start();
        var matches = Matches(regex, text);
        matching.Stop();
        return matching.Elapsed < AllTogether ? matches : throw TooSlow();
    }

    private static TerminologyException TooSlow() =>
        new("too-costly", "The regular expressions in the value set's filters take too long; write simpler ones, or enumerate the codes.");

    private static bool Matches(Regex regex, string text)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooSlow();
        }
    }
}
