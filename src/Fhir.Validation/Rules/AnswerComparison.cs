// Comparison of answers with what a Questionnaire gives.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

/// <summary>Compares two values as FHIRPath does, and codings by system and code.</summary>
internal static class AnswerComparison
{
    private static readonly FhirPathExpression EqualTo = FhirPathExpression.Compile("%left = %right");
    private static readonly FhirPathExpression LessThan = FhirPathExpression.Compile("%left < %right");

    /// <summary>Whether they are equal; null where that can't be told, as of dates of different precision.</summary>
    public static bool? AreEqual(ElementNode left, ElementNode right) => left.Type.Name switch
    {
        "Coding" when right.Type.Name == "Coding" => left.ChildValue("code") == right.ChildValue("code")
            && (right.ChildValue("system") is not { } system || left.ChildValue("system") == system),
        "Reference" when right.Type.Name == "Reference" => left.ChildValue("reference") == right.ChildValue("reference"),
        _ => Evaluate(EqualTo, left, right),
    };

    /// <summary>Whether the first is less; null where that can't be told.</summary>
    public static bool? IsLess(ElementNode left, ElementNode right) => Evaluate(LessThan, left, right);

    private static bool? Evaluate(FhirPathExpression expression, ElementNode left, ElementNode right)
    {
        try
        {
            var context = new FhirPathContext
            {
                Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>>(StringComparer.Ordinal)
                {
                    ["left"] = [FhirPathValue.Of(left)],
                    ["right"] = [FhirPathValue.Of(right)],
                },
            };
            return expression.Evaluate(left, context) is [var result] ? result.AsBoolean() : null;
        }
        catch (FhirPathException)
        {
            // Values of types that have no order, which other rules report.
            return null;
        }
    }
}
