// $export within what was granted: at the kick-off, while it is polled, and when its files are fetched.

using System.Net.Http.Headers;
using FhirHub.Server.Tests;
using FhirHub.Server.Tests.Export;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests.Export;

public class ExportAccessTests(SmartFixture server) : IClassFixture<SmartFixture>, IAsyncLifetime
{
    private const string Everything = "system/*.rs";

    private HttpClient _system = null!;

    public async Task InitializeAsync()
    {
        var writer = await server.ClientAsync("system/*.cruds", role: null);
        var written = await writer.SendAsync("POST", "", """
            {"resourceType": "Bundle", "type": "transaction", "entry": [
              {"request": {"method": "PUT", "url": "Patient/xa"}, "resource": {"resourceType": "Patient", "id": "xa"}},
              {"request": {"method": "PUT", "url": "Patient/xb"}, "resource": {"resourceType": "Patient", "id": "xb"}},
              {"request": {"method": "PUT", "url": "Observation/xa"}, "resource": {"resourceType": "Observation", "id": "xa", "status": "final", "code": {"text": "a"}, "subject": {"reference": "Patient/xa"}}},
              {"request": {"method": "PUT", "url": "Observation/xb"}, "resource": {"resourceType": "Observation", "id": "xb", "status": "preliminary", "code": {"text": "b"}, "subject": {"reference": "Patient/xb"}, "performer": [{"reference": "Patient/xa"}]}},
              {"request": {"method": "PUT", "url": "Group/xg"}, "resource": {"resourceType": "Group", "id": "xg", "type": "person", "actual": true, "member": [{"entity": {"reference": "Patient/xa"}}]}}
            ]}
            """);
        Assert.True(written.IsSuccessStatusCode, await written.Content.ReadAsStringAsync());
        _system = await server.ClientAsync(Everything, role: null);
    }

    public Task DisposeAsync()
    {
        _system.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("$export")]
    [InlineData("Patient/$export")]
    [InlineData("Group/xg/$export")]
    [Covers(CoversAttribute.Inferno, 178)]
    public async Task Without_a_token_none_is_begun(string address) => await (await BulkExport.KickOffAsync(server.Client, address)).FailsAsync(401, "login");

