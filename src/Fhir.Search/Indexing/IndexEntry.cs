// What extraction finds in a resource for a search parameter: one entry per value, in the form that a store keeps.

namespace FhirHub.Search;

/// <summary>A value of a search parameter in a resource.</summary>
/// <param name="Parameter">The parameter.</param>
public abstract record IndexEntry(SearchParameter Parameter);

/// <summary>A string: folded for search, and as it is for <c>:exact</c>.</summary>
public sealed record StringEntry(SearchParameter Parameter, string Folded, string Exact) : IndexEntry(Parameter)
{
    /// <summary>Says whether this is a reading of the value, which is found by its beginning alone; it has no <c>Exact</c> then.</summary>
    public NameReading Reading { get; init; }
}

/// <summary>Whether a string is what a name in Chinese characters sounds like.</summary>
public enum NameReading : byte
{
    /// <summary>No: it is in the resource.</summary>
    None,

    /// <summary>The likeliest reading, syllables apart, which <c>_sort</c> goes by instead of the characters.</summary>
    Main,

    /// <summary>Another reading or spelling, or initials.</summary>
    Other,
}

/// <summary>A token. <c>System</c> null: none. <c>Code</c> null: only a text. <c>Text</c> is folded display or text, for <c>:text</c>.</summary>
public sealed record TokenEntry(SearchParameter Parameter, string? System, string? Code, string? Text = null) : IndexEntry(Parameter)
{
    /// <summary>Type of an Identifier for <c>:of-type</c>, as (system, code); null if it has none.</summary>
    public (string System, string Code)? IdentifierType { get; init; }

    /// <summary>True for identifiers, contact points and other values that are mostly unique, which a store need not share.</summary>
    public bool IsMostlyUnique { get; init; }
}

/// <summary>A date or period: microseconds since 1970-01-01T00:00:00Z, both ends included; open ends are the least and greatest long.</summary>
public sealed record DateEntry(SearchParameter Parameter, long Low, long High) : IndexEntry(Parameter);

/// <summary>
/// A number, which is a point (<c>Low</c>, <c>High</c> and <c>Value</c> are equal: R4 gives precision to the query only), or a
/// Range with its ends; open ends are the least and greatest decimal, and <c>Value</c> is the end that there is.
/// </summary>
public sealed record NumberEntry(SearchParameter Parameter, decimal Low, decimal High, decimal Value) : IndexEntry(Parameter);

/// <summary>A quantity as written, and in canonical UCUM units where it has them; a point or a Range as in <see cref="NumberEntry"/>.</summary>
public sealed record QuantityEntry(SearchParameter Parameter, decimal Low, decimal High, decimal Value, string? System, string? Code, string? Unit)
    : IndexEntry(Parameter)
{
    /// <summary>The canonical units (<c>m.s-1</c>), or null if the unit is not UCUM.</summary>
    public string? CanonicalUnits { get; init; }

    /// <summary>Low, high and value in canonical units.</summary>
    public (decimal Low, decimal High, decimal Value) Canonical { get; init; }
}

/// <summary>
/// A reference. A local target has <c>Type</c> and <c>Id</c>; any other (absolute elsewhere, canonical, urn, contained) has <c>Url</c>.
/// </summary>
public sealed record ReferenceEntry(SearchParameter Parameter, string? Type, string? Id, string? Url, string? Version = null) : IndexEntry(Parameter)
{
    /// <summary>System of the reference's identifier, for <c>:identifier</c>.</summary>
    public string? IdentifierSystem { get; init; }

    /// <summary>Value of the reference's identifier, for <c>:identifier</c>.</summary>
    public string? IdentifierValue { get; init; }
}

/// <summary>A URI.</summary>
public sealed record UriEntry(SearchParameter Parameter, string Uri) : IndexEntry(Parameter);

/// <summary>A position in degrees (WGS 84), for <c>near</c>.</summary>
public sealed record PositionEntry(SearchParameter Parameter, double Latitude, double Longitude) : IndexEntry(Parameter);

/// <summary>One element's values for the components of a composite parameter; each component has one entry.</summary>
public sealed record CompositeEntry(SearchParameter Parameter, IReadOnlyList<IndexEntry> Components) : IndexEntry(Parameter);

/// <summary>A literal reference anywhere in the resource (also where no search parameter looks), for reference integrity.</summary>
/// <param name="Path">FHIRPath location of the Reference element.</param>
/// <param name="Type">Target type.</param>
/// <param name="Id">Target id.</param>
public sealed record LocalReference(string Path, string Type, string Id);
