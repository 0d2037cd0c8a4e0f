// A code system that can be asked about codes, whatever it is made of: a table, a table with supplements, a grammar.

namespace FhirHub.Terminology;

/// <summary>One version of a code system. Immutable; safe to use from several threads.</summary>
public abstract class CodeSystem
{
    /// <summary>A code system of this header.</summary>
    protected CodeSystem(CodeSystemHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        Header = header;
    }

    /// <summary>What it says of itself.</summary>
    public CodeSystemHeader Header { get; }

    /// <summary>The canonical URL.</summary>
    public string Url => Header.Url;

    /// <summary>The business version, or null.</summary>
    public string? Version => Header.Version;

    /// <summary>True if every code is known here.</summary>
    public bool IsComplete => Header.Content == "complete";

    /// <summary>False if codes are the same in capitals and none.</summary>
    public bool IsCaseSensitive => Header.CaseSensitive != false;

    /// <summary>The concepts; null if the code system is a grammar, whose codes can't be enumerated.</summary>
    public abstract ConceptTable? Table { get; }

    /// <summary>The supplements that its concepts have designations and properties of.</summary>
    public virtual IReadOnlyList<CodeSystem> Supplements => [];

    /// <summary>The concept of a code, or null.</summary>
    public abstract Concept? Find(string code);

    /// <summary>The concept of an ordinal of <see cref="Table"/>.</summary>
    /// <exception cref="NotSupportedException">The code system is a grammar.</exception>
    public abstract Concept At(int ordinal);

    /// <summary>Of a grammar, the codes that are worth a place in a list for people, in its order; none if no list would be of use.</summary>
    public virtual IReadOnlyList<string> CommonCodes => [];

    /// <summary>
    /// What a filter that is the grammar's own selects, such as <c>canonical</c> of UCUM; null for other filters, which are about
    /// properties, and where the value makes no sense.
    /// </summary>
    public virtual Func<Concept, bool>? Filter(string property, string op, string value) => null;

    /// <summary>True if the code system defines the property, or a concept has it.</summary>
    public bool HasProperty(string code) => Table?.FindProperty(code) >= 0 || Header.Properties.Any(property => property.Code == code)
        || Supplements.Any(supplement => supplement.HasProperty(code));
}

/// <summary>A concept of a code system.</summary>
public abstract class Concept
{
    /// <summary>Its place in the table; -1 in a grammar.</summary>
    public virtual int Ordinal => -1;

    /// <summary>The code as the code system writes it.</summary>
    public abstract string Code { get; }

    /// <summary>The display in the code system's own language, or null.</summary>
    public abstract string? Display { get; }

    /// <summary>The definition, or null.</summary>
    public virtual string? Definition => null;

    /// <summary>Other names, those of supplements included.</summary>
    public virtual IReadOnlyList<Designation> Designations => [];

    /// <summary>Properties, those of supplements included.</summary>
    public virtual IReadOnlyList<ConceptProperty> Properties => [];

    /// <summary>What is true of it by its properties.</summary>
    public virtual ConceptFlags Flags => ConceptFlags.None;

    /// <summary>True if it is no longer in use.</summary>
    public bool IsInactive => (Flags & ConceptFlags.Inactive) != 0;

    /// <summary>True if it is not to be chosen.</summary>
    public bool IsAbstract => (Flags & ConceptFlags.NotSelectable) != 0;

    /// <summary>True if it is to be left behind.</summary>
    public bool IsDeprecated => (Flags & ConceptFlags.Deprecated) != 0;

    /// <summary>The value of its <c>status</c> property, or null.</summary>
    public virtual string? Status => Properties.FirstOrDefault(static property => property.Code == "status")?.Text;
}
