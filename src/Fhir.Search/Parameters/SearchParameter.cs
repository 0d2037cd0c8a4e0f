// A search parameter as one resource type has it: what is indexed and what a query may ask.

using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Search;

/// <summary>The type of a search parameter (R4 search.html#ptypes).</summary>
public enum SearchParameterType
{
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Number,
    Date,
    String,
    Token,
    Reference,
    Composite,
    Quantity,
    Uri,
    Special,
#pragma warning restore CS1591
}

/// <summary>A search parameter of one resource type; parameters of <c>Resource</c> and <c>DomainResource</c> appear once per type.</summary>
public sealed class SearchParameter
{
    // Stores look entries up by it, so it is made once.
    private string? _key;
    private string? _indexKey;
    private string? _extraction;

    /// <summary>The resource type that it searches, such as <c>Patient</c>.</summary>
    public required string ResourceType { get; init; }

    /// <summary>The name in a query, such as <c>birthdate</c> (R4 SearchParameter.code).</summary>
    public required string Code { get; init; }

    /// <summary>The canonical URL of its definition.</summary>
    public required string Url { get; init; }

    /// <summary>Its type.</summary>
    public required SearchParameterType Type { get; init; }

    /// <summary>The FHIRPath expression for this resource type; null where there is nothing to extract (<c>_text</c>).</summary>
    public string? Expression { get; init; }

    /// <summary>Resource types that a reference parameter may point to.</summary>
    public IReadOnlyList<string> TargetTypes { get; init; } = [];

    /// <summary>The parts of a composite parameter, with their expressions relative to <see cref="Expression"/>.</summary>
    public IReadOnlyList<SearchParameterComponent> Components { get; init; } = [];

    /// <summary>True if a resource has one value at most, so that several conditions on it are conditions on the same value.</summary>
    public bool IsSingleValued { get; init; }

    /// <summary>Key in the index: unique for (type, code), stable while the process runs; the store maps it to its own number.</summary>
    public string Key => _key ??= $"{ResourceType}.{Code}";

    /// <summary>True for a parameter that a SearchParameter resource added to those of the standard.</summary>
    public bool IsAdded { get; init; }

    /// <summary>
    /// The key under which a store keeps the values: that of an earlier parameter with the same type and expression if there is
    /// one (<c>Patient.phonetic</c> finds what <c>Patient.name</c> does), else <see cref="Key"/>. One that
    /// was added has a key of what is extracted, so that values of another definition can never pass for its own.
    /// </summary>
    public string IndexKey => SameAs?.IndexKey ?? (IsAdded ? _indexKey ??= $"{ResourceType}#{Identity}" : Key);

    /// <summary>True if the values are kept under a key that no parameter of the standard has, so that a store must be indexed for them first.</summary>
    public bool HasAddedIndex => SameAs is { } same ? same.HasAddedIndex : IsAdded;

    /// <summary>A short hash of all that decides which values are extracted: type, expression, targets, components.</summary>
    public string Identity => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Extraction)).AsSpan(0, 8));

    /// <summary>All that decides which values are extracted; two parameters with the same find the same.</summary>
    internal string Extraction => _extraction ??= string.Join(
        '\n',
        Components.Select(component => $"{component.Expression}\t{component.Parameter.Type}\t{string.Join(' ', component.Parameter.TargetTypes)}")
            .Prepend(string.Join(' ', TargetTypes))
            .Prepend(Expression ?? "")
            .Prepend(Type.ToString()));

    /// <summary>True if another parameter's values serve this one, so that a store need not keep its own.</summary>
    public bool SharesIndex => SameAs is not null;

    /// <summary>The earlier parameter that finds the same values, or null.</summary>
    internal SearchParameter? SameAs { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Key;
}

/// <summary>A part of a composite parameter (R4 SearchParameter.component).</summary>
/// <param name="Parameter">The parameter that gives the part its type.</param>
/// <param name="Expression">FHIRPath relative to the composite's element.</param>
public sealed record SearchParameterComponent(SearchParameter Parameter, string Expression);
