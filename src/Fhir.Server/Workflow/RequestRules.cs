// What a ServiceRequest of the workflow must meet to be written: its direction fits the tiers, a return goes back to where the patient
// came from, and what was asked stays once somebody has looked at it.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>The rules of ServiceRequests.</summary>
internal sealed class RequestRules(PendingState state, TaskRules tasks)
{
    private static readonly string[] s_systems = [ExchangeCodes.Service, ExchangeCodes.Direction];
    private static readonly string[] s_parties = ["requester", "performer", "category"];
    private static readonly string[] s_fixed = [.. s_parties, "subject", "code"];

    /// <summary>Checks a ServiceRequest that is written.</summary>
    /// <returns>True if it is one of the workflow, and stays.</returns>
    /// <exception cref="WorkflowException">It breaks a rule.</exception>
    public async ValueTask<bool> CheckAsync(ResourceKey key, CancellationToken cancel)
    {
        var before = await state.BeforeAsync(key, cancel);
        var after = await state.AfterAsync(key, cancel);
        var (was, service) = (Elements.ServiceOf(before), Elements.ServiceOf(after));
        if (was is null && service is null)
            return false;
        if (!after.Exists)
        {
            await CheckDeleteAsync(key, before, cancel);
            return false;
        }

        if (was is not null && was != service)
            throw WorkflowException.Of(key, "ServiceRequest.category", WorkflowMessages.ServiceTaken, key.ToString(), was, ExchangeCodes.Service);
        if (!ExchangeCodes.Services.Contains(service))
        {
            throw WorkflowException.Of(
                key, "ServiceRequest.category", WorkflowMessages.ServiceUnknown, "ServiceRequest.category", service!, string.Join(", ", ExchangeCodes.Services));
        }

        foreach (var system in s_systems)
        {
            if (Elements.IsAmbiguous(after.ChildrenOf("category"), system))
                throw WorkflowException.Of(key, "ServiceRequest.category", WorkflowMessages.CodesAmbiguous, "ServiceRequest.category", system);
        }

        if (was is not null)
            await CheckFixedAsync(key, before, after, cancel);
        if (was is null || s_parties.Append("basedOn").Append("subject").Any(element => !Elements.AreSame(before, after, element, state.TargetOf)))
            await CheckPartiesAsync(key, after, service!, cancel);
        return true;
    }

    private async ValueTask CheckDeleteAsync(ResourceKey key, ElementNode before, CancellationToken cancel)
    {
        if (await state.ReferrersAsync(Referrer.TaskFocus, key, [], cancel) is [var task, ..])
            throw WorkflowException.Of(key, "ServiceRequest", WorkflowMessages.DeleteRequest, key.ToString(), task.ToString());

        // The referral that this one returns may have ended with it.
        foreach (var reference in before.ChildrenOf("basedOn").ToList())
        {
            if (state.TargetOf(reference) is not { Type: "ServiceRequest" } first)
                continue;
            foreach (var returned in await state.ReferrersAsync(Referrer.TaskFocus, first, [], cancel))
            {
                if (Elements.OutputsOf(await state.AfterAsync(returned, cancel), "return").Any(output => state.TargetOf(output) == key))
                    throw WorkflowException.Of(key, "ServiceRequest", WorkflowMessages.DeleteRequest, key.ToString(), returned.ToString());
            }
        }
    }

    private async ValueTask CheckFixedAsync(ResourceKey key, ElementNode before, ElementNode after, CancellationToken cancel)
    {
        if (!Elements.AreSame(before, after, "basedOn", state.TargetOf) && await FirstsOfAsync(before, cancel) is [var first, ..])
            throw WorkflowException.Of(key, "ServiceRequest.basedOn", WorkflowMessages.BasedOnFixed, key.ToString(), first.ToString());
        if (s_fixed.Append("basedOn").FirstOrDefault(element => !Elements.AreSame(before, after, element, state.TargetOf)) is not { } changed)
            return;
        foreach (var taskKey in await state.ReferrersAsync(Referrer.TaskFocus, key, [], cancel))
        {
            var task = await state.AfterAsync(taskKey, cancel);
            if (Elements.ServiceOf(task) is null)
                continue;
            if (Elements.StateOf(task) is { } now && now != TaskState.Requested)
                throw WorkflowException.Of(key, $"ServiceRequest.{changed}", WorkflowMessages.RequestFixed, $"ServiceRequest.{changed}", taskKey.ToString(), now.Code);
            if (!Elements.AreSame(task.Child("for"), after.Child("subject"), state.TargetOf))
                throw WorkflowException.Of(key, "ServiceRequest.subject", WorkflowMessages.PatientDiffers, $"{taskKey}, Task.for,", key.ToString());
            await tasks.CheckPartiesAsync(taskKey, task, key, after, cancel);
        }
    }

