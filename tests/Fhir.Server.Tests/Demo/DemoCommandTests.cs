// The verb demo as a user runs it: a process, what it prints, and what the printed requests answer.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Samples.Region;

namespace FhirHub.Tests.Demo;

public class DemoCommandTests
{
    private const string Patients = "60";

    [Fact]
    public async Task Every_printed_request_answers_with_data_and_the_second_start_loads_nothing()
    {
        using var folder = new TemporaryFolder();
        List<string> accounts;
        using (var demo = await DemoProcess.StartAsync(folder.Path, "--patients", Patients))
        {
            var requests = demo.Output.Split('\n').Where(static line => line.Contains("curl -s ", StringComparison.Ordinal)).Select(static line => line.Split('\'')[1]).ToList();
            Assert.Equal(8, requests.Count);
            foreach (var request in requests)
                await AnswersAsync(demo.Client, request);
            foreach (var page in new[] { "/", "/profiles", "/viewer/", "/app/", "/fhir/metadata" })
                Assert.True((await demo.Client.GetAsync($"{demo.Address}{page}")).IsSuccessStatusCode, page);
            accounts = Accounts(demo);
            Assert.Equal(["admin", "doctor", "patient"], accounts.Select(static account => account.Split(' ')[0]));
        }

        using var again = await DemoProcess.StartAsync(folder.Path);
        await ReceiveAsync(again);
        Assert.DoesNotContain("Loading", again.Output, StringComparison.Ordinal);
        Assert.Equal(accounts, Accounts(again));
        Assert.Equal(60, await CountAsync(again, "Patient"));
    }

    [Fact]
    public async Task Without_authorization_there_are_no_accounts_and_the_requests_need_no_token()
    {
        using var folder = new TemporaryFolder();
        using var demo = await DemoProcess.StartAsync(folder.Path, "--patients", "5", "--images", "0", "--FhirHub:Auth:Mode=Open");
        Assert.Contains("There is no authorization.", demo.Output, StringComparison.Ordinal);
        Assert.Empty(Accounts(demo));
        Assert.Empty(demo.Lines("TOKEN="));
        Assert.False(File.Exists(folder["demo-accounts.json"]));
        Assert.Equal(5, await CountAsync(demo, "Patient"));
    }

    [Fact]
    public async Task A_load_that_was_cut_off_is_finished_by_the_next_start()
    {
        using var folder = new TemporaryFolder();
        using (var killed = DemoProcess.Launch(folder.Path, "--patients", Patients))
        {
            await killed.WaitAsync(() => File.Exists(folder["import.journal"]) && new FileInfo(folder["import.journal"]).Length > 0);
        }

        using var demo = await DemoProcess.StartAsync(folder.Path);

        var expected = new RegionGenerator(new RegionSettings(60)).Generate().CountBy(static resource => resource.Type).ToDictionary();
        foreach (var type in new[] { "Organization", "Patient", "Encounter", "Observation", "Task", "Composition" })
            Assert.Equal(expected[type], await CountAsync(demo, type));
    }

    [Fact]
    public async Task A_folder_with_other_records_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        using (var server = await ServerProcess.StartAsync(folder.Path))
            Assert.True((await server.Client.GetAsync("metadata")).IsSuccessStatusCode);

        var (exit, output) = await ServerProcess.RunAsync("demo", "--urls=http://127.0.0.1:0", $"--FhirHub:DataPath={folder.Path}");

