// A run that goes on while its client polls, as it is kept.

using System.Text.Json.Serialization;

namespace FhirHub.Server.Conformance;

/// <summary>How far a run is.</summary>
internal enum ScriptRunStatus
{
    /// <summary>Scripts are left.</summary>
    Running,

    /// <summary>All of its scripts were run, whatever came of them.</summary>
    Completed,

    /// <summary>It ended before.</summary>
    Failed,
}

/// <summary>A run that was asked for with <c>Prefer: respond-async</c>, or on a page (R4 async.html).</summary>
internal sealed record ScriptRunJob
{
    /// <summary>Who asked.</summary>
    public RequestOwner Owner { get; init; } = new("", null, null, "", null);

    /// <summary>The address by which it was asked for.</summary>
    public string Request { get; init; } = "";

    /// <summary>The identifier of its reports.</summary>
    public string RunId { get; init; } = "";

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The process that runs it.</summary>
    public string Process { get; init; } = "";

    /// <summary>How far it is.</summary>
    public ScriptRunStatus Status { get; init; }

    /// <summary>How many scripts it has.</summary>
    public int Scripts { get; init; }

    /// <summary>What came of those that were run.</summary>
    public IReadOnlyList<ScriptRunResult> Results { get; init; } = [];

    /// <summary>Why it ended too early.</summary>
    public string? Failure { get; init; }

    /// <summary>What <c>X-Progress</c> tells.</summary>
    [JsonIgnore]
    public string Progress => $"{Results.Count} of {Scripts} scripts";
}
