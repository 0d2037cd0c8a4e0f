// Scripts of others, run unchanged against a server of ours in this process.

using FhirHub.Server.Tests;

namespace FhirHub.Conformance.Tests;

/// <summary>A server that starts empty, and what scripts of a folder come to on it.</summary>
public sealed class ForeignRun : ServerFixture
{
    /// <summary>Gives the server resources as a user would before a run.</summary>
    public async Task LoadAsync(params IEnumerable<string> resources)
    {
        foreach (var resource in resources)
        {
            var node = System.Text.Json.Nodes.JsonNode.Parse(resource)!;
            var response = await Client.SendAsync("PUT", $"{node["resourceType"]}/{node["id"]}", resource);
            Assert.True(response.IsSuccessStatusCode, $"{node["resourceType"]}/{node["id"]}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Runs the scripts of some paths one after another.</summary>
    /// <param name="folder">The scripts.</param>
    /// <param name="readFixture">Reads a fixture; from the scripts' folder if null.</param>
    /// <param name="variables">What the user gives; nothing if null.</param>
    /// <returns>For each test a line: the script's file, the test, how it ended, and the first message of a step that is not passed.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(ScriptFolder folder, Func<string, Payload?>? readFixture = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var destination = new Destination(new Uri(Base)) { Name = "the server" };
        var engine = new TestScriptEngine(new EngineOptions
        {
            Destinations = [destination, destination],
            Definitions = new PackageDefinitions([]),
            ReadFixture = readFixture is null ? folder.ReadFixtureAsync : (_, reference, _) => ValueTask.FromResult(readFixture(reference)),
            FindScript = folder.FindScriptAsync,
            Variables = variables ?? new Dictionary<string, string>(),
        });
        var lines = new List<string>();
        foreach (var script in folder.Scripts)
        {
            var report = await engine.RunAsync(script, null, CancellationToken.None);
            var file = Path.GetFileName(script.Source);
            if (report.Setup.FirstOrDefault(static step => step.Result is StepResult.Fail or StepResult.Error or StepResult.Skip) is { } failed)
                lines.Add($"{file} | setup | {failed.Result}: {failed.Message}");
            foreach (var test in report.Tests)
            {
                var step = test.Steps.FirstOrDefault(step => step.Result == test.Result && step.Result is not StepResult.Pass);
                lines.Add($"{file} | {test.Test.Name} | {test.Result}{(step is null ? "" : $": {step.Message}")}");
            }
        }

        return lines;
    }

    /// <summary>Asserts that there are those lines in that order, each beginning as is expected.</summary>
    public static void AssertLines(IReadOnlyList<string> expected, IReadOnlyList<string> lines)
    {
        for (var i = 0; i < Math.Min(expected.Count, lines.Count); i++)
            Assert.StartsWith(expected[i], lines[i], StringComparison.Ordinal);
        Assert.Equal(expected.Count, lines.Count);
    }
}
