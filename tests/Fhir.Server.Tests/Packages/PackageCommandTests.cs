// The verb package as a user runs it: a process, its output, its exit code, and what a server then answers.

using FhirHub.Tests;

namespace FhirHub.Server.Tests.Packages;

public class PackageCommandTests
{
    [Fact]
    public async Task A_package_is_added_with_what_it_needs_listed_and_removed()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.c", "1.0.3").UnpackInto(folder[".fhir/packages"]);
        TestPackage.Simple("t.b", "1.0.0", "t.c#1.0.x").PackInto(folder["from"]);
        var file = TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0").PackInto(folder.Path);

        var (exit, output) = await RunAsync(folder, "add", file, "--from", folder["from"]);
        Assert.Equal("", string.Join('\n', Lines(output).Where(static line => !line.EndsWith("1 resources are live.", StringComparison.Ordinal))));
        Assert.Equal(["t.c#1.0.3", "t.b#1.0.0", "t.a#1.0.0"], Lines(output).Select(static line => line.Split(':')[0]));
        Assert.Equal(0, exit);
        (exit, output) = await RunAsync(folder, "add", "t.a", "--from", folder["from"], "--from", folder.Path);
        Assert.Equal((0, true), (exit, output.Contains("t.a#1.0.0: 1 resources, which were all there.", StringComparison.Ordinal)));
        (exit, output) = await RunAsync(folder, "list");
        Assert.Equal(0, exit);
        Assert.Contains("t.b#1.0.0  1 resources  http://example.org/t.b/ImplementationGuide/t.b|1.0.0", output, StringComparison.Ordinal);
        Assert.Contains("  needs t.c#1.0.3", output, StringComparison.Ordinal);

