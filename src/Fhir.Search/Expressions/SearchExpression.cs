// The one expression tree (IR) of a search: made by the parser, narrowed by the access scope, planned by a store.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>A condition on resources. Records compare by value, so that plans can be cached.</summary>
public abstract record SearchExpression
{
    private SearchExpression()
    {
    }

    /// <summary>True if a part of the condition, however deep, is a full-text one.</summary>
    public bool AsksForText => this switch
    {
        And and => and.Parts.Any(static part => part.AsksForText),
        Or or => or.Parts.Any(static part => part.AsksForText),
        Not not => not.Part.AsksForText,
        Chain chain => chain.Inner.AsksForText,
        ReverseChain chain => chain.Inner.AsksForText,
        Contains contains => contains.Inner.AsksForText,
        ContainedIn contained => contained.Inner.AsksForText,
        _ => this is Text,
    };

    /// <summary>Every resource.</summary>
    public sealed record All : SearchExpression;

    /// <summary>No resource: a reference to nothing, a type that is not granted.</summary>
    public sealed record None : SearchExpression;

    /// <summary>All parts hold.</summary>
    public sealed record And(IReadOnlyList<SearchExpression> Parts) : SearchExpression;

    /// <summary>At least one part holds.</summary>
    public sealed record Or(IReadOnlyList<SearchExpression> Parts) : SearchExpression;

    /// <summary>The part does not hold (<c>:not</c> holds for resources without the element too).</summary>
    public sealed record Not(SearchExpression Part) : SearchExpression;

    /// <summary>The resource is of one of these types (system search with <c>_type</c>).</summary>
    public sealed record TypeIn(IReadOnlyList<string> Types) : SearchExpression;

    /// <summary>The logical id is one of these (<c>_id</c>).</summary>
    public sealed record IdIn(IReadOnlyList<string> Ids) : SearchExpression;

    /// <summary><c>meta.lastUpdated</c> lies so to the range (<c>_lastUpdated</c>).</summary>
    public sealed record LastUpdated(RangePredicate Range) : SearchExpression;

    /// <summary>At least one value that the parameter extracts satisfies the predicate.</summary>
    public sealed record Parameter(SearchParameter Definition, SearchPredicate Predicate) : SearchExpression;

    /// <summary>The parameter extracts nothing (<c>:missing=true</c>).</summary>
    public sealed record Missing(SearchParameter Definition) : SearchExpression;

    /// <summary>A reference of the parameter leads to a resource of one of the types for which the inner condition holds.</summary>
    public sealed record Chain(SearchParameter Reference, IReadOnlyList<string> TargetTypes, SearchExpression Inner) : SearchExpression
    {
        /// <summary>
        /// True if a literal reference to a resource of the types that is not here holds too: what a filter says of a reference must not depend on whether
        /// there is something behind it.
        /// </summary>
        public bool OrMissing { get; init; }
    }

    /// <summary>A resource of <c>Reference.ResourceType</c> refers to this one by the parameter, and the inner condition holds for it (<c>_has</c>).</summary>
    public sealed record ReverseChain(SearchParameter Reference, SearchExpression Inner) : SearchExpression;

    /// <summary>The resource is in the compartment (R4 compartmentdefinition.html).</summary>
    public sealed record InCompartment(string CompartmentType, string Id) : SearchExpression;

    /// <summary>The resource contains a resource of one of the types for which the inner condition holds (R4 search.html#contained).</summary>
    public sealed record Contains(IReadOnlyList<string> Types, SearchExpression Inner) : SearchExpression;

    /// <summary>The resource is contained in one for which the inner condition holds.</summary>
    public sealed record ContainedIn(SearchExpression Inner) : SearchExpression;

    /// <summary>The narrative or the whole content has these words (<c>_text</c>, <c>_content</c>).</summary>
    public sealed record Text(TextPart Part, TextQuery Query) : SearchExpression;
}

/// <summary>What of a resource a full-text search looks at (R4 search.html#content).</summary>
public enum TextPart
{
    /// <summary>The narrative (<c>_text</c>).</summary>
    Narrative,

    /// <summary>All texts of the resource (<c>_content</c>).</summary>
    Content,
}

/// <summary>What a full-text search asks for: at least one alternative holds.</summary>
/// <param name="Alternatives">Each holds if all of its terms do.</param>
public sealed record TextQuery(IReadOnlyList<IReadOnlyList<TextTerm>> Alternatives);