    [Fact]
    [Covers(CoversAttribute.Inferno, 179, 180, 181, 182, 183, 186)]
    public async Task Files_need_a_token_too_and_the_manifest_says_so()
    {
        var accepted = await BulkExport.KickOffAsync(_system, "Patient/$export");
        Assert.Equal(202, (int)accepted.StatusCode);
        var polling = accepted.Content.Headers.ContentLocation!;
        await (await server.Client.GetAsync(polling)).FailsAsync(401, "login");
        await (await server.Client.DeleteAsync(polling)).FailsAsync(401, "login");
        var manifest = await (await BulkExport.PollAsync(_system, polling)).JsonAsync();
        Assert.True((bool)manifest["requiresAccessToken"]!);
        Assert.Equal(2, manifest["output"]!.AsArray().Count);
        foreach (var file in manifest["output"]!.AsArray())
        {
            await (await server.Client.GetAsync((string)file!["url"]!)).FailsAsync(401, "login");
            Assert.Equal(200, (int)(await _system.GetAsync((string)file["url"]!)).StatusCode);

            // The token of the kick-off may be over by then; another one of the same client is as good.
            using var later = await server.ClientAsync(Everything, role: null);
            Assert.Equal(200, (int)(await later.GetAsync((string)file["url"]!)).StatusCode);
        }

        await _system.DeleteAsync(polling);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 194)]
    public async Task A_group_export_has_the_patients_of_the_group_and_what_is_theirs()
    {
        var export = await BulkExport.RunAsync(_system, "Group/xg/$export");
        Assert.Equal("Observation/xa Patient/xa", string.Join(' ', export.Keys.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("patient/*.rs", "Patient/$export", "Observation/xa Patient/xa")]
    [InlineData("patient/*.rs", "$export?_type=Patient,Observation", "Observation/xa Patient/xa")]
    [InlineData("patient/Observation.rs", "$export", "Observation/xa")]

    // Patients that are not granted do not exist, so nothing is theirs.
    [InlineData("patient/Observation.rs", "Patient/$export", "")]
    public async Task An_export_holds_nothing_beyond_the_patient_of_the_token(string scope, string address, string expected)
    {
        using var client = await server.ClientAsync(scope, patient: "xa", role: AccountRole.Practitioner, fhirUser: "Practitioner/x");
        var export = await BulkExport.RunAsync(client, address);
        Assert.Equal(expected, string.Join(' ', export.Keys.Order(StringComparer.Ordinal)));
    }

    // A patient's compartment names every type, and the scope's filter comes in wherever a condition of it leads.
    [Theory]
    [InlineData("Practitioner", "Practitioner/x")]
    [InlineData("Patient", "Patient/xa")]
    public async Task Of_patients_that_are_named_a_patient_scope_exports_its_own(string role, string fhirUser)
    {
        using var client = await server.ClientAsync("patient/*.rs", patient: "xa", role: Enum.Parse<AccountRole>(role), fhirUser: fhirUser);
        var patients = Enumerable.Range(0, 150).Select(static i => $"x{i}").Append("xa").Append("xb")
            .Select(static id => $$$"""{"name": "patient", "valueReference": {"reference": "Patient/{{{id}}}"}}""");
        var export = await BulkExport.RunAsync(client, "Patient/$export", $$"""{"resourceType": "Parameters", "parameter": [{{string.Join(',', patients)}}]}""");
        Assert.Equal(["Observation/xa", "Patient/xa"], export.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_many_patients_that_are_named_a_service_exports_all_that_are_here()
    {
        var patients = Enumerable.Range(0, 150).Select(static i => $"x{i}").Append("xa")
            .Select(static id => $$$"""{"name": "patient", "valueReference": {"reference": "Patient/{{{id}}}"}}""");
        var export = await BulkExport.RunAsync(_system, "Patient/$export", $$"""{"resourceType": "Parameters", "parameter": [{{string.Join(',', patients)}}]}""");
        Assert.Equal(["Observation/xa", "Patient/xa"], export.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_constraint_of_a_scope_holds_for_exports()
    {
        using var client = await server.ClientAsync("system/Observation.s system/Observation.r?status=final system/Patient.rs", role: null);
        var export = await BulkExport.RunAsync(client, "$export?_type=Observation");
        Assert.Equal(["Observation/xa"], export.Keys);
    }

    [Theory]
    [InlineData("system/Patient.rs", "$export?_type=Patient,Observation")]
    [InlineData("system/Patient.r", "$export?_type=Patient")]
    [InlineData("system/Patient.s", "$export?_type=Patient")]
    [InlineData("system/Organization.rs", "Patient/$export")]
    [InlineData("system/Patient.rs", "Group/xg/$export")]
    public async Task What_the_token_does_not_grant_is_refused_at_the_kick_off(string scope, string address)
    {
        using var client = await server.ClientAsync(scope, role: null);
        var refused = await BulkExport.KickOffAsync(client, address);
        await refused.FailsAsync(403, "forbidden");
        Assert.Contains("insufficient_scope", refused.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_another_client_another_user_and_a_lesser_token_it_is_as_if_there_were_none()
    {
        var accepted = await BulkExport.KickOffAsync(_system, "$export?_type=Patient");
        var polling = accepted.Content.Headers.ContentLocation!;
        var manifest = await (await BulkExport.PollAsync(_system, polling)).JsonAsync();
        var file = new Uri((string)manifest["output"]![0]!["url"]!);
        var unknown = new Uri(polling, new string('0', 64));
        using var other = Bearer(await OtherClientAsync("other-exporter", Everything));
        using var lesser = await server.ClientAsync("system/Patient.rs", role: null);
        using var user = await server.ClientAsync("user/*.rs");
        foreach (var stranger in (HttpClient[])[other, lesser, user])
        {
            var expected = await AnswerAsync(stranger, "GET", unknown);
            Assert.StartsWith("404", expected, StringComparison.Ordinal);
            Assert.Equal(expected, await AnswerAsync(stranger, "GET", polling));
            Assert.Equal(expected, await AnswerAsync(stranger, "GET", file));
            Assert.Equal(expected, await AnswerAsync(stranger, "DELETE", polling));
        }

        Assert.Equal(200, (int)(await _system.GetAsync(file)).StatusCode);
        await _system.DeleteAsync(polling);
    }

    [Fact]
    public async Task When_the_grant_of_the_kick_off_is_revoked_its_export_is_gone_whatever_token_asks()
    {
        using var asking = await server.ClientAsync(Everything, role: null);
        var accepted = await BulkExport.KickOffAsync(asking, "$export?_type=Patient");
        var polling = accepted.Content.Headers.ContentLocation!;
        var manifest = await (await BulkExport.PollAsync(asking, polling)).JsonAsync();
        var file = (string)manifest["output"]![0]!["url"]!;
        var access = await server.Smart.AccessOfAsync(asking.DefaultRequestHeaders.Authorization!.Parameter!, default);
        await server.Smart.Grants.EndAsync(access!.GrantId, "revoked", default);
        await (await asking.GetAsync(file)).FailsAsync(401, "login");
        await (await _system.GetAsync(file)).FailsAsync(404, "not-found");
        await (await _system.GetAsync(polling)).FailsAsync(404, "not-found");
        var folder = Path.Combine(server.DataPath, "exports", polling.Segments[^1]);
        for (var i = 0; i < 600 && Directory.Exists(folder); i++)
            await Task.Delay(100);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_client_has_four_exports_that_run_at_most_and_fifty_that_are_kept()
    {
        using var client = Bearer(await OtherClientAsync("greedy", Everything));
        var addresses = new List<Uri>();
        var status = 202;
        for (var i = 0; i <= 50 && status == 202; i++)
        {
            var answer = await BulkExport.KickOffAsync(client, "$export?_type=Group");
            status = (int)answer.StatusCode;
            if (answer.Content.Headers.ContentLocation is { } polling)
            {
                addresses.Add(polling);
                await BulkExport.PollAsync(client, polling);
            }
        }

        Assert.Equal(429, status);
        Assert.Equal(50, addresses.Count);
        foreach (var polling in addresses)
            Assert.Equal(202, (int)(await client.DeleteAsync(polling)).StatusCode);
        Assert.Equal(202, (int)(await BulkExport.KickOffAsync(client, "$export?_type=Group")).StatusCode);
    }

    private static HttpClient BearerOf(string baseAddress, string token) => new()
    {
        BaseAddress = new Uri(baseAddress),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    private HttpClient Bearer(string token) => BearerOf($"{server.Base}/", token);

    private async Task<string> OtherClientAsync(string id, string scope)
    {
        if (await server.Smart.State.Clients.FindAsync(id, default) is null)
            await server.AddClientAsync(id);
        var grant = await server.Smart.Grants.CreateAsync(new Grant { ClientId = id, Scope = scope }, null, default);
        return await server.Smart.Grants.IssueAsync(grant, scope, TimeSpan.FromMinutes(5), hasIdToken: false, default);
    }

    private static async Task<string> AnswerAsync(HttpClient client, string method, Uri address)
    {
        var answer = await client.SendAsync(method, address.ToString(), headers: ("X-Request-Id", "same"));
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }
}
