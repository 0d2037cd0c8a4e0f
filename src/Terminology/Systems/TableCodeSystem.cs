// A code system of a concept table, alone and with supplements.

namespace FhirHub.Terminology;

/// <summary>A code system whose concepts are in a table.</summary>
public sealed class TableCodeSystem : CodeSystem
{
    private readonly ConceptTable _table;

    /// <summary>The code system of a table.</summary>
    public TableCodeSystem(ConceptTable table)
        : base((table ?? throw new ArgumentNullException(nameof(table))).Header) => _table = table;

    /// <inheritdoc/>
    public override ConceptTable Table => _table;

    /// <inheritdoc/>
    public override Concept? Find(string code) => _table.Find(code) is >= 0 and var ordinal ? new TableConcept(_table, ordinal) : null;

    /// <inheritdoc/>
    public override Concept At(int ordinal) => new TableConcept(_table, ordinal);
}

/// <summary>A code system with what supplements add to it (R4 codesystem.html#supplements).</summary>
public sealed class SupplementedCodeSystem : CodeSystem
{
    private readonly CodeSystem _base;

    /// <summary>A code system with supplements, which have tables.</summary>
    public SupplementedCodeSystem(CodeSystem codeSystem, IReadOnlyList<CodeSystem> supplements)
        : base((codeSystem ?? throw new ArgumentNullException(nameof(codeSystem))).Header)
    {
        _base = codeSystem;
        Supplements = supplements;
    }

    /// <inheritdoc/>
    public override ConceptTable? Table => _base.Table;

    /// <inheritdoc/>
    public override IReadOnlyList<CodeSystem> Supplements { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> CommonCodes => _base.CommonCodes;

    /// <inheritdoc/>
    public override Func<Concept, bool>? Filter(string property, string op, string value) => _base.Filter(property, op, value);

    /// <inheritdoc/>
    public override Concept? Find(string code) => _base.Find(code) is { } concept ? Supplemented(concept) : null;

    /// <inheritdoc/>
    public override Concept At(int ordinal) => Supplemented(_base.At(ordinal));

    private Concept Supplemented(Concept concept)
    {
        List<Concept>? additions = null;
        foreach (var supplement in Supplements)
        {
            if (supplement.Find(concept.Code) is { } addition)
                (additions ??= []).Add(addition);
        }

        return additions is null ? concept : new SupplementedConcept(concept, additions);
    }
}

/// <summary>A concept of a table, read when it is asked.</summary>
internal sealed class TableConcept(ConceptTable table, int ordinal) : Concept
{
    public override int Ordinal => ordinal;

    public override string Code => field ??= table.Code(ordinal);

    public override string? Display => field ??= table.Display(ordinal);

    public override string? Definition => table.Definition(ordinal);

    public override IReadOnlyList<Designation> Designations => table.Designations(ordinal);

    public override IReadOnlyList<ConceptProperty> Properties => table.Properties(ordinal);

    public override ConceptFlags Flags => table.Flags(ordinal);

    public override string? Status => table.Status(ordinal);
}

// A supplement's display is a designation in the supplement's language: the concept's own stays what it is.
internal sealed class SupplementedConcept(Concept concept, List<Concept> additions) : Concept
{
    public override int Ordinal => concept.Ordinal;

    public override string Code => concept.Code;

    public override string? Display => concept.Display;

    public override string? Definition => concept.Definition ?? additions.Select(static addition => addition.Definition).FirstOrDefault(static text => text is not null);

    public override IReadOnlyList<Designation> Designations => field ??= [.. concept.Designations, .. additions.SelectMany(static addition => addition.Designations)];

    public override IReadOnlyList<ConceptProperty> Properties => field ??= [.. concept.Properties, .. additions.SelectMany(static addition => addition.Properties)];

    public override ConceptFlags Flags => concept.Flags;

    public override string? Status => concept.Status;
}