/// <summary>A word or phrase of a full-text search.</summary>
/// <param name="Text">The text as asked: one word, or several in that order.</param>
/// <param name="IsPrefix">True if the last word may go on (<c>diab*</c>).</param>
/// <param name="IsExcluded">True if it must not occur (<c>-text</c>, <c>NOT text</c>).</param>
public sealed record TextTerm(string Text, bool IsPrefix = false, bool IsExcluded = false);

/// <summary>How a value of an index row is compared.</summary>
public abstract record SearchPredicate;

/// <summary>
/// The value is another than the predicate asks for (<c>ne</c> of <c>_filter</c>): unlike <see cref="SearchExpression.Not"/> it
/// needs a value. Tokens without code and references without target are no values in this. For strings, tokens, URIs and
/// references; dates, numbers and quantities have <see cref="SearchPrefix.Ne"/>.
/// </summary>
public sealed record UnequalPredicate(SearchPredicate Value) : SearchPredicate;

/// <summary>
/// How a range of a query lies to the range of a value (R4 search.html#prefix). With q for the query and t for the value in the
/// resource, for dates (ends included): Eq q.Low &lt;= t.Low and t.High &lt;= q.High; Ne not Eq; Gt t.High &gt; q.High;
/// Lt t.Low &lt; q.Low; Ge Gt or Eq; Le Lt or Eq; Sa t.Low &gt; q.High; Eb t.High &lt; q.Low; Ap q.Low &lt;= t.High and
/// t.Low &lt;= q.High, where the parser has already widened q.
/// For numbers, where only Eq, Ne and Ap look at q's precision: Eq q.Low &lt;= t.Low and t.High &lt; q.High
/// (&lt;= if t is a range, not a point); Ne not Eq; Gt t.High &gt; q.Value; Lt t.Low &lt; q.Value; Ge t.High &gt;= q.Value;
/// Le t.Low &lt;= q.Value; Sa t.Low &gt; q.Value; Eb t.High &lt; q.Value; Ap q.Low &lt;= t.High and t.Low &lt; q.High,
/// widened by the parser.
/// Every prefix needs a value: Ne does not hold where there is none.
/// </summary>
public enum SearchPrefix
{
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Eq,
    Ne,
    Gt,
    Lt,
    Ge,
    Le,
    Sa,
    Eb,
    Ap,
#pragma warning restore CS1591
}

/// <summary>How a string is compared (R4 search.html#string).</summary>
public enum StringMatch
{
    /// <summary>The folded value starts with the folded text.</summary>
    StartsWith,

    /// <summary>The folded value contains the folded text (<c>:contains</c>).</summary>
    Contains,

    /// <summary>The value equals the text, case and accents included (<c>:exact</c>).</summary>
    Exact,

    /// <summary>The folded value equals the folded text (<c>eq</c> of <c>_filter</c>).</summary>
    Equal,

    /// <summary>The folded value ends with the folded text (<c>ew</c> of <c>_filter</c>).</summary>
    EndsWith,

    /// <summary>The folded value comes after the folded text in the order of code points (<c>gt</c> of <c>_filter</c>).</summary>
    After,

    /// <summary>The folded value comes before the folded text (<c>lt</c> of <c>_filter</c>).</summary>
    Before,

    /// <summary>The folded value equals the folded text or comes after it (<c>ge</c> of <c>_filter</c>).</summary>
    EqualOrAfter,

    /// <summary>The folded value equals the folded text or comes before it (<c>le</c> of <c>_filter</c>).</summary>
    EqualOrBefore,
}

/// <summary>A string condition.</summary>
/// <param name="Match">How to compare.</param>
/// <param name="Text">The text: folded by <see cref="StringFolding"/> unless <see cref="StringMatch.Exact"/>.</param>
public sealed record StringPredicate(StringMatch Match, string Text) : SearchPredicate;

/// <summary>
/// A token condition (R4 search.html#token). <c>System</c> null: any system; empty: no system. <c>Code</c> null: any code.
/// </summary>
public sealed record TokenPredicate(string? System, string? Code) : SearchPredicate;

/// <summary>The text of the coding or its display starts with this (<c>:text</c>), folded.</summary>
public sealed record TokenTextPredicate(string Text) : SearchPredicate;

/// <summary>
/// The token is in the value set (<c>:in</c>). Terminology makes a <see cref="TokenSetPredicate"/> of it before a store sees it.
/// </summary>
public sealed record ValueSetPredicate(string ValueSet) : SearchPredicate;

