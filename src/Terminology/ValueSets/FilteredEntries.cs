// The entries of a value set that a text filter finds, the best of all parts first.

namespace FhirHub.Terminology;

/// <summary>Matches of each part, grade by grade.</summary>
internal sealed class FilteredEntries
{
    private readonly List<(ContentPart Part, TextMatches Matches)> _found = [];

    private FilteredEntries()
    {
    }

    /// <summary>Number of entries found.</summary>
    public int Count { get; private set; }

    public static FilteredEntries Of(ValueSetContent view, string filter)
    {
        var entries = new FilteredEntries();
        var isCertain = false;
        foreach (var part in view.Parts)
        {
            var matches = part switch
            {
                TablePart table => Within(table.Concepts, table.Table.TextIndex.Matches(filter)),
                ListPart list => list.Names.TextIndex.Matches(filter),
                _ => new TextMatches([], [], IsGuess: true),
            };
            if (matches.Concepts.Length == 0)
                continue;
            entries._found.Add((part, matches));
            isCertain |= !matches.IsGuess;
        }

        // What is found by undoing a mistake is of no use beside what is found without.
        if (isCertain)
            entries._found.RemoveAll(static found => found.Matches.IsGuess);
        entries.Count = entries._found.Sum(static found => found.Matches.Concepts.Length);
        return entries;
    }

    /// <summary>Adds entries from a place of the order on.</summary>
    public void CopyTo(List<ExpansionEntry> entries, int offset, int count)
    {
        for (var grade = 0; _found.Exists(found => grade < found.Matches.Ends.Length); grade++)
        {
            foreach (var (part, matches) in _found)
            {
                if (grade >= matches.Ends.Length)
                    continue;
                var start = grade == 0 ? 0 : matches.Ends[grade - 1];
                var length = matches.Ends[grade] - start;
                var skipped = Math.Min(offset, length);
                offset -= skipped;
                var taken = Math.Min(count, length - skipped);
                count -= taken;
                for (var i = start + skipped; i < start + skipped + taken; i++)
                {
                    var ordinal = matches.Concepts[i];
                    entries.Add(part is ListPart list ? new ExpansionEntry(part, -1, list.Entries[ordinal]) : new ExpansionEntry(part, ordinal, null));
                }
            }
        }
    }

    private static TextMatches Within(ConceptSet concepts, TextMatches found)
    {
        if (concepts.Count == concepts.Table.Count)
            return found;
        var kept = new List<int>();
        var ends = new int[found.Ends.Length];
        var at = 0;
        for (var grade = 0; grade < ends.Length; grade++)
        {
            for (; at < found.Ends[grade]; at++)
            {
                if (concepts.Contains(found.Concepts[at]))
                    kept.Add(found.Concepts[at]);
            }

            ends[grade] = kept.Count;
        }

        return new TextMatches([.. kept], ends, found.IsGuess);
    }
}
