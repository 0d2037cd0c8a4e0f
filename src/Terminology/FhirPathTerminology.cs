// What FHIRPath asks of terminology: memberOf(), subsumes() and subsumedBy().

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Terminology;

/// <summary>
/// Answers for <see cref="FhirPathContext.MemberOf"/> and <see cref="FhirPathContext.Subsumes"/> (R4 fhirpath.html#functions); null, which
/// is the empty collection, where nobody can tell. Expressions are evaluated without waiting, so these wait for the store, which is at hand.
/// </summary>
public sealed class FhirPathTerminology(TerminologyLibrary library, CancellationToken cancel)
{
    // One scope for an evaluation: what changes meanwhile makes no difference between two of its items.
    private TerminologyScope? _scope;

    /// <summary>Tells whether a code, Coding or CodeableConcept is in a value set; of a CodeableConcept, one of its codings.</summary>
    public bool? MemberOf(FhirPathValue value, string valueSet)
    {
        try
        {
            var content = Wait(Scope.ContentAsync(valueSet, cancel));
            return value.Node is { } node && !node.IsPrimitive
                ? IsMember(node, content)
                : value.AsString() is { } code ? content.FindInAnySystem(code).Any() : null;
        }
        catch (TerminologyException)
        {
            return null;
        }
    }

    /// <summary>Tells whether the first code is the second or is somewhere above it; null if they are of different code systems.</summary>
    public bool? Subsumes(FhirPathValue value, FhirPathValue other)
    {
        try
        {
            bool? answer = null;
            foreach (var first in Codings(value))
            {
                foreach (var second in Codings(other))
                {
                    if (Subsumes(first, second) is not { } subsumes)
                        continue;
                    if (subsumes)
                        return true;
                    answer = false;
                }
            }

            return answer;
        }
        catch (TerminologyException)
        {
            return null;
        }
    }

    private TerminologyScope Scope => _scope ??= Wait(library.OpenAsync(null, cancel));

    private static T Wait<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();

    private bool? IsMember(ElementNode node, ValueSetContent content)
    {
        bool? answer = node.Type.Name is "Coding" or "CodeableConcept" ? false : null;
        foreach (var coding in Codings(node))
        {
            if (coding.ChildValue("code") is not { } code)
                continue;
            var system = coding.ChildValue("system") is { } name ? Wait(Scope.SystemNameAsync(name, cancel)) : null;
            if (system is null ? content.FindInAnySystem(code).Any() : content.Find(system, coding.ChildValue("version"), code) is not null)
                return true;
            if (system is not null && content.WhyUncertain(system) is not null)
                answer = null;
        }

        return answer;
    }

    private bool? Subsumes(ElementNode first, ElementNode second)
    {
        if (first.ChildValue("system") is not { } system || second.ChildValue("system") is not { } other
            || Wait(Scope.SystemNameAsync(system, cancel)) != Wait(Scope.SystemNameAsync(other, cancel))
            || Wait(Scope.CodeSystemAsync(system, first.ChildValue("version") ?? second.ChildValue("version"), cancel)) is not { Table: { } table })
        {
            return null;
        }

        var above = table.Find(first.ChildValue("code"));
        var below = table.Find(second.ChildValue("code"));
        return above >= 0 && below >= 0 ? table.Subsumes(above, below) : null;
    }

    private static List<ElementNode> Codings(FhirPathValue value) => value.Node is { } node ? Codings(node) : [];

    private static List<ElementNode> Codings(ElementNode node) => node.Type.Name switch
    {
        "Coding" => [node],
        "CodeableConcept" => node.ChildrenOf("coding").ToList(),
        _ => [],
    };
}
