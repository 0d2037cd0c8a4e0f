// The states of a Task: which may follow which, whatever way the write comes, and who may move it.

using System.Text.Json.Nodes;
using static FhirHub.Server.Tests.Workflow.WorkflowFixture;

namespace FhirHub.Server.Tests.Workflow;

public class TaskStateTests(WorkflowFixture server) : IClassFixture<WorkflowFixture>
{
    [Theory]
    [InlineData("requested", "received")]
    [InlineData("requested", "accepted")]
    [InlineData("requested", "rejected")]
    [InlineData("requested", "cancelled")]
    [InlineData("received", "accepted")]
    [InlineData("received", "rejected")]
    [InlineData("received", "cancelled")]
    [InlineData("accepted", "in-progress")]
    [InlineData("accepted", "cancelled")]
    [InlineData("scheduled", "accepted")]
    [InlineData("scheduled", "in-progress")]
    [InlineData("scheduled", "cancelled")]
    [InlineData("in-progress", "completed")]
    [InlineData("in-progress", "cancelled")]
    public async Task A_legal_change_of_state_is_done(string from, string to)
    {
        var id = await server.ReferAsync(from);
        await server.MoveAsync(id, to);
        var task = await server.ReadAsync($"Task/{id}");
        Assert.Equal(to, StateOf(task));
        Assert.Equal(to, HistoryOf(task)[^1]);
    }

