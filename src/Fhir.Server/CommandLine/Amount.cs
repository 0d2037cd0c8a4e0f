// "1 script" and "2 scripts": how verbs tell how many there are of something.

using System.Globalization;

namespace FhirHub.Server;

/// <summary>Numbers of things in what verbs tell.</summary>
internal static class Amount
{
    /// <summary>The number with the noun, in the plural unless there is one.</summary>
    /// <param name="number">How many there are.</param>
    /// <param name="noun">The noun for one, whose plural ends in <c>s</c>.</param>
    public static string Of(int number, string noun) => $"{number.ToString("N0", CultureInfo.InvariantCulture)} {noun}{(number == 1 ? "" : "s")}";
}
