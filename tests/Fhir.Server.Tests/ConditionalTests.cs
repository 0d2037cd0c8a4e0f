using System.Net;

namespace FhirHub.Server.Tests;

public class ConditionalTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static string PatientOf(string identifier, string family = "A", string? id = null) => $$"""
        {"resourceType":"Patient",{{(id is null ? "" : $"\"id\":\"{id}\",")}}"identifier":[{"system":"urn:test","value":"{{identifier}}"}],"name":[{"family":"{{family}}"}]}
        """;

    private static string NewValue() => Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Sixty_four_clients_with_the_same_If_None_Exist_make_one_resource()
    {
        var value = NewValue();
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ =>
            server.Client.SendAsync("POST", "Patient", PatientOf(value), headers: ("If-None-Exist", $"identifier=urn:test|{value}"))));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(63, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        var found = await (await server.Client.GetAsync($"Patient?identifier=urn:test|{value}")).JsonAsync();
        Assert.Single(found["entry"]!.AsArray());
    }

    [Fact]
    public async Task A_conditional_create_that_matches_many_answers_412()
    {
        var value = NewValue();
        await server.Client.CreateAsync("Patient", PatientOf(value));
        await server.Client.CreateAsync("Patient", PatientOf(value));
        await (await server.Client.SendAsync("POST", "Patient", PatientOf(value), headers: ("If-None-Exist", $"identifier=urn:test|{value}"))).FailsAsync(412, "multiple-matches");
        await (await server.Client.SendAsync("PUT", $"Patient?identifier=urn:test|{value}", PatientOf(value))).FailsAsync(412, "multiple-matches");
        await (await server.Client.SendAsync("DELETE", $"Patient?identifier=urn:test|{value}")).FailsAsync(412, "multiple-matches");
        var patch = """[{"op":"add","path":"/active","value":true}]""";
        await (await server.Client.SendAsync("PATCH", $"Patient?identifier=urn:test|{value}", patch, "application/json-patch+json")).FailsAsync(412, "multiple-matches");
    }

    [Fact]
    public async Task Criteria_that_are_unknown_or_missing_are_refused()
    {
        await (await server.Client.SendAsync("POST", "Patient", PatientOf("x"), headers: ("If-None-Exist", "shoe-size=44"))).FailsAsync(400, "not-supported");
        await (await server.Client.SendAsync("PUT", "Patient?shoe-size=44", PatientOf("x"), headers: ("Prefer", "handling=lenient"))).FailsAsync(400, "not-supported");
        await (await server.Client.SendAsync("PUT", "Patient", PatientOf("x"))).FailsAsync(400, "required");
        await (await server.Client.SendAsync("DELETE", "Patient")).FailsAsync(400, "required");
        await (await server.Client.SendAsync("DELETE", "Patient?_count=5")).FailsAsync(412, "required");
    }

    [Fact]
    public async Task A_conditional_update_creates_updates_and_keeps_to_the_matched_id()
    {
        var value = NewValue();
        var url = $"Patient?identifier=urn:test|{value}";
        var created = await server.Client.SendAsync("PUT", url, PatientOf(value));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = (string)(await created.JsonAsync())["id"]!;
        var updated = await server.Client.SendAsync("PUT", url, PatientOf(value, "B"));
        Assert.Equal(HttpStatusCode.OK, updated.StatusCode);
        Assert.Equal(id, (string?)(await updated.JsonAsync())["id"]);
        Assert.Equal("W/\"2\"", updated.Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync("PUT", url, PatientOf(value, "C", id))).StatusCode);
        await (await server.Client.SendAsync("PUT", url, PatientOf(value, "D", "another"))).FailsAsync(400, "invalid");
        await (await server.Client.SendAsync("PUT", url, PatientOf(value, "D"), headers: ("If-Match", "W/\"1\""))).FailsAsync(412, "conflict");

        var none = $"Patient?identifier=urn:test|{NewValue()}";
        var chosen = NewValue();
        var withId = await server.Client.SendAsync("PUT", none, PatientOf(value, "E", chosen));
        Assert.Equal(HttpStatusCode.Created, withId.StatusCode);
        Assert.Equal(chosen, (string?)(await withId.JsonAsync())["id"]);
        await (await server.Client.SendAsync("PUT", none, PatientOf(value, "F", chosen))).FailsAsync(409, "conflict");
    }

    [Fact]
    public async Task Concurrent_conditional_updates_make_one_resource()
    {
        var value = NewValue();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            server.Client.SendAsync("PUT", $"Patient?identifier=urn:test|{value}", PatientOf(value, $"F{i}"))));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(31, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        var found = await (await server.Client.GetAsync($"Patient?identifier=urn:test|{value}")).JsonAsync();
        Assert.Equal("32", (string?)Assert.Single(found["entry"]!.AsArray())!["resource"]!["meta"]!["versionId"]);
    }

    [Fact]
    public async Task A_conditional_delete_takes_the_one_match()
    {
        var value = NewValue();
        var (id, _) = await server.Client.CreateAsync("Patient", PatientOf(value));
        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync($"Patient?identifier=urn:test|{value}")).StatusCode);
        await (await server.Client.GetAsync($"Patient/{id}")).FailsAsync(410, "deleted");
        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync($"Patient?identifier=urn:test|{value}")).StatusCode);
    }
}

public class MultipleDeletes : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:ConditionalDelete=Multiple", "--FhirHub:Limits:ConditionalDeletes=30"];
}

public class MultipleDeleteTests(MultipleDeletes server) : IClassFixture<MultipleDeletes>
{
    [Fact]
    public async Task A_conditional_delete_takes_all_matches_where_it_may()
    {
        for (var i = 0; i < 25; i++)
            await server.Client.CreateAsync("Basic", """{"resourceType":"Basic","identifier":[{"value":"many"}],"code":{"text":"x"}}""");
        var deleted = await server.Client.SendAsync("DELETE", "Basic?identifier=many", headers: ("Prefer", "return=OperationOutcome"));
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Contains("25", (string)(await deleted.JsonAsync())["issue"]![0]!["diagnostics"]!, StringComparison.Ordinal);
        Assert.Null((await (await server.Client.GetAsync("Basic?identifier=many")).JsonAsync())["entry"]);
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        Assert.Equal("multiple", (string?)statement["rest"]![0]!["resource"]![0]!["conditionalDelete"]);
    }

    [Fact]
    public async Task A_conditional_delete_of_more_than_the_limit_takes_none()
    {
        for (var i = 0; i < 31; i++)
            await server.Client.CreateAsync("Basic", """{"resourceType":"Basic","identifier":[{"value":"too-many"}],"code":{"text":"x"}}""");
        await (await server.Client.DeleteAsync("Basic?identifier=too-many")).FailsAsync(412, "too-costly");
        Assert.Equal(31, (int)(await (await server.Client.GetAsync("Basic?identifier=too-many&_summary=count")).JsonAsync())["total"]!);
    }
}
