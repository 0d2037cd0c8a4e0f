// ServiceRequests of the workflow: directions and tiers, returns, what stays once somebody has looked, and deletes.

using System.Text.Json.Nodes;
using static FhirHub.Server.Tests.Workflow.WorkflowFixture;

namespace FhirHub.Server.Tests.Workflow;

public class RequestTests(WorkflowFixture server) : IClassFixture<WorkflowFixture>
{
    [Theory]
    [InlineData("up", "PractitionerRole/doctor-village", "Organization/county")]
    [InlineData("up", "Organization/village", "Organization/township")]
    [InlineData("up", "PractitionerRole/doctor-ward", "Organization/city")]
    [InlineData("down", "Organization/county", "Organization/village")]
    [InlineData("down", "Organization/province", "HealthcareService/cardiology")]
    [InlineData("transfer", "Organization/county", "Organization/county2")]
    [InlineData("transfer", "Organization/nowhere", "Organization/province")]
    public async Task A_direction_that_fits_the_tiers_is_accepted(string direction, string requester, string performer)
        => await server.PutAsync(Referral(server.NewId(), direction, requester, performer), 201);

    [Theory]
    [InlineData("up", "Organization/county", "Organization/village", "workflow-direction-wrong")]
    [InlineData("up", "Organization/county", "Organization/county2", "workflow-direction-wrong")]
    [InlineData("down", "Organization/village", "Organization/county", "workflow-direction-wrong")]
    [InlineData("down", "Organization/county", "HealthcareService/cardiology", "workflow-direction-wrong")]
    [InlineData("transfer", "Organization/county", "PractitionerRole/doctor-ward", "workflow-transfer-within")]
    [InlineData("up", "Organization/nowhere", "Organization/county", "workflow-tier-missing")]
    [InlineData("up", "Organization/ring-a", "Organization/county", "workflow-tier-missing")]
    [InlineData("sideways", "Organization/village", "Organization/county", "workflow-direction-missing")]
    [InlineData("up", "Organization/unknown", "Organization/county", "workflow-reference-unresolved")]
    [InlineData("up", "Organization/village", "Organization/unknown", "workflow-reference-unresolved")]
    public async Task One_that_does_not_is_refused(string direction, string requester, string performer, string message)
        => await server.RefusesAsync(Referral(server.NewId(), direction, requester, performer), message);

