// The expression of an invariant, compiled once for all profiles that have it.

using System.Collections.Concurrent;
using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

/// <summary>A compiled expression, or the reason why there is none.</summary>
internal sealed class Invariant
{
    // Profiles come from outside and may have expressions without end.
    private const int MaxKept = 20_000;
    private const int MaxKeptLength = 4_000;

    private static readonly ConcurrentDictionary<string, Invariant> Kept = new(StringComparer.Ordinal);

    private readonly Func<ElementNode, bool>? _isCertainlyMet;

    private Invariant(string expression)
    {
        _isCertainlyMet = InvariantShortcuts.Find(expression);
        try
        {
            // Without a type: names that the element does not have are empty, as in ras-1 of R4 itself.
            Expression = FhirPathExpression.Compile(R4Errata.Corrected(expression));
        }
        catch (FhirPathException e)
        {
            Problem = e.Message;
        }
    }

    /// <summary>The expression; null if it can't be compiled.</summary>
    public FhirPathExpression? Expression { get; }

    /// <summary>Why it can't be compiled, or null.</summary>
    public string? Problem { get; }

    /// <summary>The invariant of that text.</summary>
    public static Invariant Of(string expression)
    {
        if (Kept.TryGetValue(expression, out var known))
            return known;
        if (expression.Length > MaxKeptLength)
            return new Invariant(expression);
        if (Kept.Count >= MaxKept)
            Kept.Clear();
        return Kept[expression] = new Invariant(expression);
    }

    /// <summary>Whether the element meets it; null if it says nothing of this element.</summary>
    /// <exception cref="FhirPathException">The expression can't be evaluated on this element, or takes too long.</exception>
    public bool? IsMet(ElementNode node, FhirPathContext context) =>
        _isCertainlyMet is { } isCertainlyMet && isCertainlyMet(node) ? true : Expression?.EvaluateToTruth(node, context);
}
