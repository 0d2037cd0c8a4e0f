// What a script needs of the run's destinations.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FhirHub.Conformance;

/// <summary>Finds out whether a run has the destinations that a script names.</summary>
internal static partial class ScriptNeeds
{
    /// <summary>Why the script can't be run, for people; null if it can.</summary>
    public static string? WhatIsMissing(TestScript script, EngineOptions options)
    {
        var count = options.Destinations.Count;
        foreach (var destination in script.Tree.Root.ChildrenOf("destination"))
        {
            if (destination.Child("index").GetDecimal() is { } index && index > count)
                return Missing((int)index);
        }

        foreach (var action in script.Setup.Concat(script.Tests.SelectMany(static test => test.Actions)).Concat(script.Teardown))
        {
            if (action is OperationAction { Destination: { } number } && (number > count || number < 1))
                return Missing(number);
        }

        foreach (Match match in Address().Matches(Encoding.UTF8.GetString(script.Tree.Json.Span)))
        {
            var number = match.Groups["number"] is { Success: true } given ? int.Parse(given.Value, CultureInfo.InvariantCulture) : 1;
            if (number > count || number < 1)
                return Missing(number);
            if (match.Groups["kind"].Value == "dicomweb" && options.Destinations[number - 1].DicomwebBase is null)
                return $"Skipped, since the script asks the DICOMweb service of destination {number} and this run was given none.";
        }

        return null;

        string Missing(int number) => $"Skipped, since the script asks destination {number} and this run was given {count}.";
    }

    [GeneratedRegex(@"\$\{\$(?<kind>base|dicomweb|origin)(:(?<number>[0-9]{1,4}))?\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
