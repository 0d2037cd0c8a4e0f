// Codes that a value set lists itself, in its own order and with its own names for them.

namespace FhirHub.Terminology;

/// <summary>A code that a value set lists (R4 <c>ValueSet.compose.include.concept</c>, or an entry of a stored expansion).</summary>
/// <param name="Code">The code, as its code system writes it where that is known.</param>
/// <param name="Concept">The concept; null if the code system is not known here, or lacks the code.</param>
/// <param name="Display">The value set's own display, or null.</param>
/// <param name="Designations">The value set's own designations.</param>
public sealed record ListedConcept(string Code, Concept? Concept, string? Display, IReadOnlyList<Designation> Designations)
{
    /// <summary>True if it is there for the order of a list alone.</summary>
    public bool IsAbstract { get; init; }

    /// <summary>True if it is no longer in use.</summary>
    public bool IsInactive { get; init; }
}

/// <summary>Codes in the order in which a value set lists them.</summary>
public sealed class ListPart : ContentPart
{
    private readonly Dictionary<string, ListedConcept> _byCode;
    private readonly Lazy<ConceptTable> _names;

    internal ListPart(PartOrigin origin, IReadOnlyList<ListedConcept> entries, IReadOnlyList<ListedConcept> strays)
        : base(origin)
    {
        Entries = entries;
        Strays = strays;
        _names = new Lazy<ConceptTable>(ReadNames);
        _byCode = new Dictionary<string, ListedConcept>(
            entries.Count + strays.Count, origin.CodeSystem?.IsCaseSensitive == false ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var entry in entries)
            _byCode.TryAdd(entry.Code, entry);
        foreach (var stray in strays)
            _byCode.TryAdd(stray.Code, stray);
    }

    /// <summary>The codes.</summary>
    public IReadOnlyList<ListedConcept> Entries { get; }

    /// <summary>
    /// Codes that are listed and that the code system, of which all is known here, does not have. They are in the value set for whoever
    /// asks about such a code, and in no expansion.
    /// </summary>
    public IReadOnlyList<ListedConcept> Strays { get; }

    /// <inheritdoc/>
    public override int? Count => Entries.Count;

    /// <summary>The entries by all their names, as a table that can be searched; ordinals are places in <see cref="Entries"/>.</summary>
    internal ConceptTable Names => _names.Value;

    /// <inheritdoc/>
    public override ValueSetMember? Find(string code) =>
        _byCode.TryGetValue(code, out var entry) ? new ValueSetMember(this, entry.Code, entry.Concept, entry) : null;

    internal override bool Has(string code) => _byCode.ContainsKey(code);

    internal override ConceptSet On(ConceptTable table)
    {
        var ordinals = new List<int>(Entries.Count);
        foreach (var entry in Entries)
        {
            var ordinal = ReferenceEquals(CodeSystem?.Table, table) && entry.Concept is { } concept ? concept.Ordinal : table.Find(entry.Code);
            if (ordinal >= 0)
                ordinals.Add(ordinal);
        }

        return ConceptSet.Of(table, ordinals);
    }

    internal override IEnumerable<ContentPart> Intersect(IReadOnlyList<ContentPart> others) =>
        With(entry => HasAny(others, entry.Code)) is { } part ? [part] : [];

    internal override ContentPart? Except(IReadOnlyList<ContentPart> others) =>
        others.Any(IsAbout) ? With(entry => !HasAny(others, entry.Code)) : this;

    internal override ContentPart? Restrict(bool activeOnly, bool selectableOnly)
    {
        return Entries.Any(entry => !Keeps(entry)) ? With(Keeps) : this;

        bool Keeps(ListedConcept entry) => !(activeOnly && entry.IsInactive) && !(selectableOnly && entry.IsAbstract);
    }

    private ConceptTable ReadNames()
    {
        var names = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = System });
        foreach (var entry in Entries)
        {
            var concept = names.Add(entry.Code, entry.Display ?? entry.Concept?.Display);
            if (entry.Display is not null && entry.Concept?.Display is { } display && display != entry.Display)
                names.AddDesignation(concept, display);
            foreach (var designation in entry.Designations.Concat(entry.Concept?.Designations ?? []))
                names.AddDesignation(concept, designation.Value, designation.Language);
        }

        return names.Build();
    }

    private ListPart? With(Func<ListedConcept, bool> keeps)
    {
        ListedConcept[] entries = [.. Entries.Where(keeps)];
        ListedConcept[] strays = [.. Strays.Where(keeps)];
        return entries.Length + strays.Length == 0 ? null : new ListPart(Origin, entries, strays);
    }
}
