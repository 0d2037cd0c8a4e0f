// What the gateway knows of one request, before it is executed and after.

namespace FhirHub.Cosmos.Emulator;

/// <summary>What a request does.</summary>
public enum CosmosOperation
{
    /// <summary>Writes a document that must not exist.</summary>
    Create,

    /// <summary>Reads one document by id and partition key.</summary>
    Read,

    /// <summary>Writes a document that must exist.</summary>
    Replace,

    /// <summary>Writes a document whether it exists or not.</summary>
    Upsert,

    /// <summary>Changes members of a document.</summary>
    Patch,

    /// <summary>Deletes a document.</summary>
    Delete,

    /// <summary>One page of a query.</summary>
    Query,

    /// <summary>One page of a change feed.</summary>
    ChangeFeed,

    /// <summary>What is no access to documents: the account, databases, containers, partition key ranges, query plans.</summary>
    Other,
}

/// <summary>A request and, once it is answered, its answer.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Container">The container; empty if it names none.</param>
/// <param name="Id">The id of the document; empty if it names none.</param>
/// <param name="PartitionKey">The partition key as the request has it, a JSON array, or "from" and the first hash for the beginning of a hierarchical key; null for a query over all partitions.</param>
/// <param name="Status">The HTTP status of the answer; 0 before it is answered and where the connection was cut.</param>
/// <param name="RequestBytes">Size of the request's body.</param>
/// <param name="ResponseBytes">Size of the answer's body.</param>
/// <param name="Region">The region that was asked.</param>
/// <param name="Client">The name of the client that asked.</param>
/// <param name="Sql">The text of a query; null otherwise.</param>
/// <param name="Charge">The estimate of its request charge, in request units.</param>
public sealed record CosmosRequest(
    string Method, CosmosOperation Operation, string Container, string Id, string? PartitionKey, int Status,
    int RequestBytes, int ResponseBytes, string Region, string Client, string? Sql, double Charge)
{
    /// <summary>The number of values in the document that it writes, each of which an index that includes all has to hold; 0 for what writes no whole document.</summary>
    public int Values { get; init; }

    /// <summary>Whether it writes a document.</summary>
    public bool IsWrite => Operation is CosmosOperation.Create or CosmosOperation.Replace or CosmosOperation.Upsert or CosmosOperation.Patch or CosmosOperation.Delete;
}
