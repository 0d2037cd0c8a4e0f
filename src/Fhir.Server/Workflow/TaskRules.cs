// What a Task of the workflow must meet to be written: a legal state, its history kept, the right institution, the output it needs.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>What a write does to a Task.</summary>
/// <param name="Request">The ServiceRequest that the Task is about.</param>
/// <param name="From">The state before; null for a new Task.</param>
/// <param name="To">The state after.</param>
internal readonly record struct TaskChange(ResourceKey Request, TaskState? From, TaskState To)
{
    /// <summary>True if the Task is new or in another state.</summary>
    public bool IsMoved => From != To;

    /// <summary>
    /// True if an Appointment may have to follow. What it may be before a Task is scheduled does not depend on how far the Task is, so
    /// that most changes need no look at appointments.
    /// </summary>
    public bool ConcernsAppointments => Meets(From) || Meets(To) || (IsMoved && !To.IsLive);

    private static bool Meets(TaskState? state) => state == TaskState.Scheduled || state == TaskState.InProgress;
}

/// <summary>The rules of Tasks.</summary>
internal sealed class TaskRules(PendingState state)
{
    private static readonly string[] s_fixed = ["focus", "for", "requester", "owner", "authoredOn"];
    private static readonly (string Element, string System)[] s_codes = [("code", ExchangeCodes.Service), ("businessStatus", ExchangeCodes.TaskState)];
    private static readonly (string Part, string Type)[] s_parts = [("state", "code"), ("at", "dateTime"), ("by", "Reference")];
    private static readonly string[] s_opinions = ["ClinicalImpression", "DiagnosticReport", "Composition"];

    /// <summary>Checks a Task that is written.</summary>
    /// <returns>What the write does to it; null for a Task of no exchange.</returns>
    /// <exception cref="WorkflowException">The Task breaks a rule.</exception>
    public async ValueTask<TaskChange?> CheckAsync(ResourceKey key, CancellationToken cancel)
    {
        var before = await state.BeforeAsync(key, cancel);
        var after = await state.AfterAsync(key, cancel);
        var (was, service) = (Elements.ServiceOf(before), Elements.ServiceOf(after));
        if (was is null && service is null)
            return null;
        if (!after.Exists)
            throw WorkflowException.Of(key, "Task", WorkflowMessages.DeleteTask, key.ToString(), was!);
        if (was is not null && was != service)
            throw WorkflowException.Of(key, "Task.code", WorkflowMessages.ServiceTaken, key.ToString(), was, ExchangeCodes.Service);
        if (!ExchangeCodes.Services.Contains(service))
            throw WorkflowException.Of(key, "Task.code", WorkflowMessages.ServiceUnknown, "Task.code", service!, string.Join(", ", ExchangeCodes.Services));
        foreach (var (element, system) in s_codes)
        {
            if (Elements.IsAmbiguous(after.ChildrenOf(element), system))
                throw WorkflowException.Of(key, $"Task.{element}", WorkflowMessages.CodesAmbiguous, $"Task.{element}", system);
        }

        var to = Elements.StateOf(after)
            ?? throw WorkflowException.Of(key, "Task.businessStatus", WorkflowMessages.StateUnknown, ExchangeCodes.TaskState, string.Join(", ", TaskState.All));
        var from = was is null ? null : Elements.StateOf(before);
        if (from is null)
            await CheckNewAsync(key, after, service!, to, cancel);
        else
            await CheckChangeAsync(key, before, after, from, to, cancel);
        if (after.ChildValue("status") is var status && status != to.Status)
            throw WorkflowException.Of(key, "Task.status", WorkflowMessages.StatusDiffers, to.Code, to.Status, status ?? "-");
        var request = state.TargetOf(after.Child("focus")) ?? throw MissingFocus(key);
        await CheckOutputAsync(key, after, service!, to, request, cancel);
        return new TaskChange(request, from, to);
    }

