// The keys under FhirHub:Storage:Cosmos, and what the store is told of them.

using Azure.Core;
using Azure.Identity;
using FhirHub.Storage;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Server;

/// <summary><c>FhirHub:Storage:Cosmos:Identity</c>: who the server is to the account where it has no key.</summary>
public enum CosmosIdentity
{
    /// <summary>The identity that Azure gives the machine or the app.</summary>
    Managed,

    /// <summary>The identity of a workload in Kubernetes, by the token file that the cluster mounts.</summary>
    Workload,
}

/// <summary><c>FhirHub:Storage:Cosmos</c>.</summary>
public sealed record CosmosOptions
{
    /// <summary><c>Endpoint</c>: the account's address.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary><c>Key</c>, or the content of <c>KeyFile</c>; null for <see cref="Identity"/>.</summary>
    public string? Key { get; init; }

    /// <summary><c>Identity</c>, where there is no key.</summary>
    public CosmosIdentity Identity { get; init; }

    /// <summary><c>ClientId</c>: which identity, if there are several; null for the one that there is.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>Database</c>.</summary>
    public string Database { get; init; } = "fhirhub";

    /// <summary><c>Throughput</c>: request units per second that a new database may scale up to; null for a serverless account.</summary>
    public int? Throughput { get; init; } = 4_000;

    /// <summary><c>Regions</c>: those that this server reads from, nearest first.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary><c>RequestSeconds</c>: time that one request to the account may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>RetryBudgetSeconds</c>: time that a client's request may spend on trying again what the account is too busy for.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary><c>SweepSeconds</c>: time between two looks for what other servers left undone.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary><c>FollowMilliseconds</c>: time between two looks for what other servers wrote.</summary>
    public TimeSpan FollowInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><c>Parallelism</c>: requests that one operation of the store makes at the same time at most.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary><c>Matches</c>: matches that a search which the database does not sort or decide alone looks at in the server at most.</summary>
    public int Matches { get; init; } = 100_000;

    /// <summary><c>Blobs:Folder</c>: the folder of large bodies; null if they are in <see cref="Bucket"/>.</summary>
    public string? BlobFolder { get; init; }

    /// <summary>The rest of <c>Blobs</c>: the bucket of large bodies; null if they are in <see cref="BlobFolder"/>.</summary>
    public S3BlobOptions? Bucket { get; init; }

    /// <summary>What the store is told.</summary>
    /// <param name="common">What any store is told.</param>
    /// <exception cref="StoreException">The folder of large bodies can't be made.</exception>
    public CosmosStoreOptions ToStoreOptions(ResourceStoreOptions common) => new(common, Endpoint)
    {
        Key = Key,
        Credential = Key is null ? Credential() : null,
        Database = Database,
        Throughput = Throughput,
        Regions = Regions,
        RequestTimeout = RequestTimeout,
        RetryBudget = RetryBudget,
        SweepInterval = SweepInterval,
        FollowInterval = FollowInterval,
        Parallelism = Parallelism,
        MatchesAtMost = Matches,
        Blobs = Bucket is { } bucket ? new S3BodyBlobs(bucket) : BlobFolder is { } folder ? new FolderBodyBlobs(folder) : null,
    };

    // The compiler's own would show the key wherever the options are printed.
    /// <inheritdoc/>
    public override string ToString() => $"{Endpoint} {Database}";

    private TokenCredential Credential() => Identity switch
    {
        CosmosIdentity.Workload => new WorkloadIdentityCredential(new WorkloadIdentityCredentialOptions { ClientId = ClientId ?? Environment.GetEnvironmentVariable("AZURE_CLIENT_ID") }),
        _ => new ManagedIdentityCredential(ClientId is { } id ? ManagedIdentityId.FromUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned),
    };
}
