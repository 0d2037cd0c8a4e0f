// docs/rest/referral.http beyond the statuses of its answers: what the refusals say, what the walk leaves, and that every resource of it
// meets its profile.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Workflow;

public class WalkthroughTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Every_illegal_step_is_refused_by_the_workflow_and_the_legal_ones_leave_agreement()
    {
        var refused = new List<string>();
        foreach (var request in await HttpFileRequest.ReadAsync("referral.http"))
        {
            using var response = await request.SendAsync(server);
            if (request.Status == 422)
                refused.Add((string)(await response.JsonAsync())["issue"]![0]!["details"]!["coding"]![0]!["code"]!);
        }

        Assert.Equal(
            [
                "workflow-direction-wrong", "workflow-actor", "workflow-transition", "workflow-appointment-missing", "workflow-appointment-unscheduled",
                "workflow-slot-in-use", "workflow-appointment-given-up", "workflow-opinion-missing", "workflow-return-to", "workflow-final",
                "workflow-delete-task", "workflow-delete-request",
            ],
            refused);
        foreach (var (address, status) in new[]
        {
            ("Task/walk-task", "completed"), ("ServiceRequest/walk-referral", "completed"), ("Appointment/walk-appointment", "fulfilled"),
            ("Slot/walk-slot-1", "busy"), ("ServiceRequest/walk-consultation", "completed"), ("ServiceRequest/walk-return", "active"),
        })
        {
            using var response = await server.Client.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Equal(status, (string?)(await response.JsonAsync())["status"]);
        }
    }
}

public class ValidWalkthroughTests(ValidWalkthroughTests.Fixture server) : IClassFixture<ValidWalkthroughTests.Fixture>
{
    [Fact]
    public async Task Every_resource_of_the_walkthrough_meets_its_profile()
    {
        foreach (var request in await HttpFileRequest.ReadAsync("referral.http"))
        {
            using var response = await request.SendAsync(server);
        }

        // The profiles were here to be met.
        var task = JsonNode.Parse(await server.Client.GetStringAsync(new Uri("Task/walk-return-task", UriKind.Relative)))!;
        task.AsObject().Remove("lastModified");
        using var refused = await server.Client.SendAsync("PUT", "Task/walk-return-task", task.ToJsonString());
        var issue = await refused.FailsAsync(422, "required");
        Assert.Equal("Task.lastModified", (string?)issue["expression"]![0]);
    }

    public sealed class Fixture : ServerFixture
    {
        protected override IReadOnlyList<string> Settings => ["--FhirHub:Exchange:Package=true", "--FhirHub:Validation:OnWrite=Profiles"];
    }
}
