using System.Net;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class ReportedIntegrity : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Integrity=Report"];
}

public class EnforcedIntegrity : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Integrity=Enforce"];
}

public class ReportedIntegrityTests(ReportedIntegrity server) : IClassFixture<ReportedIntegrity>
{
    [Fact]
    public async Task A_dangling_reference_is_stored_with_a_warning_and_listed()
    {
        const string observation = """{"resourceType":"Observation","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/not-yet"}}""";
        var created = await server.Client.SendAsync("POST", "Observation", observation, headers: ("Prefer", "return=OperationOutcome"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var issue = (await created.JsonAsync())["issue"]![0]!;
        Assert.Equal("warning", (string?)issue["severity"]);
        Assert.Contains("Patient/not-yet", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal("Observation.subject", (string?)issue["expression"]![0]);
        var list = await server.Client.GetStringAsync("$dangling-references");
        Assert.Contains("\"reference\":\"Patient/not-yet\"", list, StringComparison.Ordinal);
        await server.Client.SendAsync("PUT", "Patient/not-yet", """{"resourceType":"Patient","id":"not-yet"}""");
        Assert.DoesNotContain("not-yet", await server.Client.GetStringAsync("$dangling-references"), StringComparison.Ordinal);
    }
}

public class EnforcedIntegrityTests(EnforcedIntegrity server) : IClassFixture<EnforcedIntegrity>
{
    [Fact]
    public async Task A_reference_to_nothing_is_refused_and_a_delete_that_would_orphan_too()
    {
        const string observation = """{"resourceType":"Observation","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/p1"}}""";
        var issue = await (await server.Client.SendAsync("POST", "Observation", observation)).FailsAsync(422, "not-found");
        Assert.Contains("Patient/p1", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        await server.Client.SendAsync("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1"}""");
        var (id, _) = await server.Client.CreateAsync("Observation", observation);
        var conflict = await (await server.Client.DeleteAsync("Patient/p1")).FailsAsync(409, "conflict");
        Assert.Contains($"Observation/{id}", (string)conflict["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("Patient/p1")).StatusCode);
        await server.Client.DeleteAsync($"Observation/{id}");
        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("Patient/p1")).StatusCode);
    }

    [Fact]
    public async Task Validation_tells_what_a_write_would_refuse()
    {
        const string Observation = """{"resourceType":"Observation","id":"o9","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/p9"}}""";
        var dangling = await ErrorsAsync("POST", "Observation/$validate?mode=create", Observation);
        Assert.Equal("Observation.subject", (string?)Assert.Single(dangling)["expression"]![0]);
        Assert.Empty(await ErrorsAsync("POST", "Observation/$validate", Observation));
        Assert.Equal("Observation.id", (string?)(await ErrorsAsync("POST", "Observation/other/$validate?mode=update", Observation))[0]["expression"]![0]);

        await server.Client.SendAsync("PUT", "Patient/p9", """{"resourceType":"Patient","id":"p9"}""");
        Assert.Empty(await ErrorsAsync("POST", "Observation/o9/$validate?mode=update", Observation));
        Assert.Empty(await ErrorsAsync("POST", "Patient/p9/$validate?mode=delete", null));
        await server.Client.SendAsync("PUT", "Observation/o9", Observation);
        var referred = Assert.Single(await ErrorsAsync("POST", "Patient/p9/$validate?mode=delete", null));
        Assert.Contains("Observation/o9", (string?)referred["diagnostics"], StringComparison.Ordinal);
        Assert.Empty(await ErrorsAsync("POST", "Observation/o9/$validate?mode=delete", null));
        Assert.Empty(await ErrorsAsync("POST", "Observation/nothing/$validate?mode=delete", null));
    }

    private async Task<List<JsonNode>> ErrorsAsync(string method, string address, string? body)
    {
        using var response = await server.Client.SendAsync(method, address, body);
        return (await ValidateTests.OutcomeAsync(response)).FindAll(static issue => (string?)issue["severity"] == "error");
    }
}
