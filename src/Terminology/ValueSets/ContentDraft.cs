// The parts of a value set while they are put together: none has a code that another has already.

namespace FhirHub.Terminology;

/// <summary>
/// Collects parts in their order. Concepts of one table come together where the first of them came, since a value set may name
/// hundreds of branches of one code system; lists keep their places.
/// </summary>
internal sealed class ContentDraft
{
    // To look a code up takes so many times what it takes to look at a part.
    private const long LookUp = 10;

    // More than anybody may spend, so that nobody counts on.
    private const long CostEnough = 1L << 30;

    private readonly List<ContentPart> _parts = [];
    private readonly List<ListedConcept> _entries = [];
    private readonly List<ListedConcept> _strays = [];
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);
    private PartOrigin? _open;

    /// <summary>What it takes to add parts: each is compared with those of its system that are there.</summary>
    public long CostOf(IReadOnlyList<ContentPart> added)
    {
        long cost = 0;
        foreach (var part in added)
        {
            if ((cost += _parts.Count) > CostEnough)
                return cost;
            foreach (var other in _parts)
            {
                if (other is WholePart || other.System != part.System || (part is TablePart { Table: var table } && other is TablePart same && ReferenceEquals(same.Table, table)))
                    continue;
                cost += LookUp * ((part is TablePart ? other.Count : part.Count) ?? 0);
            }
        }

        return cost;
    }

    public void Add(IEnumerable<ContentPart> parts)
    {
        foreach (var part in parts)
        {
            switch (part)
            {
                case TablePart table:
                    Close();
                    Add(table);
                    break;
                case ListPart list:
                    Add(list);
                    break;
                default:
                    // What can't be enumerated repeats nothing, unless it is all of the same again.
                    Close();
                    if (part is not WholePart { IsPartial: false } whole || !_parts.Exists(other => other is WholePart { IsPartial: false } same && same.Kind == whole.Kind && same.Origin == whole.Origin))
                        _parts.Add(part);
                    break;
            }
        }
    }

    public IReadOnlyList<ContentPart> Finish()
    {
        Close();
        return _parts;
    }

    private void Add(TablePart added)
    {
        var concepts = added.Concepts;
        var at = -1;
        for (var i = 0; i < _parts.Count; i++)
        {
            if (_parts[i] is TablePart table && ReferenceEquals(table.Table, added.Table))
                at = i;
            else if (_parts[i] is not WholePart && added.IsAbout(_parts[i]))
                concepts = concepts.Except(_parts[i].On(added.Table));
        }

        if (at >= 0)
            _parts[at] = new TablePart(_parts[at].Origin, ((TablePart)_parts[at]).Concepts.Or(concepts));
        else if (concepts.Count > 0)
            _parts.Add(new TablePart(added.Origin, concepts));
    }

    private void Add(ListPart added)
    {
        if (_open is not null && _open != added.Origin)
            Close();
        ContentPart[] before = [.. _parts.Where(part => part is not WholePart && added.IsAbout(part))];
        if (added.Except(before) is not ListPart rest)
            return;
        _open = added.Origin;
        Append(rest.Entries, _entries);
        Append(rest.Strays, _strays);

        void Append(IReadOnlyList<ListedConcept> from, List<ListedConcept> to)
        {
            foreach (var entry in from)
            {
                if (_listed.Add(entry.Code))
                    to.Add(entry);
            }
        }
    }

    private void Close()
    {
        if (_open is null)
            return;
        if (_entries.Count + _strays.Count > 0)
            _parts.Add(new ListPart(_open, [.. _entries], [.. _strays]));
        _open = null;
        _entries.Clear();
        _strays.Clear();
        _listed.Clear();
    }
}
