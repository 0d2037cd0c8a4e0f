// What follows the state of Tasks in the same commit: the status of their ServiceRequest and of its Appointments. What the client
// writes itself must agree; anything else is changed with it.

using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>A ServiceRequest that the writes touch.</summary>
internal sealed record TouchedRequest
{
    /// <summary>True if one of its Tasks is new or in another state.</summary>
    public bool IsMoved { get; set; }

    /// <summary>True if its Appointments may have to follow, or are written.</summary>
    public bool ConcernsAppointments { get; set; }

    /// <summary>The Appointments for it that the client writes.</summary>
    public List<ResourceKey> Appointments { get; } = [];
}

/// <summary>Brings ServiceRequests and Appointments into agreement with the Tasks.</summary>
internal sealed class StateFollowers(PendingState state)
{
    /// <summary>Brings what belongs to a ServiceRequest into agreement.</summary>
    /// <param name="key">The ServiceRequest.</param>
    /// <param name="touched">What is written of it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The Appointments that have another status now and are not written by the client.</returns>
    /// <exception cref="WorkflowException">What the client writes does not agree.</exception>
    public async ValueTask<IReadOnlyList<ResourceKey>> FollowAsync(ResourceKey key, TouchedRequest touched, CancellationToken cancel)
    {
        var tasks = new List<FollowedTask>();
        foreach (var task in await state.ReferrersAsync(Referrer.TaskFocus, key, [], cancel))
        {
            var resource = await state.AfterAsync(task, cancel);
            if (Elements.ServiceOf(resource) is not null && Elements.StateOf(resource) is { } now)
                tasks.Add(new FollowedTask(task, now, [.. Elements.OutputsOf(resource, "appointment").Select(state.TargetOf).OfType<ResourceKey>()]));
        }

        await FollowRequestAsync(key, touched, tasks, cancel);
        return touched.ConcernsAppointments ? await FollowAppointmentsAsync(key, touched, tasks, cancel) : [];
    }

    private async ValueTask FollowRequestAsync(ResourceKey key, TouchedRequest touched, List<FollowedTask> tasks, CancellationToken cancel)
    {
        if (tasks.Count == 0)
            return;
        var demanded = tasks.Exists(static task => task.State.IsLive) ? "active"
            : tasks.Exists(static task => task.State.IsDone) ? "completed"
            : "revoked";
        var status = (await state.AfterAsync(key, cancel)).ChildValue("status") ?? "-";
        if (status == demanded)
            return;
        if (!state.IsWritten(key))
        {
            if (touched.IsMoved)
                await state.SetStatusAsync(key, demanded, cancel);
        }
        else if (touched.IsMoved || (await state.BeforeAsync(key, cancel) is var before && (!before.Exists || before.ChildValue("status") != status)))
        {
            throw WorkflowException.Of(key, "ServiceRequest.status", WorkflowMessages.RequestStatus, key.ToString(), status, Describe(tasks), demanded);
        }
    }

    private async ValueTask<IReadOnlyList<ResourceKey>> FollowAppointmentsAsync(ResourceKey key, TouchedRequest touched, List<FollowedTask> tasks, CancellationToken cancel)
    {
        var isNew = state.IsWritten(key) && Elements.ServiceOf(await state.BeforeAsync(key, cancel)) is null;
        var keys = await state.ReferrersAsync(Referrer.AppointmentBasedOn, key, AppointmentStatus.Live, cancel);
        var changed = new List<ResourceKey>();
        var scheduling = new List<ResourceKey>();
        foreach (var appointment in keys)
        {
            var resource = await state.AfterAsync(appointment, cancel);
            var status = resource.ChildValue("status") ?? "-";
            var own = OwnTasks(appointment, tasks);
            var demanded = AppointmentStatus.Demanded(status, [.. own.Select(static task => task.State)]);
            if (demanded == status)
            {
                if (AppointmentStatus.Scheduling.Contains(status))
                    scheduling.Add(appointment);
                continue;
            }

            if (isNew || await IsRestatedAsync(appointment, status, touched, cancel))
                throw Disagreement(appointment, status, demanded, key, own);
            if (!state.IsWritten(appointment) && touched.IsMoved)
            {
                await state.SetStatusAsync(appointment, demanded, cancel);
                changed.Add(appointment);
            }
        }

        foreach (var task in tasks.Where(static task => task.State == TaskState.Scheduled))
        {
            if (!scheduling.Exists(appointment => OwnTasks(appointment, tasks).Contains(task)))
                await CheckScheduledAsync(task, key, touched, cancel);
        }

        return changed;
    }

    // What was out of step before, as an import may leave it, and is written without a word about its status is not this write's fault.
    private async ValueTask<bool> IsRestatedAsync(ResourceKey appointment, string status, TouchedRequest touched, CancellationToken cancel) =>
        state.IsWritten(appointment)
        && (touched.IsMoved || (await state.BeforeAsync(appointment, cancel) is var before && (!before.Exists || before.ChildValue("status") != status)));

    private async ValueTask CheckScheduledAsync(FollowedTask task, ResourceKey key, TouchedRequest touched, CancellationToken cancel)
    {
        if (state.IsWritten(task.Key) && Elements.StateOf(await state.BeforeAsync(task.Key, cancel)) != TaskState.Scheduled)
            throw WorkflowException.Of(task.Key, "Task.businessStatus", WorkflowMessages.AppointmentMissing, task.Key.ToString(), key.ToString());
        foreach (var appointment in touched.Appointments)
        {
            var before = await state.BeforeAsync(appointment, cancel);
            if (before.Exists && AppointmentStatus.Scheduling.Contains(before.ChildValue("status")))
            {
                var status = (await state.AfterAsync(appointment, cancel)).ChildValue("status") ?? "-";
                throw WorkflowException.Of(
                    appointment, "Appointment.status", WorkflowMessages.AppointmentGivenUp, appointment.ToString(), status, task.Key.ToString());
            }
        }

        if (state.IsWritten(task.Key))
            throw WorkflowException.Of(task.Key, "Task.output", WorkflowMessages.AppointmentMissing, task.Key.ToString(), key.ToString());
    }

    // A Task that names its appointments has these; what no Task names is for all of them.
    private static List<FollowedTask> OwnTasks(ResourceKey appointment, List<FollowedTask> tasks) =>
        tasks.FindAll(task => task.Appointments.Contains(appointment)) is { Count: > 0 } own ? own : tasks;

    private static WorkflowException Disagreement(ResourceKey appointment, string status, string demanded, ResourceKey key, List<FollowedTask> tasks)
    {
        var isEarly = AppointmentStatus.Taking.Contains(status) && demanded == "cancelled" && (tasks.Count == 0 || tasks.Exists(static task => task.State.IsLive));
        return isEarly
            ? WorkflowException.Of(
                appointment, "Appointment.status", WorkflowMessages.AppointmentUnscheduled, appointment.ToString(), status, key.ToString(), Describe(tasks))
            : WorkflowException.Of(
                appointment, "Appointment.status", WorkflowMessages.AppointmentStatus, appointment.ToString(), status, key.ToString(), Describe(tasks), demanded);
    }

    private static string Describe(List<FollowedTask> tasks) =>
        tasks.Count == 0 ? "-" : string.Join(", ", tasks.Select(static task => $"{task.Key} {task.State}"));

    private sealed record FollowedTask(ResourceKey Key, TaskState State, IReadOnlyList<ResourceKey> Appointments);
}
