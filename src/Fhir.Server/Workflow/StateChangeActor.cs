// Who may move a Task: the institution that the new state-change names must be the one whose turn it is.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>
/// The one place that decides whether an institution may make a change of state. It goes by what the client says in <c>by</c>, and a client that
/// has an identity can only name its own institution there, or a part of it.
/// </summary>
internal static class StateChangeActor
{
    private const string Organizations = "Organization, PractitionerRole";

    private static readonly string[] s_owner = ["owner"];
    private static readonly string[] s_requester = ["requester"];
    private static readonly string[] s_both = ["owner", "requester"];

    /// <summary>Checks the <c>by</c> of a new state-change.</summary>
    /// <param name="state">Where institutions are read.</param>
    /// <param name="key">The Task.</param>
    /// <param name="task">The Task as it will be.</param>
    /// <param name="change">The new entry.</param>
    /// <param name="from">The state before; null for a new Task.</param>
    /// <param name="to">The new state.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="WorkflowException">It is not that institution's turn.</exception>
    public static async ValueTask CheckAsync(
        PendingState state, ResourceKey key, ElementNode task, ElementNode change, TaskState? from, TaskState to, CancellationToken cancel)
    {
        var by = Elements.PartOf(change, "by");
        var expression = $"{change.GetPath()}.extension('by').value";
        if (state.TargetOf(by) is not { Type: "Organization" or "PractitionerRole" })
            throw WorkflowException.Of(key, change.GetPath(), WorkflowMessages.ReferenceMissing, expression, Organizations);
        var actor = await Institution.OfAsync(state, by, key, expression, cancel);
        if (state.Subject is { IsAdministrator: false } subject && (await Institution.OfAsync(state, subject, cancel) is not { } own || !actor.BelongsTo(own)))
            throw WorkflowException.Of(key, change.GetPath(), WorkflowMessages.OtherActor, actor.Name);
        var parties = new List<Institution>();
        WorkflowException? unknown = null;
        foreach (var element in to.By switch { Party.Owner => s_owner, Party.Requester => s_requester, _ => s_both })
        {
            try
            {
                parties.Add(await Institution.OfAsync(state, task.Child(element), key, $"Task.{element}", cancel));
            }
            catch (WorkflowException e)
            {
                // Where one of both has gone, the other one can still end it.
                unknown = e;
            }
        }

        if (parties.Exists(actor.BelongsTo))
            return;
        throw unknown ?? (from is null
            ? WorkflowException.Of(key, change.GetPath(), WorkflowMessages.Requester, actor.Name, parties[0].Name)
            : WorkflowException.Of(
                key, change.GetPath(), WorkflowMessages.Actor,
                actor.Name, from.Code, to.Code, string.Join(" / ", parties), string.Join(", ", from.Next(Elements.ServiceOf(task)!))));
    }
}
