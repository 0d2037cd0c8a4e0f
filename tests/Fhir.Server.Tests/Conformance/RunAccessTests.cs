// TestScript/$run where tokens are asked for: a run sees and does what its caller may, and nothing more.

using System.Text.Json.Nodes;
using FhirHub.Smart;

namespace FhirHub.Server.Tests.Conformance;

public class RunAccessTests(RunAccessTests.Fixture server) : IClassFixture<RunAccessTests.Fixture>
{
    private static readonly string s_create = Scripts.RequestScript("creates", "post", "${$base}/Patient", "201", """{"resourceType":"Patient","active":true}""");

    [Fact]
    public async Task A_run_may_what_its_caller_may()
    {
        using var may = await server.ClientAsync("user/TestReport.c user/Patient.c");
        Assert.Equal("pass", (string?)(await may.RunAsync(s_create))["result"]);
        using var mayNot = await server.ClientAsync("user/TestReport.c user/Patient.rs");
        var refused = await mayNot.RunAsync(s_create);
        Assert.Equal("fail", (string?)refused["result"]);
        Assert.Contains("403", refused.Messages(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patients_run_sees_the_patient_alone()
    {
        using var all = await server.ClientAsync("system/*.cruds", role: null);
        var (own, _) = await all.CreateAsync("Patient", """{"resourceType":"Patient","active":true}""");
        var (other, _) = await all.CreateAsync("Patient", """{"resourceType":"Patient","active":true}""");
        using var app = await server.ClientAsync("patient/*.rs user/TestReport.c", patient: own, fhirUser: "Practitioner/p");
        Assert.Equal("pass", (string?)(await app.RunAsync(Scripts.RequestScript("own", "get", $"${{$base}}/Patient/{own}", "200")))["result"]);
        Assert.Equal("pass", (string?)(await app.RunAsync(Scripts.RequestScript("other", "get", $"${{$base}}/Patient/{other}", "404")))["result"]);

        // Nor by a fixture.
        var script = JsonNode.Parse(Scripts.RequestScript("fixture", "get", "${$base}/metadata", "200"))!;
        script["fixture"] = JsonNode.Parse($$"""[{"id": "f", "autocreate": false, "autodelete": false, "resource": {"reference": "Patient/{{other}}"} }]""");
        Assert.Equal("fail", (string?)(await app.RunAsync(script.ToJsonString()))["result"]);
    }

    [Fact]
    public async Task The_token_is_in_no_report()
    {
        using var client = await server.ClientAsync("user/*.cruds");
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var script = JsonNode.Parse(Scripts.RequestScript("leaks", "get", "${$base}/nonsense", "200"))!;
        var report = await client.RunAsync(script.ToJsonString());
        Assert.Equal("fail", (string?)report["result"]);
        Assert.DoesNotContain(token, report.ToJsonString(), StringComparison.Ordinal);
        using var browser = await server.SignInAsync(AccountRole.Administrator);
        var page = await browser.GetStringAsync($"conformance/reports/{report["id"]}");
        Assert.Contains("Authorization", page, StringComparison.Ordinal);
        Assert.DoesNotContain(token, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_read_by_those_alone_who_may_see_whatever_it_quotes()
    {
        using var all = await server.ClientAsync("system/*.cruds", role: null);
        var report = await all.RunAsync(Scripts.RequestScript("quotes", "get", "${$base}/metadata", "200"));
        var address = $"TestReport/{report["id"]}";
        Assert.Equal(200, (int)(await all.SendAsync("GET", address)).StatusCode);
        using var narrow = await server.ClientAsync("user/TestReport.rs user/Patient.rs");
        await (await narrow.SendAsync("GET", address)).FailsAsync(403, "forbidden");
        await (await narrow.SendAsync("GET", "TestReport")).FailsAsync(403, "forbidden");
        using var wide = await server.ClientAsync("user/*.rs");
        Assert.Equal(200, (int)(await wide.SendAsync("GET", address)).StatusCode);
    }

    [Fact]
    public async Task A_run_needs_the_right_to_make_a_report_and_to_read_the_script()
    {
        using var all = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (id, _) = await all.CreateAsync("TestScript", s_create);
        using var noReport = await server.ClientAsync("user/TestScript.cruds user/Patient.cruds user/TestReport.ruds");
        await (await noReport.SendAsync("POST", $"TestScript/{id}/$run")).FailsAsync(403, "forbidden");
        await (await noReport.SendAsync("POST", "TestScript/$run", s_create)).FailsAsync(403, "forbidden");
        using var noScript = await server.ClientAsync("user/TestReport.c user/TestScript.cud");
        await (await noScript.SendAsync("POST", $"TestScript/{id}/$run")).FailsAsync(403, "forbidden");
        await (await noScript.SendAsync("POST", "TestScript/$run?name=creates")).FailsAsync(403, "forbidden");
        await (await server.Client.SendAsync("POST", $"TestScript/{id}/$run")).FailsAsync(401, "login");

        // Whoever makes a report is told what was found, though they may read none.
        using var enough = await server.ClientAsync("user/TestReport.c user/TestScript.r user/Patient.c");
        var report = await (await enough.SendAsync("POST", $"TestScript/{id}/$run")).JsonAsync();
        Assert.Equal("pass", (string?)report["result"]);
    }

    [Fact]
    public async Task Other_servers_are_those_of_the_configuration_and_for_administrators()
    {
        var script = Scripts.RequestScript("other-server", "get", "${$base}/metadata", "200");
        using var user = await server.ClientAsync("user/*.cruds");
        await (await user.SendAsync("POST", "TestScript/$run?server=vendor", script)).FailsAsync(403, "forbidden");

        // Whether there is one of a name is nobody else's business.
        await (await user.SendAsync("POST", "TestScript/$run?server=nobody", script)).FailsAsync(403, "forbidden");
        using var administrator = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        await (await administrator.SendAsync("POST", "TestScript/$run?server=nobody", script)).FailsAsync(400, "value");
        await (await administrator.SendAsync("POST", "TestScript/$run?server=http%3A%2F%2F127.0.0.1%2Ffhir", script)).FailsAsync(400, "value");
        var report = await administrator.RunAsync(script, "?server=vendor");
        Assert.Equal("pass", (string?)report["result"]);
        Assert.Equal("vendor", report["participant"]!.AsArray().Select(static participant => (string?)participant!["display"]).Last());
    }

    [Fact]
    public async Task The_token_of_the_caller_goes_to_no_other_server()
    {
        using var administrator = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        await administrator.RunAsync(Scripts.RequestScript("no-token", "get", "${$base}/Patient", "200"), "?server=vendor");
        var seen = server.Vendor.Seen.Last(static request => request.Path.EndsWith("/Patient", StringComparison.Ordinal));
        Assert.Equal("Bearer token-of-the-vendor", seen.Authorization);

        // A redirect is not followed, wherever it leads.
        var redirected = await administrator.RunAsync(Scripts.RequestScript("redirected", "get", "${$base}/redirect", "302"), "?server=vendor");
        Assert.Equal("pass", (string?)redirected["result"]);
        Assert.DoesNotContain(server.Vendor.Seen, static request => request.Path == "/elsewhere");
    }

    [Fact]
    public async Task A_run_that_goes_on_is_its_callers_alone_and_ends_when_told_so()
    {
        using var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        using var started = await client.SendAsync("POST", "TestScript/$run?server=vendor", Scripts.RequestScript("slow", "get", "${$base}/slow", "200"), headers: ("Prefer", "respond-async"));
        Assert.Equal(202, (int)started.StatusCode);
        var status = started.Content.Headers.ContentLocation!.OriginalString;
        using var running = await client.GetAsync(status);
        Assert.Equal(202, (int)running.StatusCode);
        Assert.Equal("0 of 1 scripts", running.Headers.GetValues("X-Progress").Single());
        Assert.NotNull(running.Headers.RetryAfter);
        using var other = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator, fhirUser: "Practitioner/other");
        await (await other.GetAsync(status)).FailsAsync(404, "not-found");
        await (await other.SendAsync("DELETE", status)).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync(status)).FailsAsync(401, "login");

        // One client has not all of the places: this is its second run, and two may go on in all.
        using var second = await client.SendAsync("POST", "TestScript/$run?server=vendor", s_create);
        await second.FailsAsync(429, "throttled");
        Assert.NotNull(second.Headers.RetryAfter);
        using var others = await other.SendAsync("POST", "TestScript/$run", s_create);
        Assert.Equal(200, (int)others.StatusCode);

        Assert.Equal(202, (int)(await client.SendAsync("DELETE", status)).StatusCode);
        await (await client.GetAsync(status)).FailsAsync(404, "not-found");
        using var free = await client.SendAsync("POST", "TestScript/$run", s_create);
        Assert.Equal(200, (int)free.StatusCode);
    }

    /// <summary>A server with a token of its own, which a run against it needs.</summary>
    public sealed class Fixture : SmartFixture
    {
        public VendorServer Vendor { get; } = VendorServer.Start();

        protected override IReadOnlyList<string> Settings =>
        [
            .. base.Settings,
            "--FhirHub:Conformance:Servers:0:Name=vendor", $"--FhirHub:Conformance:Servers:0:Url={Vendor.Url}/fhir", "--FhirHub:Conformance:Servers:0:Token=token-of-the-vendor",
        ];
    }
}
