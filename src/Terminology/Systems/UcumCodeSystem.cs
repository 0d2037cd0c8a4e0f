// UCUM as a code system: any unit that the grammar takes is a code.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The Unified Code for Units of Measure (R4 ucum.html).</summary>
public sealed class UcumCodeSystem : GrammarCodeSystem
{
    private const string Canonical = "canonical";

    private static readonly CodeSystemHeader UcumHeader = new()
    {
        Url = Ucum.System,
        Name = "UCUM",
        Title = "Unified Code for Units of Measure (UCUM)",
        Status = "active",
        Publisher = "Regenstrief Institute, Inc.",
        Copyright = "UCUM is copyright Regenstrief Institute, Inc. and The UCUM Organization; see https://ucum.org/license.",
        Language = "en",
        CaseSensitive = true,
        IsCompositional = true,
        ValueSet = "http://unitsofmeasure.org/vs",
        Properties = [new PropertyDefinition(Canonical, PropertyType.String, null, "The unit in base units: codes that share it measure the same kind of quantity")],
        Filters = [new FilterDefinition(Canonical, ["=", "in"], "A UCUM code", "All codes whose values can be converted to the unit")],
    };

    /// <summary>UCUM.</summary>
    public UcumCodeSystem()
        : base(UcumHeader)
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> CommonCodes => UcumNames.Embedded.CommonCodes;

    /// <inheritdoc/>
    public override Concept? Find(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (!Ucum.TryParse(code, out var unit))
            return null;
        var names = UcumNames.Embedded;
        var concept = new GrammarConcept(code, names.Display(code));
        concept.Values.Add(new ConceptProperty(Canonical, PropertyType.String, unit.CanonicalUnits));

        // What records have as the unit's text is mostly the code itself, or its sign.
        if (concept.Display != code)
            concept.Names.Add(new Designation(code));
        if (names.Symbol(code) is { } symbol)
            concept.Names.Add(new Designation(symbol));
        if (names.ChineseDisplay(code) is { } chinese)
            concept.Names.Add(new Designation(chinese, "zh"));
        foreach (var synonym in names.Synonyms(code)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
            concept.Names.Add(new Designation(synonym, "en"));
        return concept;
    }

    /// <inheritdoc/>
    public override Func<Concept, bool>? Filter(string property, string op, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (property != Canonical || op is not ("=" or "in"))
            return null;
        var canonicals = new HashSet<string>(StringComparer.Ordinal);
        foreach (var code in op == "in" ? value.Split(',', StringSplitOptions.TrimEntries) : [value])
        {
            if (!Ucum.TryParse(code, out var unit))
                return null;
            canonicals.Add(unit.CanonicalUnits);
        }

        return concept => Ucum.TryParse(concept.Code, out var unit) && canonicals.Contains(unit.CanonicalUnits);
    }
}
