// The verb import as a user runs it: a process, its output, its exit code, and what a server then finds.

using System.Diagnostics;
using System.Text.Json;
using static FhirHub.Tests.Bundles.BundleText;

namespace FhirHub.Tests.CommandLine;

public class ImportCommandTests
{
    [Fact]
    public async Task Good_records_are_imported_and_bad_ones_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("in/a.ndjson", """
            {"resourceType":"Patient","id":"one","active":true}
            {"resourceType":"Patient","id":"two","birthday":"2000-01-01"}
            not json
            {"resourceType":"Patient","id":"three"}
            """);
        folder.Write("in/b.json", """{"resourceType":"Basic","code":{"text":"x"}}""");
        folder.Write("in/c.json", Transaction(
            Entry("POST", "Observation", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:1"}}"""),
            Entry("POST", "Patient", """{"resourceType":"Patient","gender":"other"}""", "urn:uuid:1")));
        folder.Write("in/d.json", """
            {"resourceType":"Bundle","type":"collection","entry":[
              {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Practitioner","id":"kept"}},
              {"resource":{"resourceType":"Encounter","status":"planned","class":{"code":"AMB"},"participant":[{"individual":{"reference":"urn:uuid:2"}}]}}]}
            """);

        var (exit, output) = await ServerProcess.RunAsync("import", folder["in"], "--data", folder["data"]);

        Assert.Equal(1, exit);
        Assert.Matches("a[.]ndjson:2: Patient: .*birthday", output);
        Assert.Contains("a.ndjson:3: ", output, StringComparison.Ordinal);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal([3, 1, 1, 1, 1], await CountAsync(server, "Patient", "Basic", "Observation", "Practitioner", "Encounter"));
        Assert.Contains("\"Practitioner/kept\"", await server.Client.GetStringAsync("Encounter"), StringComparison.Ordinal);
        Assert.DoesNotContain("urn:uuid", await server.Client.GetStringAsync("Observation"), StringComparison.Ordinal);

        // The folder is the server's now.
        (exit, output) = await ServerProcess.RunAsync("import", folder["in"], "--data", folder["data"]);
        Assert.Equal(1, exit);
        Assert.Contains("in use", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_valid_is_not_imported_under_validation_on_write()
    {
        using var folder = new TemporaryFolder();
        folder.Write("in/a.ndjson", """
            {"resourceType":"Patient","id":"one","gender":"male"}
            {"resourceType":"Patient","id":"two","gender":"m"}
            """);
        folder.Write("in/b.json", Transaction(Entry("POST", "Patient", """{"resourceType":"Patient","gender":"f"}""")));

        var (exit, output) = await ServerProcess.RunWithAsync([("FhirHub__Validation__OnWrite", "Profiles")], "import", folder["in"], "--data", folder["data"]);

        Assert.Equal(1, exit);
        Assert.Matches("a[.]ndjson:2: Patient[.]gender: ", output);
        Assert.Matches("b[.]json:1: Bundle[.]entry.0..resource[.]gender: ", output);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal([1], await CountAsync(server, "Patient"));
    }

    [Fact]
    public async Task Of_several_lines_about_one_resource_the_last_one_stands()
    {
        using var folder = new TemporaryFolder();

        // The first line takes longer to read than all the others, which another job takes.
        var extensions = string.Join(',', Enumerable.Repeat("""{"url":"urn:x","valueString":"y"}""", 100_000));
        folder.Write("a.ndjson", $$$"""{"resourceType":"Basic","id":"b0","extension":[{{{extensions}}}],"code":{"text":"old"}}""" + "\n"
            + string.Concat(Enumerable.Range(0, 400).Select(i => $$$"""{"resourceType":"Basic","id":"b{{{i}}}","code":{"text":"new"}}""" + "\n")));

        Assert.Equal(0, (await ServerProcess.RunAsync("import", folder["a.ndjson"], "--data", folder["data"], "--jobs", "4")).ExitCode);

        using var server = await ServerProcess.StartAsync(folder["data"]);
        var read = await server.Client.GetStringAsync("Basic/b0");
        Assert.Contains("\"text\":\"new\"", read, StringComparison.Ordinal);
        Assert.Contains("\"versionId\":\"2\"", read, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_skips_what_the_first_one_did()
    {
        using var folder = new TemporaryFolder();
        folder.Write("in/a.ndjson", """
            {"resourceType":"Basic","code":{"text":"x"}}
            {"resourceType":"Basic"}
            """);
        Assert.Equal(1, (await ServerProcess.RunAsync("import", folder["in"], "--data", folder["data"])).ExitCode);

        var (exit, output) = await ServerProcess.RunAsync("import", folder["in"], "--data", folder["data"]);

        Assert.Equal(1, exit);
        Assert.Contains("1 documents were skipped", output, StringComparison.Ordinal);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal([1], await CountAsync(server, "Basic"));
    }

    [Fact]
    public async Task An_interrupted_import_goes_on_where_it_stopped()
    {
        // Some seconds of work, so that the interruption comes long before the end also where starting a process takes its time.
        const int Lines = 150_000;
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.ndjson", string.Concat(Enumerable.Repeat("""{"resourceType":"Basic","code":{"text":"x"}}""" + "\n", Lines)));
        string[] command = ["import", file, "--data", folder["data"], "--jobs", "1"];
        var (process, output) = ServerProcess.Launch(command);
        using (process)
        {
            var journal = new FileInfo(folder["data/import.journal"]);
            while (!process.HasExited && (!journal.Exists || journal.Length == 0))
            {
                await Task.Delay(5);
                journal.Refresh();
            }

            // SIGTERM and not SIGINT, which does the same, but which whatever a shell starts in the background ignores. The shell's own
            // kill is on every machine.
            using (var kill = Process.Start("sh", ["-c", "kill -TERM $0", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 130, output.ToString());
        }

        Assert.Equal(0, (await ServerProcess.RunAsync(command)).ExitCode);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal([Lines], await CountAsync(server, "Basic"));
    }

    [Theory]
    [InlineData("import")]
    [InlineData("import", "/no/such/file")]
    [InlineData("import", "--jobs", "many", ".")]
    [InlineData("import", "--jobs", "0", ".")]
    [InlineData("imprt")]
    [InlineData("--nonsense")]
    [InlineData("serve", "--FhirHub")]
    public async Task What_can_not_be_understood_ends_with_2(params string[] arguments)
    {
        var (exit, output) = await ServerProcess.RunAsync(arguments);

        Assert.Equal(2, exit);
        Assert.NotEqual("", output.Trim());
    }

    [Theory]
    [InlineData("--help", "import")]
    [InlineData("serve --help", "--FhirHub:DataPath")]
    [InlineData("import --help", "Exit codes")]
    public async Task Help_says_what_there_is(string arguments, string expected)
    {
        var (exit, output) = await ServerProcess.RunAsync(arguments.Split(' '));

        Assert.Equal(0, exit);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    private static async Task<List<int>> CountAsync(ServerProcess server, params string[] types)
    {
        var counts = new List<int>();
        foreach (var type in types)
        {
            using var found = JsonDocument.Parse(await server.Client.GetStringAsync($"{type}?_summary=count"));
            counts.Add(found.RootElement.GetProperty("total").GetInt32());
        }

        return counts;
    }
}
