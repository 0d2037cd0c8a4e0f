// Slots follow the Appointments of the workflow: taken by one at a time, and free again when it is cancelled.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>The rules of Slots.</summary>
internal sealed class SlotRules(PendingState state, AppointmentRules appointments)
{
    private readonly Dictionary<ResourceKey, ResourceKey> _taken = [];
    private readonly Dictionary<ResourceKey, ResourceKey> _released = [];

    /// <summary>Brings the Slots of Appointments that are written or have another status into agreement.</summary>
    /// <exception cref="WorkflowException">A Slot is not free, or the client writes it otherwise.</exception>
    public async ValueTask FollowAsync(IReadOnlyCollection<ResourceKey> changed, CancellationToken cancel)
    {
        foreach (var key in changed)
            await CollectAsync(key, cancel);
        foreach (var (slot, appointment) in _taken)
            await TakeAsync(slot, appointment, cancel);
        foreach (var (slot, appointment) in _released)
        {
            if (!_taken.ContainsKey(slot))
                await ReleaseAsync(slot, appointment, cancel);
        }
    }

    /// <summary>Checks a Slot that the client writes by itself: one that is taken stays so.</summary>
    /// <exception cref="WorkflowException">It is taken and would not be busy.</exception>
    public async ValueTask CheckAsync(ResourceKey key, CancellationToken cancel)
    {
        var before = await state.BeforeAsync(key, cancel);
        var after = await state.AfterAsync(key, cancel);
        if (!before.Exists || _taken.ContainsKey(key) || _released.ContainsKey(key)
            || (after.Exists && (after.ChildValue("status") is var status && (status == "busy" || status == before.ChildValue("status")))))
        {
            return;
        }

        foreach (var holder in await state.ReferrersAsync(Referrer.AppointmentSlot, key, AppointmentStatus.Taking, cancel))
        {
            if (await appointments.ConcernsAsync(await state.AfterAsync(holder, cancel), cancel))
                throw WorkflowException.Of(key, after.Exists ? "Slot.status" : "Slot", WorkflowMessages.SlotInUse, key.ToString(), holder.ToString());
        }
    }

    private async ValueTask CollectAsync(ResourceKey key, CancellationToken cancel)
    {
        var before = await state.BeforeAsync(key, cancel);
        var after = await state.AfterAsync(key, cancel);
        var held = AppointmentStatus.Takes(before) ? SlotsOf(key, before, isStrict: false) : [];
        var holds = AppointmentStatus.Takes(after) ? SlotsOf(key, after, isStrict: true) : [];
        foreach (var slot in holds.Except(held))
        {
            if (!_taken.TryAdd(slot, key))
                throw WorkflowException.Conflict(key, "Appointment.slot", WorkflowMessages.SlotTaken, slot.ToString(), _taken[slot].ToString());
        }

        var kept = AppointmentStatus.Keeps(after) ? SlotsOf(key, after, isStrict: false) : [];
        foreach (var slot in held.Except(kept))
            _released.TryAdd(slot, key);
    }

    private async ValueTask TakeAsync(ResourceKey slot, ResourceKey appointment, CancellationToken cancel)
    {
        const string Place = "Appointment.slot";
        if (await state.AfterAsync(slot, cancel) is not { Exists: true } after)
            throw WorkflowException.Of(appointment, Place, WorkflowMessages.ReferenceUnresolved, Place, slot.ToString());
        foreach (var other in await state.ReferrersAsync(Referrer.AppointmentSlot, slot, AppointmentStatus.Taking, cancel))
        {
            if (other != appointment)
                throw WorkflowException.Conflict(appointment, Place, WorkflowMessages.SlotTaken, slot.ToString(), other.ToString());
        }

        var before = await state.BeforeAsync(slot, cancel);
        if (before.Exists && before.ChildValue("status") is var was && was != "free" && !(was == "busy" && _released.ContainsKey(slot)))
            throw WorkflowException.Conflict(appointment, Place, WorkflowMessages.SlotNotFree, slot.ToString(), was ?? "-");
        await SetAsync(slot, after, "busy", after.ChildValue("status") != "busy", appointment, cancel);
    }

    private async ValueTask ReleaseAsync(ResourceKey slot, ResourceKey appointment, CancellationToken cancel)
    {
        if (await state.AfterAsync(slot, cancel) is not { Exists: true } after)
            return;
        var others = await state.ReferrersAsync(Referrer.AppointmentSlot, slot, AppointmentStatus.Taking, cancel);
        if (!others.Any(other => other != appointment))
            await SetAsync(slot, after, "free", after.ChildValue("status") == "busy", appointment, cancel);
    }

    private async ValueTask SetAsync(ResourceKey slot, ElementNode after, string status, bool differs, ResourceKey appointment, CancellationToken cancel)
    {
        if (!differs)
            return;
        if (state.IsWritten(slot))
            throw WorkflowException.Of(slot, "Slot.status", WorkflowMessages.SlotStatus, slot.ToString(), after.ChildValue("status") ?? "-", appointment.ToString(), status);
        await state.SetStatusAsync(slot, status, cancel);
    }

    private HashSet<ResourceKey> SlotsOf(ResourceKey key, ElementNode appointment, bool isStrict)
    {
        var slots = new HashSet<ResourceKey>();
        foreach (var reference in appointment.ChildrenOf("slot"))
        {
            if (state.TargetOf(reference) is { Type: "Slot" } slot)
                slots.Add(slot);
            else if (isStrict)
                throw WorkflowException.Of(key, reference.GetPath(), WorkflowMessages.ReferenceMissing, "Appointment.slot", "Slot");
        }

        return slots;
    }
}
