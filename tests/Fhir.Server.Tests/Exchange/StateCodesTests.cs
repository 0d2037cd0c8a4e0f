// What the package says of a state of a referral or a consultation is what the workflow enforces.

using System.Text.Json.Nodes;
using FhirHub.Server.Exchange;
using FhirHub.Server.Workflow;

namespace FhirHub.Server.Tests.Exchange;

public class StateCodesTests
{
    [Fact]
    public void The_code_system_says_the_status_of_a_state_and_which_states_may_follow()
    {
        var said = Definition("CodeSystem", "exchange-task-state")["concept"]!.AsArray().Select(static concept =>
            $"{concept!["code"]}: {Values(concept, "task-status")}; {Values(concept, "final")}; {Values(concept, "next")}");
        var enforced = TaskState.All.Select(static state =>
        {
            var next = state.Next("referral").Select(static following => following.Code).Order(StringComparer.Ordinal).ToList();
            return $"{state.Code}: {state.Status}; {(next.Count == 0 ? "true" : "false")}; {string.Join(' ', next)}";
        });
        Assert.Equal(enforced, said);
    }

    [Fact]
    public void The_map_to_the_status_of_a_Task_says_the_same() =>
        Assert.Equal(TaskState.All.Select(static state => $"{state.Code} {state.Status}").Order(StringComparer.Ordinal), Mapped("exchange-task-state-to-task-status"));

    [Fact]
    public void The_map_to_the_status_of_a_request_says_what_follows_the_Task() =>
        Assert.Equal(
            TaskState.All.Select(static state => $"{state.Code} {(state.IsLive ? "active" : state.IsDone ? "completed" : "revoked")}").Order(StringComparer.Ordinal),
            Mapped("exchange-task-state-to-request-status"));

    private static IEnumerable<string> Mapped(string map) => Definition("ConceptMap", map)["group"]![0]!["element"]!.AsArray()
        .Select(static element => $"{element!["code"]} {element["target"]![0]!["code"]}").Order(StringComparer.Ordinal);

    private static JsonNode Definition(string type, string id) =>
        JsonNode.Parse(ExchangePackage.Current.Definitions.Single(definition => definition.ResourceType == type && definition.Id == id).Json.Span)!;

    private static string Values(JsonNode concept, string property) => string.Join(' ', concept["property"]!.AsArray()
        .Where(value => (string?)value!["code"] == property)
        .Select(static value => (value!["valueCode"] ?? value["valueString"] ?? value["valueBoolean"])!.ToString())
        .Order(StringComparer.Ordinal));
}
