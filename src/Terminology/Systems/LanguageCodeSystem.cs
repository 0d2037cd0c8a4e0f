// Language tags as a code system.

namespace FhirHub.Terminology;

/// <summary>The tags of BCP 47 (RFC 5646) with the subtags that IANA registers; R4 datatypes.html#code uses them for languages.</summary>
public sealed class LanguageCodeSystem : GrammarCodeSystem
{
    /// <summary>The system URI of language tags.</summary>
    public const string Uri = "urn:ietf:bcp:47";

    private static readonly string[] Parts = ["language", "ext-lang", "script", "region", "variant", "extension", "private-use"];

    /// <summary>The tags by the registry of this build.</summary>
    public LanguageCodeSystem()
        : base(new CodeSystemHeader
        {
            Url = Uri,
            Version = LanguageSubtags.Embedded.Date,
            Name = "BCP47",
            Title = "Tags for Identifying Languages (BCP 47)",
            Status = "active",
            Publisher = "IETF",
            Language = "en",
            CaseSensitive = false,
            IsCompositional = true,
            Properties = [.. Parts.Select(static part => new PropertyDefinition(part, PropertyType.String)), new PropertyDefinition("preferred", PropertyType.Code)],
            Filters = [.. Parts.Select(static part => new FilterDefinition(part, ["=", "exists", "in", "not-in"]))],
        })
    {
    }

    /// <inheritdoc/>
    public override Concept? Find(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (LanguageTag.Parse(code, LanguageSubtags.Embedded) is not { } tag)
            return null;
        var concept = new GrammarConcept(tag.Normalized, tag.Display) { State = tag.IsDeprecated ? ConceptFlags.Deprecated : ConceptFlags.None };
        if (tag.ChineseDisplay is { } chinese)
            concept.Names.Add(new Designation(chinese, "zh"));
        Add(concept, "language", tag.Language);
        Add(concept, "ext-lang", tag.ExtendedLanguage);
        Add(concept, "script", tag.Script);
        Add(concept, "region", tag.Region);
        foreach (var variant in tag.Variants)
            Add(concept, "variant", variant);
        foreach (var extension in tag.Extensions)
            Add(concept, "extension", extension);
        Add(concept, "private-use", tag.PrivateUse);
        if (tag.Preferred is { } preferred)
            concept.Values.Add(new ConceptProperty("preferred", PropertyType.Code, preferred));
        return concept;
    }

    private static void Add(GrammarConcept concept, string part, string? value)
    {
        if (value is not null)
            concept.Values.Add(new ConceptProperty(part, PropertyType.String, value));
    }
}
