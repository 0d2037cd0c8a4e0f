// Invariants of R4 that say other than what they mean, as its own examples and later versions show.

using System.Collections.Frozen;

namespace FhirHub.Validation;

/// <summary>Corrections of expressions of R4, by their exact text.</summary>
internal static class R4Errata
{
    private static readonly FrozenDictionary<string, string> Expressions = new Dictionary<string, string>
    {
        // que-7 asks for FHIRPath's Boolean, which no element is; R5 asks for FHIR's.
        ["operator = 'exists' implies (answer is Boolean)"] = "operator = 'exists' implies (answer is boolean)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The expression as it is meant.</summary>
    public static string Corrected(string expression) => Expressions.GetValueOrDefault(expression, expression);
}
