// The end of building a table: hierarchy both ways, everything sorted by concept, and written.

using System.Runtime.InteropServices;
using FhirHub.Model;

namespace FhirHub.Terminology;

public sealed partial class ConceptTableBuilder
{
    // Ancestors, all concepts together, that are worked out beforehand: far more than any classification has, far less than a chain of
    // 100,000 concepts would make.
    private const long AncestorsPerConcept = 48;
    private const long AncestorsAtLeast = 100_000;

    /// <summary>The table, from memory.</summary>
    /// <exception cref="InvalidOperationException">The builder writes to a stream.</exception>
    public ConceptTable Build()
    {
        if (_output is not MemoryStream memory)
            throw new InvalidOperationException("The table goes to a stream; use Finish, and open it from there.");
        Finish();
        return new ConceptTable(new TableImage(memory.ToArray()));
    }

    /// <summary>Writes what is left, and ends the output. Nothing can be added any more.</summary>
    /// <exception cref="TerminologyException">There is too much of something.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_isFinished, this);
        _finishedCount = Count;

        // Texts of values have been kept together to be compared; here they join the others.
        var valuesStart = checked((int)(_output.Position - _textsStart));
        _writer.Write(_values.Bytes);

        _writer.Section(TableSection.Codes, _codes.Bytes);
        _writer.Section<int>(TableSection.CodeStarts, CollectionsMarshal.AsSpan(_codes.Starts));
        _writer.Section(TableSection.CodeSlots, _codes.Slots);
        Write(TableSection.Displays, _displays);
        if (_hasDefinitions)
            Write(TableSection.Definitions, _definitions);
        _definitions.Clear();
        Write(TableSection.Flags, _flags);
        WriteHierarchy();
        WriteGrouped(_designations, TableSection.DesignationStarts, TableSection.Designations);
        WriteGrouped(_properties, TableSection.PropertyStarts, TableSection.Properties);
        WriteValues(valuesStart);
        WriteSets();
        _writer.WriteFacts(new TableFacts
        {
            Header = Header with { Properties = _propertyDefinitions },
            Concepts = Count,
            Duplicates = _duplicates,
            Seed = _seed,
            Languages = _languages,
            Uses = _uses,
            Sets = [.. _sets.Keys],
        });
        _writer.Finish();
        _isFinished = true;
        _values.Clear();
        _codes.Clear();
        _sets.Clear();
    }

    /// <summary>Adds the text index to a table that was finished. By then all that was collected has been let go.</summary>
    /// <param name="path">The file that the builder's stream writes.</param>
    internal void AddTextIndex(string path)
    {
        // A million concepts leave hundreds of megabytes behind, which the collector would keep beside what the index takes.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TextIndexBuilder.Of(ConceptTable.Open(path), long.MaxValue).WriteTo(_writer);
        _writer.Finish();
    }

    private void Write<TRow>(TableSection section, RowList<TRow> rows)
        where TRow : unmanaged
    {
        _writer.Begin(section);
        rows.WriteTo(_writer);
        rows.Clear();
    }

    private void WriteHierarchy()
    {
        foreach (var (concept, code, otherIsParent) in _relativesToCome)
        {
            if (Find(code) is not (>= 0 and var other))
                continue;
            if (otherIsParent)
                AddParent(concept, other);
            else
                AddParent(other, concept);
        }

        if (_parents.Count == 0)
            return;
        var (starts, parents) = Distinct(Grouped(_parents));
        _parents.Clear();
        var (childStarts, children) = Reversed(starts, parents);
        _writer.Section<int>(TableSection.ParentStarts, starts);
        _writer.Section<int>(TableSection.Parents, parents);
        _writer.Section<int>(TableSection.ChildStarts, childStarts);
        _writer.Section<int>(TableSection.Children, children);
        WriteAncestors(starts, parents);
    }

    // Walks up from each concept; a concept that was seen on the walk is marked with the number of the walk, so loops end it.
    private void WriteAncestors(int[] starts, int[] parents)
    {
        var budget = Math.Max(AncestorsAtLeast, AncestorsPerConcept * Count);
        var ancestorStarts = new int[Count + 1];
        var ancestors = new RowList<int>();
        var seen = new int[Count];
        var above = new List<int>();
        for (var concept = 0; concept < Count; concept++)
        {
            above.Clear();
            above.AddRange(parents.AsSpan(starts[concept]..starts[concept + 1]));
            seen[concept] = concept + 1;
            foreach (var parent in above)
                seen[parent] = concept + 1;
            for (var next = 0; next < above.Count; next++)
            {
                foreach (var parent in parents.AsSpan(starts[above[next]]..starts[above[next] + 1]))
                {
                    if (seen[parent] == concept + 1)
                        continue;
                    seen[parent] = concept + 1;
                    above.Add(parent);
                }

                if (ancestors.Count + above.Count > budget)
                    return;
            }

            above.Sort();
            foreach (var ancestor in above)
                ancestors.Add(ancestor);
            ancestorStarts[concept + 1] = ancestors.Count;
        }

        _writer.Section<int>(TableSection.AncestorStarts, ancestorStarts);
        _writer.Begin(TableSection.Ancestors);
        ancestors.WriteTo(_writer);
    }

    private (int[] Starts, int[] Parents) Distinct((int[] Starts, int[] Parents) all)
    {
        var seen = new int[Count];
        var starts = new int[Count + 1];
        var kept = 0;
        for (var concept = 0; concept < Count; concept++)
        {
            for (var i = all.Starts[concept]; i < all.Starts[concept + 1]; i++)
            {
                var parent = all.Parents[i];
                if (seen[parent] == concept + 1)
                    continue;
                seen[parent] = concept + 1;
                all.Parents[kept++] = parent;
            }

            starts[concept + 1] = kept;
        }

        return (starts, all.Parents[..kept]);
    }

    private (int[] Starts, int[] Children) Reversed(int[] starts, int[] parents)
    {
        var childStarts = new int[Count + 1];
        foreach (var parent in parents)
            childStarts[parent + 1]++;
        for (var i = 0; i < Count; i++)
            childStarts[i + 1] += childStarts[i];
        var next = childStarts[..Count];
        var children = new int[parents.Length];
        for (var concept = 0; concept < Count; concept++)
        {
            foreach (var parent in parents.AsSpan(starts[concept]..starts[concept + 1]))
                children[next[parent]++] = concept;
        }

        return (childStarts, children);
    }

    // Rows sorted by concept, those of one in the order in which they came.
    private (int[] Starts, TRow[] Rows) Grouped<TRow>(RowList<(int Concept, TRow Row)> list)
        where TRow : unmanaged
    {
        var starts = new int[Count + 1];
        for (var i = 0; i < list.Count; i++)
            starts[list[i].Concept + 1]++;
        for (var i = 0; i < Count; i++)
            starts[i + 1] += starts[i];
        var next = starts[..Count];
        var rows = new TRow[list.Count];
        for (var i = 0; i < list.Count; i++)
        {
            var (concept, row) = list[i];
            rows[next[concept]++] = row;
        }

        return (starts, rows);
    }

    private void WriteGrouped<TRow>(RowList<(int Concept, TRow Row)> list, TableSection startsSection, TableSection rowsSection)
        where TRow : unmanaged
    {
        if (list.Count == 0)
            return;
        var (starts, rows) = Grouped(list);
        list.Clear();
        _writer.Section<int>(startsSection, starts);
        _writer.Section<TRow>(rowsSection, rows);
    }

    private void WriteValues(int valuesStart)
    {
        if (_values.Count == 0)
            return;
        var rows = new ValueRow[_values.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var value = _values[i];
            var type = (PropertyType)value[0];
            var named = type switch
            {
                PropertyType.Code => _codes.Find(value[1..]),
                PropertyType.Coding when IsOwn(value[1..]) => _codes.Find(TableText.CodeOf(value[1..])),
                _ => -1,
            };
            rows[i] = new ValueRow(new TextRange(valuesStart + _values.Starts[i] + 1, value.Length - 1), value[0], named);
        }

        _writer.Section<ValueRow>(TableSection.Values, rows);
    }

    private bool IsOwn(ReadOnlySpan<byte> coding) => TableText.ToCoding(System.Text.Encoding.UTF8.GetString(coding)).System == Header.Url;

    private void WriteSets()
    {
        if (_sets.Count == 0)
            return;
        var starts = new int[_sets.Count + 1];
        var members = new List<int>();
        var set = 0;
        foreach (var list in _sets.Values)
        {
            var ordinals = new List<int>(list.Count);
            for (var i = 0; i < list.Count; i++)
                ordinals.Add(list[i]);
            ordinals.Sort();
            members.AddRange(ordinals.Distinct());
            starts[++set] = members.Count;
        }

        _writer.Section<int>(TableSection.SetStarts, starts);
        _writer.Section<int>(TableSection.SetMembers, CollectionsMarshal.AsSpan(members));
    }
}
