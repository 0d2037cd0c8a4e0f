// What an evaluation gets from its host: variables, limits, the clock and what only the host can answer.

namespace FhirHub.Model.FhirPath;

/// <summary>
/// The surroundings of an evaluation. Each delegate answers a function that needs more than the resource; without it, or
/// where it answers null, the function is empty.
/// </summary>
public sealed class FhirPathContext
{
    /// <summary>
    /// <c>%resource</c>, the resource that holds the element; by default the nearest one around it
    /// (R4 fhirpath.html#variables).
    /// </summary>
    public ElementNode Resource { get; init; }

    /// <summary><c>%rootResource</c>; by default the resource that contains <c>%resource</c>, or that itself.</summary>
    public ElementNode RootResource { get; init; }

    /// <summary>Further <c>%name</c> variables.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FhirPathValue>>? Variables { get; init; }

    /// <summary>
    /// True to let the function <c>as(type)</c> pick among several items, as invariants of R4 want it (dom-3:
    /// <c>descendants().as(canonical)</c>), where FHIRPath N1 has it fail. The operator <c>as</c> always does, since the
    /// search parameters of R4 need it on repeating elements.
    /// </summary>
    public bool AsPicks { get; init; }

    /// <summary>Steps after which the evaluation is given up; a step is a part of the expression or an item that is looked at.</summary>
    public int MaxSteps { get; init; } = 5_000_000;

    /// <summary>Time after which the evaluation is given up.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is left for this evaluation and others together; null for no such bound.</summary>
    public FhirPathBudget? Budget { get; init; }

    /// <summary>The clock of <c>now()</c>, <c>today()</c> and <c>timeOfDay()</c>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets what <c>trace(name)</c> is called on.</summary>
    public Action<string, IReadOnlyList<FhirPathValue>>? Trace { get; init; }

    /// <summary>
    /// Finds what a reference points to, when it is neither contained nor an entry of the same Bundle; "no such element" if
    /// unknown. The second argument is the element that refers.
    /// </summary>
    public Func<string, ElementNode, ElementNode>? Resolve { get; init; }

    /// <summary>Tells whether a code, Coding or CodeableConcept is in the value set of that canonical.</summary>
    public Func<FhirPathValue, string, bool?>? MemberOf { get; init; }

    /// <summary>Tells whether the first code or Coding subsumes the second.</summary>
    public Func<FhirPathValue, FhirPathValue, bool?>? Subsumes { get; init; }

    /// <summary>Tells whether an element conforms to a profile; the profiles of R4's own types are known without it.</summary>
    public Func<ElementNode, string, bool?>? ConformsTo { get; init; }

    /// <summary>Finds the ElementDefinition of an element.</summary>
    public Func<ElementNode, ElementNode>? ElementDefinition { get; init; }

    /// <summary>Tells whether an element is in the slice of that name of a profile: element, profile, slice.</summary>
    public Func<ElementNode, string, string, bool?>? IsInSlice { get; init; }
}
