// The verb testscript run as a user runs it: a process, its output, its exit code, and the files that it leaves.

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirHub.Conformance.Tests;

public sealed class TestScriptCommandTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Token = "an-opaque-token-of-a-vendor";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_that_passes_ends_with_0_and_reports_in_three_forms()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");
        _folder.Write("suite/patient.json", """{"resourceType":"Patient"}""");

        var (exit, output) = await RunAsync("suite", "--report", _folder["report"]);

        Assert.True(exit == 0, output);
        Assert.Contains("pass  1/1 tests", output, StringComparison.Ordinal);
        Assert.Contains("1 script with 1 test in", output, StringComparison.Ordinal);
        Assert.Contains(": 1 passed, 0 failed, 0 skipped.", output, StringComparison.Ordinal);
        Assert.Equal(["TestReport-good.json", "index.html", "index.zh.html", "junit.xml"], Files("report"));
        Assert.Equal("pass", (string?)Report("TestReport-good.json")["result"]);
        Assert.Equal("0", (string?)XDocument.Load(_folder["report/junit.xml"]).Root!.Attribute("failures"));
        Assert.Contains("All passed", await File.ReadAllTextAsync(_folder["report/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_ends_with_1_and_says_what_failed()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        _folder.Write("suite/bad.json", Script("bad", "418"));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");

        var (exit, output) = await RunAsync("suite", "--parallel", "2", "--report", _folder["report"]);

        Assert.True(exit == 1, output);
        Assert.Contains("FAIL  0/1 tests", output, StringComparison.Ordinal);
        Assert.Contains("      Creates a Patient: The status should be '418'; found '201'.", output, StringComparison.Ordinal);
        Assert.Equal("fail", (string?)Report("TestReport-bad.json")["result"]);
        Assert.Contains("POST " + server.Base, await File.ReadAllTextAsync(_folder["report/index.html"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("good")]
    [InlineData("SECOND TITLE")]
    [InlineData("b/good")]
    public async Task A_filter_chooses_scripts(string filter)
    {
        _folder.Write("suite/a/bad.json", Script("bad", "418"));
        _folder.Write("suite/b/good.json", Script("good", "201").Replace("\"status\":\"active\"", "\"title\":\"A second title\",\"status\":\"active\"", StringComparison.Ordinal));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");

        var (exit, output) = await RunAsync("suite", "--filter", filter);

        Assert.True(exit == 0, output);
        Assert.Contains("1 script with 1 test", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_script_is_a_failure_with_its_place_and_the_others_run()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        _folder.Write("suite/broken.json", """{"resourceType":"TestScript","name":"broken",""");
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");

        var (exit, output) = await RunAsync("suite");

        Assert.True(exit == 1, output);
        Assert.Contains($"{_folder["suite/broken.json"]}:1:", output, StringComparison.Ordinal);
        Assert.Contains("1 TestScript can't be read", output, StringComparison.Ordinal);
        Assert.Contains("1 passed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_fails_before_its_tests_is_counted_beside_them()
    {
        _folder.Write("suite/lost.json", Script("lost", "201"));

        var (exit, output) = await RunAsync("suite");

        Assert.True(exit == 1, output);
        Assert.Contains("0 passed, 0 failed, 1 skipped. 1 script failed before the tests.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_can_not_be_finished_leaves_the_one_before()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");
        _folder.Write("other/lost.json", Script("lost", "201"));
        string[] Bundle(string folder) => ["testscript", "bundle", _folder[folder], "--out", _folder["out/all.ndjson"]];
        Directory.CreateDirectory(_folder["out"]);

        var (exit, output) = await ServerProcess.RunAsync(Bundle("suite"));
        Assert.True(exit == 0, output);
        Assert.Contains("1 script with 1 fixture: ", output, StringComparison.Ordinal);
        var before = await File.ReadAllTextAsync(_folder["out/all.ndjson"]);
        (exit, output) = await ServerProcess.RunAsync(Bundle("other"));

        Assert.True(exit == 1, output);
        Assert.Equal(before, await File.ReadAllTextAsync(_folder["out/all.ndjson"]));
        Assert.Equal(["all.ndjson"], Files("out"));
    }

    [Fact]
    public async Task A_command_line_that_can_not_be_done_ends_with_2_and_says_why()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        _folder.Write("empty/patient.json", """{"resourceType":"Patient"}""");
        _folder.Write("config.json", """{"destinations":[{"url":"ftp://test.example"}]}""");
        _folder.Write("file", "");

        await IsUsageAsync("There is no file or folder", "testscript", "run", _folder["none"], "--server", server.Base);
        await IsUsageAsync("'--sever' is not an option", "testscript", "run", _folder["suite"], "--sever", server.Base);
        await IsUsageAsync("There is no TestScript", "testscript", "run", _folder["empty"], "--server", server.Base);
        await IsUsageAsync("Name the FHIR base", "testscript", "run", _folder["suite"]);
        await IsUsageAsync("is no address", "testscript", "run", _folder["suite"], "--server", "test.example/fhir");
        await IsUsageAsync("NAME=VALUE", "testscript", "run", _folder["suite"], "--server", server.Base, "--variable", "a");
        await IsUsageAsync("None of 1 TestScript has", "testscript", "run", _folder["suite"], "--server", server.Base, "--filter", "zebra");
        await IsUsageAsync("from 1 to 64", "testscript", "run", _folder["suite"], "--server", server.Base, "--parallel", "0");
        await IsUsageAsync("destinations[0].url", "testscript", "run", _folder["suite"], "--config", _folder["config.json"]);
        await IsUsageAsync("belong to --server", "testscript", "run", _folder["suite"], "--config", _folder["config.json"], "--token", "abc");
        await IsUsageAsync("NAME#VERSION", "testscript", "run", _folder["suite"], "--server", server.Base, "--package", "no such");
        await IsUsageAsync("--report", "testscript", "run", _folder["suite"], "--server", server.Base, "--report", _folder["file"]);

        static async Task IsUsageAsync(string why, params string[] arguments)
        {
            var (exit, output) = await ServerProcess.RunAsync(arguments);
            Assert.True(exit == 2 && output.Contains(why, StringComparison.Ordinal), $"{exit}: {output}");
        }
    }

    [Fact]
    public async Task A_server_that_is_down_is_said_once()
    {
        _folder.Write("suite/good.json", Script("good", "201"));

        var (exit, output) = await ServerProcess.RunAsync("testscript", "run", _folder["suite"], "--server", "http://127.0.0.1:1/fhir");

        Assert.Equal(1, exit);
        Assert.StartsWith("http://127.0.0.1:1/fhir does not answer: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "text/html", "<html>Welcome</html>", "answers 200 with text/html and no FHIR resource")]
    [InlineData(404, "application/json", """{"error":"not here"}""", "answers 404 with application/json and no FHIR resource")]
    [InlineData(302, "text/html", "", "leads elsewhere, to https://test.example/login")]
    public async Task What_is_no_FHIR_server_is_said_once(int status, string type, string body, string why)
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        await using var other = await OtherServer.StartAsync(async call =>
        {
            call.Response.StatusCode = status;
            call.Response.ContentType = type;
            if (status == 302)
                call.Response.Headers.Location = "https://test.example/login";
            await call.Response.WriteAsync(body);
        });

        var (exit, output) = await ServerProcess.RunAsync("testscript", "run", _folder["suite"], "--server", other.Address);

        Assert.Equal(1, exit);
        Assert.Contains(why, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_knows_is_said_with_what_to_do()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        await using var other = await OtherServer.StartAsync(static _ => Task.CompletedTask, isSecure: true);

        var (exit, output) = await ServerProcess.RunAsync("testscript", "run", _folder["suite"], "--server", other.Address);

        Assert.Equal(1, exit);
        Assert.Contains("has a certificate that is not trusted", output, StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_FILE", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_named_as_the_reason_and_told_nowhere()
    {
        _folder.Write("suite/good.json", Script("good", "201"));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");
        await using var other = await OtherServer.StartAsync(static async call =>
        {
            call.Response.StatusCode = call.Request.Path.Value!.EndsWith("/metadata", StringComparison.Ordinal) ? 200 : 401;
            call.Response.ContentType = "application/fhir+json";
            await call.Response.WriteAsync(call.Response.StatusCode == 200
                ? """{"resourceType":"CapabilityStatement","status":"active","date":"2026","kind":"instance","fhirVersion":"4.0.1","format":["json"]}"""
                : $$"""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login","diagnostics":"{{call.Request.Headers.Authorization}} is unknown"}]}""");
        });

        var (exit, output) = await ServerProcess.RunWithAsync(
            [("FHIRHUB_TOKEN", Token)], "testscript", "run", _folder["suite"], "--server", other.Address, "--report", _folder["report"]);

        Assert.True(exit == 1, output);
        Assert.Contains("Whatever failed was answered with 401", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, output, StringComparison.Ordinal);
        foreach (var file in Files("report"))
            Assert.DoesNotContain(Token, await File.ReadAllTextAsync(_folder[$"report/{file}"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_cleans_up_and_reports_what_was_done()
    {
        _folder.Write("suite/1.json", Script("first", "201"));
        _folder.Write("suite/2.json", Script("second", "201"));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");
        var (seen, asked) = (new List<string>(), new TaskCompletionSource());
        await using var other = await OtherServer.StartAsync(async call =>
        {
            lock (seen)
                seen.Add($"{call.Request.Method} {call.Request.Path}");
            if (call.Request.Method == "DELETE")
                return;
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, call.RequestAborted);
        });

        var (process, output) = ServerProcess.Launch(["testscript", "run", _folder["suite"], "--server", other.Address, "--no-probe", "--parallel", "1", "--report", _folder["report"]]);
        await asked.Task;

        // SIGTERM and not SIGINT, which does the same, but which whatever a shell starts in the background ignores. The shell's own kill is on every machine.
        using (var kill = System.Diagnostics.Process.Start("sh", ["-c", "kill -TERM $0", process.Id.ToString()]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 130, output.ToString());
        process.Dispose();
        Assert.Equal(["POST /fhir/Patient", "DELETE /fhir/Patient/made"], seen);
        Assert.Contains("Interrupted before 1 script began.", output.ToString(), StringComparison.Ordinal);
        Assert.Equal("stopped", (string?)Report("TestReport-first.json")["status"]);
        Assert.Equal(["TestReport-first.json", "index.html", "index.zh.html", "junit.xml"], Files("report"));
    }

    [Fact]
    public async Task A_folder_of_reports_is_of_one_run_and_no_name_leads_out_of_it()
    {
        _folder.Write("suite/1.json", Script("../../evil name", "201"));
        _folder.Write("suite/2.json", Script("..-..-Evil name", "201"));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");
        _folder.Write("report/TestReport-old.json", """{"resourceType":"TestReport","status":"completed","testScript":{"display":"a"},"result":"pass","tester":"FhirHub 1.0.0"}""");
        _folder.Write("report/TestReport-theirs.json", """{"resourceType":"TestReport","status":"completed","testScript":{"display":"a"},"result":"pass","tester":"Somebody"}""");

        Assert.Equal(0, (await RunAsync("suite", "--report", _folder["report"])).ExitCode);

        Assert.Equal(["TestReport-Evil-name-2.json", "TestReport-evil-name.json", "TestReport-theirs.json", "index.html", "index.zh.html", "junit.xml"], Files("report"));
        Assert.Equal(["report", "suite"], Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Servers_and_variables_come_from_a_file_too()
    {
        _folder.Write("suite/two.json", Script("two", "${status}").Replace("\"method\":\"post\"", "\"destination\":2,\"method\":\"post\"", StringComparison.Ordinal));
        _folder.Write("suite/fixtures/patient.json", """{"resourceType":"Patient","active":true}""");
        _folder.Write("run.json", $$$"""{"destinations":[{"name":"One","url":"http://127.0.0.1:1/fhir"},{"name":"Two","url":"{{{server.Base}}}"}],"variables":{"status":"200"}}""");

        var (exit, output) = await ServerProcess.RunAsync("testscript", "run", _folder["suite"], "--config", _folder["run.json"], "--server", server.Base, "--variable", "status=201", "--report", _folder["report"]);

        Assert.True(exit == 0, output);
        Assert.Equal([server.Base, "Two"], Report("TestReport-two.json")["participant"]!.AsArray().Where(static one => (string?)one!["type"] == "server").Select(static one => (string?)one!["display"]));
    }

    private Task<(int ExitCode, string Output)> RunAsync(string path, params string[] arguments) =>
        ServerProcess.RunAsync(["testscript", "run", _folder[path], "--server", server.Base, .. arguments]);

    private string[] Files(string folder) => [.. Directory.GetFiles(_folder[folder]).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private JsonNode Report(string file) => JsonNode.Parse(File.ReadAllText(_folder[$"report/{file}"]))!;

    // Creates a Patient out of a file beside it, and wants a status.
    private static string Script(string name, string status) =>
        $$$"""
        {"resourceType":"TestScript","url":"http://test.example/TestScript/x","name":"{{{name}}}","status":"active",
         "fixture":[{"id":"patient","autocreate":false,"autodelete":false,"resource":{"reference":"fixtures/patient.json"}}],
         "variable":[{"name":"made","headerField":"Location","sourceId":"created","defaultValue":"made"}],
         "test":[{"name":"Creates a Patient","action":[
           {"operation":{"encodeRequestUrl":true,"method":"post","resource":"Patient","sourceId":"patient","responseId":"created"}},
           {"assert":{"responseCode":"{{{status}}}","warningOnly":false}}]}],
         "teardown":{"action":[{"operation":{"encodeRequestUrl":true,"method":"delete","resource":"Patient","params":"/made"}}]}}
        """;

    /// <summary>Some server, on a free port of the loopback address.</summary>
    private sealed class OtherServer(WebApplication app) : IAsyncDisposable
    {
        public string Address => $"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/fhir";

        public static async Task<OtherServer> StartAsync(RequestDelegate answer, bool isSecure = false)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (isSecure)
                    listen.UseHttps(Certificate());
            }));
            var app = builder.Build();
            app.Run(answer);
            await app.StartAsync();
            return new OtherServer(app);
        }

        public async ValueTask DisposeAsync()
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
            await app.StopAsync(atOnce.Token);
            await app.DisposeAsync();
        }

        private static X509Certificate2 Certificate()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        }
    }
}
