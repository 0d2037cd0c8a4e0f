// What a client may ask of $expand; versions, supplements and tx-resources are the scope's.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// One question of ValueSet <c>$expand</c> (R4 valueset-operation-expand.html, with the R5 parameters that R4 clients send). Either
/// <see cref="Url"/> or <see cref="ValueSet"/> says what to expand.
/// </summary>
public sealed record ExpansionRequest
{
    /// <summary><c>url</c>: the canonical of a value set, stored, of the standard or implicit; with or without <c>|version</c>.</summary>
    public string? Url { get; init; }

    /// <summary><c>valueSetVersion</c>; it must agree with a version in <see cref="Url"/>.</summary>
    public string? ValueSetVersion { get; init; }

    /// <summary><c>valueSet</c>, or the resource that an instance-level call names.</summary>
    public ResourceTree? ValueSet { get; init; }

    /// <summary>Names the content of <see cref="ValueSet"/> where it came from a store, so that it is not worked out twice; else null.</summary>
    public string? ValueSetStamp { get; init; }

    /// <summary><c>filter</c>: the text that entries are looked up by; the best matches come first.</summary>
    public string? Filter { get; init; }

    /// <summary><c>offset</c>: entries to leave out at the start.</summary>
    public int Offset { get; init; }

    /// <summary><c>count</c>: entries at most; null for all, 0 for the total alone.</summary>
    public int? Count { get; init; }

    /// <summary><c>includeDesignations</c>.</summary>
    public bool? IncludeDesignations { get; init; }

    /// <summary><c>designation</c>: languages (<c>urn:ietf:bcp:47|de</c>) and uses (<c>system|code</c>) of the designations that are wanted.</summary>
    public IReadOnlyList<string> Designations { get; init; } = [];

    /// <summary><c>includeDefinition</c>: the value set's own definition goes with its expansion.</summary>
    public bool? IncludeDefinition { get; init; }

    /// <summary><c>activeOnly</c>: inactive concepts are left out.</summary>
    public bool? ActiveOnly { get; init; }

    /// <summary><c>excludeNested</c>: entries are a flat list.</summary>
    public bool? ExcludeNested { get; init; }

    /// <summary><c>excludeNotForUI</c>: abstract concepts, which are there to find one's way, are left out.</summary>
    public bool? ExcludeNotForUI { get; init; }

    /// <summary><c>excludePostCoordinated</c>: what is composed of codes is left out. No expansion here holds such.</summary>
    public bool? ExcludePostCoordinated { get; init; }

    /// <summary><c>displayLanguage</c>, else the <c>Accept-Language</c> of the request.</summary>
    public LanguagePreference DisplayLanguage { get; init; } = LanguagePreference.None;

    /// <summary><c>exclude-system</c>: code systems, with or without <c>|version</c>, whose codes are left out.</summary>
    public IReadOnlyList<string> ExcludeSystems { get; init; } = [];

    /// <summary><c>property</c>: concept properties that go with each entry; <c>*</c> for all.</summary>
    public IReadOnlyList<string> Properties { get; init; } = [];
}