        Assert.Equal(1, exit);
        Assert.Contains("no demonstration", output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["demo.json"]));
    }

    [Fact]
    public async Task Another_region_is_not_loaded_over_the_first()
    {
        using var folder = new TemporaryFolder();
        folder.Write("demo.json", """{"patients":60,"seed":1,"today":"2026-11-20","isLoaded":true}""");

        var (exit, output) = await ServerProcess.RunAsync("demo", "--patients", "70", "--urls=http://127.0.0.1:0", $"--FhirHub:DataPath={folder.Path}");

        Assert.Equal(1, exit);
        Assert.Contains("60 patients", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_is_written_as_NDJSON_by_type_or_in_one_stream()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(0, (await ServerProcess.RunAsync("demo", "--patients", "3", "--write", folder["out"])).ExitCode);

        var region = new RegionGenerator(new RegionSettings(3)).Generate().ToList();
        Assert.Equal(region.Select(static resource => $"{resource.Type}.ndjson").Distinct().Order(StringComparer.Ordinal), Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(region.Where(static resource => resource.Type == "Patient").Select(Text), await File.ReadAllLinesAsync(Path.Combine(folder["out"], "Patient.ndjson")));

        // What is there is not replaced.
        Assert.Equal(1, (await ServerProcess.RunAsync("demo", "--patients", "3", "--write", folder["out"])).ExitCode);

        var (exit, stream) = await ServerProcess.RunAsync("demo", "--patients", "3", "--write", "-");
        Assert.Equal(0, exit);
        Assert.Equal(region.Select(Text), stream.Split('\n').Select(static line => line.TrimEnd('\r')).Where(static line => line.StartsWith('{')));
    }

    [Theory]
    [InlineData("--patients", "0")]
    [InlineData("--patients", "many")]
    [InlineData("--seed", "many")]
    [InlineData("--images", "-1")]
    [InlineData("--nothing", "1")]
    public async Task What_can_not_be_understood_is_said(params string[] arguments)
    {
        var (exit, output) = await ServerProcess.RunAsync(["demo", .. arguments]);
        Assert.Equal(2, exit);
        Assert.Contains(arguments[0], output, StringComparison.Ordinal);
    }

    // The institution whose referrals are asked for is the doctor's own, so that the doctor may answer them.
    private static string DoctorsOwner(DemoProcess demo) => demo.Output.Split("Task?owner=")[1].Split('&')[0];

    private static List<string> Accounts(DemoProcess demo) => [.. new[] { "admin ", "doctor ", "patient " }.SelectMany(demo.Lines)];

    // What was generated goes on like what clients write: an open referral is received by the institution that is asked.
    private static async Task ReceiveAsync(DemoProcess demo)
    {
        var found = JsonNode.Parse(await demo.Client.GetStringAsync($"{demo.Address}/fhir/Task?status=requested&owner={DoctorsOwner(demo)}&_count=1"))!;
        var task = found["entry"]![0]!["resource"]!;
        task["status"] = "received";
        task["businessStatus"]!["coding"]![0]!["code"] = "received";
        task["lastModified"] = "2026-11-20T18:00:00+08:00";
        task["extension"]!.AsArray().Add(JsonNode.Parse("""
            {"url":"https://fhirhub.dev/fhir/StructureDefinition/state-change","extension":[{"url":"state","valueCode":"received"},
             {"url":"at","valueDateTime":"2026-11-20T18:00:00+08:00"},{"url":"by","valueReference":{"reference":"OWNER"}}]}
            """.Replace("OWNER", (string)task["owner"]!["reference"]!, StringComparison.Ordinal)));
        using var content = new StringContent(task.ToJsonString(), Encoding.UTF8, "application/fhir+json");
        var answer = await demo.Client.PutAsync($"{demo.Address}/fhir/Task/{task["id"]}", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task AnswersAsync(HttpClient client, string request)
    {
        var answer = await client.GetAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{request}: {text}");
        var json = JsonNode.Parse(text)!;
        if ((string?)json["resourceType"] == "Parameters")
            Assert.True((bool)json["parameter"]![0]!["valueBoolean"]!, text);
        else
            Assert.NotEmpty(json["entry"]?.AsArray() ?? []);
    }

    private static async Task<int> CountAsync(DemoProcess demo, string type) =>
        (int)JsonNode.Parse(await demo.Client.GetStringAsync($"{demo.Address}/fhir/{type}?_summary=count"))!["total"]!;

    private static string Text(RegionResource resource) => Encoding.UTF8.GetString(resource.Json.Span);
}
