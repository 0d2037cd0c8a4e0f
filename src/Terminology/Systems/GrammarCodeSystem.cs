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

    /// <summary>Codes that are worth a place in a list for people, in the order of the list; none if no list would be of use.</summary>
    public virtual IReadOnlyList<string> CommonCodes => [];

    /// <inheritdoc/>
    public override Concept At(int ordinal) => throw new NotSupportedException($"The codes of {Url} can't be enumerated.");

    /// <summary>
    /// What a filter of a value set selects (R4 valueset.html#filter), as a test of concepts; null if the grammar has no such filter,
    /// or the value makes no sense.
    /// </summary>
    public virtual Func<Concept, bool>? Filter(string property, string op, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!Header.Properties.Any(defined => defined.Code == property))
            return null;
        return op switch
        {
            "=" => concept => concept.Properties.Any(held => held.Code == property && held.Text == value),
            "exists" when value is "true" or "false" => concept => concept.Properties.Any(held => held.Code == property) == (value == "true"),
            "in" => concept => concept.Properties.Any(held => held.Code == property && Items(value).Contains(held.Text, StringComparer.Ordinal)),
            "not-in" => concept => !concept.Properties.Any(held => held.Code == property && Items(value).Contains(held.Text, StringComparer.Ordinal)),
            _ => null,
        };
    }

    private static string[] Items(string list) => list.Split(',', StringSplitOptions.TrimEntries);
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
