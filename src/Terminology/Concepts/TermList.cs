// Words in the order of their bytes, and which concepts have each.

namespace FhirHub.Terminology;

/// <summary>A sorted list of terms; all that start with some letters are a range of it.</summary>
internal readonly struct TermList(Column<byte> bytes, Column<int> starts, GroupedColumn<int> concepts)
{
    /// <summary>Number of terms.</summary>
    public int Count => Math.Max(0, starts.Length - 1);

    /// <summary>A term in UTF-8.</summary>
    public ReadOnlySpan<byte> this[int term]
    {
        get
        {
            var bounds = starts.Slice(term, 2);
            return bytes.Slice(bounds[0], bounds[1] - bounds[0]);
        }
    }

    /// <summary>The concepts of a term, in their order.</summary>
    public ReadOnlySpan<int> Concepts(int term) => concepts[term];

    /// <summary>The terms that start with a text, as a range of those between two places.</summary>
    public (int Start, int End) Prefix(ReadOnlySpan<byte> text, int from, int to)
    {
        var start = LowerBound(text, from, to);
        var (low, high) = (start, to);

        // Mostly there are few or none.
        if (start < to && !this[start].StartsWith(text))
            return (start, start);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].StartsWith(text))
                low = middle + 1;
            else
                high = middle;
        }

        return (start, low);
    }

    /// <summary>The terms that start with a text.</summary>
    public (int Start, int End) Prefix(ReadOnlySpan<byte> text) => Prefix(text, 0, Count);

    /// <summary>The term that is the text, as a range of one or none.</summary>
    public (int Start, int End) Whole(ReadOnlySpan<byte> text, int from, int to)
    {
        var at = LowerBound(text, from, to);
        return at < to && this[at].SequenceEqual(text) ? (at, at + 1) : (at, at);
    }

    private int LowerBound(ReadOnlySpan<byte> text, int low, int high)
    {
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].SequenceCompareTo(text) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
