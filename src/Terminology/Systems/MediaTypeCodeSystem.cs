// Media types as a code system.

namespace FhirHub.Terminology;

/// <summary>The media types of BCP 13 (RFC 6838); R4 valueset-mimetypes.html has all of them.</summary>
public sealed class MediaTypeCodeSystem : GrammarCodeSystem
{
    private static readonly string[] Common =
    [
        "application/dicom", "application/fhir+json", "application/fhir+xml", "application/hl7-v3+xml", "application/json", "application/octet-stream",
        "application/pdf", "application/xml", "application/zip", "audio/mpeg", "audio/wav", "image/gif", "image/jp2", "image/jpeg", "image/png",
        "image/tiff", "multipart/related", "text/cql", "text/csv", "text/html", "text/markdown", "text/plain", "text/xml", "video/mp4", "video/mpeg",
    ];

    /// <summary>Media types.</summary>
    public MediaTypeCodeSystem()
        : base(new CodeSystemHeader
        {
            Url = "urn:ietf:bcp:13",
            Name = "BCP13",
            Title = "Media types (BCP 13)",
            Status = "active",
            Publisher = "IETF",
            Language = "en",
            CaseSensitive = false,
            IsCompositional = true,
        })
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> CommonCodes => Common;

    /// <inheritdoc/>
    public override Concept? Find(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (!MediaType.IsValid(code))
            return null;

        // Values of parameters may differ by case; type and subtype don't.
        var semicolon = code.IndexOf(';', StringComparison.Ordinal);
        var normalized = semicolon < 0 ? code.ToLowerInvariant() : code[..semicolon].ToLowerInvariant() + code[semicolon..];
        return new GrammarConcept(normalized, normalized);
    }
}
