// FHIRPath over a body.

using FhirHub.Model.FhirPath;

namespace FhirHub.Conformance;

/// <summary>Evaluates FHIRPath expressions of variables and asserts.</summary>
internal static class ExpressionQuery
{
    /// <summary>The values of an expression, as text; none if the body is no resource.</summary>
    /// <exception cref="StepException">The expression can't be evaluated.</exception>
    public static IReadOnlyList<string> Evaluate(string expression, Payload body)
    {
        if (body.Resource is not { } tree)
            return [];
        try
        {
            return [.. FhirPathExpression.Get(expression).Evaluate(tree.Root).Select(static value => value.AsString() ?? value.ToString())];
        }
        catch (FhirPathException e)
        {
            throw new StepException($"The expression {expression} can't be evaluated: {e.Message}");
        }
    }
}
