// The states of referrals and consultations as the server enforces them: a picture and a table of what may follow what.

using FhirHub.Model;
using FhirHub.Server.Workflow;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the states of the exchange's Tasks.</summary>
internal static class TaskStates
{
    private const int MaxElements = 400;

    /// <summary>True for the profile of a Task that the workflow looks at.</summary>
    public static bool IsAbout(ResourceTree definition) => definition.Root.ChildValue("type") == "Task" && definition.Root.ChildValue("kind") == "resource";

    public static void Write(PageDraft page)
    {
        var html = page.Html;
        html.Element("p", PageLabels.StatesAre);
        foreach (var service in ExchangeCodes.Services)
        {
            var heading = service == ExchangeCodes.Referral ? PageLabels.StatesOfReferral : PageLabels.StatesOfConsultation;
            html.Open("section", ("id", $"states-{service}"), ("aria-labelledby", $"states-{service}-heading"));
            html.Element("h3", heading, ("id", $"states-{service}-heading"));
            html.Open("div", ("class", "states"));
            StateDiagram.Write(page, service, heading);
            page.Table(heading, [PageLabels.State, PageLabels.TaskStatus, PageLabels.MovedBy, PageLabels.MayBecome], () =>
            {
                foreach (var state in Reachable(service))
                    Row(page, state, service);
            });
            html.Close().Close();
        }
    }

    /// <summary>The states that a Task of the service can come to, in the order of the code system.</summary>
    public static IReadOnlyList<TaskState> Reachable(string service)
    {
        var reached = new List<TaskState> { TaskState.Requested };
        for (var i = 0; i < reached.Count; i++)
            reached.AddRange(reached[i].Next(service).Where(next => !reached.Contains(next)).ToList());
        return [.. TaskState.All.Where(reached.Contains)];
    }

    /// <summary>What a state is called in the language of the page.</summary>
    public static LocalText NameOf(PageDraft page, TaskState state)
    {
        foreach (var concept in page.Package.FindCanonical(ExchangeCodes.TaskState)?.Root.ChildrenOf("concept").ToList().Take(MaxElements) ?? [])
        {
            if (concept.ChildValue("code") == state.Code && LocalText.OfConcept(concept, page.Language) is { } name)
                return name;
        }

        return new LocalText(state.Code, MessageLanguage.English);
    }

    private static void Row(PageDraft page, TaskState state, string service)
    {
        var html = page.Html;
        html.Open("tr").Open("th", ("scope", "row"));
        page.Local("span", NameOf(page, state));
        html.Text(" ").Element("code", state.Code).Close();
        html.Open("td").Element("code", state.Status).Close();
        html.Element("td", state.By switch { Party.Requester => PageLabels.ByRequester, Party.Owner => PageLabels.ByOwner, _ => PageLabels.ByEither });
        html.Open("td");
        var next = state.Next(service);
        for (var i = 0; i < next.Count; i++)
        {
            html.Text(i == 0 ? "" : ", ");
            page.Local("span", NameOf(page, next[i]));
            html.Text(" ").Element("code", next[i].Code);
        }

        if (next.Count == 0)
            html.Text(PageLabels.Final);
        html.Close().Close();
    }
}
