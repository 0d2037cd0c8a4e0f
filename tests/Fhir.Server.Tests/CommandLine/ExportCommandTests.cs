// The verb export as a user runs it, and import of what it wrote.

using System.Text.Json;

namespace FhirHub.Tests.CommandLine;

public class ExportCommandTests
{
    [Fact]
    public async Task A_data_folder_moves_to_another_with_all_versions()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.ndjson", """{"resourceType":"Patient","id":"p1","gender":"male"}""" + "\n" + """{"resourceType":"Patient","id":"p2"}""");
        folder.Write("b.ndjson", """{"resourceType":"Patient","id":"p1","gender":"female"}""");
        Assert.Equal(0, (await ServerProcess.RunAsync("import", folder["a.ndjson"], "--data", folder["one"])).ExitCode);
        Assert.Equal(0, (await ServerProcess.RunAsync("import", folder["b.ndjson"], "--data", folder["one"])).ExitCode);

        var (exit, output) = await ServerProcess.RunAsync("export", "--out", folder["out"], "--versions", "all", "--compress", "--state", folder["state"], "--data", folder["one"]);
        Assert.True(exit == 0, output);
        Assert.Contains("3 versions", output, StringComparison.Ordinal);
        (exit, output) = await ServerProcess.RunAsync("import", folder["out"], "--state", folder["state"], "--data", folder["two"]);
        Assert.True(exit == 0, output);
        Assert.Equal(["versions-00001.ndjson.gz"], Directory.EnumerateFiles(folder["out"]).Select(Path.GetFileName).Where(static name => name![0] != '.'));

        using var one = await ServerProcess.StartAsync(folder["one"]);
        using var two = await ServerProcess.StartAsync(folder["two"]);
        Assert.Equal(await HistoryAsync(one), await HistoryAsync(two));
        Assert.Equal(3, (await HistoryAsync(two)).Count);

        (exit, output) = await ServerProcess.RunAsync("export", "--out", folder["out"], "--versions", "all", "--compress", "--data", folder["one"]);
        Assert.Equal(1, exit);
        Assert.Contains("in use", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_and_a_time_narrow_an_export()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.ndjson", """{"resourceType":"Patient","id":"p1"}""" + "\n" + """{"resourceType":"Basic","id":"b1","code":{"text":"x"}}""");
        Assert.Equal(0, (await ServerProcess.RunAsync("import", folder["a.ndjson"], "--data", folder["data"])).ExitCode);

        Assert.Equal(0, (await ServerProcess.RunAsync("export", "--out", folder["basics"], "--type", "Basic", "--data", folder["data"])).ExitCode);
        Assert.Equal(0, (await ServerProcess.RunAsync("export", "--out", folder["later.ndjson"], "--since", "2999-01-01T00:00:00Z", "--data", folder["data"])).ExitCode);

        Assert.Equal(["Basic-00001.ndjson"], Directory.EnumerateFiles(folder["basics"]).Select(Path.GetFileName).Where(static name => name![0] != '.'));
        Assert.StartsWith("""{"resourceType":"Basic","id":"b1",""", await File.ReadAllTextAsync(folder["basics/Basic-00001.ndjson"]), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["later.ndjson"]) && new FileInfo(folder["later.ndjson"]).Length > 0);
    }

    [Theory]
    [InlineData("export")]
    [InlineData("export", "--out", "x", "--versions", "some")]
    [InlineData("export", "--out", "x", "--type", "Patiant")]
    [InlineData("export", "--out", "x", "--since", "yesterday")]
    [InlineData("export", "--out", "x", "more")]
    [InlineData("export", "--out", "x.ndjson", "--compress")]
    public async Task What_can_not_be_understood_ends_with_2(params string[] arguments)
    {
        var (exit, output) = await ServerProcess.RunAsync(arguments);

        Assert.Equal(2, exit);
        Assert.NotEqual("", output.Trim());
    }

    private static async Task<List<string>> HistoryAsync(ServerProcess server)
    {
        using var history = JsonDocument.Parse(await server.Client.GetStringAsync("Patient/_history"));
        return [.. history.RootElement.GetProperty("entry").EnumerateArray().Select(static entry => $"{entry.GetProperty("resource")} {entry.GetProperty("request")} {entry.GetProperty("response")}")];
    }
}
