// The picture of a state machine, drawn from its transitions: the longest way goes down, what leaves it stands beside.

using System.Globalization;
using FhirHub.Server.Workflow;

namespace FhirHub.Server.Profiles;

/// <summary>Draws SVG.</summary>
internal static class StateDiagram
{
    private const int Width = 400;
    private const int MainX = 150;
    private const int SideX = 325;
    private const int NodeWidth = 130;
    private const int NodeHeight = 42;
    private const int RowHeight = 78;
    private const int Top = 30;

    public static void Write(PageDraft page, string service, Label name)
    {
        var states = TaskStates.Reachable(service);
        var main = LongestWay(states, service);
        var places = main.Select(static (state, row) => (State: state, X: MainX, Y: Top + (row * RowHeight))).ToDictionary(static place => place.State, static place => (place.X, place.Y));
        PlaceBeside(states, service, main, places);
        var html = page.Html;
        var height = places.Values.Max(static place => place.Y) + (NodeHeight / 2) + 8;
        html.Open("svg", ("viewBox", $"0 0 {Width} {height}"), ("role", "img"), ("aria-labelledby", $"diagram-{service}"), ("class", "diagram"));
        html.Element("title", name, ("id", $"diagram-{service}"));
        html.Open("defs").Open("marker", ("id", $"arrow-{service}"), ("viewBox", "0 0 10 10"), ("refX", "9"), ("refY", "5"), ("markerWidth", "7"), ("markerHeight", "7"), ("orient", "auto"));
        html.Open("path", ("d", "M0 0L10 5L0 10z"), ("class", "head")).Close().Close().Close();
        foreach (var from in states)
        {
            foreach (var to in from.Next(service))
            {
                html.Open("path", ("class", "edge"), ("d", Edge(main, places, from, to)), ("marker-end", $"url(#arrow-{service})"));
                html.Element("title", $"{from.Code} → {to.Code}").Close();
            }
        }

        foreach (var state in states)
            Node(page, state, service, places[state]);
        html.Close();
    }

    // Transitions to a state that comes earlier in the code system lead back, and make no way longer.
    private static List<TaskState> LongestWay(IReadOnlyList<TaskState> states, string service)
    {
        var ways = new Dictionary<TaskState, List<TaskState>>();
        for (var i = states.Count - 1; i >= 0; i--)
        {
            List<TaskState> best = [];
            foreach (var next in states.Skip(i + 1).Where(states[i].Next(service).Contains))
            {
                if (ways[next].Count > best.Count)
                    best = ways[next];
            }

            ways[states[i]] = [states[i], .. best];
        }

        return ways[states[0]];
    }

    private static void PlaceBeside(IReadOnlyList<TaskState> states, string service, List<TaskState> main, Dictionary<TaskState, (int X, int Y)> places)
    {
        var lowest = Top - RowHeight;
        foreach (var state in states.Except(main).ToList())
        {
            var sources = main.Where(source => source.Next(service).Contains(state)).Select(source => places[source].Y).DefaultIfEmpty(Top).ToList();
            lowest = Math.Max(lowest + RowHeight, (int)sources.Average());
            places[state] = (SideX, lowest);
        }
    }

    private static string Edge(List<TaskState> main, Dictionary<TaskState, (int X, int Y)> places, TaskState from, TaskState to)
    {
        const int Half = NodeWidth / 2;
        var (fromX, fromY) = places[from];
        var (toX, toY) = places[to];
        if (toX != fromX)
        {
            var middle = (fromX + Half + toX - Half) / 2;
            return Path($"M{fromX + Half} {fromY}C{middle} {fromY} {middle} {toY} {toX - Half} {toY}");
        }

        var steps = main.IndexOf(to) - main.IndexOf(from);
        if (steps == 1)
            return Path($"M{fromX} {fromY + (NodeHeight / 2)}L{toX} {toY - (NodeHeight / 2)}");
        if (steps == -1)
            return Path($"M{fromX + 35} {fromY - (NodeHeight / 2)}L{toX + 35} {toY + (NodeHeight / 2)}");
        var bulge = fromX - Half - 62;
        var slant = steps > 0 ? 8 : -8;
        return Path($"M{fromX - Half} {fromY + slant}C{bulge} {fromY + slant} {bulge} {toY - slant} {toX - Half} {toY - slant}");
    }

    private static string Path(FormattableString path) => path.ToString(CultureInfo.InvariantCulture);

    private static void Node(PageDraft page, TaskState state, string service, (int X, int Y) place)
    {
        var html = page.Html;
        var isFinal = state.Next(service).Count == 0;
        html.Open("g", ("class", isFinal ? "node final" : "node"));
        html.Open(
            "rect", ("x", Number(place.X - (NodeWidth / 2))), ("y", Number(place.Y - (NodeHeight / 2))), ("width", Number(NodeWidth)), ("height", Number(NodeHeight)), ("rx", "8")).Close();
        var name = TaskStates.NameOf(page, state);
        html.Element("text", name.Value, ("x", Number(place.X)), ("y", Number(place.Y - 2)), ("class", "state"), ("lang", page.LangOf(name)));
        html.Element("text", state.Code, ("x", Number(place.X)), ("y", Number(place.Y + 14)), ("class", "code"));
        html.Close();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
