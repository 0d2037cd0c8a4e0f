// Every way in which a client writes is held to the workflow; imports are not.

using System.Text.Json.Nodes;
using FhirHub.Tests;
using static FhirHub.Server.Tests.Workflow.WorkflowFixture;

namespace FhirHub.Server.Tests.Workflow;

public class WaysToWriteTests(WorkflowFixture server) : IClassFixture<WorkflowFixture>
{
    [Fact]
    public async Task Create()
    {
        var id = server.NewId();
        await server.PutAsync(Referral(id));
        var task = NewTask("ignored", id);
        task["status"] = "accepted";
        task["businessStatus"]!["coding"]![0]!["code"] = "accepted";
        using (var refused = await server.Client.SendAsync("POST", "Task", task.ToJsonString()))
            await RefusedAsync(refused, "workflow-first-state");
        using var created = await server.Client.SendAsync("POST", "Task", NewTask("ignored", id).ToJsonString());
        Assert.Equal(201, (int)created.StatusCode);
        using (var again = await server.Client.SendAsync("POST", "Task", NewTask("ignored", id).ToJsonString()))
            await RefusedAsync(again, "workflow-task-exists");
    }

    [Fact]
    public async Task Conditional_create()
    {
        var id = await server.ReferAsync();
        using var refused = await server.Client.SendAsync("POST", "Task", NewTask("ignored", id).ToJsonString(), headers: ("If-None-Exist", $"_id={id}-none"));
        await RefusedAsync(refused, "workflow-task-exists");
        using var found = await server.Client.SendAsync("POST", "Task", NewTask("ignored", id).ToJsonString(), headers: ("If-None-Exist", $"_id={id}"));
        Assert.Equal(200, (int)found.StatusCode);
    }

    [Fact]
    public async Task Conditional_update()
    {
        var id = await server.ReferAsync();
        var task = await server.ReadAsync($"Task/{id}");
        using (var refused = await server.Client.SendAsync("PUT", $"Task?_id={id}", Moved(task, "completed").ToJsonString()))
            await RefusedAsync(refused, "workflow-transition");
        using var done = await server.Client.SendAsync("PUT", $"Task?_id={id}", Moved(task, "rejected").ToJsonString());
        Assert.Equal(200, (int)done.StatusCode);
        Assert.Equal("revoked", await server.StatusAsync($"ServiceRequest/{id}"));
    }

    [Fact]
    public async Task An_update_for_a_version_that_is_no_longer_current_is_told_so_first()
    {
        var id = await server.ReferAsync("received");
        var task = Moved(await server.ReadAsync($"Task/{id}"), "completed").ToJsonString();
        using var refused = await server.Client.SendAsync("PUT", $"Task/{id}", task, headers: ("If-Match", "W/\"1\""));
        Assert.Equal(412, (int)refused.StatusCode);
    }