        (exit, output) = await RunAsync(folder, "remove", "t.c#1.0.3");
        Assert.Equal((1, true), (exit, output.Contains("t.b#1.0.0 needs t.c#1.0.3", StringComparison.Ordinal)));
        (exit, output) = await RunAsync(folder, "remove", "t.a#1.0.0", "t.b#1.0.0", "t.c#1.0.3");
        Assert.Equal((0, true), (exit, output.Contains("removed, with 3 resources", StringComparison.Ordinal)));
        Assert.Contains("No packages are loaded.", (await RunAsync(folder, "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_package_whose_dependency_is_missing_nothing_is_added()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "1.0.0", "t.none#1.0.0").PackInto(folder.Path);
        var (exit, output) = await RunAsync(folder, "add", TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0").PackInto(folder.Path), "--from", folder.Path);
        Assert.Equal(1, exit);
        Assert.Contains("t.b#1.0.0 needs t.none#1.0.0, which is missing.", output, StringComparison.Ordinal);
        Assert.Contains(folder[".fhir/packages"], output, StringComparison.Ordinal);
        Assert.Contains("No packages are loaded.", (await RunAsync(folder, "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_parameters_are_searchable_when_the_verb_ends()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["p.json"], """{"resourceType":"Patient","id":"p","extension":[{"url":"urn:motto","valueString":"Festina lente"}]}""");
        Assert.Equal(0, (await ServerProcess.RunAsync("import", folder["p.json"], "--data", folder["data"])).ExitCode);
        var package = new TestPackage("t.a", "1.0.0")
            .With("""{"resourceType":"SearchParameter","id":"motto","url":"urn:sp:motto","name":"motto","status":"active","description":"d","code":"motto","base":["Patient"],"type":"string","expression":"Patient.extension('urn:motto').value"}""")
            .With("""{"resourceType":"SearchParameter","id":"mine","url":"urn:sp:birthdate","name":"mine","status":"active","description":"d","code":"birthdate","base":["Patient"],"type":"date","expression":"Patient.nowhere"}""");
        var (exit, output) = await RunAsync(folder, "add", package.PackInto(folder.Path));
        Assert.Equal(0, exit);
        Assert.Contains("1 resources indexed", output, StringComparison.Ordinal);
        Assert.Contains("SearchParameter/mine is stored and not used: R4 defines birthdate of Patient itself", output, StringComparison.Ordinal);

        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Contains("\"id\":\"p\"", await server.Client.GetStringAsync("Patient?motto=festina"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_server_has_the_folder_packages_are_sent_to_it()
    {
        using var folder = new TemporaryFolder();
        TestPackage.Simple("t.b", "1.0.0", "t.c#1.0.0").UnpackInto(folder["from"]);
        TestPackage.Simple("t.c", "1.0.0", "t.b#1.0.0").PackInto(folder["from"]);
        var file = TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0").With("""{"resourceType":"ValueSet","id":"faulty"}""").PackInto(folder.Path);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        var (exit, output) = await RunAsync(folder, "add", file, "--from", folder["from"]);
        Assert.Equal((1, true), (exit, output.Contains("--server http://127.0.0.1:8080/fhir", StringComparison.Ordinal)));

        var address = server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        (exit, output) = await RemoteAsync(folder, "add", file, "--from", folder["from"], "--server", address);
        Assert.Equal(1, exit);
        Assert.Contains("ValueSet-faulty.json is not loaded: ValueSet.status is missing", output, StringComparison.Ordinal);
        Assert.Contains("t.a#1.0.0: 1 resources are live.", output, StringComparison.Ordinal);
        Assert.Contains("\"total\":3", await server.Client.GetStringAsync("ValueSet?_total=accurate"), StringComparison.Ordinal);
        Assert.Contains("t.c#1.0.0", (await RemoteAsync(folder, "list", "--server", address)).Output, StringComparison.Ordinal);
        (exit, output) = await RemoteAsync(folder, "remove", "t.b#1.0.0", "--server", address);
        Assert.Equal((1, true), (exit, output.Contains("t.a#1.0.0 needs t.b#1.0.0", StringComparison.Ordinal)));
        (exit, output) = await RemoteAsync(folder, "remove", "t.a#1.0.0", "t.b#1.0.0", "t.c#1.0.0", "--server", address);
        Assert.Equal((0, true), (exit, output.Contains("with 3 resources", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, (await RunAsync(folder, "add")).ExitCode);
        Assert.Equal(2, (await RunAsync(folder, "add", folder["none.tgz"])).ExitCode);
        Assert.Equal(2, (await RunAsync(folder, "add", "--nonsense")).ExitCode);
        Assert.Equal(2, (await RunAsync(folder, "remove", "t.a")).ExitCode);
        Assert.Equal(2, (await RemoteAsync(folder, "list", "--server", "nowhere")).ExitCode);
        Assert.Equal(1, (await RemoteAsync(folder, "list", "--server", "http://127.0.0.1:1")).ExitCode);
        var (exit, output) = await RunAsync(folder, "add", "t.none#1.0.0");
        Assert.Equal((1, true), (exit, output.Contains(folder[".fhir/packages"], StringComparison.Ordinal)));
        (exit, output) = await RunAsync(folder, "add", "hl7.fhir.r4.core#4.0.1", "hl7.fhir.r4.expansions");
        Assert.Equal((0, true), (exit, output.Contains("is built in", StringComparison.Ordinal)));
        (exit, output) = await RunAsync(folder, "add", folder.Write("x.tgz", "no archive"));
        Assert.Equal((1, true), (exit, output.Contains("can't be read as a package", StringComparison.Ordinal)));
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Task<(int ExitCode, string Output)> RunAsync(TemporaryFolder folder, params string[] arguments) =>
        RemoteAsync(folder, [.. arguments, "--data", folder["data"]]);

    private static Task<(int ExitCode, string Output)> RemoteAsync(TemporaryFolder folder, params string[] arguments) =>
        ServerProcess.RunWithAsync([("HOME", folder.Path)], ["package", .. arguments]);
}
