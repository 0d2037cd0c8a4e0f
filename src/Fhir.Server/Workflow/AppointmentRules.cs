// What an Appointment of the workflow must meet to be written, beside what the states of Tasks demand.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>The rules of Appointments.</summary>
internal sealed class AppointmentRules(PendingState state)
{
    /// <summary>Checks an Appointment that is written.</summary>
    /// <returns>The ServiceRequest that it is for; null for an Appointment of no exchange.</returns>
    /// <exception cref="WorkflowException">It breaks a rule.</exception>
    public async ValueTask<ResourceKey?> CheckAsync(ResourceKey key, CancellationToken cancel)
    {
        var before = await state.BeforeAsync(key, cancel);
        var after = await state.AfterAsync(key, cancel);
        var was = await RequestsOfAsync(before, cancel);
        var requests = await RequestsOfAsync(after, cancel);
        if (was.Count == 0 && requests.Count == 0)
            return null;
        if (!after.Exists)
        {
            await CheckDeleteAsync(key, before, was[0], cancel);
            return null;
        }

        if (was.Count > 0 && (was.Count != requests.Count || !was.TrueForAll(requests.Contains)))
            throw WorkflowException.Of(key, "Appointment.basedOn", WorkflowMessages.BasedOnFixed, key.ToString(), was[0].ToString());
        return requests.Count == 1
            ? requests[0]
            : throw WorkflowException.Of(key, "Appointment.basedOn", WorkflowMessages.OneRequest, string.Join(", ", requests));
    }

    /// <summary>True if the Appointment is for a ServiceRequest of the workflow.</summary>
    public async ValueTask<bool> ConcernsAsync(ElementNode appointment, CancellationToken cancel) => (await RequestsOfAsync(appointment, cancel)).Count > 0;

    private async ValueTask CheckDeleteAsync(ResourceKey key, ElementNode before, ResourceKey request, CancellationToken cancel)
    {
        var status = before.ChildValue("status");
        var isTaking = AppointmentStatus.Takes(before);
        if (!isTaking && !AppointmentStatus.Scheduling.Contains(status))
            return;
        foreach (var task in await state.ReferrersAsync(Referrer.TaskFocus, request, [], cancel))
        {
            if (isTaking || Elements.StateOf(await state.AfterAsync(task, cancel)) == TaskState.Scheduled)
                throw WorkflowException.Of(key, "Appointment", WorkflowMessages.DeleteAppointment, key.ToString(), status!, task.ToString());
        }
    }

    private async ValueTask<List<ResourceKey>> RequestsOfAsync(ElementNode appointment, CancellationToken cancel)
    {
        var requests = new List<ResourceKey>();
        if (!appointment.Exists)
            return requests;
        foreach (var reference in appointment.ChildrenOf("basedOn").ToList())
        {
            if (state.TargetOf(reference) is { Type: "ServiceRequest" } key && !requests.Contains(key)
                && (Elements.ServiceOf(await state.AfterAsync(key, cancel)) ?? Elements.ServiceOf(await state.BeforeAsync(key, cancel))) is not null)
            {
                requests.Add(key);
            }
        }

        return requests;
    }
}
