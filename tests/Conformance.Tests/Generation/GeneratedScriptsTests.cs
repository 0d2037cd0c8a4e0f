// The scripts of tests/Conformance/actors are what the generator makes of profiles/, and nobody has changed them by hand.

using FhirHub.Conformance.Generation;
using FhirHub.Model;
using FhirHub.Tests;

namespace FhirHub.Conformance.Tests;

/// <summary>With <c>FHIRHUB_WRITE_SCRIPTS=1</c> the test writes the scripts anew, and so passes.</summary>
public class GeneratedScriptsTests
{
    private static readonly string s_profiles = Path.Combine(SharedMaterial.ProjectRoot, "profiles");
    private static readonly string s_actors = Path.Combine(ConformanceServer.ScriptRoot, "actors");

    [Fact]
    public async Task The_scripts_of_the_actors_are_those_that_the_generator_makes()
    {
        var actors = Directory.EnumerateFiles(Path.Combine(s_profiles, "actors"), "*.json").Order(StringComparer.Ordinal)
            .Select(static file => Capability.Read(ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree!, file)).ToList();
        var result = await ScriptGenerator.GenerateAsync(actors, Source(), CancellationToken.None);
        Assert.Equal([], result.LeftOut);
        var generated = result.Scripts.ToDictionary(static script => script.Path, static script => script.Content.ToArray());
        if (Environment.GetEnvironmentVariable("FHIRHUB_WRITE_SCRIPTS") == "1")
        {
            if (Directory.Exists(s_actors))
                Directory.Delete(s_actors, recursive: true);
            foreach (var (path, content) in generated)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(s_actors, path))!);
                await File.WriteAllBytesAsync(Path.Combine(s_actors, path), content);
            }
        }

        var committed = Directory.EnumerateFiles(s_actors, "*.json", SearchOption.AllDirectories).Select(static file => Path.GetRelativePath(s_actors, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
        const string Advice = "Run this test with FHIRHUB_WRITE_SCRIPTS=1 to write the scripts anew.";
        Assert.True(committed.SequenceEqual(generated.Keys), $"{s_actors} holds other files than the generator makes. {Advice}");
        foreach (var (path, content) in generated)
        {
            var known = await File.ReadAllBytesAsync(Path.Combine(s_actors, path));
            Assert.True(content.SequenceEqual(known), $"{path} differs from what the generator makes. {Advice}");
        }
    }

    private static GenerationSource Source() => GenerationSource.Read(
        Directory.EnumerateFiles(s_profiles, "*.json", SearchOption.AllDirectories)
            .Select(static file => new PackageEntry(Path.GetRelativePath(s_profiles, file).Replace('\\', '/'), File.ReadAllBytes(file))));
}