    /// <summary>Checks that a Task's parties are those of its ServiceRequest: requested by the one, of one of the others.</summary>
    public async ValueTask<Institution> CheckPartiesAsync(ResourceKey key, ElementNode task, ResourceKey requestKey, ElementNode request, CancellationToken cancel)
    {
        var asker = await Institution.OfAsync(state, request.Child("requester"), key, "ServiceRequest.requester", cancel);
        var requester = await Institution.OfAsync(state, task.Child("requester"), key, "Task.requester", cancel);
        if (!requester.IsOneWith(asker))
            throw WorkflowException.Of(key, "Task.requester", WorkflowMessages.RequesterDiffers, requester.Name, requestKey.ToString(), asker.Name);
        var owner = await Institution.OfAsync(state, task.Child("owner"), key, "Task.owner", cancel);
        var asked = new List<Institution>();
        foreach (var performer in request.ChildrenOf("performer").ToList())
            asked.Add(await Institution.OfAsync(state, performer, key, "ServiceRequest.performer", cancel));
        return asked.Exists(owner.IsOneWith)
            ? owner
            : throw WorkflowException.Of(key, "Task.owner", WorkflowMessages.NotAsked, owner.Name, requestKey.ToString(), string.Join(", ", asked));
    }

    private async ValueTask CheckNewAsync(ResourceKey key, ElementNode task, string service, TaskState to, CancellationToken cancel)
    {
        if (to != TaskState.Requested)
            throw WorkflowException.Of(key, "Task.businessStatus", WorkflowMessages.FirstState, TaskState.Requested.Code, to.Code, Legal(TaskState.Requested, service));
        var changes = Elements.ChangesOf(task);
        if (changes.Count != 1)
            throw WorkflowException.Of(key, "Task.extension", WorkflowMessages.ChangesAdded, to.Code, changes.Count.ToString());
        CheckEntry(key, changes[0], to);

        var requestKey = state.TargetOf(task.Child("focus")) is { Type: "ServiceRequest" } focus ? focus : throw MissingFocus(key);
        if (await state.AfterAsync(requestKey, cancel) is not { Exists: true } request)
            throw WorkflowException.Of(key, "Task.focus", WorkflowMessages.ReferenceUnresolved, "Task.focus", requestKey.ToString());
        if (Elements.ServiceOf(request) != service)
            throw WorkflowException.Of(key, "Task.focus", WorkflowMessages.FocusService, service, requestKey.ToString());
        foreach (var known in new[] { await state.BeforeAsync(requestKey, cancel), request })
        {
            if (known.Exists && known.ChildValue("status") is "completed" or "entered-in-error")
                throw WorkflowException.Of(key, "Task.focus", WorkflowMessages.RequestEnded, requestKey.ToString(), known.ChildValue("status")!);
        }

        if (!Elements.AreSame(task.Child("for"), request.Child("subject"), state.TargetOf))
            throw WorkflowException.Of(key, "Task.for", WorkflowMessages.PatientDiffers, "Task.for", requestKey.ToString());
        var owner = await CheckPartiesAsync(key, task, requestKey, request, cancel);
        await StateChangeActor.CheckAsync(state, key, task, changes[0], null, to, cancel);
        foreach (var otherKey in await state.ReferrersAsync(Referrer.TaskFocus, requestKey, [], cancel))
        {
            var other = await state.AfterAsync(otherKey, cancel);
            if (otherKey == key || Elements.ServiceOf(other) is null || Elements.StateOf(other) is not { IsLive: true } live)
                continue;
            if ((await Institution.OfAsync(state, other.Child("owner"), otherKey, "Task.owner", cancel)).Key == owner.Key)
                throw WorkflowException.Of(key, "Task.owner", WorkflowMessages.TaskExists, requestKey.ToString(), owner.Name, otherKey.ToString(), live.Code);
        }
    }