    [Theory]
    [InlineData("Task/{0}")]
    [InlineData("Task?_id={0}")]
    public async Task Json_patch(string address)
    {
        var id = await server.ReferAsync();
        var url = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, id);
        using (var refused = await server.Client.SendAsync("PATCH", url, Patch("completed", "completed"), "application/json-patch+json"))
            await RefusedAsync(refused, "workflow-transition");
        using (var unmarked = await server.Client.SendAsync("PATCH", url, """[{"op":"replace","path":"/status","value":"completed"}]""", "application/json-patch+json"))
            await RefusedAsync(unmarked, "workflow-status-differs");
        using var done = await server.Client.SendAsync("PATCH", url, Patch("rejected", "rejected"), "application/json-patch+json");
        Assert.Equal(200, (int)done.StatusCode);
        Assert.Equal("revoked", await server.StatusAsync($"ServiceRequest/{id}"));
        Assert.Equal(["requested", "rejected"], HistoryOf(await server.ReadAsync($"Task/{id}")));
    }

    [Fact]
    public async Task FhirPath_patch()
    {
        var id = await server.ReferAsync();
        const string Patch = """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Task.extension[0]"}]}]}""";
        using var refused = await server.Client.SendAsync("PATCH", $"Task/{id}", Patch);
        await RefusedAsync(refused, "workflow-changes-kept");
    }

    [Fact]
    public async Task Labels_of_a_Task_change_without_its_state()
    {
        var id = await server.ReferAsync();
        const string Labels = """{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"http://example.org","code":"seen"}]}}]}""";
        using var added = await server.Client.SendAsync("POST", $"Task/{id}/$meta-add", Labels);
        Assert.Equal(200, (int)added.StatusCode);
    }

    [Fact]
    public async Task Batch()
    {
        var (legal, illegal) = (await server.ReferAsync(), await server.ReferAsync());
        var entries = new[] { Moved(await server.ReadAsync($"Task/{legal}"), "rejected"), Moved(await server.ReadAsync($"Task/{illegal}"), "completed") };
        using var response = await server.Client.SendAsync("POST", "", Transaction([.. entries]).Replace("\"transaction\"", "\"batch\"", StringComparison.Ordinal));
        var answer = await response.JsonAsync();
        Assert.StartsWith("200", (string?)answer["entry"]![0]!["response"]!["status"], StringComparison.Ordinal);
        Assert.StartsWith("422", (string?)answer["entry"]![1]!["response"]!["status"], StringComparison.Ordinal);
        Assert.Equal("workflow-transition", (string?)answer["entry"]![1]!["response"]!["outcome"]!["issue"]![0]!["details"]!["coding"]![0]!["code"]);
        Assert.Equal("revoked", await server.StatusAsync($"ServiceRequest/{legal}"));
        Assert.Equal("active", await server.StatusAsync($"ServiceRequest/{illegal}"));
    }

    [Fact]
    public async Task A_transaction_is_refused_as_a_whole_and_says_which_entry_is_at_fault()
    {
        var (legal, illegal) = (await server.ReferAsync(), await server.ReferAsync());
        using var response = await server.SendTransactionAsync(
            Moved(await server.ReadAsync($"Task/{legal}"), "rejected"), Moved(await server.ReadAsync($"Task/{illegal}"), "completed"));
        var issue = await RefusedAsync(response, "workflow-transition");
        Assert.Equal("Bundle.entry[1].resource.businessStatus", (string?)issue["expression"]![0]);
        Assert.Equal("requested", StateOf(await server.ReadAsync($"Task/{legal}")));
    }

    [Fact]
    public async Task A_patch_in_a_transaction_moves_the_Task()
    {
        var id = await server.ReferAsync();
        string Bundle(string state) => $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PATCH","url":"Task/{{{id}}}"},
              "resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{{Encoded(state)}}}"}}]}
            """;
        static string Encoded(string state) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Patch(state, state)));
        using (var refused = await server.Client.SendAsync("POST", "", Bundle("completed")))
            Assert.Equal("Bundle.entry[0]", (string?)(await RefusedAsync(refused, "workflow-transition"))["expression"]![0]);
        using var done = await server.Client.SendAsync("POST", "", Bundle("received"));
        Assert.Equal(200, (int)done.StatusCode);
    }

    [Fact]
    public async Task What_the_server_changes_with_a_Task_has_the_Provenance_of_the_request()
    {
        var id = await server.ReferAsync();
        const string Provenance = """{"resourceType":"Provenance","recorded":"2026-11-01T09:00:00Z","agent":[{"who":{"reference":"Organization/county"}}]}""";
        using var done = await server.Client.SendAsync(
            "PUT", $"Task/{id}", Moved(await server.ReadAsync($"Task/{id}"), "rejected").ToJsonString(), headers: ("X-Provenance", Provenance));
        Assert.Equal(200, (int)done.StatusCode);
        var found = await server.ReadAsync($"Provenance?target=ServiceRequest/{id}");
        var targets = found["entry"]![0]!["resource"]!["target"]!.AsArray().Select(static target => (string)target!["reference"]!);
        Assert.Equal([$"Task/{id}/_history/2", $"ServiceRequest/{id}/_history/2"], targets);
    }

    [Fact]
    public async Task References_by_the_server_s_own_address_are_the_same()
    {
        var id = server.NewId();
        await server.PutAsync(Referral(id, performers: "http://localhost:8080/fhir/Organization/county"));
        var task = NewTask(id, id);
        task["focus"] = Reference($"http://localhost:8080/fhir/ServiceRequest/{id}");
        await server.PutAsync(task);
        await server.MoveAsync(id, "rejected");
        Assert.Equal("revoked", await server.StatusAsync($"ServiceRequest/{id}"));
    }

    [Fact]
    public async Task What_is_escaped_in_the_source_is_read_all_the_same()
    {
        var id = await server.ReferAsync();
        var task = Moved(await server.ReadAsync($"Task/{id}"), "completed").ToJsonString().Replace("/CodeSystem/", "\\/CodeSystem\\/", StringComparison.Ordinal);
        using var refused = await server.Client.SendAsync("PUT", $"Task/{id}", task);
        await RefusedAsync(refused, "workflow-transition");
    }

    [Fact]
    public async Task An_import_takes_the_records_of_elsewhere_as_they_are()
    {
        using var folder = new TemporaryFolder();
        var task = NewTask("old", "old");
        task["status"] = "completed";
        task["businessStatus"]!["coding"]![0]!["code"] = "completed";
        folder.Write("in/a.json", Transaction(Referral("old"), task));
        folder.Write("in/b.json", Moved(task, "rejected").ToJsonString().Replace("\"old\"", "\"older\"", StringComparison.Ordinal));

        var (exit, output) = await ServerProcess.RunAsync("import", folder["in"], "--data", folder["data"]);

        Assert.True(exit == 0, output);
        using var there = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal("completed", (string?)JsonNode.Parse(await there.Client.GetStringAsync("Task/old"))!["status"]);
        using var response = await there.Client.SendAsync("PUT", "Task/old", Moved(task, "accepted").ToJsonString());
        await RefusedAsync(response, "workflow-transition");
    }

    // A patch that a client would send to move a Task.
    private static string Patch(string state, string status) =>
        $$"""
        [{"op":"replace","path":"/status","value":"{{status}}"},{"op":"replace","path":"/businessStatus/coding/0/code","value":"{{state}}"},
         {"op":"add","path":"/extension/-","value":{{Change(state, "Organization/county").ToJsonString()}}}]
        """;
}

public class UnenforcedTests(UnenforcedTests.Fixture server) : IClassFixture<UnenforcedTests.Fixture>
{
    [Fact]
    public async Task Nothing_is_asked_where_the_workflow_is_not_enforced()
    {
        var id = await server.ReferAsync();
        await server.PutAsync(Moved(await server.ReadAsync($"Task/{id}"), "completed"));
        Assert.Equal("active", await server.StatusAsync($"ServiceRequest/{id}"));
        using var deleted = await server.Client.DeleteAsync(new Uri($"Task/{id}", UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
    }

    public sealed class Fixture : WorkflowFixture
    {
        protected override IReadOnlyList<string> Settings => ["--FhirHub:Exchange:Workflow=false"];
    }
}
