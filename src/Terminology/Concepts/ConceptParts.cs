// What a concept is made of beside its code: flags, designations, properties.

namespace FhirHub.Terminology;

/// <summary>What is true of a concept by its properties (R4 codesystem-concept-properties.html).</summary>
[Flags]
public enum ConceptFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>No longer in use: <c>inactive</c> is true, or <c>status</c> is retired or inactive.</summary>
    Inactive = 1,

    /// <summary>There for the hierarchy, not to be chosen: <c>notSelectable</c> is true.</summary>
    NotSelectable = 2,

    /// <summary>To be left behind: <c>deprecated</c> is set, or <c>status</c> or the standards status is deprecated.</summary>
    Deprecated = 4,
}

/// <summary>The type of a property (R4 valueset-concept-property-type.html).</summary>
public enum PropertyType : byte
{
    /// <summary>A code of the same code system.</summary>
    Code,

    /// <summary>A code of any code system.</summary>
    Coding,

    /// <summary>A text.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A date with or without a time.</summary>
    DateTime,

    /// <summary>A number.</summary>
    Decimal,
}

/// <summary>A coded value with its display, where it has one.</summary>
/// <param name="System">The code system's URL, or null.</param>
/// <param name="Version">The code system's version, or null.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">The display, or null.</param>
public sealed record CodingValue(string? System, string? Version, string Code, string? Display = null);

/// <summary>Another name of a concept (R4 <c>CodeSystem.concept.designation</c>).</summary>
/// <param name="Value">The text.</param>
/// <param name="Language">A BCP-47 tag, or null.</param>
/// <param name="Use">What it is used for, or null.</param>
public sealed record Designation(string Value, string? Language = null, CodingValue? Use = null);

/// <summary>A property that concepts of a code system may have (R4 <c>CodeSystem.property</c>).</summary>
/// <param name="Code">Its name in the code system.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Uri">What it means, or null.</param>
/// <param name="Description">What it is for, or null.</param>
public sealed record PropertyDefinition(string Code, PropertyType Type = PropertyType.String, string? Uri = null, string? Description = null);

/// <summary>A filter that a code system offers to value sets (R4 <c>CodeSystem.filter</c>).</summary>
/// <param name="Code">Its name.</param>
/// <param name="Operators">Codes of R4 valueset-filter-operator.html.</param>
/// <param name="Value">What its value must be.</param>
/// <param name="Description">What it is for, or null.</param>
public sealed record FilterDefinition(string Code, IReadOnlyList<string> Operators, string? Value = null, string? Description = null);

/// <summary>A value of a property of a concept (R4 <c>CodeSystem.concept.property</c>).</summary>
/// <param name="Code">The name of the property.</param>
/// <param name="Type">The type of the value.</param>
/// <param name="Text">The value as JSON would have it, without quotes; the code of a Coding.</param>
/// <param name="Coding">The whole of a Coding, or null.</param>
/// <param name="Group">Properties of one concept with the same number other than 0 belong together (SNOMED CT's role groups).</param>
public sealed record ConceptProperty(string Code, PropertyType Type, string Text, CodingValue? Coding = null, int Group = 0);
