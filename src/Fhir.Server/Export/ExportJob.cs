// An export as it is kept: who asked, what for, how far it is, and the files that came of it.

using System.Text.Json.Serialization;

namespace FhirHub.Server.Export;

/// <summary>How far an export is.</summary>
public enum ExportStatus
{
    /// <summary>It waits for its turn, or runs.</summary>
    Running,

    /// <summary>Its files can be fetched.</summary>
    Completed,

    /// <summary>It ended without files.</summary>
    Failed,
}

/// <summary>An export (HL7 Bulk Data Access 2.0.0, export.html).</summary>
public sealed record ExportJob
{
    /// <summary>The client that asked; empty under <c>FhirHub:Auth:Mode=Open</c>, where nobody says who they are.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The user that asked; null for a backend service.</summary>
    public string? AccountId { get; init; }

    /// <summary>The grant by whose token it was asked for; when it is revoked, the export is gone.</summary>
    public string? GrantId { get; init; }

    /// <summary>The resource scopes that it was made with; a token that fetches it must cover them.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The patient in context then; null for none.</summary>
    public string? Patient { get; init; }

    /// <summary>The address of the kick-off request.</summary>
    public string Request { get; init; } = "";

    /// <summary>The moment whose state it shows.</summary>
    public DateTimeOffset TransactionTime { get; init; }

    /// <summary>How far it is.</summary>
    public ExportStatus Status { get; init; }

    /// <summary>The process that runs it.</summary>
    public string Server { get; init; } = "";

    /// <summary>When that process last said so.</summary>
    public DateTimeOffset Beat { get; init; }

    /// <summary>What <c>X-Progress</c> tells.</summary>
    public string Progress { get; init; } = "";

    /// <summary>Files with resources.</summary>
    public IReadOnlyList<ExportFile> Output { get; init; } = [];

    /// <summary>Files with what was deleted since <c>_since</c>.</summary>
    public IReadOnlyList<ExportFile> Deleted { get; init; } = [];

    /// <summary>Why it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>Who asked.</summary>
    [JsonIgnore]
    public RequestOwner Owner => new(ClientId, AccountId, GrantId, Scope, Patient);

    /// <summary>Every file.</summary>
    [JsonIgnore]
    public IEnumerable<ExportFile> Files => Output.Concat(Deleted);
}

/// <summary>A file of an export.</summary>
/// <param name="Name">Its name, which the server gave.</param>
/// <param name="Type">The type of its resources.</param>
/// <param name="Count">How many they are.</param>
public sealed record ExportFile(string Name, string Type, long Count);
