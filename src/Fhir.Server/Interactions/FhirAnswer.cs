// The answer to a request without its transport.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The answer of an interaction: a stored version, other JSON, or only issues.</summary>
/// <param name="Status">The HTTP status.</param>
public sealed record FhirAnswer(int Status)
{
    /// <summary>The version that the answer is about, or null.</summary>
    public StoredVersion? Version { get; init; }

    /// <summary>A resource as compact JSON that is not a stored version: Bundle, Parameters, CapabilityStatement.</summary>
    public ReadOnlyMemory<byte>? Json { get; init; }

    /// <summary>The same as a page, for browsers; null for most answers.</summary>
    public ReadOnlyMemory<byte>? Html { get; init; }

    /// <summary>Errors of a failure; warnings of a success, which are sent where the client prefers an OperationOutcome.</summary>
    public IReadOnlyList<Issue> Issues { get; init; } = [];

    /// <summary>The entity tag of <see cref="Json"/>; a version has its own.</summary>
    public string? ETag { get; init; }

    /// <summary>The language of <see cref="Json"/> for <c>Content-Language</c>, or null.</summary>
    public string? Language { get; init; }

    /// <summary>True if <c>Location</c> names the version (create and update).</summary>
    public bool HasLocation { get; init; }

    /// <summary>True for the answer to a write, which <c>Prefer: return</c> shapes.</summary>
    public bool IsWrite { get; init; }

    /// <summary>True if the client may not read what it has written.</summary>
    public bool IsContentHidden { get; init; }

    /// <summary>How much of the resources is sent.</summary>
    public ResourceShape Shape { get; init; } = ResourceShape.Whole;

    /// <summary>The answer to a read.</summary>
    public static FhirAnswer OfRead(InteractionResult result, ResourceShape shape)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(result.Status) { Version = result.Version, Issues = result.Issues, Shape = shape };
    }

    /// <summary>The answer to a write.</summary>
    public static FhirAnswer OfWrite(InteractionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(result.Status)
        {
            Version = result.Version,
            Issues = result.Issues,
            IsWrite = true,
            HasLocation = result is { IsSuccess: true, Version.IsDeleted: false },
        };
    }

    /// <summary>A refusal.</summary>
    public static FhirAnswer Refused(int status, string code, string diagnostics, string? expression = null) =>
        new(status) { Issues = [Issue.Error(code, diagnostics, expression)] };
}
