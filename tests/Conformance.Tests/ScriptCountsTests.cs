// The numbers of scripts and tests in docs/conformance.md are those of tests/Conformance.

using System.Globalization;
using System.Text;
using FhirHub.Tests;

namespace FhirHub.Conformance.Tests;

/// <summary>With <c>FHIRHUB_WRITE_SCRIPTS=1</c> the test writes the table anew, and so passes.</summary>
public class ScriptCountsTests
{
    private const string Heading = "## Scripts\n";
    private const int Least = 400;

    [Fact]
    public async Task The_documentation_tells_how_many_scripts_and_tests_there_are()
    {
        var path = Path.Combine(SharedMaterial.ProjectRoot, "docs", "conformance.md");
        var written = await File.ReadAllTextAsync(path);
        var start = written.IndexOf(Heading, StringComparison.Ordinal);
        Assert.True(start >= 0, $"{path} has no section '{Heading.Trim()}'.");
        var from = written.IndexOf("\n| suite ", start, StringComparison.Ordinal) + 1;
        var to = written.IndexOf("\n\n", from, StringComparison.Ordinal) + 1;

        var told = $"{written[..from]}{Table()}{written[to..]}";
        if (Environment.GetEnvironmentVariable("FHIRHUB_WRITE_SCRIPTS") == "1")
            await File.WriteAllTextAsync(path, told);
        else
            Assert.True(told == written, $"{path} tells other numbers. Run this test with FHIRHUB_WRITE_SCRIPTS=1 to write them anew.\n{Table()}");
    }

    [Fact]
    public void There_are_enough_tests() => Assert.True(ConformanceServer.Scripts.Scripts.Sum(static script => script.Tests.Count) >= Least);

    private static string Table()
    {
        var table = new StringBuilder("| suite | scripts | tests | asserts |\n|---|---|---|---|\n");
        foreach (var suite in ConformanceServer.Scripts.Scripts.GroupBy(Suite).OrderBy(static suite => suite.Key, StringComparer.Ordinal))
            Row(suite.Key, [.. suite]);
        Row("all", ConformanceServer.Scripts.Scripts);
        return table.ToString();

        void Row(string name, IReadOnlyList<TestScript> scripts) => table.Append(
            CultureInfo.InvariantCulture,
            $"| {name} | {scripts.Count:N0} | {scripts.Sum(static script => script.Tests.Count):N0} | {scripts.Sum(static script => script.Tests.Sum(static test => test.Actions.OfType<AssertAction>().Count())):N0} |\n");
    }

    // An actor is a suite of its own.
    private static string Suite(TestScript script)
    {
        var folders = ConformanceServer.PathOf(script).Split('/')[..^1];
        return folders is ["actors", var actor, ..] ? $"actors/{actor}" : folders[0];
    }
}
