// An invariant of a profile as the walk needs it.

namespace FhirHub.Validation;

/// <summary>An invariant (R4 elementdefinition-definitions.html#ElementDefinition.constraint).</summary>
/// <param name="Key">Its key, such as <c>obs-6</c>.</param>
/// <param name="Expression">FHIRPath; null if it is said in words only.</param>
/// <param name="Human">What it says to people.</param>
/// <param name="Chinese">What it says to people in Chinese; null if the profile does not have it.</param>
/// <param name="IsError">False for a warning.</param>
/// <param name="IsBestPractice">True for what a good resource should have and need not.</param>
internal sealed record ConstraintPlan(string Key, string? Expression, string Human, string? Chinese, bool IsError, bool IsBestPractice)
{
    // ref-1: the rules of references say it, and which contained resource is missing.
    private const string ContainedIsThere = "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))";

    /// <summary>What decides it, shared by all invariants of the same words; null if it is said in words only, or by a rule of the walk.</summary>
    public Invariant? Invariant { get; } = Expression is null or ContainedIsThere ? null : Invariant.Of(Expression);
}
