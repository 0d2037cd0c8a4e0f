// What an ECL text says, as a tree (SNOMED CT Expression Constraint Language 2.2, "Logical model").

namespace FhirHub.Terminology.Ecl;

/// <summary>The hierarchy operators (ECL 6.1, "Simple expression constraints").</summary>
internal enum EclHierarchy
{
    Descendants,
    DescendantsOrSelf,
    Children,
    ChildrenOrSelf,
    Ancestors,
    AncestorsOrSelf,
    Parents,
    ParentsOrSelf,

    /// <summary><c>!!&gt;</c>: those of a set that have no ancestor in it.</summary>
    Top,

    /// <summary><c>!!&lt;</c>: those of a set that have no descendant in it.</summary>
    Bottom,
}

/// <summary>How two sets are put together.</summary>
internal enum EclSetOperator
{
    And,
    Or,
    Minus,
}

/// <summary>A comparison.</summary>
internal enum EclComparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>How much of the history a supplement adds (ECL 6.11, "History supplements").</summary>
internal enum EclHistory
{
    Minimum,
    Moderate,
    Maximum,

    /// <summary>By the association reference sets that are named.</summary>
    Named,
}

/// <summary>Something that selects concepts.</summary>
internal abstract record EclExpression
{
    /// <summary><c>*</c></summary>
    public sealed record Any : EclExpression;

    /// <summary>A concept by its identifier.</summary>
    public sealed record Concept(string Code) : EclExpression;

    /// <summary>A concept by another scheme's identifier, <c>LOINC#54486-6</c>.</summary>
    public sealed record AlternateIdentifier(string Scheme, string Code) : EclExpression;

    /// <summary>Those above or below a set.</summary>
    public sealed record Related(EclHierarchy Operator, EclExpression Operand) : EclExpression;

    /// <summary>Members of reference sets, or what other fields of their rows hold.</summary>
    /// <param name="ReferenceSets">The reference sets.</param>
    /// <param name="Field">The field to take, or null for the member itself.</param>
    /// <param name="Filters">Conditions on the rows.</param>
    public sealed record Members(EclExpression ReferenceSets, string? Field, IReadOnlyList<EclFilter> Filters) : EclExpression;

    /// <summary>Those of a set that meet all of the conditions.</summary>
    public sealed record Filtered(EclExpression Operand, IReadOnlyList<EclFilter> Filters) : EclExpression;

    /// <summary>A set and the inactive concepts that its concepts took the place of.</summary>
    public sealed record WithHistory(EclExpression Operand, EclHistory History, EclExpression? Associations) : EclExpression;

    /// <summary>Two or more sets put together.</summary>
    public sealed record Combined(EclSetOperator Operator, IReadOnlyList<EclExpression> Operands) : EclExpression;

    /// <summary>Those of a set whose attributes are as wanted.</summary>
    public sealed record Refined(EclExpression Focus, EclRefinement Refinement) : EclExpression;

    /// <summary>The values of an attribute of a set.</summary>
    public sealed record Dotted(EclExpression Source, EclExpression Attribute) : EclExpression;
}

/// <summary>How many there must be; no maximum if that is null.</summary>
internal sealed record EclCardinality(int Minimum, int? Maximum)
{
    public static EclCardinality AtLeastOne { get; } = new(1, null);

    public bool Holds(int count) => count >= Minimum && (Maximum is null || count <= Maximum);
}

/// <summary>What is wanted of a concept's attributes (ECL 6.2 and 6.3, refinements).</summary>
internal abstract record EclRefinement
{
    /// <summary>All or any of several.</summary>
    public sealed record Combined(EclSetOperator Operator, IReadOnlyList<EclRefinement> Operands) : EclRefinement;

    /// <summary>A number of role groups that each have it.</summary>
    public sealed record Group(EclCardinality Cardinality, EclRefinement Content) : EclRefinement;

    /// <summary>A number of attributes with such a name and value.</summary>
    public sealed record Attribute(EclCardinality Cardinality, bool IsReverse, EclExpression Name, EclValue Value) : EclRefinement;
}

/// <summary>What an attribute's value is compared with.</summary>
internal abstract record EclValue(EclComparison Comparison)
{
    public sealed record Concepts(EclComparison Comparison, EclExpression Expression) : EclValue(Comparison);

    public sealed record Number(EclComparison Comparison, decimal Value) : EclValue(Comparison);

    public sealed record Text(EclComparison Comparison, IReadOnlyList<EclSearchTerm> Terms) : EclValue(Comparison);

    public sealed record Boolean(EclComparison Comparison, bool Value) : EclValue(Comparison);
}

/// <summary>How a search term is meant (ECL 6.8, "Description filters").</summary>
internal enum EclMatch
{
    /// <summary>All words, in any order, by their beginnings.</summary>
    Words,

    /// <summary>The whole text, where <c>*</c> stands for anything.</summary>
    Wildcard,

    /// <summary>The whole text.</summary>
    Exact,
}

/// <summary>A text that is looked for.</summary>
internal sealed record EclSearchTerm(EclMatch Match, string Text);

/// <summary>A condition within <c>{{ }}</c> (ECL 6.8 to 6.10).</summary>
internal abstract record EclFilter
{
    /// <summary>On the text of a description.</summary>
    public sealed record Term(EclComparison Comparison, IReadOnlyList<EclSearchTerm> Terms) : EclFilter;

    /// <summary>On the language of a description.</summary>
    public sealed record Language(EclComparison Comparison, IReadOnlyList<string> Languages) : EclFilter;

    /// <summary>On the type of a description: concepts such as 900000000000003001.</summary>
    public sealed record Type(EclComparison Comparison, EclExpression Types) : EclFilter;

    /// <summary>On the language reference sets that a description is in.</summary>
    public sealed record Dialect(EclComparison Comparison, IReadOnlyList<EclDialect> Dialects) : EclFilter;

    /// <summary>On the identifiers of descriptions.</summary>
    public sealed record Identifier(EclComparison Comparison, IReadOnlyList<string> Identifiers) : EclFilter;

    /// <summary>On the definition status of a concept: concepts such as 900000000000073002.</summary>
    public sealed record DefinitionStatus(EclComparison Comparison, EclExpression Statuses) : EclFilter;

    /// <summary>On the module of a component.</summary>
    public sealed record Module(EclComparison Comparison, EclExpression Modules) : EclFilter;

    /// <summary>On the time from which a component is as it is.</summary>
    public sealed record EffectiveTime(EclComparison Comparison, IReadOnlyList<string> Times) : EclFilter;

    /// <summary>On whether a component is active.</summary>
    public sealed record Active(bool Value) : EclFilter;

    /// <summary>On another field of a reference set's rows.</summary>
    public sealed record Field(string Name, EclValue Value) : EclFilter;

    /// <summary>The conditions on one and the same description.</summary>
    public sealed record Description(IReadOnlyList<EclFilter> Conditions) : EclFilter;
}

/// <summary>A language reference set and, if that matters, whether the description is preferred or acceptable there.</summary>
/// <param name="ReferenceSets">The reference sets, or null if <paramref name="Alias"/> names one.</param>
/// <param name="Alias">The name of a dialect such as <c>en-us</c>, or null.</param>
/// <param name="IsPreferred">What it must be there, or null.</param>
internal sealed record EclDialect(EclExpression? ReferenceSets, string? Alias, bool? IsPreferred);
