// The verb testscript generate: what it writes, and how it ends.

using FhirHub.Server;
using FhirHub.Server.Tests;

namespace FhirHub.Conformance.Tests;

public sealed class TestScriptGenerateCommandTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhirhub-generate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Scripts_for_a_servers_own_statement_are_written_and_can_be_read()
    {
        Write("package/patient.json", """{"resourceType":"Patient","id":"a","gender":"male","name":[{"family":"A"}]}""");

        // Has nothing that searches by code and value could find.
        Write("package/observation.json", """{"resourceType":"Observation","id":"b","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]}}""");

        Assert.Equal(0, await GenerateAsync($"{server.Base}/metadata", "--package", At("package"), "--out", At("out")));

        var folder = ScriptFolder.Open([At("out")]);
        Assert.Empty(folder.Problems);
        Assert.Equal(["Binary.json", "Endpoint.json", "Observation.json", "Patient.json", "System.json"], folder.Scripts.Select(static script => Path.GetFileName(script.Source)).Order(StringComparer.Ordinal));
        Assert.Contains(folder.Scripts.Single(static script => script.Source.EndsWith("Patient.json", StringComparison.Ordinal)).Tests, static test => test.Name.StartsWith("gender finds", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_package_the_exchanges_own_examples_are_used()
    {
        var file = Write("app.json", """
            {"resourceType":"CapabilityStatement","id":"mine","status":"active","date":"2026","kind":"requirements","fhirVersion":"4.0.1","format":["json"],
             "rest":[{"mode":"client","resource":[{"type":"Slot","interaction":[{"code":"read"}]}]}]}
            """);

        Assert.Equal(0, await GenerateAsync(file, "--out", At("out")));

        Assert.True(File.Exists(At("out/mine/Slot.json")));
    }

    [Fact]
    public async Task What_can_t_be_used_ends_with_2()
    {
        var patient = Write("patient.json", """{"resourceType":"Patient"}""");
        var archive = Write("package.tgz", "this is no archive");
        var twice = Write("twice.json", """
            {"resourceType":"CapabilityStatement","id":"mine","status":"active","date":"2026","kind":"requirements","fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"client"}]}
            """);

        Assert.Equal(2, await GenerateAsync(patient, "--out", At("out")));
        Assert.Equal(2, await GenerateAsync(At("nowhere.json"), "--out", At("out")));
        Assert.Equal(2, await GenerateAsync($"{server.Base}/Patient/nowhere", "--out", At("out")));
        Assert.Equal(2, await GenerateAsync(twice, twice, "--out", At("out")));
        Assert.Equal(2, await GenerateAsync(twice, "--package", archive, "--out", At("out")));
        Assert.Equal(2, await GenerateAsync(twice, "--package", At("nowhere"), "--out", At("out")));
        Assert.Equal(2, await GenerateAsync(twice));
        Assert.False(Directory.Exists(At("out")));
    }

    private static Task<int> GenerateAsync(params string[] arguments) => FhirHubCommand.RunAsync(["testscript", "generate", .. arguments]);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), content);
        return At(name);
    }
}
