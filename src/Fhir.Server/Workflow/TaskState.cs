// The states of a referral or consultation, and which may follow which.

namespace FhirHub.Server.Workflow;

/// <summary>Whose institution moves a Task to a state.</summary>
internal enum Party
{
    /// <summary>The one that asks.</summary>
    Requester,

    /// <summary>The one that is asked.</summary>
    Owner,

    /// <summary>Either of them.</summary>
    Both,
}

/// <summary>A code of exchange-task-state.</summary>
/// <param name="Code">The code in Task.businessStatus.</param>
/// <param name="Status">Task.status in this state.</param>
/// <param name="By">Who moves a Task here.</param>
/// <param name="IsLive">False for those in which nothing more is done about the ServiceRequest.</param>
internal sealed record TaskState(string Code, string Status, Party By, bool IsLive)
{
    public static readonly TaskState Requested = new("requested", "requested", Party.Requester, IsLive: true);
    public static readonly TaskState Received = new("received", "received", Party.Owner, IsLive: true);
    public static readonly TaskState Accepted = new("accepted", "accepted", Party.Owner, IsLive: true);
    public static readonly TaskState Rejected = new("rejected", "rejected", Party.Owner, IsLive: false);
    public static readonly TaskState Scheduled = new("scheduled", "ready", Party.Owner, IsLive: true);
    public static readonly TaskState InProgress = new("in-progress", "in-progress", Party.Owner, IsLive: true);
    public static readonly TaskState Completed = new("completed", "completed", Party.Owner, IsLive: false);
    public static readonly TaskState Returned = new("returned", "completed", Party.Owner, IsLive: false);
    public static readonly TaskState Cancelled = new("cancelled", "cancelled", Party.Both, IsLive: false);

    private static readonly Dictionary<string, TaskState> s_all = new[]
    {
        Requested, Received, Accepted, Rejected, Scheduled, InProgress, Completed, Returned, Cancelled,
    }.ToDictionary(static state => state.Code, StringComparer.Ordinal);

    /// <summary>All states.</summary>
    public static IReadOnlyCollection<TaskState> All => s_all.Values;

    /// <summary>True for the states of a service that was given.</summary>
    public bool IsDone => this == Completed || this == Returned;

    /// <summary>The state of that code, or null.</summary>
    public static TaskState? Find(string? code) => code is null ? null : s_all.GetValueOrDefault(code);

    /// <summary>The states that may follow this one.</summary>
    /// <param name="service">A code of exchange-service: only a referral can be returned.</param>
    public IReadOnlyList<TaskState> Next(string service) => Code switch
    {
        "requested" => [Received, Accepted, Rejected, Cancelled],
        "received" => [Accepted, Rejected, Cancelled],
        "accepted" => [Scheduled, InProgress, Cancelled],
        "scheduled" => [Accepted, InProgress, Cancelled],
        "in-progress" => [Completed, Cancelled],
        "completed" when service == ExchangeCodes.Referral => [Returned],
        _ => [],
    };

    /// <inheritdoc/>
    public override string ToString() => Code;
}
