// Reindexing as an operator meets it: a changed configuration, a killed server, the command line.

using System.Text.Json.Nodes;
using FhirHub.Storage.Sqlite;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.SearchParameters;

public class ReindexTests
{
    private const int Patients = 3_000;

    private const string Definition = """
        {"resourceType":"SearchParameter","id":"prefix","url":"urn:sp:prefix","name":"prefix","status":"active","description":"d","code":"prefix","base":["Patient"],
         "type":"string","expression":"Patient.name.prefix"}
        """;

    [Fact]
    public async Task A_server_that_is_killed_goes_on_with_its_reindex()
    {
        using var folder = new TemporaryFolder();
        await SeedAsync(folder);
        using (var server = await ServerProcess.StartAsync(folder["data"]))
        {
            using var response = await server.Client.PostAsync("$reindex", null).WaitAsync(TimeSpan.FromMilliseconds(150)).ContinueWith(t => t.IsCompletedSuccessfully ? t.Result : null);
            await server.KillAsync();
        }

        using (var server = await ServerProcess.StartAsync(folder["data"]))
        {
            // It may have been killed before the reindex began, or after it ended.
            var status = await StatusAsync(server);
            if (Value(status, "due") == "true" && Value(status, "state") == "none")
                await server.Client.PostAsync("$reindex", null);
            do
                status = await StatusAsync(server);
            while (Value(status, "state") == "running");

            Assert.Equal("false", Value(status, "due"));
            var found = JsonNode.Parse(await server.Client.GetStringAsync("Patient?prefix=dr&_summary=count"))!;
            Assert.Equal(Patients, (int)found["total"]!);
            await server.KillAsync();
        }

        await using var opened = FhirServer.Open(new FhirHubOptions { DataPath = folder["data"] });
        Assert.Empty(await ((SqliteResourceStore)opened.Store).VerifyAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_verb_does_what_is_due_and_says_when_nothing_is()
    {
        using var folder = new TemporaryFolder();
        await SeedAsync(folder);

        var (exit, output) = await ServerProcess.RunAsync("reindex", "--data", folder["data"]);
        Assert.True(exit == 0, output);
        Assert.Contains("3,000 resources indexed", output, StringComparison.Ordinal);
        (exit, output) = await ServerProcess.RunAsync("reindex", "--data", folder["data"]);
        Assert.Equal(0, exit);
        Assert.Contains("Nothing is due", output, StringComparison.Ordinal);
        Assert.Equal(1, (await ServerProcess.RunAsync("reindex", "--data", folder["data"], "--parameter", "urn:none")).ExitCode);
        Assert.Equal(2, (await ServerProcess.RunAsync("reindex", "--potato")).ExitCode);

        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal(Patients, (int)JsonNode.Parse(await server.Client.GetStringAsync("Patient?prefix=dr&_summary=count"))!["total"]!);
    }

    [Fact]
    public async Task A_changed_configuration_of_the_index_is_noticed_and_a_reindex_settles_it()
    {
        using var folder = new TemporaryFolder();
        const string Elsewhere = "--FhirHub:Http:BaseUrls=http://fhir.example.org/base";
        using (var server = await ServerProcess.StartAsync(folder["data"]))
        {
            await PutAsync(server, "Patient/p1", """{"resourceType":"Patient","id":"p1"}""");
            await PutAsync(server, "Observation/o1", """
                {"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"http://fhir.example.org/base/Patient/p1"}}
                """);
            Assert.Equal("false", Value(await StatusAsync(server), "due"));
            Assert.Equal(0, await TotalAsync(server));
            await server.KillAsync();
        }

        using (var server = await ServerProcess.StartAsync(folder["data"], Elsewhere))
        {
            Assert.Contains("$reindex", server.Output, StringComparison.Ordinal);
            Assert.Equal("true", Value(await StatusAsync(server), "due"));
            await server.Client.PostAsync("$reindex", null);
            JsonNode status;
            do
                status = await StatusAsync(server);
            while (Value(status, "state") == "running");
            Assert.Equal("false", Value(status, "due"));
            Assert.Equal(1, await TotalAsync(server));
        }
    }

    private static async Task<int> TotalAsync(ServerProcess server) =>
        (int)JsonNode.Parse(await server.Client.GetStringAsync("Observation?subject=Patient/p1&_summary=count"))!["total"]!;

    private static async Task SeedAsync(TemporaryFolder folder)
    {
        folder.Write("in.ndjson", string.Concat(Enumerable.Range(0, Patients).Select(i => $$"""{"resourceType":"Patient","id":"p{{i}}","name":[{"prefix":["Dr"]}]}""" + "\n")));
        Assert.Equal(0, (await ServerProcess.RunAsync("import", folder["in.ndjson"], "--data", folder["data"])).ExitCode);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        await PutAsync(server, "SearchParameter/prefix", Definition);
    }

    private static async Task PutAsync(ServerProcess server, string address, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/fhir+json");
        (await server.Client.PutAsync(address, content)).EnsureSuccessStatusCode();
    }

    private static async Task<JsonNode> StatusAsync(ServerProcess server) => JsonNode.Parse(await server.Client.GetStringAsync("$reindex"))!;

    private static string? Value(JsonNode parameters, string name) =>
        parameters["parameter"]!.AsArray().FirstOrDefault(p => (string)p!["name"]! == name)?.AsObject().First(m => m.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString();
}