    [Fact]
    public async Task A_referral_down_a_tier_that_is_marked_as_up_names_both_tiers()
    {
        var issue = await server.RefusesAsync(Referral(server.NewId(), "up", "Organization/county", "Organization/village"), "workflow-direction-wrong");
        Assert.Equal(
            "The direction is up, but The county (Organization/county) is of the tier county and The village (Organization/village), which is asked, of the tier village. "
            + "Up leads to a higher tier, down to a lower one, transfer to any other institution.",
            (string?)issue["diagnostics"]);
        var body = Referral("x", "up", "Organization/county", "Organization/village").ToJsonString();
        using var response = await server.Client.SendAsync("POST", "ServiceRequest", body, headers: ("Accept-Language", "zh"));
        Assert.Contains("的层级为 county，被请求的", (string?)(await RefusedAsync(response, "workflow-direction-wrong"))["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_asks_half_the_world_is_refused()
    {
        var performers = Enumerable.Range(0, 600).Select(i => $"PractitionerRole/crowd-{i}").ToArray();
        await server.CommitAsync([.. performers.Select(static performer => JsonNode.Parse($$$"""{"resourceType":"PractitionerRole","id":"{{{performer[17..]}}}","organization":{"reference":"Organization/county"}}""")!)]);
        await server.RefusesAsync(Referral(server.NewId(), performers: performers), "workflow-too-wide");
    }

    [Fact]
    public async Task Every_one_that_is_asked_must_fit_the_direction()
        => await server.RefusesAsync(Referral(server.NewId(), "up", "Organization/township", "Organization/county", "Organization/village"), "workflow-direction-wrong");

    [Fact]
    public async Task The_institution_is_known_by_the_role_of_the_same_transaction()
    {
        using var response = await server.Client.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Organization","name":"New clinic","type":[{"coding":[{"system":"https://fhirhub.dev/fhir/CodeSystem/organization-tier","code":"village"}]}]},"request":{"method":"POST","url":"Organization"}},
              {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"PractitionerRole","organization":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}},"request":{"method":"POST","url":"PractitionerRole"}},
              {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000003","resource":{"resourceType":"ServiceRequest","status":"active","intent":"order",
                "category":[{"coding":[{"system":"https://fhirhub.dev/fhir/CodeSystem/exchange-service","code":"referral"}]},{"coding":[{"system":"https://fhirhub.dev/fhir/CodeSystem/referral-direction","code":"up"}]}],
                "subject":{"reference":"Patient/wang"},"requester":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000002"},"performer":[{"reference":"Organization/county"}]},"request":{"method":"POST","url":"ServiceRequest"}},
              {"resource":{"resourceType":"Task","status":"requested","intent":"order","businessStatus":{"coding":[{"system":"https://fhirhub.dev/fhir/CodeSystem/exchange-task-state","code":"requested"}]},
                "code":{"coding":[{"system":"https://fhirhub.dev/fhir/CodeSystem/exchange-service","code":"referral"}]},"focus":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000003"},"for":{"reference":"Patient/wang"},
                "extension":[{"url":"https://fhirhub.dev/fhir/StructureDefinition/state-change","extension":[{"url":"state","valueCode":"requested"},{"url":"at","valueDateTime":"2026-11-01"},{"url":"by","valueReference":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}}]}],
                "requester":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000002"},"owner":{"reference":"Organization/county"}},"request":{"method":"POST","url":"Task"}}]}
            """);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("requester")]
    [InlineData("performer")]
    [InlineData("category")]
    [InlineData("subject")]
    [InlineData("code")]
    public async Task What_was_asked_stays_once_a_Task_has_left_requested(string element)
    {
        var id = await server.ReferAsync("received");
        var request = await server.ReadAsync($"ServiceRequest/{id}");
        request[element] = element switch
        {
            "requester" => Reference("Organization/village"),
            "performer" => new JsonArray(Reference("Organization/county"), Reference("Organization/city")),
            "subject" => Reference("Patient/li"),
            "code" => Concept($"{Canonical}/CodeSystem/requested-service", "surgery"),
            _ => new JsonArray(Concept(Service, "referral"), Concept($"{Canonical}/CodeSystem/referral-direction", "transfer")),
        };
        var issue = await server.RefusesAsync(request, "workflow-request-fixed");
        Assert.Equal($"ServiceRequest.{element}", (string?)issue["expression"]![0]);
    }

    [Fact]
    public async Task Before_that_it_may_change_as_long_as_the_Task_fits()
    {
        var id = await server.ReferAsync();
        var request = await server.ReadAsync($"ServiceRequest/{id}");
        request["performer"]!.AsArray().Add(Reference("Organization/city"));
        await server.PutAsync(request);
        request["performer"] = new JsonArray(Reference("Organization/city"));
        await server.RefusesAsync(request, "workflow-not-asked");
        request["performer"] = new JsonArray(Reference("Organization/county"), Reference("Organization/village"));
        await server.RefusesAsync(request, "workflow-direction-wrong");
    }

    [Fact]
    public async Task A_return_goes_back_to_where_the_patient_came_from()
    {
        var id = await server.ReferAsync("completed");
        var back = Return(id, "Organization/county", "Organization/village");
        await server.RefusesAsync(Return(id, "Organization/county", "Organization/township"), "workflow-return-to");
        await server.RefusesAsync(Return(id, "Organization/county2", "Organization/village"), "workflow-return-from");
        await server.PutAsync(back);

        var task = Moved(await server.ReadAsync($"Task/{id}"), "returned");
        await server.RefusesAsync(task, "workflow-return-missing");
        task["output"] = new JsonArray(Output("return", $"ServiceRequest/{id}"));
        await server.RefusesAsync(task, "workflow-return-missing");
        task["output"] = new JsonArray(Output("return", $"ServiceRequest/{back["id"]}"));
        await server.PutAsync(task);
        Assert.Equal("completed", await server.StatusAsync($"ServiceRequest/{id}"));

        var unbased = await server.ReadAsync($"ServiceRequest/{back["id"]}");
        unbased.AsObject().Remove("basedOn");
        await server.RefusesAsync(unbased, "workflow-based-on-fixed");
        using var deleted = await server.Client.DeleteAsync(new Uri($"ServiceRequest/{back["id"]}", UriKind.Relative));
        await RefusedAsync(deleted, "workflow-delete-request");
    }

    [Fact]
    public async Task A_return_and_the_returned_Task_may_come_together()
    {
        var id = await server.ReferAsync("completed");
        var back = Return(id, "Organization/county", "Organization/village");
        var task = Moved(await server.ReadAsync($"Task/{id}"), "returned");
        task["output"] = new JsonArray(Output("return", $"ServiceRequest/{back["id"]}"));
        await server.CommitAsync(task, back, NewTask($"{back["id"]}", $"{back["id"]}", requester: "Organization/county", owner: "Organization/village"));
        await server.MoveAsync($"{back["id"]}", "received", "PractitionerRole/doctor-village");
    }

    [Theory]
    [InlineData("requested", "active")]
    [InlineData("accepted", "active")]
    [InlineData("in-progress", "active")]
    [InlineData("rejected", "revoked")]
    [InlineData("cancelled", "revoked")]
    [InlineData("completed", "completed")]
    public async Task The_status_of_the_request_follows_its_Task_in_the_same_commit(string state, string status)
    {
        var id = await server.ReferAsync(state);
        Assert.Equal(status, await server.StatusAsync($"ServiceRequest/{id}"));
        var task = await server.ReadAsync($"Task/{id}");
        var request = await server.ReadAsync($"ServiceRequest/{id}");
        if (status != "active")
            Assert.Equal((string?)task["meta"]!["lastUpdated"], (string?)request["meta"]!["lastUpdated"]);
        Assert.Equal(status == "active" ? "1" : "2", (string?)request["meta"]!["versionId"]);

        request["status"] = status == "active" ? "on-hold" : "active";
        var issue = await server.RefusesAsync(request, "workflow-request-status");
        Assert.Contains($"Task/{id} {state}", (string?)issue["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_the_client_writes_with_the_Task_must_agree()
    {
        var id = await server.ReferAsync();
        var request = await server.ReadAsync($"ServiceRequest/{id}");
        var task = Moved(await server.ReadAsync($"Task/{id}"), "rejected");
        using (var response = await server.SendTransactionAsync(task, request))
        {
            var issue = await RefusedAsync(response, "workflow-request-status");
            Assert.Equal("Bundle.entry[1].resource.status", (string?)issue["expression"]![0]);
        }

        request["status"] = "revoked";
        await server.CommitAsync(task, request);
        Assert.Equal("revoked", await server.StatusAsync($"ServiceRequest/{id}"));
    }

    [Fact]
    public async Task A_request_that_asks_two_is_active_until_both_are_done()
    {
        var id = server.NewId();
        var (first, second) = (server.NewId(), server.NewId());
        await server.CommitAsync(
            Referral(id, performers: ["Organization/county", "Organization/city"]), NewTask(first, id), NewTask(second, id, owner: "Organization/city"));
        await server.MoveAsync(first, "rejected");
        Assert.Equal("active", await server.StatusAsync($"ServiceRequest/{id}"));
        await server.MoveAsync(second, "accepted");
        await server.MoveAsync(second, "in-progress");
        await server.MoveAsync(second, "completed");
        Assert.Equal("completed", await server.StatusAsync($"ServiceRequest/{id}"));
    }

    [Fact]
    public async Task A_consultation_is_completed_with_its_opinion_and_never_returned()
    {
        var id = server.NewId();
        await server.CommitAsync(Consultation(id), NewTask(id, id, "consultation", "PractitionerRole/doctor-county", "Organization/province"));
        await server.MoveAsync(id, "accepted");
        await server.MoveAsync(id, "in-progress");
        var task = Moved(await server.ReadAsync($"Task/{id}"), "completed");
        await server.RefusesAsync(task, "workflow-opinion-missing");
        task["output"] = new JsonArray(Output("opinion", $"DiagnosticReport/{id}"));
        await server.RefusesAsync(task, "workflow-opinion-missing");
        await server.PutAsync(Opinion("Patient/li"), 201);
        await server.RefusesAsync(task, "workflow-opinion-missing");
        await server.CommitAsync(task, Opinion("Patient/wang"));

        var bare = await server.ReadAsync($"Task/{id}");
        bare.AsObject().Remove("output");
        await server.RefusesAsync(bare, "workflow-opinion-missing");
        await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), "returned"), "workflow-final");

        JsonNode Opinion(string patient) => JsonNode.Parse(
            $$$"""{"resourceType":"DiagnosticReport","id":"{{{id}}}","status":"final","code":{"text":"opinion"},"subject":{"reference":"{{{patient}}}"}}""")!;
    }

    [Fact]
    public async Task A_return_of_several_referrals_returns_one_patient()
    {
        var (first, other) = (await server.ReferAsync("completed"), server.NewId());
        var foreign = Referral(other);
        foreign["subject"] = Reference("Patient/li");
        await server.PutAsync(foreign, 201);
        var back = Return(first, "PractitionerRole/doctor-county", "Organization/village");
        back["basedOn"]!.AsArray().Add(Reference($"ServiceRequest/{other}"));
        await server.RefusesAsync(back, "workflow-patient-differs");
    }

    [Theory]
    [InlineData("referral-direction", "down")]
    [InlineData("exchange-service", "consultation")]
    public async Task A_category_that_readers_could_take_for_another_one_is_refused(string system, string code)
    {
        var request = Referral(server.NewId());
        request["category"]!.AsArray().Add(Concept($"{Canonical}/CodeSystem/{system}", code));
        await server.RefusesAsync(request, "workflow-codes-ambiguous");
    }

    [Fact]
    public async Task A_request_gets_the_status_of_its_Task_where_it_had_only_an_extension()
    {
        var id = server.NewId();
        var request = Referral(id);
        request.Remove("status");
        request["_status"] = JsonNode.Parse("""{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}""");
        await server.PutAsync(request, 201);
        await server.PutAsync(NewTask(id, id), 201);
        Assert.Equal("active", (string?)(await server.ReadAsync($"ServiceRequest/{id}"))["status"]);
    }

    [Fact]
    public async Task A_transaction_can_not_ask_so_many_that_nobody_could_answer()
    {
        var id = server.NewId();
        string[] asked = [.. Enumerable.Range(0, 201).Select(i => $"{id}-{i}")];
        await server.CommitAsync([.. asked.Select(static organization => JsonNode.Parse(
            $$$"""{"resourceType":"Organization","id":"{{{organization}}}","type":[{"coding":[{"system":"{{{Canonical}}}/CodeSystem/organization-tier","code":"county"}]}]}""")!)]);
        await server.PutAsync(Referral(id, "up", "Organization/village", [.. asked.Select(static organization => $"Organization/{organization}")]), 201);
        using var response = await server.SendTransactionAsync(
            [.. asked.Select(organization => NewTask(organization, id, requester: "Organization/village", owner: $"Organization/{organization}"))]);
        await RefusedAsync(response, "workflow-too-many");
    }

    [Theory]
    [InlineData("Task", "workflow-delete-task")]
    [InlineData("ServiceRequest", "workflow-delete-request")]
    public async Task What_is_part_of_the_record_is_cancelled_and_not_deleted(string type, string message)
    {
        var id = await server.ReferAsync();
        using var deleted = await server.Client.DeleteAsync(new Uri($"{type}/{id}", UriKind.Relative));
        await RefusedAsync(deleted, message);
        using var conditional = await server.Client.DeleteAsync(new Uri($"{type}?_id={id}", UriKind.Relative));
        await RefusedAsync(conditional, message);
    }

    [Fact]
    public async Task A_request_that_nobody_was_asked_for_can_be_deleted()
    {
        var id = server.NewId();
        await server.PutAsync(Referral(id));
        using var deleted = await server.Client.DeleteAsync(new Uri($"ServiceRequest/{id}", UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
    }

    private JsonObject Return(string first, string requester, string performer)
    {
        var back = Referral(server.NewId(), "down", requester, performer);
        back["basedOn"] = new JsonArray(Reference($"ServiceRequest/{first}"));
        return back;
    }
}
