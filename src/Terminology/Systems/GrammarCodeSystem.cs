// A code system that is a grammar: it says of any code whether it is one, and has no list of all.

namespace FhirHub.Terminology;

/// <summary>A code system whose codes are made by rules and can't be enumerated (R4 terminologies-systems.html).</summary>
public abstract class GrammarCodeSystem : CodeSystem
{
    /// <summary>A grammar of this header.</summary>
    protected GrammarCodeSystem(CodeSystemHeader header)
        : base(header)
    {
    }

    /// <inheritdoc/>
    public override ConceptTable? Table => null;

    /// <inheritdoc/>
    public override Concept At(int ordinal) => throw new NotSupportedException($"The codes of {Url} can't be enumerated.");
}

/// <summary>A code that a grammar took.</summary>
internal sealed class GrammarConcept(string code, string display) : Concept
{
    public override string Code => code;

    public override string? Display => display;

    public override IReadOnlyList<Designation> Designations => Names;

    public override IReadOnlyList<ConceptProperty> Properties => Values;

    public override ConceptFlags Flags => State;

    public List<Designation> Names { get; } = [];

    public List<ConceptProperty> Values { get; } = [];

    public ConceptFlags State { get; init; }
}
