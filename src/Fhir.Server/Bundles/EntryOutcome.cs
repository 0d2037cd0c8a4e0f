// What came of one entry, whichever way it was run.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The content of Bundle.entry.response and its resource (R4 bundle-definitions.html#Bundle.entry.response).</summary>
/// <param name="Status">The HTTP status.</param>
internal sealed record EntryOutcome(int Status)
{
    /// <summary>The version written or read, or null.</summary>
    public StoredVersion? Version { get; init; }

    /// <summary>The resource of a read, search or operation as JSON; null to take it from <see cref="Version"/> where it is asked for.</summary>
    public ReadOnlyMemory<byte>? Resource { get; init; }

    /// <summary>Where the resource is, or null.</summary>
    public string? Location { get; init; }

    /// <summary>The entity tag, or null.</summary>
    public string? ETag { get; init; }

    /// <summary>When it last changed, or null.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>What there is to say.</summary>
    public IReadOnlyList<Issue> Issues { get; init; } = [];

    /// <summary>An OperationOutcome as JSON that an interaction gave instead of <see cref="Issues"/>.</summary>
    public ReadOnlyMemory<byte>? Outcome { get; init; }

    /// <summary>The outcome of an interaction on one resource.</summary>
    public static EntryOutcome Of(InteractionResult result) => new(result.Status)
    {
        Version = result.Version,
        Location = result.Version is { IsDeleted: false } version ? $"{version.Key}/_history/{version.Version}" : null,
        ETag = result.Version is null ? null : EntityTags.Of(result.Version.Version),
        LastModified = result.Version?.LastUpdated,
        Issues = result.Issues,
    };
}
