// The entry to ECL: a text, read once, and the concepts of a SNOMED CT edition that it selects.

using FhirHub.Terminology.Ecl;

namespace FhirHub.Terminology;

/// <summary>
/// An expression of SNOMED CT's Expression Constraint Language, version 1 or 2, in brief or long syntax. Immutable; safe to use from
/// several threads.
/// </summary>
public sealed class ExpressionConstraint
{
    private readonly EclExpression _expression;

    private ExpressionConstraint(string text, EclExpression expression)
    {
        Text = text;
        _expression = expression;
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="Model.TerminologyException">It can't be read; the message says where.</exception>
    public static ExpressionConstraint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ExpressionConstraint(text, EclParser.Parse(text));
    }

    /// <summary>Reads an expression and selects concepts by it.</summary>
    /// <exception cref="Model.TerminologyException">It can't be read, or asks for what the edition's table does not hold.</exception>
    public static ConceptSet Evaluate(string text, ConceptTable edition, CancellationToken cancel = default) => Parse(text).Evaluate(edition, cancel);

    /// <summary>The concepts of an edition that the expression selects. <c>*</c> selects the active ones.</summary>
    /// <exception cref="Model.TerminologyException">It asks for what the edition's table does not hold.</exception>
    public ConceptSet Evaluate(ConceptTable edition, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(edition);
        return new EclEvaluator(edition, cancel).Evaluate(_expression);
    }
}