    private async ValueTask CheckChangeAsync(
        ResourceKey key, ElementNode before, ElementNode after, TaskState from, TaskState to, CancellationToken cancel)
    {
        var service = Elements.ServiceOf(after)!;
        var legal = from.Next(service);
        if (from != to && !legal.Contains(to))
        {
            throw legal.Count == 0
                ? WorkflowException.Of(key, "Task.businessStatus", WorkflowMessages.Final, from.Code, to.Code)
                : WorkflowException.Of(key, "Task.businessStatus", WorkflowMessages.Transition, from.Code, to.Code, Legal(from, service));
        }

        var (former, changes) = (Elements.ChangesOf(before), Elements.ChangesOf(after));
        if (changes.Count < former.Count || former.Where((entry, i) => !Elements.AreEqual(entry, changes[i])).Any())
            throw WorkflowException.Of(key, "Task.extension", WorkflowMessages.ChangesKept, former.Count.ToString());
        var added = changes.Count - former.Count;
        if (from == to && added > 0)
            throw WorkflowException.Of(key, changes[^1].GetPath(), WorkflowMessages.ChangesUnasked, from.Code, Legal(from, service));
        if (from != to && added != 1)
            throw WorkflowException.Of(key, "Task.extension", WorkflowMessages.ChangesAdded, to.Code, added.ToString());
        foreach (var element in s_fixed)
        {
            if (!Elements.AreSame(before, after, element, state.TargetOf))
                throw WorkflowException.Of(key, $"Task.{element}", WorkflowMessages.ElementFixed, $"Task.{element}");
        }

        if (from == to)
            return;
        CheckEntry(key, changes[^1], to);
        await StateChangeActor.CheckAsync(state, key, after, changes[^1], from, to, cancel);
    }

    private static void CheckEntry(ResourceKey key, ElementNode change, TaskState to)
    {
        foreach (var (part, type) in s_parts)
        {
            if (Elements.PartOf(change, part) is not { Exists: true } value || value.Type.Name != type)
                throw WorkflowException.Of(key, change.GetPath(), WorkflowMessages.ChangeIncomplete, part, type);
        }

        if (Elements.PartOf(change, "state").GetString() is var said && said != to.Code)
            throw WorkflowException.Of(key, change.GetPath(), WorkflowMessages.ChangeState, said ?? "-", to.Code);
    }

    private async ValueTask CheckOutputAsync(
        ResourceKey key, ElementNode task, string service, TaskState to, ResourceKey request, CancellationToken cancel)
    {
        if (to == TaskState.Completed && service == ExchangeCodes.Consultation
            && !await HasOutputAsync(task, ["opinion"], (found, opinion) => IsOpinionOn(found, opinion, task), cancel))
        {
            throw WorkflowException.Of(key, "Task.output", WorkflowMessages.OpinionMissing);
        }

        if (to == TaskState.Returned && !await HasOutputAsync(task, ["return"], (_, resource) => IsReturnOf(resource, request), cancel))
            throw WorkflowException.Of(key, "Task.output", WorkflowMessages.ReturnMissing, request.ToString());
    }

    private bool IsOpinionOn(ResourceKey key, ElementNode opinion, ElementNode task) =>
        s_opinions.Contains(key.Type) && Elements.AreSame(opinion.Child("subject"), task.Child("for"), state.TargetOf);

    private bool IsReturnOf(ElementNode resource, ResourceKey request) =>
        Elements.ServiceOf(resource) == ExchangeCodes.Referral && resource.ChildrenOf("basedOn").ToList().Exists(reference => state.TargetOf(reference) == request);

    private async ValueTask<bool> HasOutputAsync(ElementNode task, string[] kinds, Func<ResourceKey, ElementNode, bool> fits, CancellationToken cancel)
    {
        foreach (var reference in Elements.OutputsOf(task, kinds))
        {
            if (state.TargetOf(reference) is { } target && await state.AfterAsync(target, cancel) is { Exists: true } resource && fits(target, resource))
                return true;
        }

        return false;
    }

    private static WorkflowException MissingFocus(ResourceKey key) =>
        WorkflowException.Of(key, "Task.focus", WorkflowMessages.ReferenceMissing, "Task.focus", "ServiceRequest");

    private static string Legal(TaskState from, string service) => string.Join(", ", from.Next(service));
}
