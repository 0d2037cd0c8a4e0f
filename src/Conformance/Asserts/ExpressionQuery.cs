// What a FHIRPath expression of a script (R4 TestScript.variable.expression, assert.expression) finds in a body.

using FhirHub.Model.FhirPath;

namespace FhirHub.Conformance;

/// <summary>FHIRPath over the resource of a body.</summary>
internal static class ExpressionQuery
{
    private const int MaxExpression = 20_000;

    /// <summary>The values as text, in order; an element that is no primitive gives its JSON.</summary>
    /// <exception cref="StepException">The expression can't be evaluated on this body.</exception>
    public static IReadOnlyList<string> Evaluate(string expression, Payload body) => PathQuery.Collect(expression, EvaluateValues(expression, body).Select(TextOf));

    /// <summary>The values, in order; none of an empty body.</summary>
    /// <exception cref="StepException">The expression can't be evaluated on this body.</exception>
    public static IReadOnlyList<FhirPathValue> EvaluateValues(string expression, Payload body)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(body);
        if (expression.Length > MaxExpression)
            throw new StepException($"The FHIRPath expression has {expression.Length} characters; {MaxExpression} are allowed.");
        if (body.Bytes.IsEmpty)
            return [];
        if (body.Resource is not { } resource)
            throw new StepException($"FHIRPath needs a resource, and the body is {Bodies.Describe(body)}.");
        try
        {
            return FhirPathExpression.Get(expression).Evaluate(resource.Root);
        }
        catch (FhirPathException e)
        {
            throw new StepException($"{Excerpt.Of(expression)} can't be evaluated: {e.Message}.");
        }
    }

    /// <summary>A value as text.</summary>
    public static string TextOf(FhirPathValue value) =>
        value.Node is { IsPrimitive: false } node ? System.Text.Encoding.UTF8.GetString(node.Json.Span) : value.ToString();
}
