// The invariants that R4 puts on every resource and period, met in nearly all cases: seen without evaluating FHIRPath.

using System.Collections.Frozen;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// Shortcuts by the exact text of an expression. One that answers true says that the expression is true or empty; false says
/// nothing, and the expression is evaluated. So what is reported is always what FHIRPath found.
/// </summary>
internal static class InvariantShortcuts
{
    private static readonly TypeDefinition? Period = Schema.R4.FindType("Period");

    private static readonly FrozenDictionary<string, Func<ElementNode, bool>> ByExpression = new Dictionary<string, Func<ElementNode, bool>>
    {
        // dom-2, dom-4, dom-5 and dom-3
        ["contained.contained.empty()"] = HasNoneContained,
        ["contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()"] = HasNoneContained,
        ["contained.meta.security.empty()"] = HasNoneContained,
        ["contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | "
            + "%resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or "
            + "descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not())"
            + ".trace('unmatched', id).empty()"] = ContainedResources.AreReferredTo,

        // dom-6
        ["text.`div`.exists()"] = static resource => resource.Child("text").Child("div").Exists,

        // per-1
        ["start.hasValue().not() or end.hasValue().not() or (start <= end)"] = StartsBeforeItEnds,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The expressions that have a shortcut.</summary>
    public static IEnumerable<string> Expressions => ByExpression.Keys;

    /// <summary>The shortcut of an expression, or null.</summary>
    public static Func<ElementNode, bool>? Find(string expression) => ByExpression.GetValueOrDefault(expression);

    private static bool HasNoneContained(ElementNode resource) => !resource.Child("contained").Exists;

    // Texts of one form and offset are in the order of their times.
    private static bool StartsBeforeItEnds(ElementNode element)
    {
        if (!ReferenceEquals(element.Type, Period))
            return false;
        var start = ValueOf(element, "start");
        var end = ValueOf(element, "end");
        if (start.IsEmpty || end.IsEmpty)
            return true;
        return start.Length == end.Length && OffsetOf(start).SequenceEqual(OffsetOf(end)) && start.SequenceCompareTo(end) <= 0;
    }

    private static ReadOnlySpan<byte> OffsetOf(ReadOnlySpan<byte> time)
    {
        const int date = 10, offset = 6;
        if (time.Length <= date)
            return [];
        return time[^1] == (byte)'Z' ? time[^1..] : time[^offset..];
    }

    private static ReadOnlySpan<byte> ValueOf(ElementNode element, string name) =>
        element.Child(name) is { Exists: true } child ? child.RawValue : default;
}
