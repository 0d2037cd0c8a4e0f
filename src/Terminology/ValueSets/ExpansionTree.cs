// The entries of an expansion as a tree: each below a concept that is directly above it, where that is an entry too.

namespace FhirHub.Terminology;

/// <summary>Writes entries nested (R4 <c>ValueSet.expansion.contains.contains</c>). All entries of the expansion are there, in order.</summary>
internal sealed class ExpansionTree
{
    // Deeper entries stand at the end, so that no parser finds the answer too deep.
    private const int MaxDepth = 24;

    private readonly IReadOnlyList<ExpansionEntry> _entries;
    private readonly int[] _firstChild;
    private readonly int[] _nextSibling;
    private readonly bool[] _written;
    private readonly List<int> _roots = [];

    public ExpansionTree(IReadOnlyList<ExpansionEntry> entries)
    {
        _entries = entries;
        _firstChild = new int[entries.Count];
        _nextSibling = new int[entries.Count];
        _written = new bool[entries.Count];
        Array.Fill(_firstChild, -1);
        Array.Fill(_nextSibling, -1);
        var lastChild = new int[entries.Count];
        var start = 0;
        for (var at = 0; at < entries.Count; at++)
        {
            if (at > 0 && !ReferenceEquals(entries[at].Part, entries[at - 1].Part))
                start = at;
            var parent = ParentOf(entries[at], start);
            if (parent < 0)
            {
                _roots.Add(at);
                continue;
            }

            if (_firstChild[parent] < 0)
                _firstChild[parent] = at;
            else
                _nextSibling[lastChild[parent]] = at;
            lastChild[parent] = at;
        }
    }

    public void Write(ExpansionWriter writer)
    {
        foreach (var root in _roots)
            Write(writer, root, 1);

        // A hierarchy that goes round in a circle has no top.
        for (var at = 0; at < _entries.Count; at++)
            Write(writer, at, 1);
    }

    private static int ParentOf(in ExpansionEntry entry, int start)
    {
        if (entry.Part is not TablePart { Concepts: var concepts })
            return -1;
        foreach (var parent in concepts.Table.Parents(entry.Ordinal))
        {
            if (concepts.Contains(parent))
                return start + concepts.IndexOf(parent);
        }

        return -1;
    }

    private void Write(ExpansionWriter writer, int at, int depth)
    {
        if (_written[at])
            return;
        _written[at] = true;
        writer.BeginEntry(_entries[at]);
        if (depth < MaxDepth && HasUnwritten(at))
        {
            writer.BeginContained();
            for (var child = _firstChild[at]; child >= 0; child = _nextSibling[child])
                Write(writer, child, depth + 1);
            writer.EndContained();
        }

        writer.EndEntry();
    }

    private bool HasUnwritten(int at)
    {
        for (var child = _firstChild[at]; child >= 0; child = _nextSibling[child])
        {
            if (!_written[child])
                return true;
        }

        return false;
    }
}
