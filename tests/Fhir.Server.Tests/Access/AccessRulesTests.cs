// The table of what each interaction and operation needs: whole, and held to.

using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests.Access;

public class AccessRulesTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Patient = """{"resourceType":"Patient","active":true}""";

    private FhirServer Parts => server.Services.GetRequiredService<FhirServer>();

    [Fact]
    public void Every_interaction_and_every_operation_has_its_rule()
    {
        Assert.All(Parts.Interactions.All, static interaction => Assert.Contains((interaction.Kind, interaction.Method), InteractionAccess.Rules));
        foreach (var operations in Parts.Operations.All.GroupBy(static operation => operation.Name))
        {
            Assert.True(OperationAccess.Rules.TryGetValue(operations.Key, out var rules), $"${operations.Key} has no rule.");
            var levels = operations.Aggregate(OperationLevels.None, static (all, operation) => all | operation.Levels);
            Assert.True((levels & (OperationLevels.System | OperationLevels.Type)) != 0 == rules.Type is not null, operations.Key);
            Assert.True((levels & (OperationLevels.Instance | OperationLevels.Version)) != 0 == rules.Instance is not null, operations.Key);
        }

        Assert.Equal(InteractionAccess.Rules.Keys.Count(), Parts.Interactions.All.Select(static i => (i.Kind, i.Method)).Distinct().Count());
        Assert.Equal(OperationAccess.Rules.Keys.Order(), Parts.Operations.All.Select(static operation => operation.Name).Distinct().Order());
    }

    [Theory]
    [Covers(CoversAttribute.Smart, 95, 123, 128, 266)]
    [InlineData("GET", "Patient/unknown", "r", 404)]
    [InlineData("GET", "Patient/unknown/_history", "r", 404)]
    [InlineData("GET", "Patient/unknown/_history/1", "r", 404)]
    [InlineData("GET", "Patient", "s", 200)]
    [InlineData("GET", "Patient/_history", "s", 200)]
    [InlineData("GET", "_history", "s", 200)]
    [InlineData("GET", "?_type=Patient", "s", 200)]
    [InlineData("GET", "Patient/1/Patient", "s", 200)]
    [InlineData("POST", "Patient/_search", "s", 200)]
    [InlineData("POST", "Patient", "c", 201)]
    [InlineData("PUT", "Patient/made-by-put", "u", 201)]
    [InlineData("PUT", "Patient?identifier=x|1", "us", 201)]
    [InlineData("DELETE", "Patient/unknown", "d", 204)]
    [InlineData("DELETE", "Patient?identifier=x|2", "ds", 204)]
    [InlineData("GET", "Patient/unknown/$everything", "r", 404)]
    [InlineData("GET", "Patient/unknown/$meta", "r", 404)]
    [InlineData("GET", "Patient/$meta", "s", 200)]
    public async Task An_interaction_needs_its_letters_and_no_others(string method, string url, string letters, int status)
    {
        var body = method is "POST" or "PUT" && !url.Contains("_search", StringComparison.Ordinal) ? Patient : null;
        if (url.Contains("made-by-put", StringComparison.Ordinal))
            body = """{"resourceType":"Patient","id":"made-by-put"}""";
        var enough = await server.ClientAsync($"user/Patient.{letters}", role: AccountRole.Administrator);
        Assert.Equal(status, (int)(await enough.SendAsync(method, url, body)).StatusCode);

        foreach (var letter in letters)
        {
            var others = new string([.. "cruds".Where(other => other != letter)]);
            var less = await server.ClientAsync($"user/Patient.{others}", role: AccountRole.Administrator);
            var refused = await less.SendAsync(method, url, body);
            await refused.FailsAsync(403, "forbidden");
            var challenge = refused.Headers.WwwAuthenticate.Single();
            Assert.Equal("Bearer", challenge.Scheme);
            Assert.Contains("error=\"insufficient_scope\"", challenge.Parameter, StringComparison.Ordinal);
            Assert.Contains("scope=\"user/", challenge.Parameter, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST", "$reindex")]
    [InlineData("POST", "ImplementationGuide/$install")]
    [InlineData("POST", "ImplementationGuide/$uninstall")]
    [InlineData("GET", "$dangling-references")]
    [InlineData("POST", "ImagingStudy/1/$reconcile")]
    [InlineData("POST", "ImagingStudy/1/$unlink")]
    public async Task What_changes_the_server_is_for_administrators(string method, string url)
    {
        foreach (var client in new[]
        {
            await server.ClientAsync("user/*.cruds"),
            await server.ClientAsync("user/*.cruds", role: AccountRole.Patient, fhirUser: "Patient/p"),
            await server.ClientAsync("user/*.rs", role: AccountRole.Administrator),
            await server.ClientAsync("system/*.rs", role: null),
        })
        {
            await (await client.SendAsync(method, url)).FailsAsync(403, "forbidden");
        }

        Assert.NotEqual(403, (int)(await (await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator)).SendAsync(method, url)).StatusCode);
        Assert.NotEqual(403, (int)(await (await server.ClientAsync("system/*.cruds", role: null)).SendAsync(method, url)).StatusCode);
    }

    [Theory]
    [InlineData("PUT", "Patient/self")]
    [InlineData("DELETE", "Patient/self")]
    [InlineData("POST", "Patient")]
    public async Task A_patient_reads_the_own_Patient_and_does_not_say_who_it_is(string method, string url)
    {
        await (await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator)).SendAsync("PUT", "Patient/self", """{"resourceType":"Patient","id":"self"}""");
        var client = await server.ClientAsync("patient/*.cruds user/*.cruds", "self", AccountRole.Patient, "Patient/self");
        await (await client.SendAsync(method, url, """{"resourceType":"Patient","id":"self","identifier":[{"system":"urn:n","value":"another's"}]}""")).FailsAsync(403, "forbidden");
        Assert.Equal(200, (int)(await client.GetAsync("Patient/self")).StatusCode);
        Assert.Equal(201, (int)(await client.SendAsync("POST", "Flag", """{"resourceType":"Flag","status":"active","code":{"text":"c"},"subject":{"reference":"Patient/self"}}""")).StatusCode);
    }

    [Fact]
    public async Task What_is_not_known_is_not_found_whatever_the_token()
    {
        var client = await server.ClientAsync("user/Patient.rs");
        await (await client.GetAsync("$nothing")).FailsAsync(404, "not-supported");
        await (await client.GetAsync("Nothing/1")).FailsAsync(404, "not-supported");
        await (await client.SendAsync("PATCH", "_history")).FailsAsync(405, "not-supported");
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 130)]
    public async Task Each_entry_of_a_batch_is_judged_by_itself_and_a_transaction_as_a_whole()
    {
        static string Bundle(string type) => $$$"""
            {"resourceType":"Bundle","type":"{{{type}}}","entry":[
            {"request":{"method":"GET","url":"Patient?identifier=none|1"}},
            {"request":{"method":"GET","url":"Observation?code=1"}},
            {"resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}}]}
            """;
        var client = await server.ClientAsync("user/Patient.rs");
        var batch = await (await client.SendAsync("POST", "", Bundle("batch"))).JsonAsync();
        Assert.Equal(["200", "403", "403"], batch["entry"]!.AsArray().Select(static entry => entry!["response"]!["status"]!.GetValue<string>()[..3]));
        await (await client.SendAsync("POST", "", Bundle("transaction"))).FailsAsync(403, "forbidden");
        var writer = await server.ClientAsync("user/Patient.crs user/Observation.s");
        Assert.Equal(200, (int)(await writer.SendAsync("POST", "", Bundle("transaction"))).StatusCode);
        await (await (await server.ClientAsync("user/Patient.c")).SendAsync("POST", "Patient", Patient, headers: ("If-None-Exist", "identifier=none|1"))).FailsAsync(403, "forbidden");
    }

    [Fact]
    public async Task What_may_not_be_read_is_not_sent_back_when_it_is_written()
    {
        var writer = await server.ClientAsync("user/Patient.cu");
        var created = await writer.SendAsync("POST", "Patient", Patient, headers: ("Prefer", "return=representation"));
        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("", await created.Content.ReadAsStringAsync());
        var both = await server.ClientAsync("user/Patient.cr");
        Assert.NotEqual("", await (await both.SendAsync("POST", "Patient", Patient)).Content.ReadAsStringAsync());
        var batch = $$"""{"resourceType":"Bundle","type":"batch","entry":[{"resource":{{Patient}},"request":{"method":"POST","url":"Patient"} }]}""";
        Assert.Null((await (await writer.SendAsync("POST", "", batch, headers: ("Prefer", "return=representation"))).JsonAsync())["entry"]![0]!["resource"]);
        Assert.NotNull((await (await both.SendAsync("POST", "", batch, headers: ("Prefer", "return=representation"))).JsonAsync())["entry"]![0]!["resource"]);
    }

    [Fact]
    public async Task A_search_over_types_shows_those_that_are_granted()
    {
        var all = await server.ClientAsync("system/*.cruds", role: null);
        await all.SendAsync("PUT", "Patient/seen", """{"resourceType":"Patient","id":"seen"}""");
        await all.SendAsync("PUT", "Observation/unseen", """{"resourceType":"Observation","id":"unseen","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/seen"}}""");
        var client = await server.ClientAsync("user/Patient.s");
        var found = await (await client.GetAsync("?_type=Patient,Observation&_id=seen,unseen")).JsonAsync();
        Assert.Equal(["seen"], found["entry"]!.AsArray().Select(static entry => entry!["resource"]!["id"]!.GetValue<string>()));
        await (await client.GetAsync("?_type=Observation&_id=unseen")).FailsAsync(403, "forbidden");
        await (await client.SendAsync("POST", "_search", "_type=Observation", "application/x-www-form-urlencoded")).FailsAsync(403, "forbidden");
        await (await client.GetAsync("Patient/seen/Observation")).FailsAsync(403, "forbidden");
        await (await (await server.ClientAsync("openid")).GetAsync("_history")).FailsAsync(403, "forbidden");
    }

    [Fact]
    public async Task Metadata_is_for_everybody() => Assert.Equal(200, (int)(await server.Client.GetAsync("metadata")).StatusCode);

    [Fact]
    public void A_letter_that_is_granted_of_one_type_is_granted_of_any()
    {
        var scope = SmartAccessScope.Of(
            ScopeConstraints.Standard, ScopeSet.Parse("user/Patient.r"), new Grant { ClientId = "c", AccountId = "a", Scope = "" },
            new Client { Id = "c", Name = "c" }, new Account { Id = "a", UserName = "a", Role = AccountRole.Practitioner });
        Assert.True(AccessRule.HasAnyType(scope, AccessLetter.Read));
        Assert.False(AccessRule.HasAnyType(scope, AccessLetter.Search));
    }
}
