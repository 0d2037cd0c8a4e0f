// The verb terminology import as a user runs it: a process, its output, its exit code, and what a server then answers.

using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace FhirHub.Tests.CommandLine;

public class TerminologyCommandTests
{
    private const string System = "http://example.org/icd";

    [Fact]
    public async Task Versions_stand_side_by_side_and_the_latest_answers()
    {
        using var folder = new TemporaryFolder();
        folder.Write("2024.csv", "code,name,parent\nA,Infections,\nA00,Cholera,A\nA01,Typhoid,A\n");
        folder.Write("2025.csv", "code,name,parent\nA,Infections,\nA00,Cholera (changed),A\nA02,Salmonella,A\n");

        var (exit, output) = await ImportAsync(folder, "2024.csv", "--system", System, "--system-version", "2024", "--title", "Our ICD");
        Assert.Equal((0, true), (exit, output.Contains("3 concepts", StringComparison.Ordinal)));
        (exit, output) = await ImportAsync(folder, "2025.csv", "--system", System, "--system-version", "2025", "--changes", folder["changes.tsv"]);

        Assert.Equal(0, exit);
        Assert.Contains("Since 2024: 1 added, 1 removed, 1 changed display.", output, StringComparison.Ordinal);
        Assert.Contains("Cholera -> Cholera (changed)", output, StringComparison.Ordinal);
        Assert.Contains($"{System}\t2024\t2025\tremoved\tA01\tTyphoid\t", await File.ReadAllTextAsync(folder["changes.tsv"]), StringComparison.Ordinal);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Equal("Cholera (changed)", await DisplayAsync(server, "A00"));
        Assert.Equal("Cholera", await DisplayAsync(server, "A00", "&version=2024"));
        Assert.Contains("\"valueCode\":\"subsumes\"", await server.Client.GetStringAsync($"CodeSystem/$subsumes?system={System}&codeA=A&codeB=A02"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_imported_system_shows_as_a_resource_without_its_concepts()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.csv", "code,name\n1,One\n2,Two\n");
        Assert.Equal(0, (await ImportAsync(folder, "x.csv", "--system", System, "--system-version", "1", "--title", "Ours")).ExitCode);

        using var server = await ServerProcess.StartAsync(folder["data"]);
        using var found = JsonDocument.Parse(await server.Client.GetStringAsync($"CodeSystem?url={System}"));
        var resource = Assert.Single(found.RootElement.GetProperty("entry").EnumerateArray()).GetProperty("resource");
        Assert.Equal("not-present", resource.GetProperty("content").GetString());
        Assert.Equal(2, resource.GetProperty("count").GetInt32());
        Assert.Equal("1", resource.GetProperty("version").GetString());
        Assert.Equal("Ours", resource.GetProperty("title").GetString());
        Assert.False(resource.TryGetProperty("concept", out _));
    }

    [Theory]
    [InlineData("%3C%3C%201000002", "Pain Headache")]
    [InlineData("%253C%253C%25201000002", "Pain Headache")]
    [InlineData("%3C1000001%20MINUS%201000002%20%7CPain%7C", "Headache")]
    public async Task Expressions_in_the_urls_of_value_sets_select_concepts_of_an_imported_edition(string expression, string displays)
    {
        using var folder = new TemporaryFolder();
        folder.Write("sct.csv", "code,name,parent\n1000001,Finding,\n1000002,Pain,1000001\n1000003,Headache,1000002\n");
        Assert.Equal(0, (await ImportAsync(folder, "sct.csv", "--system", "http://snomed.info/sct", "--system-version", "http://snomed.info/sct/1/version/20240301")).ExitCode);

        using var server = await ServerProcess.StartAsync(folder["data"]);
        var expanded = await server.Client.GetStringAsync($"ValueSet/$expand?url=http://snomed.info/sct?fhir_vs=ecl/{expression}&excludeNested=true");
        using var document = JsonDocument.Parse(expanded);
        Assert.Equal(displays, string.Join(' ', document.RootElement.GetProperty("expansion").GetProperty("contains").EnumerateArray().Select(static one => one.GetProperty("display").GetString())));
    }

    [Fact]
    public async Task What_is_imported_is_skipped_and_a_changed_file_is_not()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.csv", "code,name\n1,One\n");
        string[] arguments = ["x.csv", "--system", System, "--system-version", "1"];
        Assert.Equal(0, (await ImportAsync(folder, arguments)).ExitCode);

        var (exit, output) = await ImportAsync(folder, arguments);
        Assert.Equal(0, exit);
        Assert.Contains("is imported already", output, StringComparison.Ordinal);
        folder.Write("x.csv", "code,name\n1,One\n2,Two\n");
        (exit, output) = await ImportAsync(folder, arguments);
        Assert.Equal(0, exit);
        Assert.Contains("Since 1: 1 added.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_fails_is_named_and_the_others_are_imported()
    {
        using var folder = new TemporaryFolder();
        folder.Write("bad.csv", "code,name\n1,One\n1,Two\n");
        folder.Write("icd10.xml", """<ClaML version="2.0.0"><Title name="ICD-10" version="2019"/><Class code="A00" kind="category"><Rubric kind="preferred"><Label xml:lang="en">Cholera</Label></Rubric></Class></ClaML>""");

        var (exit, output) = await ServerProcess.RunAsync("terminology", "import", folder["bad.csv"], folder["icd10.xml"], "--data", folder["data"]);

        // What a file does not say of itself is asked for.
        Assert.Equal(1, exit);
        Assert.Contains("say the system", output, StringComparison.Ordinal);
        Assert.Contains("http://hl7.org/fhir/sid/icd-10 2019", output, StringComparison.Ordinal);
        (exit, output) = await ImportAsync(folder, "bad.csv", "--system", System);
        Assert.Equal(1, exit);
        Assert.Contains("bad.csv:3: the code '1' is there twice", output, StringComparison.Ordinal);
        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Contains("Cholera", await server.Client.GetStringAsync("CodeSystem/$lookup?system=http://hl7.org/fhir/sid/icd-10&code=A00"), StringComparison.Ordinal);
        Assert.Contains("\"total\":0", await server.Client.GetStringAsync($"CodeSystem?url={System}&_total=accurate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_fhir_package_the_terminology_is_imported()
    {
        using var folder = new TemporaryFolder();
        Package(folder["one.tgz"], "1.0.0");
        Package(folder["two.tgz"], "2.0.0");
        Assert.Equal(0, (await ServerProcess.RunAsync("terminology", "import", folder["one.tgz"], folder["two.tgz"], "--data", folder["data"])).ExitCode);

        using var server = await ServerProcess.StartAsync(folder["data"]);
        Assert.Contains("\"total\":2", await server.Client.GetStringAsync("CodeSystem?url=http://example.org/colours&_total=accurate"), StringComparison.Ordinal);
        Assert.Contains("\"total\":0", await server.Client.GetStringAsync("StructureDefinition?url=http://example.org/x&_total=accurate"), StringComparison.Ordinal);
        Assert.Contains("Red of 2.0.0", await server.Client.GetStringAsync("CodeSystem/$lookup?system=http://example.org/colours&code=red"), StringComparison.Ordinal);
        Assert.Contains("Red of 1.0.0", await server.Client.GetStringAsync("CodeSystem/$lookup?system=http://example.org/colours&code=red&version=1.0.0"), StringComparison.Ordinal);
        Assert.Contains("\"version\":\"1.0.0\"", await server.Client.GetStringAsync("CodeSystem/colours"), StringComparison.Ordinal);
        Assert.Contains("\"version\":\"2.0.0\"", await server.Client.GetStringAsync("CodeSystem/colours-2.0.0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.csv", "code,name\n1,One\n");
        Assert.Equal(2, (await ImportAsync(folder, "x.csv", "--map", "colour=Red")).ExitCode);
        Assert.Equal(2, (await ImportAsync(folder, "x.csv", "--date", "20241399")).ExitCode);
        Assert.Equal(2, (await ServerProcess.RunAsync("terminology", "import", folder["none.csv"], "--data", folder["data"])).ExitCode);
        Assert.Equal(2, (await ServerProcess.RunAsync("terminology", "import")).ExitCode);
    }

    private static Task<(int ExitCode, string Output)> ImportAsync(TemporaryFolder folder, params string[] arguments) =>
        ServerProcess.RunAsync(["terminology", "import", folder[arguments[0]], .. arguments[1..], "--data", folder["data"]]);

    private static async Task<string?> DisplayAsync(ServerProcess server, string code, string more = "")
    {
        using var answer = JsonDocument.Parse(await server.Client.GetStringAsync($"CodeSystem/$lookup?system={System}&code={code}{more}"));
        return answer.RootElement.GetProperty("parameter").EnumerateArray().First(static part => part.GetProperty("name").GetString() == "display").GetProperty("valueString").GetString();
    }

    private static void Package(string path, string version)
    {
        using var tar = new TarWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
        void Add(string name, string json) =>
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"package/{name}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(json)) });
        Add("package.json", $$"""{"name":"example.colours","version":"{{version}}"}""");
        Add("CodeSystem-colours.json", $$"""{"resourceType":"CodeSystem","id":"colours","url":"http://example.org/colours","version":"{{version}}","status":"active","content":"complete","concept":[{"code":"red","display":"Red of {{version}}"}]}""");
        Add("ValueSet-colours.json", $$"""{"resourceType":"ValueSet","id":"colours","url":"http://example.org/vs/colours","version":"{{version}}","status":"active"}""");
        Add("StructureDefinition-x.json", """{"resourceType":"StructureDefinition","id":"x","url":"http://example.org/x","name":"X","status":"active","kind":"resource","abstract":false,"type":"Patient"}""");
    }
}
