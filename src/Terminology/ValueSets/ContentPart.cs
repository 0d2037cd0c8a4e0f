// What one code system gives to a value set: concepts of a table, codes that are listed, or all that a system has.

namespace FhirHub.Terminology;

/// <summary>
/// A part of a <see cref="ValueSetContent"/>, all of one version of one code system. Immutable; parts of one content share no code.
/// </summary>
public abstract class ContentPart
{
    private protected ContentPart(PartOrigin origin) => Origin = origin;

    /// <summary>The code system's URL.</summary>
    public string System => Origin.System;

    /// <summary>The version that the codes are of: that of the code system at hand, else the one asked for; or null.</summary>
    public string? Version => Origin.Version;

    /// <summary>The code system, or null if it is not known here.</summary>
    public CodeSystem? CodeSystem => Origin.CodeSystem;

    /// <summary>True if the value set or the request named the version.</summary>
    public bool IsPinned => Origin.IsPinned;

    /// <summary>Number of codes; null if they can't be enumerated.</summary>
    public abstract int? Count { get; }

    internal PartOrigin Origin { get; }

    /// <summary>The entry of a code, or null if the part does not have it.</summary>
    public abstract ValueSetMember? Find(string code);

    /// <summary>Whether the part has the code: <see cref="Find"/> for those who ask a million times.</summary>
    internal abstract bool Has(string code);

    /// <summary>Which concepts of a table of the same system the part has.</summary>
    internal abstract ConceptSet On(ConceptTable table);

    /// <summary>What is in the part and in one of the others, in the order of this part.</summary>
    internal abstract IEnumerable<ContentPart> Intersect(IReadOnlyList<ContentPart> others);

    /// <summary>What is in the part and in none of the others; null if that is nothing.</summary>
    internal abstract ContentPart? Except(IReadOnlyList<ContentPart> others);

    /// <summary>The part without inactive or abstract concepts; null if that is nothing.</summary>
    internal abstract ContentPart? Restrict(bool activeOnly, bool selectableOnly);

    /// <summary>True if both speak of one system, in versions that don't contradict each other.</summary>
    internal bool IsAbout(ContentPart other) =>
        System == other.System && (!IsPinned || !other.IsPinned || Version is null || other.Version is null || Version == other.Version);

    private protected bool HasAny(IReadOnlyList<ContentPart> parts, string code)
    {
        foreach (var part in parts)
        {
            if (IsAbout(part) && part.Has(code))
                return true;
        }

        return false;
    }
}

/// <summary>Where the codes of a part are from.</summary>
internal sealed record PartOrigin(string System, string? Version, CodeSystem? CodeSystem, bool IsPinned);

/// <summary>A code that a value set has.</summary>
/// <param name="Part">The part that has it.</param>
/// <param name="Code">The code, as its code system writes it.</param>
/// <param name="Concept">The concept; null if the code system is not known here, or lacks the code.</param>
/// <param name="Listed">What the value set itself says of the code, where it lists it; else null.</param>
public sealed record ValueSetMember(ContentPart Part, string Code, Concept? Concept, ListedConcept? Listed = null)
{
    /// <summary>The code system's URL.</summary>
    public string System => Part.System;

    /// <summary>The code system's version, or null.</summary>
    public string? Version => Part.Version;
}

/// <summary>Concepts of a table, in the order of the code system.</summary>
public sealed class TablePart : ContentPart
{
    internal TablePart(PartOrigin origin, ConceptSet concepts)
        : base(origin) => Concepts = concepts;

    /// <summary>The concepts.</summary>
    public ConceptSet Concepts { get; }

    /// <inheritdoc/>
    public override int? Count => Concepts.Count;

    internal ConceptTable Table => Concepts.Table;

    /// <inheritdoc/>
    public override ValueSetMember? Find(string code) =>
        Table.Find(code) is >= 0 and var ordinal && Concepts.Contains(ordinal) ? new ValueSetMember(this, Table.Code(ordinal), CodeSystem!.At(ordinal)) : null;

    internal override bool Has(string code) => Table.Find(code) is >= 0 and var ordinal && Concepts.Contains(ordinal);

    internal override ConceptSet On(ConceptTable table)
    {
        if (ReferenceEquals(table, Table))
            return Concepts;
        var same = new List<int>();
        foreach (var ordinal in Concepts)
        {
            if (table.Find(Table.CodeUtf8(ordinal)) is >= 0 and var other)
                same.Add(other);
        }

        return ConceptSet.Of(table, same);
    }

    internal override IEnumerable<ContentPart> Intersect(IReadOnlyList<ContentPart> others) =>
        With(Concepts.And(Of(others))) is { } part ? [part] : [];

    internal override ContentPart? Except(IReadOnlyList<ContentPart> others) =>
        others.Any(IsAbout) ? With(Concepts.Except(Of(others))) : this;

    internal override ContentPart? Restrict(bool activeOnly, bool selectableOnly)
    {
        var concepts = Concepts;
        if (activeOnly && Table.Inactive.Count > 0)
            concepts = concepts.Except(Table.Inactive);
        if (selectableOnly && Table.Abstract.Count > 0)
            concepts = concepts.Except(Table.Abstract);
        return ReferenceEquals(concepts, Concepts) ? this : With(concepts);
    }

    private ConceptSet Of(IReadOnlyList<ContentPart> others)
    {
        var concepts = ConceptSet.None(Table);
        foreach (var other in others)
        {
            if (IsAbout(other))
                concepts = concepts.Or(other.On(Table));
        }

        return concepts;
    }

    private TablePart? With(ConceptSet concepts) => concepts.Count == 0 ? null : new TablePart(Origin, concepts);
}
