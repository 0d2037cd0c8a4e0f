using System.Net;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class SearchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_search_gives_a_searchset_with_self_link_full_urls_and_modes()
    {
        var tag = await CreatePatientsAsync(3);
        var bundle = await GetAsync($"Patient?_tag={tag}&_sort=family&_total=accurate");
        Assert.Equal("searchset", (string?)bundle["type"]);
        Assert.Equal(3, (int)bundle["total"]!);
        Assert.Equal($"{server.Base}/Patient?_tag={tag}&_sort=family&_total=accurate", Link(bundle, "self"));
        Assert.Null(Link(bundle, "next"));
        Assert.Equal(["F00", "F01", "F02"], Families(bundle));
        var entry = bundle["entry"]![0]!;
        Assert.Equal($"{server.Base}/Patient/{(string?)entry["resource"]!["id"]}", (string?)entry["fullUrl"]);
        Assert.Equal("match", (string?)entry["search"]!["mode"]);
    }

    [Fact]
    public async Task A_parameter_that_shares_its_values_with_another_finds_sorts_and_misses_them()
    {
        var tag = await CreatePatientsAsync(2);
        Assert.Equal(["F01"], Families(await GetAsync($"Patient?_tag={tag}&phonetic=f01")));
        Assert.Equal(["F01", "F00"], Families(await GetAsync($"Patient?_tag={tag}&phonetic:missing=false&_sort=-phonetic")));
        Assert.Empty(Families(await GetAsync($"Patient?_tag={tag}&phonetic:missing=true")));
    }

    [Fact]
    public async Task A_reference_by_the_address_that_the_search_is_sent_to_is_one_to_a_resource_here()
    {
        var tag = await CreatePatientsAsync(1);
        var patient = (string)(await GetAsync($"Patient?_tag={tag}"))["entry"]![0]!["resource"]!["id"]!;
        using var made = await server.Client.SendAsync(
            "POST", "Observation", $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{patient}}"} }""");
        Assert.True(made.IsSuccessStatusCode);
        Assert.Single((await GetAsync($"Observation?subject={server.Base}/Patient/{patient}"))["entry"]!.AsArray());
        Assert.Null((await GetAsync($"Observation?subject=http://elsewhere.example/fhir/Patient/{patient}"))["entry"]);
    }

    [Fact]
    public async Task Pages_hold_every_match_once_and_links_outlive_a_restart()
    {
        var tag = await CreatePatientsAsync(25);
        var url = $"Patient?_tag={tag}&_sort=family&_count=10";
        var found = new List<string?>();
        var pages = 0;
        for (string? next = url; next is not null;)
        {
            var page = await GetAsync(next);
            found.AddRange(Families(page));
            next = Link(page, "next");
            pages++;
            if (pages == 1)
            {
                Assert.DoesNotContain(tag, next!, StringComparison.Ordinal);
                Assert.True(next!.Length < 512, next);
                await server.RestartAsync();
                next = next.Replace(next[..next.IndexOf("/fhir/", StringComparison.Ordinal)], server.Base[..^5], StringComparison.Ordinal);
            }
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"F{i:00}"), found);
    }

    [Fact]
    public async Task A_page_link_can_be_gone_back_and_can_not_be_changed()
    {
        var tag = await CreatePatientsAsync(6);
        var first = await GetAsync($"Patient?_tag={tag}&_sort=family&_count=2");
        var second = await GetAsync(Link(first, "next")!);
        Assert.Equal(["F02", "F03"], Families(second));
        Assert.Equal(["F00", "F01"], Families(await GetAsync(Link(second, "previous")!)));
        var link = Link(first, "next")!;
        var broken = link[..^5] + (link[^5] == 'A' ? 'B' : 'A') + link[^4..];
        await (await server.Client.GetAsync(broken)).FailsAsync(400, "invalid");
        await (await server.Client.GetAsync(link.Replace("/Patient?", "/Observation?", StringComparison.Ordinal))).FailsAsync(400, "invalid");
        await (await server.Client.GetAsync(link + "&name=x")).FailsAsync(400, "invalid");
        await (await server.Client.GetAsync("Patient?_page=abc")).FailsAsync(400, "invalid");
        Assert.StartsWith("<Bundle", (await server.Client.GetStringAsync(link + "&_format=xml")).Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", StringComparison.OrdinalIgnoreCase).TrimStart(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_parameter_is_an_error_unless_the_client_is_lenient()
    {
        var tag = await CreatePatientsAsync(1);
        var issue = await (await server.Client.GetAsync($"Patient?shoe-size=44&_tag={tag}")).FailsAsync(400, "not-supported");
        Assert.Contains("shoe-size", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        var lenient = await server.Client.SendAsync("GET", $"Patient?shoe-size=44&_tag={tag}", headers: ("Prefer", "handling=lenient"));
        Assert.Equal(HttpStatusCode.OK, lenient.StatusCode);
        var bundle = await lenient.JsonAsync();
        Assert.Equal($"{server.Base}/Patient?_tag={tag}", Link(bundle, "self"));
        var outcome = bundle["entry"]!.AsArray().Single(e => (string?)e!["search"]!["mode"] == "outcome");
        Assert.Equal("warning", (string?)outcome!["resource"]!["issue"]![0]!["severity"]);
    }

    [Fact]
    public async Task Counts_need_no_entries()
    {
        var tag = await CreatePatientsAsync(4);
        foreach (var query in new[] { "_summary=count", "_count=0" })
        {
            var bundle = await GetAsync($"Patient?_tag={tag}&{query}");
            Assert.Equal(4, (int)bundle["total"]!);
            Assert.Null(bundle["entry"]);
        }
    }

    [Fact]
    public async Task POST_search_takes_parameters_from_body_and_address()
    {
        var tag = await CreatePatientsAsync(2);
        var response = await server.Client.SendAsync("POST", "Patient/_search?_sort=family", $"_tag={tag}&family=F01", "application/x-www-form-urlencoded");
        Assert.Equal(["F01"], Families(await response.JsonAsync()));
        Assert.Equal(["F00", "F01"], Families(await (await server.Client.SendAsync("POST", $"Patient/_search?_tag={tag}&_sort=family")).JsonAsync()));
        await (await server.Client.SendAsync("POST", "Patient/_search", "{}", "application/json")).FailsAsync(415, "not-supported");
        var all = await server.Client.SendAsync("POST", "_search", $"_tag={tag}&_type=Patient", "application/x-www-form-urlencoded");
        Assert.Equal(2, (await all.JsonAsync())["entry"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_system_search_finds_several_types()
    {
        var tag = await CreatePatientsAsync(1);
        await server.Client.CreateAsync("Basic", $$$"""{"resourceType":"Basic","meta":{"tag":[{"code":"{{{tag}}}"}]},"code":{"text":"x"}}""");
        Assert.Equal(2, (await GetAsync($"?_tag={tag}"))["entry"]!.AsArray().Count);
        Assert.Equal("Basic", (string?)Assert.Single((await GetAsync($"?_tag={tag}&_type=Basic,Observation"))["entry"]!.AsArray())!["resource"]!["resourceType"]);
    }

    [Fact]
    public async Task A_compartment_search_finds_what_is_about_a_patient()
    {
        var (one, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        var (two, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        foreach (var id in new[] { one, two })
            await server.Client.CreateAsync("Observation", $$$"""{"resourceType":"Observation","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/{{{id}}}"}}""");
        var observations = await GetAsync($"Patient/{one}/Observation");
        Assert.Equal($"Patient/{one}", (string?)Assert.Single(observations["entry"]!.AsArray())!["resource"]!["subject"]!["reference"]);
        Assert.Empty((await GetAsync($"Patient/{one}/Observation?status=amended"))["entry"]?.AsArray() ?? []);
        var all = await GetAsync($"Patient/{one}/*");
        Assert.Contains(all["entry"]!.AsArray(), e => (string?)e!["resource"]!["resourceType"] == "Observation");
        Assert.DoesNotContain(all["entry"]!.AsArray(), e => (string?)e!["resource"]!["id"] == two);
        await (await server.Client.GetAsync($"Organization/{one}/Observation")).FailsAsync(404, "not-supported");
        Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync("POST", $"Patient/{one}/Observation/_search", "status=final", "application/x-www-form-urlencoded")).StatusCode);
    }

    [Fact]
    public async Task Included_resources_are_marked_as_such()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        var (observation, _) = await server.Client.CreateAsync("Observation", $$$"""{"resourceType":"Observation","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/{{{id}}}"}}""");
        var entries = (await GetAsync($"Observation?_id={observation}&_include=Observation:subject"))["entry"]!.AsArray();
        Assert.Equal(["match", "include"], entries.Select(e => (string?)e!["search"]!["mode"]));
    }

    [Fact]
    public async Task Summary_and_elements_apply_to_matches()
    {
        var tag = await CreatePatientsAsync(1);
        var resource = (await GetAsync($"Patient?_tag={tag}&_elements=gender"))["entry"]![0]!["resource"]!;
        Assert.Null(resource["name"]);
        Assert.NotNull(resource["gender"]);
        Assert.Contains(resource["meta"]!["tag"]!.AsArray(), t => (string?)t!["code"] == "SUBSETTED");
        Assert.Contains("\n", await server.Client.GetStringAsync($"Patient?_tag={tag}&_pretty=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_answers_in_XML()
    {
        var tag = await CreatePatientsAsync(2);
        var response = await server.Client.SendAsync("GET", $"Patient?_tag={tag}", headers: ("Accept", "application/fhir+xml"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("<type value=\"searchset\"", text, StringComparison.Ordinal);
        Assert.Contains("<family value=\"F01\"", text, StringComparison.Ordinal);
    }

    private static string? Link(JsonNode bundle, string relation) =>
        (string?)bundle["link"]!.AsArray().SingleOrDefault(l => (string?)l!["relation"] == relation)?["url"];

    private static IEnumerable<string?> Families(JsonNode bundle) =>
        bundle["entry"]?.AsArray().Select(e => (string?)e!["resource"]!["name"]![0]!["family"]) ?? [];

    private async Task<JsonNode> GetAsync(string url)
    {
        var response = await server.Client.GetAsync(url);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    private async Task<string> CreatePatientsAsync(int count)
    {
        var tag = Guid.NewGuid().ToString("N");
        for (var i = 0; i < count; i++)
        {
            await server.Client.CreateAsync("Patient", $$$"""
                {"resourceType":"Patient","meta":{"tag":[{"code":"{{{tag}}}"}]},"name":[{"family":"F{{{i:00}}}"}],"gender":"other"}
                """);
        }

        return tag;
    }
}
