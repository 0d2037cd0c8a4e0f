// What changed from one version of a code system to another.

namespace FhirHub.Terminology.Import;

/// <summary>The kinds of change of a concept.</summary>
public enum ConceptChange
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is not there any more.</summary>
    Removed,

    /// <summary>It is no longer in use.</summary>
    Retired,

    /// <summary>It is in use again.</summary>
    Reactivated,

    /// <summary>Its display is another one.</summary>
    Display,

    /// <summary>It is elsewhere in the hierarchy.</summary>
    Parents,
}

/// <summary>A concept that changed.</summary>
/// <param name="Change">What changed.</param>
/// <param name="Code">Its code.</param>
/// <param name="Before">Its display, or the codes of its parents, as they were; null if it is new.</param>
/// <param name="After">The same as it is now; null if it is gone.</param>
public sealed record ChangedConcept(ConceptChange Change, string Code, string? Before, string? After);

/// <summary>Compares two tables of one code system, concept by concept.</summary>
public static class TableDifference
{
    /// <summary>
    /// All changes, one after the other: first those of concepts of the new version in their order, then what is gone. A concept that
    /// changed in more than one way comes more than once.
    /// </summary>
    public static IEnumerable<ChangedConcept> Between(ConceptTable before, ConceptTable after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        for (var concept = 0; concept < after.Count; concept++)
        {
            var old = before.Find(after.CodeUtf8(concept));
            if (old < 0)
            {
                yield return new ChangedConcept(ConceptChange.Added, after.Code(concept), null, after.Display(concept));
                continue;
            }

            if (before.IsInactive(old) != after.IsInactive(concept))
            {
                var change = after.IsInactive(concept) ? ConceptChange.Retired : ConceptChange.Reactivated;
                yield return new ChangedConcept(change, after.Code(concept), before.Display(old), after.Display(concept));
            }

            if (!before.DisplayUtf8(old).SequenceEqual(after.DisplayUtf8(concept)))
                yield return new ChangedConcept(ConceptChange.Display, after.Code(concept), before.Display(old), after.Display(concept));
            if (!HasSameParents(before, old, after, concept))
                yield return new ChangedConcept(ConceptChange.Parents, after.Code(concept), Parents(before, old), Parents(after, concept));
        }

        for (var concept = 0; concept < before.Count; concept++)
        {
            if (after.Find(before.CodeUtf8(concept)) < 0)
                yield return new ChangedConcept(ConceptChange.Removed, before.Code(concept), before.Display(concept), null);
        }
    }

    private static bool HasSameParents(ConceptTable before, int old, ConceptTable after, int concept)
    {
        var left = before.Parents(old);
        var right = after.Parents(concept);
        if (left.Length != right.Length)
            return false;
        foreach (var parent in right)
        {
            var known = before.Find(after.CodeUtf8(parent));
            if (known < 0 || !left.Contains(known))
                return false;
        }

        return true;
    }

    private static string Parents(ConceptTable table, int concept)
    {
        var codes = new List<string>();
        foreach (var parent in table.Parents(concept))
            codes.Add(table.Code(parent));
        codes.Sort(StringComparer.Ordinal);
        return string.Join(' ', codes);
    }
}
