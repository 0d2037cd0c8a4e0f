// Observation/$lastn: the groups and ties of R4's definition, on its own table of examples.

using System.Text.Json.Nodes;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests.Operations;

public class LastObservationsTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    // The table of observation-operation-lastn.html: codes of three observations, and the groups that they make.
    [Theory]
    [InlineData("a", "b", "c", 3)]
    [InlineData("a", "b", "a,c", 2)]
    [InlineData("a", "b", "a,b", 1)]
    public async Task Translations_join_groups(string first, string second, string third, int groups)
    {
        var patient = await PatientAsync();
        foreach (var codes in new[] { first, second, third })
        {
            var codings = string.Join(',', codes.Split(',').Select(c => $$"""{"system":"urn:s","code":"{{c}}"}"""));
            await ObserveAsync(patient, $$"""{"coding":[{{codings}}]}""", "2020-01-01");
        }

        // All are of the same time, so each group answers all of its own: the number of groups shows where times differ.
        var bundle = await LastAsync($"patient={patient}&category=lab");
        Assert.Equal(3, bundle.Count);
        await ObserveAsync(patient, $$"""{"coding":[{"system":"urn:s","code":"{{first.Split(',')[0]}}"}]}""", "2020-01-02");
        Assert.Equal(groups, (await LastAsync($"patient={patient}&category=lab")).Count);
    }

    [Fact]
    public async Task Texts_are_compared_as_they_are_and_systems_matter()
    {
        var patient = await PatientAsync();
        foreach (var text in new[] { "textM", "Text", "t e x t" })
            await ObserveAsync(patient, $$"""{"text":"{{text}}"}""", "2020-01-01");
        await ObserveAsync(patient, """{"coding":[{"system":"urn:1","code":"x"}]}""", "2020-01-01");
        await ObserveAsync(patient, """{"coding":[{"system":"urn:2","code":"x"}],"text":"Text"}""", "2020-01-01");
        await ObserveAsync(patient, """{"text":"Text"}""", "2019-01-01");
        Assert.Equal(5, (await LastAsync($"subject=Patient/{patient}&category=lab")).Count);
    }

    [Fact]
    public async Task Max_is_per_group_with_ties_and_the_most_recent_comes_first()
    {
        var patient = await PatientAsync();
        const string weight = """{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}""";
        const string height = """{"coding":[{"system":"http://loinc.org","code":"8302-2"}]}""";
        foreach (var day in new[] { "01", "02", "03", "03", "05", "06" })
            await ObserveAsync(patient, weight, $"2020-01-{day}");
        await ObserveAsync(patient, height, "2020-01-04");

        Assert.Equal(["2020-01-06", "2020-01-04"], await LastAsync($"patient={patient}&category=lab"));
        Assert.Equal(["2020-01-06", "2020-01-05", "2020-01-04", "2020-01-03", "2020-01-03"], await LastAsync($"patient={patient}&category=lab&max=3"));
        Assert.Equal(["2020-01-06", "2020-01-05"], await LastAsync($"patient={patient}&code=http://loinc.org|29463-7&max=2"));
        Assert.Equal(["2020-01-02"], await LastAsync($"patient={patient}&code=29463-7&date=lt2020-01-03"));
        Assert.Empty(await LastAsync($"patient={patient}&code=none"));
    }

    [Fact]
    public async Task Parameters_may_come_in_a_body_and_includes_are_followed()
    {
        var patient = await PatientAsync();
        await ObserveAsync(patient, """{"text":"c"}""", "2020-01-01");
        var answer = await server.Client.SendAsync("POST", "Observation/$lastn", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"patient","valueString":"{{{patient}}}"},{"name":"category","valueString":"lab"},
            {"name":"max","valuePositiveInt":2},{"name":"_include","valueString":"Observation:subject"}]}
            """);
        var bundle = await answer.JsonAsync();
        Assert.Equal("searchset", (string?)bundle["type"]);
        Assert.Equal(1, (int)bundle["total"]!);
        Assert.Equal(["match", "include"], bundle["entry"]!.AsArray().Select(e => (string)e!["search"]!["mode"]!));
        Assert.Contains("max=2", (string)bundle["link"]![0]!["url"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("category=lab", "required")]
    [InlineData("patient=x", "required")]
    [InlineData("patient=x&status=final", "required")]
    [InlineData("patient=x&category=lab&max=0", "value")]
    [InlineData("patient=x&category=lab&_sort=date", "not-supported")]
    [InlineData("patient=x&category=lab&colour=red", "not-supported")]
    public async Task What_R4_requires_is_asked_for(string query, string code) =>
        await (await server.Client.GetAsync($"Observation/$lastn?{query}")).FailsAsync(400, code);

    [Fact]
    public async Task The_official_examples_group_by_their_codes()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("No official examples beside the project; nothing was compared.");
            return;
        }

        // Of the vital signs of Patient/example, the last of each code.
        var expected = new Dictionary<string, string>();
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "r4-json"), "Observation-*.json").Order(StringComparer.Ordinal))
        {
            var json = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
            var sent = await server.Client.SendAsync("PUT", $"Observation/{json["id"]}", json.ToJsonString());

            // A few examples break R4's own rules and are not taken.
            if (sent.IsSuccessStatusCode && (string?)json["subject"]?["reference"] == "Patient/example" && json["effectiveDateTime"] is { } time
                && json["category"]?.AsArray().Any(c => c!["coding"]!.AsArray().Any(k => (string?)k!["code"] == "vital-signs")) == true)
            {
                var code = (string)json["code"]!["coding"]![0]!["code"]!;
                if (!expected.TryGetValue(code, out var last) || string.CompareOrdinal((string)time!, last) > 0)
                    expected[code] = (string)time!;
            }
        }

        var found = await (await server.Client.GetAsync("Observation/$lastn?patient=Patient/example&category=vital-signs")).JsonAsync();
        var entries = found["entry"]!.AsArray();
        output.WriteLine($"{entries.Count} observations of {expected.Count} codes.");
        foreach (var entry in entries)
        {
            var resource = entry!["resource"]!;
            if ((string?)resource["effectiveDateTime"] is { } time)
                Assert.Equal(expected[(string)resource["code"]!["coding"]![0]!["code"]!], time);
        }

        Assert.NotEmpty(entries);
    }

    private async Task<string> PatientAsync() => (await server.Client.CreateAsync("Patient", """{"resourceType":"Patient"}""")).Id;

    private async Task ObserveAsync(string patient, string code, string date) => await server.Client.CreateAsync("Observation", $$"""
        {"resourceType":"Observation","status":"final","category":[{"coding":[{"code":"lab"}]}],"code":{{code}},
        "subject":{"reference":"Patient/{{patient}}"},"effectiveDateTime":"{{date}}"}
        """);

    private async Task<List<string>> LastAsync(string query)
    {
        var answer = await server.Client.GetAsync($"Observation/$lastn?{query}");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return [.. ((await answer.JsonAsync())["entry"]?.AsArray() ?? []).Select(e => (string)e!["resource"]!["effectiveDateTime"]!)];
    }
}
