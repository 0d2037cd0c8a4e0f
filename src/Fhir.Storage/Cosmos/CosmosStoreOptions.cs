// What the Cosmos store is told when it is opened.

namespace FhirHub.Storage.Cosmos;

/// <summary>The settings of a <see cref="CosmosResourceStore"/>.</summary>
public sealed record CosmosStoreOptions : ResourceStoreOptions
{
    /// <summary>The account's address.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The account's key.</summary>
    public required string Key { get; init; }

    /// <summary>The database; it is made if there is none.</summary>
    public string Database { get; init; } = "fhirhub";

    /// <summary>Request units per second that the database may scale up to; null for a serverless account.</summary>
    public int? Throughput { get; init; } = 4_000;

    /// <summary>The account's regions that this server reads from, nearest first; empty for the account's own order.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Where bodies are that are too large for a document; null to refuse them. The store disposes it.</summary>
    public IBodyBlobs? Blobs { get; init; }

    /// <summary>Requests that one operation of the store makes at the same time at most.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>Time between two looks for commits that nobody applied.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Matches that a search which is sorted, or not decided by the database alone, looks at in this server at most.</summary>
    public int MatchesAtMost { get; init; } = 100_000;
}
