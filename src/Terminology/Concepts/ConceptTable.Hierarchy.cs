// What is above and below a concept.

namespace FhirHub.Terminology;

public sealed partial class ConceptTable
{
    private readonly GroupedColumn<int> _parents;
    private readonly GroupedColumn<int> _children;
    private readonly GroupedColumn<int> _ancestors;
    private readonly bool _hasAncestors;

    /// <summary>True if any concept has a parent.</summary>
    public bool HasHierarchy { get; }

    /// <summary>The concepts directly above.</summary>
    public ReadOnlySpan<int> Parents(int concept) => _parents[concept];

    /// <summary>The concepts directly below, in their order.</summary>
    public ReadOnlySpan<int> Children(int concept) => _children[concept];

    /// <summary>The concepts that have none above them.</summary>
    public ConceptSet Roots => field ??= ConceptSet.Where(this, concept => Parents(concept).IsEmpty);

    /// <summary>The concepts that have none below them.</summary>
    public ConceptSet Leaves => field ??= ConceptSet.Where(this, concept => Children(concept).IsEmpty);

    /// <summary>True if the two are one concept, or the second is somewhere below the first.</summary>
    public bool Subsumes(int ancestor, int concept)
    {
        if (ancestor == concept)
            return true;
        if (!HasHierarchy)
            return false;
        return _hasAncestors
            ? _ancestors[concept].BinarySearch(ancestor) >= 0
            : Closure(concept, SearchSide.Above).Contains(ancestor);
    }

    /// <summary>What is below a concept at any depth, itself included if wished.</summary>
    public ConceptSet Descendants(int concept, bool includesSelf) => Without(Closure(concept, SearchSide.Below), concept, includesSelf);

    /// <summary>What is above a concept at any height, itself included if wished.</summary>
    public ConceptSet Ancestors(int concept, bool includesSelf)
    {
        if (!_hasAncestors)
            return Without(Closure(concept, SearchSide.Above), concept, includesSelf);
        var above = ConceptSet.Of(this, _ancestors[concept]);
        return includesSelf ? above.Or(ConceptSet.Of(this, [concept])) : above;
    }

    /// <summary>What is below any concept of a set at any depth; a concept of the set only if it is below another.</summary>
    public ConceptSet Descendants(ConceptSet concepts) => Closure(concepts, SearchSide.Below);

    /// <summary>What is above any concept of a set at any height; a concept of the set only if it is above another.</summary>
    public ConceptSet Ancestors(ConceptSet concepts) => Closure(concepts, SearchSide.Above);

    /// <summary>The concepts directly below any concept of a set.</summary>
    public ConceptSet Children(ConceptSet concepts) => Neighbours(concepts, SearchSide.Below);

    /// <summary>The concepts directly above any concept of a set.</summary>
    public ConceptSet Parents(ConceptSet concepts) => Neighbours(concepts, SearchSide.Above);

    private static ConceptSet Without(ConceptSet set, int concept, bool includesSelf) => includesSelf ? set : set.Where(other => other != concept);

    private enum SearchSide
    {
        Above,
        Below,
    }

    private ConceptSet Neighbours(ConceptSet concepts, SearchSide side)
    {
        ArgumentNullException.ThrowIfNull(concepts);
        var found = new ulong[(Count + 63) >> 6];
        foreach (var concept in concepts)
        {
            foreach (var next in side == SearchSide.Above ? Parents(concept) : Children(concept))
                found[next >> 6] |= 1UL << (next & 63);
        }

        return ConceptSet.OfWords(this, found);
    }

    private ConceptSet Closure(ConceptSet concepts, SearchSide side)
    {
        var seen = new ulong[(Count + 63) >> 6];
        var open = new Stack<int>(Neighbours(concepts, side));
        foreach (var concept in open)
            seen[concept >> 6] |= 1UL << (concept & 63);
        Follow(open, seen, side);
        return ConceptSet.OfWords(this, seen);
    }

    private ConceptSet Closure(int start, SearchSide side)
    {
        var seen = new ulong[(Count + 63) >> 6];
        seen[start >> 6] |= 1UL << (start & 63);
        var open = new Stack<int>();
        open.Push(start);
        Follow(open, seen, side);
        return ConceptSet.OfWords(this, seen);
    }

    // Each concept once, whatever loops a bad hierarchy has.
    private void Follow(Stack<int> open, ulong[] seen, SearchSide side)
    {
        while (open.TryPop(out var concept))
        {
            foreach (var next in side == SearchSide.Above ? Parents(concept) : Children(concept))
            {
                var bit = 1UL << (next & 63);
                if ((seen[next >> 6] & bit) != 0)
                    continue;
                seen[next >> 6] |= bit;
                open.Push(next);
            }
        }
    }
}
