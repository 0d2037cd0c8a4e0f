// When values are equal, equivalent or less (FHIRPath N1, "Equality", "Comparison").

namespace FhirHub.Model.FhirPath;

internal static class FhirPathComparison
{
    /// <summary>The operator <c>=</c> between two items; null for "can't be said".</summary>
    public static bool? AreEqual(in FhirPathValue left, in FhirPathValue right)
    {
        if (left.Kind == FhirPathKind.Node && right.Kind == FhirPathKind.Node && left.Element == right.Element)
            return true;
        var l = left.ToSystem();
        var r = right.ToSystem();
        if (l.IsNumber && r.IsNumber)
            return l.Number == r.Number;
        return l.Kind == r.Kind && l.ToString() == r.ToString();
    }
}