    private async ValueTask CheckPartiesAsync(ResourceKey key, ElementNode request, string service, CancellationToken cancel)
    {
        var requester = await Institution.OfAsync(state, request.Child("requester"), key, "ServiceRequest.requester", cancel);
        var asked = await PerformersAsync(request, key, cancel);
        if (asked.Count == 0)
            throw WorkflowException.Of(key, "ServiceRequest.performer", WorkflowMessages.PerformerMissing, service);
        if (service != ExchangeCodes.Referral)
            return;
        CheckDirection(key, request, requester, asked);
        foreach (var first in await FirstsOfAsync(request, cancel))
            await CheckReturnAsync(key, request, first, requester, asked, cancel);
    }

    private async ValueTask CheckReturnAsync(
        ResourceKey key, ElementNode request, ResourceKey firstKey, Institution requester, List<Institution> asked, CancellationToken cancel)
    {
        var first = await state.AfterAsync(firstKey, cancel);
        if (!Elements.AreSame(request.Child("subject"), first.Child("subject"), state.TargetOf))
            throw WorkflowException.Of(key, "ServiceRequest.subject", WorkflowMessages.PatientDiffers, "ServiceRequest.subject", firstKey.ToString());
        var origin = await Institution.OfAsync(state, first.Child("requester"), key, "ServiceRequest.basedOn.resolve().requester", cancel);
        if (asked.Find(performer => !performer.IsOneWith(origin)) is { } elsewhere)
            throw WorkflowException.Of(key, "ServiceRequest.performer", WorkflowMessages.ReturnTo, key.ToString(), firstKey.ToString(), origin.Name, elsewhere.Name);
        var performers = await PerformersAsync(first, key, cancel);
        if (!performers.Exists(requester.IsOneWith))
            throw WorkflowException.Of(key, "ServiceRequest.requester", WorkflowMessages.ReturnFrom, requester.Name, firstKey.ToString(), string.Join(", ", performers));
    }

    private static void CheckDirection(ResourceKey key, ElementNode request, Institution requester, List<Institution> asked)
    {
        const string Place = "ServiceRequest.category";
        var direction = Elements.CodeOf(request.ChildrenOf("category"), ExchangeCodes.Direction);
        if (direction is not ("up" or "down" or "transfer"))
            throw WorkflowException.Of(key, Place, WorkflowMessages.DirectionMissing, ExchangeCodes.Direction);
        if (direction == "transfer")
        {
            if (asked.Find(requester.IsOneWith) is { } same)
                throw WorkflowException.Of(key, "ServiceRequest.performer", WorkflowMessages.TransferWithin, requester.Name, same.Name);
            return;
        }

        if (asked.Prepend(requester).FirstOrDefault(static institution => institution.Rank < 0) is { } unranked)
            throw WorkflowException.Of(key, Place, WorkflowMessages.TierMissing, direction, unranked.Name, ExchangeCodes.Tier);
        if (asked.Find(performer => direction == "up" ? performer.Rank <= requester.Rank : performer.Rank >= requester.Rank) is { } wrong)
            throw WorkflowException.Of(key, Place, WorkflowMessages.DirectionWrong, direction, requester.Name, requester.Tier!, wrong.Name, wrong.Tier!);
    }

    private async ValueTask<List<Institution>> PerformersAsync(ElementNode request, ResourceKey at, CancellationToken cancel)
    {
        var performers = new List<Institution>();
        foreach (var performer in request.ChildrenOf("performer").ToList())
            performers.Add(await Institution.OfAsync(state, performer, at, "ServiceRequest.performer", cancel));
        return performers;
    }

    // The referrals that a referral returns: one in earnest, but clients may write more.
    private async ValueTask<List<ResourceKey>> FirstsOfAsync(ElementNode request, CancellationToken cancel)
    {
        var firsts = new List<ResourceKey>();
        if (Elements.ServiceOf(request) != ExchangeCodes.Referral)
            return firsts;
        foreach (var reference in request.ChildrenOf("basedOn").ToList())
        {
            if (state.TargetOf(reference) is { Type: "ServiceRequest" } key && Elements.ServiceOf(await state.AfterAsync(key, cancel)) == ExchangeCodes.Referral)
                firsts.Add(key);
        }

        return firsts;
    }
}