    [Theory]
    [InlineData("requested", "in-progress", "received, accepted, rejected, cancelled")]
    [InlineData("requested", "completed", "received, accepted, rejected, cancelled")]
    [InlineData("received", "requested", "accepted, rejected, cancelled")]
    [InlineData("accepted", "rejected", "scheduled, in-progress, cancelled")]
    [InlineData("scheduled", "completed", "accepted, in-progress, cancelled")]
    [InlineData("in-progress", "accepted", "completed, cancelled")]
    [InlineData("completed", "cancelled", "returned")]
    public async Task An_illegal_one_is_refused_with_the_legal_ones(string from, string to, string legal)
    {
        var id = await server.ReferAsync(from);
        var issue = await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), to), "workflow-transition");
        Assert.Equal($"The Task is in the state {from} and can't become {to}; from {from} it may become {legal}.", (string?)issue["diagnostics"]);
        Assert.Equal("Task.businessStatus", (string?)issue["expression"]![0]);
        Assert.Equal(from, StateOf(await server.ReadAsync($"Task/{id}")));
    }

    [Fact]
    public async Task The_refusal_is_Chinese_where_the_client_prefers_that()
    {
        var id = await server.ReferAsync();
        var body = Moved(await server.ReadAsync($"Task/{id}"), "completed").ToJsonString();
        using var response = await server.Client.SendAsync("PUT", $"Task/{id}", body, headers: ("Accept-Language", "zh-CN"));
        var issue = await RefusedAsync(response, "workflow-transition");
        Assert.Equal("该 Task 的状态为 requested，不能变为 completed；从 requested 可变为 received, accepted, rejected, cancelled。", (string?)issue["diagnostics"]);
    }

    [Theory]
    [InlineData("businessStatus", "exchange-task-state", "accepted")]
    [InlineData("code", "exchange-service", "consultation")]
    public async Task A_second_code_that_readers_could_take_instead_is_refused(string element, string system, string code)
    {
        var task = await server.ReadAsync($"Task/{await server.ReferAsync()}");
        task[element]!["coding"]!.AsArray().Add(new JsonObject { ["system"] = $"{Canonical}/CodeSystem/{system}", ["code"] = code });
        await server.RefusesAsync(task, "workflow-codes-ambiguous");
    }

    [Theory]
    [InlineData("state", "valueCode", "\"rejected\"")]
    [InlineData("at", "valueString", "\"yesterday\"")]
    [InlineData("by", "valueReference", """{"reference":"Organization/village"}""")]
    public async Task A_state_change_says_each_thing_once(string part, string value, string json)
    {
        var task = Moved(await server.ReadAsync($"Task/{await server.ReferAsync()}"), "accepted");
        var parts = task["extension"]![1]!["extension"]!.AsArray();
        parts.Add(new JsonObject { ["url"] = part, [value] = JsonNode.Parse(json) });
        await server.RefusesAsync(task, "workflow-change-incomplete");
        if (part != "at")
            return;
        parts.RemoveAt(1);
        await server.RefusesAsync(task, "workflow-change-incomplete");
    }

    [Theory]
    [InlineData("owner", "Organization/village")]
    [InlineData("requester", "Organization/county")]
    public async Task Where_one_of_both_has_gone_the_other_one_can_cancel(string gone, string by)
    {
        var id = server.NewId();
        await server.PutAsync(JsonNode.Parse(
            $$$"""{"resourceType":"Organization","id":"{{{id}}}","type":[{"coding":[{"system":"{{{Canonical}}}/CodeSystem/organization-tier","code":"township"}]}]}""")!, 201);
        var (requester, owner) = gone == "owner" ? ("Organization/village", $"Organization/{id}") : ($"Organization/{id}", "Organization/county");
        await server.CommitAsync(Referral(id, "up", requester, owner), NewTask(id, id, requester: requester, owner: owner));
        using (var deleted = await server.Client.DeleteAsync(new Uri($"Organization/{id}", UriKind.Relative)))
            Assert.Equal(204, (int)deleted.StatusCode);
        await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), "cancelled", "Organization/city"), "workflow-reference-unresolved");
        await server.MoveAsync(id, "cancelled", by);
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("cancelled")]
    public async Task A_final_state_is_left_by_nobody(string state)
    {
        var id = await server.ReferAsync(state);
        await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), "accepted"), "workflow-final");
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("completed")]
    public async Task A_new_Task_is_requested(string state)
    {
        var id = server.NewId();
        await server.PutAsync(Referral(id));
        var task = NewTask(id, id);
        task["businessStatus"]!["coding"]![0]!["code"] = state;
        task["status"] = StatusOf(state);
        await server.RefusesAsync(task, "workflow-first-state");
    }

    [Fact]
    public async Task Status_and_business_status_agree()
    {
        var id = await server.ReferAsync();
        var task = Moved(await server.ReadAsync($"Task/{id}"), "accepted");
        task["status"] = "received";
        var issue = await server.RefusesAsync(task, "workflow-status-differs");
        Assert.Equal("Task.businessStatus is accepted, and then Task.status is accepted, not received.", (string?)issue["diagnostics"]);
    }

    [Fact]
    public async Task The_history_keeps_what_it_has_and_grows_by_the_new_state_only()
    {
        var id = await server.ReferAsync("received");
        var task = await server.ReadAsync($"Task/{id}");

        var without = Moved(task, "accepted");
        without["extension"]!.AsArray().RemoveAt(1);
        await server.RefusesAsync(without, "workflow-changes-kept");

        var rewritten = Moved(task, "accepted");
        rewritten["extension"]![1]!["extension"]![1]!["valueDateTime"] = "2026-11-05T09:00:00+08:00";
        await server.RefusesAsync(rewritten, "workflow-changes-kept");

        var twice = Moved(Moved(task, "accepted"), "accepted");
        await server.RefusesAsync(twice, "workflow-changes-added");

        var none = Moved(task, "accepted");
        none["extension"]!.AsArray().RemoveAt(2);
        await server.RefusesAsync(none, "workflow-changes-added");

        var other = Moved(task, "accepted");
        other["extension"]![2]!["extension"]![0]!["valueCode"] = "rejected";
        await server.RefusesAsync(other, "workflow-change-state");

        var unasked = (JsonObject)task.DeepClone();
        unasked["extension"]!.AsArray().Add(Change("accepted", "Organization/county"));
        await server.RefusesAsync(unasked, "workflow-changes-unasked");

        var incomplete = Moved(task, "accepted");
        incomplete["extension"]![2]!["extension"]!.AsArray().RemoveAt(1);
        await server.RefusesAsync(incomplete, "workflow-change-incomplete");
    }

    [Fact]
    public async Task What_the_order_of_members_is_does_not_matter()
    {
        var id = await server.ReferAsync();
        var task = await server.ReadAsync($"Task/{id}");
        var change = task["extension"]![0]!.AsObject();
        var url = change["url"]!.DeepClone();
        change.Remove("url");
        change["url"] = url;
        await server.PutAsync(Moved(task, "received"));
    }

    [Theory]
    [InlineData("focus")]
    [InlineData("for")]
    [InlineData("requester")]
    [InlineData("owner")]
    [InlineData("authoredOn")]
    public async Task What_a_Task_is_about_never_changes(string element)
    {
        var id = await server.ReferAsync();
        var other = await server.ReferAsync();
        var task = await server.ReadAsync($"Task/{id}");
        task[element] = element switch
        {
            "focus" => Reference($"ServiceRequest/{other}"),
            "for" => Reference("Patient/li"),
            "requester" => Reference("Organization/village"),
            "owner" => Reference("Organization/department"),
            _ => "2026-11-02T09:00:00+08:00",
        };
        var issue = await server.RefusesAsync(task, "workflow-element-fixed");
        Assert.Equal($"Task.{element}", (string?)issue["expression"]![0]);
    }

    [Fact]
    public async Task The_code_can_t_be_taken_away_or_changed()
    {
        var id = await server.ReferAsync();
        var task = await server.ReadAsync($"Task/{id}");
        task["code"] = Concept("http://example.org", "errand");
        await server.RefusesAsync(task, "workflow-service-taken");
        task["code"] = Concept(Service, "consultation");
        await server.RefusesAsync(task, "workflow-service-taken");

        var request = await server.ReadAsync($"ServiceRequest/{id}");
        request["category"]!.AsArray().RemoveAt(0);
        await server.RefusesAsync(request, "workflow-service-taken");
    }

    [Fact]
    public async Task A_change_that_is_none_of_the_workflow_is_free()
    {
        var id = await server.ReferAsync("accepted");
        var task = await server.ReadAsync($"Task/{id}");
        task["note"] = new JsonArray(new JsonObject { ["text"] = "The patient comes by bus." });
        await server.PutAsync(task);
        Assert.Equal("accepted", StateOf(await server.ReadAsync($"Task/{id}")));
    }

    [Fact]
    public async Task Tasks_of_other_codes_are_none_of_the_workflow()
    {
        var task = JsonNode.Parse("""{"resourceType":"Task","id":"errand","status":"completed","intent":"order","code":{"text":"errand"}}""")!;
        await server.PutAsync(task);
        using var deleted = await server.Client.DeleteAsync(new Uri("Task/errand", UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
    }

    [Theory]
    [InlineData("accepted", "Organization/county2", "workflow-actor")]
    [InlineData("accepted", "Organization/township", "workflow-actor")]
    [InlineData("accepted", "PractitionerRole/doctor-village", "workflow-actor")]
    [InlineData("cancelled", "Organization/county2", "workflow-actor")]
    [InlineData("accepted", "Organization/nobody", "workflow-reference-unresolved")]
    [InlineData("accepted", "PractitionerRole/doctor-unknown", "workflow-reference-unresolved")]
    [InlineData("accepted", "Practitioner/somebody", "workflow-reference-missing")]
    [InlineData("accepted", "PractitionerRole/homeless", "workflow-no-organization")]
    [InlineData("accepted", "Organization/ring-a", "workflow-actor")]
    public async Task A_Task_is_moved_by_the_institution_whose_turn_it_is(string state, string by, string message)
    {
        await server.PutAsync(JsonNode.Parse("""{"resourceType":"PractitionerRole","id":"homeless"}""")!);
        var id = await server.ReferAsync();
        await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), state, by), message);
    }

    [Theory]
    [InlineData("accepted", "PractitionerRole/doctor-county")]
    [InlineData("accepted", "Organization/department")]
    [InlineData("accepted", "PractitionerRole/doctor-ward")]
    [InlineData("cancelled", "PractitionerRole/doctor-county")]
    [InlineData("cancelled", "PractitionerRole/doctor-village")]
    public async Task Parts_of_an_institution_act_for_it(string state, string by)
    {
        var id = await server.ReferAsync();
        await server.MoveAsync(id, state, by);
    }

    [Fact]
    public async Task An_acceptance_by_an_institution_that_was_not_asked_names_the_one_that_was_and_the_legal_states()
    {
        var id = await server.ReferAsync();
        var issue = await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), "accepted", "PractitionerRole/doctor-county2"), "workflow-actor");
        Assert.Equal(
            "The county2 (Organization/county2) can't move this Task from requested to accepted: that is for The county (Organization/county). From requested it may become received, accepted, rejected, cancelled.",
            (string?)issue["diagnostics"]);
    }

    [Fact]
    public async Task A_Task_for_an_institution_that_was_not_asked_is_refused()
    {
        var id = server.NewId();
        await server.PutAsync(Referral(id));
        var issue = await server.RefusesAsync(NewTask(id, id, owner: "Organization/county2"), "workflow-not-asked");
        Assert.Contains("those who were: The county (Organization/county)", (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.RefusesAsync(NewTask(id, id, requester: "PractitionerRole/doctor-township"), "workflow-requester-differs");
        await server.RefusesAsync(NewTask(id, "nothing"), "workflow-reference-unresolved");
        await server.RefusesAsync(NewTask(id, id, service: "consultation"), "workflow-focus-service");
        var other = NewTask(id, id);
        other["for"] = Reference("Patient/li");
        await server.RefusesAsync(other, "workflow-patient-differs");
        var stranger = NewTask(id, id);
        stranger["extension"]![0] = Change("requested", "Organization/county");
        await server.RefusesAsync(stranger, "workflow-requester");
    }

    [Fact]
    public async Task The_service_that_is_asked_belongs_to_its_institution()
    {
        var id = server.NewId();
        await server.CommitAsync(Referral(id, performers: "HealthcareService/cardiology"), NewTask(id, id));
        await server.MoveAsync(id, "accepted");
    }

    [Fact]
    public async Task One_Task_at_a_time_asks_an_institution()
    {
        var id = await server.ReferAsync();
        var issue = await server.RefusesAsync(NewTask(server.NewId(), id), "workflow-task-exists");
        Assert.Contains($"Task/{id}", (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.MoveAsync(id, "rejected");
        var again = server.NewId();
        await server.PutAsync(NewTask(again, id));
        Assert.Equal("active", await server.StatusAsync($"ServiceRequest/{id}"));
        await server.MoveAsync(again, "accepted");
        await server.MoveAsync(again, "in-progress");
        await server.MoveAsync(again, "completed");
        await server.RefusesAsync(NewTask(server.NewId(), id), "workflow-request-ended");
    }
}
