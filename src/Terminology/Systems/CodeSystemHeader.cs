// What a CodeSystem says of itself beside its concepts.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The header of a code system (R4 codesystem.html#resource).</summary>
public sealed record CodeSystemHeader
{
    internal const string ConceptProperties = "http://hl7.org/fhir/concept-properties#";
    private const string VersionAlgorithmExtension = "http://hl7.org/fhir/StructureDefinition/artifact-versionAlgorithm";
    private const string StandardsStatusExtension = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

    /// <summary>The canonical URL, which Codings name as their system.</summary>
    public string Url { get; init; } = "";

    /// <summary>The business version, or null.</summary>
    public string? Version { get; init; }

    /// <summary>How versions compare (R5 valueset-version-algorithm: semver, integer, alpha, date, natural), or null.</summary>
    public string? VersionAlgorithm { get; init; }

    /// <summary>The computable name.</summary>
    public string? Name { get; init; }

    /// <summary>The name for people.</summary>
    public string? Title { get; init; }

    /// <summary><c>draft</c>, <c>active</c>, <c>retired</c> or <c>unknown</c>.</summary>
    public string? Status { get; init; }

    /// <summary>The standards status, such as <c>deprecated</c> or <c>withdrawn</c>, or null.</summary>
    public string? StandardsStatus { get; init; }

    /// <summary>True if it is made for tests, not for use.</summary>
    public bool? IsExperimental { get; init; }

    /// <summary>When it was changed last.</summary>
    public string? Date { get; init; }

    /// <summary>Who publishes it.</summary>
    public string? Publisher { get; init; }

    /// <summary>What it is, in Markdown.</summary>
    public string? Description { get; init; }

    /// <summary>Whose it is.</summary>
    public string? Copyright { get; init; }

    /// <summary>The language of its displays (BCP-47), or null.</summary>
    public string? Language { get; init; }

    /// <summary><c>not-present</c>, <c>example</c>, <c>fragment</c>, <c>complete</c> or <c>supplement</c>.</summary>
    public string Content { get; init; } = "complete";

    /// <summary>Null where nothing is said; then codes differ by case, since to take two codes for one would be the worse mistake.</summary>
    public bool? CaseSensitive { get; init; }

    /// <summary><c>grouped-by</c>, <c>is-a</c>, <c>part-of</c> or <c>classified-with</c>, or null.</summary>
    public string? HierarchyMeaning { get; init; }

    /// <summary>True if expressions can be made of its codes.</summary>
    public bool? IsCompositional { get; init; }

    /// <summary>True if codes may change their meaning from version to version.</summary>
    public bool? VersionNeeded { get; init; }

    /// <summary>The value set of all its codes, or null.</summary>
    public string? ValueSet { get; init; }

    /// <summary>The code system that this one adds to (a canonical, perhaps with a version), or null.</summary>
    public string? Supplements { get; init; }

    /// <summary>The properties that its concepts may have.</summary>
    public IReadOnlyList<PropertyDefinition> Properties { get; init; } = [];

    /// <summary>The filters that it offers to value sets.</summary>
    public IReadOnlyList<FilterDefinition> Filters { get; init; } = [];

    /// <summary>Reads the header of a CodeSystem.</summary>
    public static CodeSystemHeader Read(ElementNode codeSystem)
    {
        var properties = new List<PropertyDefinition>();
        foreach (var property in codeSystem.ChildrenOf("property"))
        {
            if (property.ChildValue("code") is { } code)
                properties.Add(new PropertyDefinition(code, ReadType(property.ChildValue("type")), property.ChildValue("uri"), property.ChildValue("description")));
        }

        var filters = new List<FilterDefinition>();
        foreach (var filter in codeSystem.ChildrenOf("filter"))
        {
            if (filter.ChildValue("code") is { } code)
                filters.Add(new FilterDefinition(code, [.. filter.ChildrenOf("operator").ToList().Select(static o => o.GetString()).OfType<string>()], filter.ChildValue("value"), filter.ChildValue("description")));
        }

        return new CodeSystemHeader
        {
            Url = codeSystem.ChildValue("url") ?? "",
            Version = codeSystem.ChildValue("version"),
            VersionAlgorithm = VersionAlgorithmOf(codeSystem),
            Name = codeSystem.ChildValue("name"),
            Title = codeSystem.ChildValue("title"),
            Status = codeSystem.ChildValue("status"),
            StandardsStatus = Extension(codeSystem, StandardsStatusExtension),
            IsExperimental = Flag(codeSystem, "experimental"),
            Date = codeSystem.ChildValue("date"),
            Publisher = codeSystem.ChildValue("publisher"),
            Description = codeSystem.ChildValue("description"),
            Copyright = codeSystem.ChildValue("copyright"),
            Language = codeSystem.ChildValue("language"),
            Content = codeSystem.ChildValue("content") ?? "complete",
            CaseSensitive = Flag(codeSystem, "caseSensitive"),
            HierarchyMeaning = codeSystem.ChildValue("hierarchyMeaning"),
            IsCompositional = Flag(codeSystem, "compositional"),
            VersionNeeded = Flag(codeSystem, "versionNeeded"),
            ValueSet = codeSystem.ChildValue("valueSet"),
            Supplements = codeSystem.ChildValue("supplements"),
            Properties = properties,
            Filters = filters,
        };
    }

    internal static string? Extension(ElementNode element, string url)
    {
        foreach (var extension in element.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == url && extension.Child("value") is { Exists: true } value)
                return value.IsPrimitive ? value.GetString() : value.ChildValue("code");
        }

        return null;
    }

    internal static string? VersionAlgorithmOf(ElementNode resource) => Extension(resource, VersionAlgorithmExtension);

    internal static string? StandardsStatusOf(ElementNode element) => Extension(element, StandardsStatusExtension);

    private static bool? Flag(ElementNode codeSystem, string name) => codeSystem.Child(name) is { Exists: true } flag ? flag.GetBoolean() : null;

    private static PropertyType ReadType(string? type) => type switch
    {
        "code" => PropertyType.Code,
        "Coding" => PropertyType.Coding,
        "integer" => PropertyType.Integer,
        "boolean" => PropertyType.Boolean,
        "dateTime" => PropertyType.DateTime,
        "decimal" => PropertyType.Decimal,
        _ => PropertyType.String,
    };
}
