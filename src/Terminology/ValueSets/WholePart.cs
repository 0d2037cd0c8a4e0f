// All codes of a system that can't be enumerated here: a grammar, a system that is not known, what a fragment leaves out.

namespace FhirHub.Terminology;

/// <summary>Why the codes of a <see cref="WholePart"/> can't be enumerated.</summary>
public enum WholeKind
{
    /// <summary>They are made by a grammar, without end.</summary>
    Grammar,

    /// <summary>The code system, or the version asked for, is not known here.</summary>
    Unknown,

    /// <summary>Only a part of the code system is known here; this is the rest of it.</summary>
    Rest,
}

/// <summary>Every code of a system, as far as filters hold, except those that were taken away.</summary>
public sealed class WholePart : ContentPart
{
    // A code that is asked about goes through a grammar and all filters, in all that was taken away too.
    private const long CostOfWhole = 1_000;
    private const long MostCost = 1L << 40;

    private readonly IReadOnlyList<Func<Concept, bool>> _filters;
    private readonly IReadOnlyList<ContentPart> _without;
    private readonly Lazy<ListPart?> _common;

    internal WholePart(PartOrigin origin, WholeKind kind, IReadOnlyList<Func<Concept, bool>>? filters = null, IReadOnlyList<ContentPart>? without = null)
        : base(origin)
    {
        Kind = kind;
        _filters = filters ?? [];
        _without = without ?? [];
        _common = new Lazy<ListPart?>(ReadCommon);
        long cost = CostOfWhole * (1 + _filters.Count);
        foreach (var part in _without)
            cost += part is WholePart whole ? whole.Cost : 1;
        Cost = Math.Min(cost, MostCost);
    }

    /// <summary>Why its codes can't be enumerated.</summary>
    public WholeKind Kind { get; }

    /// <summary>True if it is not all of the system.</summary>
    public bool IsPartial => _filters.Count > 0 || _without.Count > 0;

    /// <summary>What it takes to ask about a code, at most; parts that are made of each other have it grow without end.</summary>
    internal long Cost { get; }

    /// <summary>Those codes of a grammar that lists for people have (<see cref="CodeSystem.CommonCodes"/>); null if it has no such.</summary>
    public ListPart? Common => _common.Value;

    /// <inheritdoc/>
    public override int? Count => null;

    /// <inheritdoc/>
    public override ValueSetMember? Find(string code)
    {
        if (HasAny(_without, code))
            return null;
        switch (Kind)
        {
            case WholeKind.Grammar:
                return CodeSystem!.Find(code) is { } concept && _filters.All(filter => filter(concept)) ? new ValueSetMember(this, concept.Code, concept) : null;
            case WholeKind.Rest when CodeSystem!.Find(code) is not null:
                return null;
            default:
                return new ValueSetMember(this, code, null);
        }
    }

    internal override bool Has(string code) => Find(code) is not null;

    internal override ConceptSet On(ConceptTable table) => ConceptSet.Where(table, concept => Find(table.Code(concept)) is not null);

    internal override IEnumerable<ContentPart> Intersect(IReadOnlyList<ContentPart> others)
    {
        foreach (var other in others)
        {
            if (!IsAbout(other))
                continue;
            if (other is WholePart whole)
            {
                var (kept, added) = Kind == WholeKind.Unknown ? (whole, this) : (this, whole);
                yield return new WholePart(kept.Origin, kept.Kind, [.. kept._filters, .. added._filters], [.. kept._without, .. added._without]);
                continue;
            }

            foreach (var part in other.Intersect([this]))
                yield return part;
        }
    }

    internal override ContentPart? Except(IReadOnlyList<ContentPart> others)
    {
        ContentPart[] taken = [.. others.Where(IsAbout)];
        if (taken.Length == 0)
            return this;
        return taken.Any(other => other is WholePart { IsPartial: false } whole && (whole.Kind != WholeKind.Rest || Kind == WholeKind.Rest))
            ? null
            : new WholePart(Origin, Kind, _filters, [.. _without, .. taken]);
    }

    internal override ContentPart Restrict(bool activeOnly, bool selectableOnly) => this;

    private ListPart? ReadCommon()
    {
        if (Kind != WholeKind.Grammar || CodeSystem is not { CommonCodes: { Count: > 0 } codes })
            return null;
        return new ListPart(Origin, [.. codes.Select(Find).OfType<ValueSetMember>().Select(static member => new ListedConcept(member.Code, member.Concept, null, []))], []);
    }
}
