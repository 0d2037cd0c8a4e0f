// What the check of a package tells its author, over small packages that are made here.

using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace FhirHub.PackageCompiler.Tests;

public sealed class PackageCheckTests : IDisposable
{
    private const string Outcome = """{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"CODE","details":{"coding":[{"code":"DETAIL"}]},"expression":["Patient"]}]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-package-").FullName;

    public PackageCheckTests()
    {
        Write("package.json", """{"name":"example.package","version":"1.0.0","canonical":"https://fhirhub.dev/fhir"}""");
        Write("structures/born.json", Profile("born"));
        foreach (var id in (string[])["a", "b", "c"])
            Write($"examples/born/{id}.json", Patient(id, "\"birthDate\":\"2000-01-01\""));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_bad_example_without_an_expected_outcome_is_told_with_what_was_found()
    {
        Write("examples/born/bad/unborn.json", Patient("x", "\"active\":true"));
        var errors = await FindAsync();
        Assert.Contains(errors, static error => error.Contains("examples/born/bad/unborn.json", StringComparison.Ordinal) && error.Contains("birthDate", StringComparison.Ordinal));
        Assert.Contains(errors, static error => error.Contains("1 bad examples of 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_example_that_is_valid_is_told()
    {
        Write("examples/born/bad/fine.json", Patient("x", "\"birthDate\":\"2000-01-01\""));
        Write("examples/born/bad/fine.outcome.json", Outcome.Replace("CODE", "required", StringComparison.Ordinal));
        Assert.Contains(await FindAsync(), static error => error.Contains("expected and not found", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_fault_than_the_expected_one_is_told()
    {
        Write("examples/born/bad/unborn.json", Patient("x", "\"active\":true"));
        Write("examples/born/bad/unborn.outcome.json", Outcome.Replace("CODE", "invariant", StringComparison.Ordinal));
        var errors = await FindAsync();
        Assert.Contains(errors, static error => error.Contains("expected and not found", StringComparison.Ordinal));
        Assert.Contains(errors, static error => error.Contains("found and not expected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_good_example_that_is_refused_is_told()
    {
        Write("examples/born/d.json", Patient("d", "\"active\":true"));
        Assert.Contains(await FindAsync(), static error => error.Contains("examples/born/d.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_definition_that_is_said_in_one_language_only_is_told()
    {
        Write("structures/plain.json", Profile("plain").Replace("zh-CN", "en", StringComparison.Ordinal).Replace("\"_title\"", "\"_name\"", StringComparison.Ordinal));
        Assert.Contains(await FindAsync(), static error => error.Contains("title has no Chinese translation", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_resource_is_told_with_its_place()
    {
        Write("structures/odd.json", "{\n \"resourceType\": \"StructureDefinition\", \"colour\": 1 }");
        Assert.Contains(await FindAsync(), static error => error.Contains("structures/odd.json(2,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_guide_does_not_list_is_told_and_so_is_what_is_not_there()
    {
        Write("ig.json", GuideOf("gone"));
        var errors = await FindAsync();
        Assert.Contains(errors, static error => error.Contains("ig.json: StructureDefinition/born is not listed", StringComparison.Ordinal));
        Assert.Contains(errors, static error => error.Contains("ig.json: StructureDefinition/gone is listed and not there", StringComparison.Ordinal));
    }

    [Fact]
    public void The_compiled_guide_lists_good_examples_in_the_group_of_their_profile()
    {
        Write("ig.json", GuideOf("born"));
        Write("examples/born/bad/unborn.json", Patient("x", "\"active\":true"));
        var guide = CompiledPackage.Of(PackageSource.Read(_folder)).Definitions.Single(static definition => definition.File == "ig.json").Resource;
        var listed = JsonNode.Parse(guide.Json.Span)!["definition"]!["resource"]!.AsArray();
        Assert.Equal(
            ["StructureDefinition/born people", "Patient/a people", "Patient/b people", "Patient/c people"],
            listed.Select(static entry => $"{entry!["reference"]!["reference"]} {entry["groupingId"]}"));
        Assert.Equal("https://fhirhub.dev/fhir/StructureDefinition/born", (string?)listed[1]!["exampleCanonical"]);
    }

    [Fact]
    public void The_archive_of_the_same_source_is_the_same_to_the_byte()
    {
        Assert.Equal(Digest("1.tgz"), Digest("2.tgz"));

        string Digest(string name)
        {
            var file = Path.Combine(_folder, name);
            CompiledPackage.Of(PackageSource.Read(_folder)).Write(file);
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
        }
    }

    private static string GuideOf(string id) => $$$"""
        {"resourceType":"ImplementationGuide","id":"example","url":"https://fhirhub.dev/fhir/ImplementationGuide/example","name":"Example","status":"active","packageId":"example.package",
         "fhirVersion":["4.0.1"],"definition":{"grouping":[{"id":"people","name":"People"}],
         "resource":[{"reference":{"reference":"StructureDefinition/{{{id}}}"},"groupingId":"people"}]}}
        """;

    private static string Patient(string id, string rest) =>
        $$"""{"resourceType":"Patient","id":"{{id}}","meta":{"profile":["https://fhirhub.dev/fhir/StructureDefinition/born"]},{{rest}}}""";

    private static string Profile(string id) => $$$"""
        {"resourceType":"StructureDefinition","id":"{{{id}}}","url":"https://fhirhub.dev/fhir/StructureDefinition/{{{id}}}","name":"Born","title":"Born","_title":{"extension":[{
         "url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[{"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":"出生"}]}]},
         "status":"active","description":"With a birth date.","_description":{"extension":[{
         "url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[{"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":"有出生日期"}]}]},
         "fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
         "differential":{"element":[{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}}
        """;

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private async Task<List<string>> FindAsync() =>
        [.. (await new PackageCheck(CompiledPackage.Of(PackageSource.Read(_folder))).RunAsync(null, CancellationToken.None)).Where(static f => f.IsError).Select(static f => f.ToString())];
}
