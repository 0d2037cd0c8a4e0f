// Invariants that several profiles have, kept once.

using System.Collections.Concurrent;

namespace FhirHub.Validation;

/// <summary>Gives equal invariants one object, so that a walk checks them once and 20 packages keep them once.</summary>
/// <param name="parent">The rules of R4 itself; null for those.</param>
internal sealed class SharedRules(SharedRules? parent)
{
    // Profiles come from outside and may have rules without end; beyond this they are no longer shared.
    private const int MaxKept = 50_000;

    private readonly ConcurrentDictionary<ConstraintPlan, ConstraintPlan> _constraints = new();

    /// <summary>The object of that invariant.</summary>
    public ConstraintPlan Share(ConstraintPlan constraint)
    {
        if (parent is not null && parent._constraints.TryGetValue(constraint, out var known))
            return known;
        return _constraints.Count < MaxKept ? _constraints.GetOrAdd(constraint, constraint) : constraint;
    }
}
