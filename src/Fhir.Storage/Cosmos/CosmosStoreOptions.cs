// What the Cosmos store is told when it is opened.

using System.Diagnostics.CodeAnalysis;
using Azure.Core;

namespace FhirHub.Storage.Cosmos;

/// <summary>The settings of a <see cref="CosmosResourceStore"/>.</summary>
public sealed record CosmosStoreOptions : ResourceStoreOptions
{
    /// <summary>Options that are all to be set.</summary>
    public CosmosStoreOptions()
    {
    }

    /// <summary>Options of this store with what another one was told too.</summary>
    [SetsRequiredMembers]
    public CosmosStoreOptions(ResourceStoreOptions common, Uri endpoint)
        : base(common) => Endpoint = endpoint;

    /// <summary>The account's address.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The account's key; null where <see cref="Credential"/> is used.</summary>
    public string? Key { get; init; }

    /// <summary>Gets tokens for the account, where there is no <see cref="Key"/>.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>The database; it is made if there is none.</summary>
    public string Database { get; init; } = "fhirhub";

    /// <summary>Request units per second that the database may scale up to; null for a serverless account.</summary>
    public int? Throughput { get; init; } = 4_000;

    /// <summary>The account's regions that this server reads from, nearest first; empty for the account's own order.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Where bodies are that are too large for a document; null to refuse them. The store disposes it.</summary>
    public IBodyBlobs? Blobs { get; init; }

    /// <summary>Time that one request to the account may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time after which a read that may come from any region is asked in the next of <see cref="Regions"/> too.</summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Time after which it is asked in each region after that.</summary>
    public TimeSpan HedgeStep { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time after which a request to the account is not tried again; then the store is busy (<see cref="StoreBusyException"/>).</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Memory for versions that were read lately, in megabytes; 0 for none.</summary>
    public int VersionCacheMegabytes { get; init; } = 64;

    /// <summary>Requests that one operation of the store makes at the same time at most.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>Time between two looks for commits that nobody applied.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time after which what was prepared for a commit and not committed is taken for that of a server that died. A commit that takes longer
    /// is prepared once more.
    /// </summary>
    public TimeSpan PreparationLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Time between two looks for what other servers wrote. What one server keeps of the records that another changes, such as a token that was revoked
    /// there, is used for that long in general, and for four times as long at most.
    /// </summary>
    public TimeSpan FollowInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Matches that a search which is sorted, or not decided by the database alone, looks at in this server at most.</summary>
    public int MatchesAtMost { get; init; } = 100_000;

    // The compiler's own would show the key wherever the options are printed.
    /// <inheritdoc/>
    public override string ToString() => $"{Endpoint} {Database}";
}
