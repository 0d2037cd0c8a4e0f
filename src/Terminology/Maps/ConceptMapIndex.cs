// Which concept maps are from which code systems, and to which: for translations that name no map.

namespace FhirHub.Terminology;

/// <summary>The latest version of each concept map, by the systems of its groups. Immutable.</summary>
internal sealed class ConceptMapIndex
{
    private readonly List<Item> _items;
    private readonly ILookup<string, Item> _bySource;
    private readonly ILookup<string, Item> _byTarget;

    private ConceptMapIndex(List<Item> items)
    {
        _items = items;
        _bySource = items.SelectMany(static item => item.Sources.Select(system => (system, item))).ToLookup(static pair => pair.system, static pair => pair.item, StringComparer.Ordinal);
        _byTarget = items.SelectMany(static item => item.Targets.Select(system => (system, item))).ToLookup(static pair => pair.system, static pair => pair.item, StringComparer.Ordinal);
    }

    /// <summary>Reads maps; which systems they are for is kept, their rows are not.</summary>
    public static async ValueTask<ConceptMapIndex> ReadAsync(IReadOnlyList<TerminologyEntry> maps, Func<TerminologyEntry, ValueTask<ConceptMapTable>> read)
    {
        var items = new List<Item>();
        foreach (var entry in maps)
        {
            var map = await read(entry);
            if (!map.IsRetired)
                items.Add(new Item(items.Count, entry, Systems(map, static group => group.Source), Systems(map, static group => group.Target)));
        }

        return new ConceptMapIndex(items);
    }

    /// <summary>The maps with a group from (or to) one of these systems, in the order in which they were given; all for no system.</summary>
    public IEnumerable<TerminologyEntry> Find(IReadOnlyCollection<string> systems, bool isReverse)
    {
        if (systems.Count == 0)
            return _items.Select(static item => item.Entry);
        var lookup = isReverse ? _byTarget : _bySource;
        return systems.SelectMany(system => lookup[system]).Distinct().OrderBy(static item => item.Order).Select(static item => item.Entry);
    }

    private static HashSet<string> Systems(ConceptMapTable map, Func<ConceptMapGroup, string?> systemOf) =>
        new(map.Groups.Select(systemOf).OfType<string>(), StringComparer.Ordinal);

    private sealed record Item(int Order, TerminologyEntry Entry, HashSet<string> Sources, HashSet<string> Targets);
}