/// <summary>
/// The token is the code or lies on that side of it (<c>:above</c>, <c>:below</c>). Terminology makes a
/// <see cref="TokenSetPredicate"/> of it before a store sees it.
/// </summary>
public sealed record SubsumptionPredicate(SubsumptionSide Side, string System, string Code) : SearchPredicate;

/// <summary>The token is one of a set of codes.</summary>
public sealed record TokenSetPredicate(CodeSet Codes) : SearchPredicate;

/// <summary>An identifier of that type, system and value (<c>:of-type</c>).</summary>
public sealed record OfTypePredicate(string TypeSystem, string TypeCode, string Value) : SearchPredicate;

/// <summary>A date condition; microseconds since 1970-01-01T00:00:00Z, both ends included.</summary>
public sealed record RangePredicate(SearchPrefix Prefix, long Low, long High) : SearchPredicate
{
    /// <summary>For <see cref="SearchPrefix.Ap"/> the ends as they were asked for: how far they are widened depends on the day.</summary>
    public (long Low, long High)? Asked { get; init; }
}

/// <summary>
/// A number condition: the value and the half-open range [Low, High) of its implicit precision; for <see cref="SearchPrefix.Ap"/>
/// the range of what counts as near.
/// </summary>
public sealed record NumberPredicate(SearchPrefix Prefix, decimal Value, decimal Low, decimal High) : SearchPredicate;

/// <summary>
/// A quantity condition. <c>System</c> and <c>Code</c> as asked (null: any; code also matches the unit if no system is given).
/// <c>Canonical</c> is the same in UCUM base units where the unit is UCUM, and then both are tried.
/// </summary>
public sealed record QuantityPredicate(NumberPredicate Number, string? System, string? Code, CanonicalQuantity? Canonical) : SearchPredicate;

/// <summary>A number condition in canonical UCUM units.</summary>
public sealed record CanonicalQuantity(NumberPredicate Number, string Units);

/// <summary>
/// A reference condition. A local target has <c>Type</c> (null: any type) and <c>Id</c>; any other has <c>Url</c>.
/// </summary>
public sealed record ReferencePredicate(string? Type, string? Id, string? Url, string? Version = null) : SearchPredicate
{
    /// <summary>
    /// True if versions below the one asked for will do too: 1 finds 1, 1.0 and 1.2.3 (<c>:below</c> of a canonical,
    /// R4 references.html#canonical).
    /// </summary>
    public bool VersionsBelow { get; init; }
}

/// <summary>The reference's identifier is that token (<c>:identifier</c>).</summary>
public sealed record ReferenceIdentifierPredicate(string? System, string? Value) : SearchPredicate;

/// <summary>
/// The reference leads to the target or to one that lies above or below it along the type's own hierarchy, such as
/// <c>Location.partOf</c> (R4 search.html#recursive).
/// </summary>
/// <param name="Side">Below: the target and its parts; above: the target and what it is part of.</param>
/// <param name="Type">Type of the target.</param>
/// <param name="Id">Id of the target.</param>
/// <param name="Parent">The reference parameter of <paramref name="Type"/> that leads to the parent.</param>
public sealed record HierarchyPredicate(SubsumptionSide Side, string Type, string Id, SearchParameter Parent) : SearchPredicate;

/// <summary>How a URI is compared (R4 search.html#uri).</summary>
public enum UriMatch
{
    /// <summary>Equal.</summary>
    Exact,

    /// <summary>The value is a parent of the asked one (<c>:above</c>).</summary>
    Above,

    /// <summary>The value is the asked one or below it (<c>:below</c>).</summary>
    Below,

    /// <summary>The value starts with the text (<c>sw</c> of <c>_filter</c>).</summary>
    StartsWith,

    /// <summary>The value contains the text (<c>co</c> of <c>_filter</c>).</summary>
    Contains,

    /// <summary>The value ends with the text (<c>ew</c> of <c>_filter</c>).</summary>
    EndsWith,
}

/// <summary>A URI condition.</summary>
public sealed record UriPredicate(UriMatch Match, string Uri) : SearchPredicate;

/// <summary>Within a distance in metres of a point (<c>near</c>).</summary>
public sealed record NearPredicate(double Latitude, double Longitude, double Metres) : SearchPredicate;

/// <summary>One predicate for each component, all on the same element (R4 search.html#composite).</summary>
public sealed record CompositePredicate(IReadOnlyList<SearchPredicate> Components) : SearchPredicate;
