// What the documents show as an example is sent to the server: it takes every one.

using System.Text.RegularExpressions;
using FhirHub.Model;
using FhirHub.Server.OpenApi;
using FhirHub.Server.Tests;

namespace FhirHub.OpenApi.Tests;

public partial class ExampleTests(OpenFixture fixture) : IClassFixture<OpenFixture>
{
    [Fact]
    public async Task The_example_of_every_type_can_be_created()
    {
        var examples = (await fixture.DocumentAsync(ApiDocuments.Fhir))["components"]!["examples"]!.AsObject();
        Assert.Equal(Schema.R4.ResourceTypes.Count, examples.Count);
        var refused = new List<string>();
        foreach (var (type, example) in examples)
        {
            using var answer = await fixture.Client.SendAsync("POST", type, example!["value"]!.ToJsonString());
            if ((int)answer.StatusCode != 201)
                refused.Add($"{type}: {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.True(refused.Count == 0, string.Join('\n', refused));
    }

    [Fact]
    public async Task Every_search_parameter_takes_the_value_that_its_description_shows()
    {
        var document = await fixture.DocumentAsync(ApiDocuments.Fhir);
        var refused = new List<string>();
        var sent = 0;
        foreach (var type in Schema.R4.ResourceTypes.Select(static type => type.Name))
        {
            foreach (var reference in document["paths"]![$"/fhir/{type}"]!["get"]!["parameters"]!.AsArray())
            {
                var parameter = OpenApiFixture.Resolve(document, reference!);
                if (Example().Match((string?)parameter["description"] ?? "") is not { Success: true } example)
                    continue;
                sent++;
                using var answer = await fixture.Client.SendAsync("GET", $"{type}?{parameter["name"]}={Uri.EscapeDataString(example.Groups[1].Value)}", null, headers: ("Prefer", "handling=strict"));
                if ((int)answer.StatusCode != 200)
                    refused.Add($"{type}?{parameter["name"]}={example.Groups[1].Value}: {await answer.Content.ReadAsStringAsync()}");
            }
        }

        Assert.True(refused.Count == 0, string.Join('\n', refused.Take(40)));
        Assert.True(sent > 4_000, $"{sent}");
    }

    [Fact]
    public async Task A_search_parameter_that_is_added_is_documented_when_it_can_be_searched_by()
    {
        var before = await fixture.DocumentAsync(ApiDocuments.Fhir);
        Assert.False(before["components"]!["parameters"]!.AsObject().ContainsKey("search.Patient.shoe-size"));
        const string Parameter = """
            {"resourceType":"SearchParameter","url":"https://example.org/SearchParameter/shoe-size","name":"ShoeSize","status":"active","description":"d","code":"shoe-size","base":["Patient"],
            "type":"token","expression":"Patient.maritalStatus"}
            """;
        await fixture.Client.CreateAsync("SearchParameter", Parameter);
        using var reindexed = await fixture.Client.SendAsync("POST", "$reindex", null);
        Assert.True(reindexed.IsSuccessStatusCode);
        for (var tries = 0; tries < 600; tries++)
        {
            var after = await fixture.DocumentAsync(ApiDocuments.Fhir);
            if (after["components"]!["parameters"]!["search.Patient.shoe-size"] is { } added)
            {
                Assert.Contains("https://example.org/SearchParameter/shoe-size", (string)added["description"]!, StringComparison.Ordinal);
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("The parameter never came into the document.");
    }

    [GeneratedRegex("Example: `([^`]+)`", RegexOptions.None, 1_000)]
    private static partial Regex Example();
}
