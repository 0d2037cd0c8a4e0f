// Where the bucket of blobs is, and who asks for it.

namespace FhirHub.Storage.Cosmos;

/// <summary>The settings of <see cref="S3BodyBlobs"/>.</summary>
public sealed record S3BlobOptions
{
    /// <summary>The bucket; it must be there.</summary>
    public required string Bucket { get; init; }

    /// <summary>The address of a service that is not Amazon's; null for Amazon's in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region, which requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>What the keys of objects begin with.</summary>
    public string Prefix { get; init; } = "bodies/";

    /// <summary>True if the bucket is a part of the path, as most services that are not Amazon's want it, and not of the host name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>The access key; null to take it from the environment, a profile or the machine, in the order in which the SDK looks.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Time of one operation, with all that is tried again in it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    // The compiler's own would show the secret wherever the options are printed.
    /// <inheritdoc/>
    public override string ToString() => $"{Endpoint?.ToString() ?? Region} {Bucket}/{Prefix}";
}
