// The official GraphQL cases of R4, run over HTTP against the resources that they name.

using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests.GraphQL;

public class OfficialGraphQLTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    // docs/conformance.md argues each.
    private static readonly HashSet<string> Exceptions = ["extension-simple", "reference-optional", "search-full"];

    [Fact]
    public async Task The_official_cases_pass()
    {
        if (SharedMaterial.Folder("suites") is not { } suites)
        {
            output.WriteLine("../shared is not there; the official GraphQL cases were not run.");
            return;
        }

        var r4 = Path.Combine(suites, "suites", "fhir-test-cases", "r4");
        var folder = Path.Combine(r4, "graphql");
        foreach (var file in new[]
        {
            "patient-example.xml", "patient-example-xds.xml", "observation-example.xml", "observation-example-20minute-apgar-score.xml",
            "medicationdispenseexample8.xml", "condition-example.xml", "list-example-long.xml",
        })
        {
            await StoreAsync(Path.Combine(r4, file));
        }

        // The glossy patient is active too, and the searches for active patients don't know of it.
        var cases = XDocument.Load(Path.Combine(folder, "manifest.xml")).Root!.Elements("test").OrderBy(t => t.Attribute("resource")?.Value == "patient-glossy-example");
        var failed = new List<string>();
        var count = 0;
        foreach (var test in cases)
        {
            if (test.Attribute("resource")?.Value == "patient-glossy-example")
                await StoreAsync(Path.Combine(r4, "patient-glossy-example.xml"));
            count++;
            var name = test.Attribute("name")!.Value;
            if (await FailureAsync(folder, test) is { } failure)
            {
                output.WriteLine($"{name}: {failure}");
                failed.Add(name);
            }
        }

        output.WriteLine($"{count - failed.Count} of {count} cases pass.");
        Assert.Equal(Exceptions.Order(StringComparer.Ordinal), failed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_official_parser_cases_are_read()
    {
        if (SharedMaterial.Folder("suites") is not { } suites)
        {
            output.WriteLine("../shared is not there; the official parser cases were not run.");
            return;
        }

        var file = Path.Combine(suites, "suites", "fhir-test-cases", "r4", "graphql", "parser-tests.gql");
        var cases = ("\n" + File.ReadAllText(file).ReplaceLineEndings("\n")).Split("\n#### ", StringSplitOptions.RemoveEmptyEntries);
        foreach (var test in cases)
        {
            var end = test.IndexOf('\n', StringComparison.Ordinal);
            Assert.NotEmpty(FhirHub.Server.GraphQL.GraphQLParser.Parse(test[end..]).Operations);
        }

        output.WriteLine($"{cases.Length} queries are read.");
        Assert.True(cases.Length > 15);
    }

    private async Task StoreAsync(string file)
    {
        var document = XDocument.Parse(await File.ReadAllTextAsync(file));

        // The suite's Observation has status in front of extension, which the schema of R4 forbids.
        if (document.Root!.Elements().FirstOrDefault(e => e.Name.LocalName == "extension") is { } extension
            && document.Root.Elements().FirstOrDefault(e => e.Name.LocalName == "status") is { } status
            && status.IsBefore(extension))
        {
            extension.Remove();
            status.AddBeforeSelf(extension);
        }

        var id = document.Root.Elements().First(e => e.Name.LocalName == "id").Attribute("value")!.Value;
        var response = await server.Client.SendAsync("PUT", $"{document.Root.Name.LocalName}/{id}", document.ToString(SaveOptions.DisableFormatting), "application/fhir+xml");
        Assert.True(response.IsSuccessStatusCode, $"{file}: {await response.Content.ReadAsStringAsync()}");
    }

    private async Task<string?> FailureAsync(string folder, XElement test)
    {
        var query = await File.ReadAllTextAsync(Path.Combine(folder, test.Attribute("source")!.Value));

        // The manifest names two of the resources by the ids of older files.
        var context = test.Attribute("context")!.Value
            .Replace("meddisp008", "meddisp0308", StringComparison.Ordinal).Replace("List/example-long", "List/long", StringComparison.Ordinal);
        var body = new JsonObject { ["query"] = query };
        if (test.Attribute("operation") is { } operation)
        {
            body["operationName"] = operation.Value;
            body["variables"] = new JsonObject { ["var"] = true };
        }

        var response = await server.Client.SendAsync("POST", context.Length == 0 ? "$graphql" : context, body.ToJsonString(), "application/json");
        var answer = await response.JsonAsync();
        if (test.Attribute("output")!.Value == "$error")
            return answer["errors"] is null ? $"no error: {answer.ToJsonString()}" : null;
        var expected = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, test.Attribute("output")!.Value)));
        return JsonNode.DeepEquals(expected, answer["data"]) && answer["errors"] is null ? null : answer.ToJsonString();
    }
}
