// The workflow of referrals and consultations as a step before each commit of clients' writes (docs/adr/0025-workflow.md).

using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>What the workflow says of writes that are about to be committed.</summary>
/// <param name="Refusal">Why they must not be; null if they may.</param>
/// <param name="Index">The write that is at fault.</param>
/// <param name="Preconditions">Searches that must still find the same.</param>
/// <param name="Reads">Resources that must still be in the version that was looked at.</param>
public sealed record WorkflowVerdict(
    InteractionResult? Refusal, int Index, IReadOnlyList<Precondition> Preconditions, IReadOnlyList<ExpectedVersion> Reads)
{
    /// <summary>Nothing is to be said.</summary>
    public static WorkflowVerdict Allowed { get; } = new(null, -1, [], []);
}

/// <summary>
/// Enforces the workflow of the exchange (<c>FhirHub:Exchange:Workflow</c>): a Task with a code of exchange-service moves by the legal
/// changes of state only, and its ServiceRequest, Appointments and Slots move with it.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="preparer">Reads and prepares resources.</param>
/// <param name="baseUrls">The addresses of this server.</param>
public sealed class ExchangeWorkflow(IResourceStore store, ResourcePreparer preparer, IReadOnlyList<string> baseUrls)
{
    /// <summary>
    /// Checks writes, and adds to them what must change with them. Those that were there get the version that they are meant for; the
    /// caller plans anew if that, a precondition or a read has changed at the commit.
    /// </summary>
    /// <param name="writes">The writes of a request.</param>
    /// <param name="scope">What the client may see and do.</param>
    /// <param name="cancel">Ends the wait.</param>
    public ValueTask<WorkflowVerdict> ApplyAsync(List<ResourceWrite> writes, AccessScope scope, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(writes);

        // Nearly all writes are of other types, and pay for this look at their types and nothing else.
        foreach (var write in writes)
        {
            if (write.Key.Type is "Task" or "ServiceRequest" or "Appointment" or "Slot")
                return CheckAsync(writes, scope, cancel);
        }

        return ValueTask.FromResult(WorkflowVerdict.Allowed);
    }

    private async ValueTask<WorkflowVerdict> CheckAsync(List<ResourceWrite> writes, AccessScope scope, CancellationToken cancel)
    {
        var state = new PendingState(store, preparer, baseUrls, writes, scope);
        try
        {
            await CheckAsync(state, writes, cancel);
        }
        catch (WorkflowException e)
        {
            var index = writes.FindIndex(write => write.Key == e.At);
            return new WorkflowVerdict(e.Refusal, Math.Max(index, 0), [], []);
        }

        var (preconditions, reads) = state.Complete();
        return new WorkflowVerdict(null, -1, preconditions, reads);
    }

    private static async ValueTask CheckAsync(PendingState state, List<ResourceWrite> writes, CancellationToken cancel)
    {
        var touched = new Dictionary<ResourceKey, TouchedRequest>();
        var changed = new List<ResourceKey>();
        var tasks = new TaskRules(state);
        var requests = new RequestRules(state, tasks);
        var appointments = new AppointmentRules(state);
        foreach (var key in KeysOf("ServiceRequest"))
        {
            if (await requests.CheckAsync(key, cancel))
                Touch(key).ConcernsAppointments |= Elements.ServiceOf(await state.BeforeAsync(key, cancel)) is null;
        }

        foreach (var key in KeysOf("Task"))
        {
            if (await tasks.CheckAsync(key, cancel) is not { } task)
                continue;
            var request = Touch(task.Request);
            request.IsMoved |= task.IsMoved;
            request.ConcernsAppointments |= task.ConcernsAppointments;
        }

        foreach (var key in KeysOf("Appointment"))
        {
            if (await appointments.CheckAsync(key, cancel) is not { } request)
                continue;
            var touch = Touch(request);
            touch.Appointments.Add(key);
            touch.ConcernsAppointments = true;
            changed.Add(key);
        }

        var followers = new StateFollowers(state);
        foreach (var (key, request) in touched)
            changed.AddRange(await followers.FollowAsync(key, request, cancel));
        var slots = new SlotRules(state, appointments);
        await slots.FollowAsync(changed, cancel);
        foreach (var key in KeysOf("Slot"))
            await slots.CheckAsync(key, cancel);

        TouchedRequest Touch(ResourceKey key)
        {
            if (!touched.TryGetValue(key, out var request))
                touched.Add(key, request = new TouchedRequest());
            return request;
        }

        List<ResourceKey> KeysOf(string type) => [.. writes.Where(write => write.Key.Type == type).Select(static write => write.Key)];
    }
}
