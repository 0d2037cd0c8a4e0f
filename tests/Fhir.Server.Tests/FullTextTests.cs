// _text and _content over HTTP.

using System.Net;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class FullTextTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("_content=血压", true)]
    [InlineData("_content=高血", true)]
    [InlineData("_content=高血压病", true)]
    [InlineData("_content=压高", false)]
    [InlineData("_content=fievre", true)]
    [InlineData("_content=diab*", true)]
    [InlineData("_content=diab", false)]
    [InlineData("_content=\"diabetes mellitus\"", true)]
    [InlineData("_content=\"mellitus diabetes\"", false)]
    [InlineData("_content=diabetes NOT mellitus", false)]
    [InlineData("_content=diabetes -insipidus", true)]
    [InlineData("_content=insipidus OR 44054006", true)]
    [InlineData("_content=bold", true)]
    [InlineData("_content=http", false)]
    [InlineData("_text=bold text", true)]
    [InlineData("_text=\"a bold\"", true)]
    [InlineData("_text=strong", false)]
    [InlineData("_text=diabetes", false)]
    [InlineData("_text=<5", true)]
    [InlineData("_text=script", false)]
    public async Task Words_of_narrative_and_content_are_found(string criterion, bool isFound)
    {
        var id = $"c{Guid.NewGuid():N}";
        await PutAsync($"Condition/{id}", $$"""
            {"resourceType":"Condition","id":"{{id}}","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a b<strong>old</strong> text</p><p>&lt; 5</p></div>"},
             "code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006","display":"Diabetes mellitus type 2"}],"text":"高血压病"},
             "subject":{"reference":"Patient/nobody"},"note":[{"text":"Fièvre"}]}
            """);
        var escaped = string.Join('=', criterion.Split('=', 2).Select(Uri.EscapeDataString));
        var bundle = await GetAsync($"Condition?_id={id}&{escaped}");
        Assert.Equal(isFound ? 1 : 0, bundle["entry"]?.AsArray().Count ?? 0);
    }

    [Fact]
    public async Task Full_text_works_in_chains_and_after_every_kind_of_write()
    {
        var id = $"p{Guid.NewGuid():N}";
        await PutAsync($"Patient/{id}", $$"""{"resourceType":"Patient","id":"{{id}}","name":[{"text":"欧阳锋 {{id}}"}]}""");
        await PutAsync($"Observation/{id}", $$"""{"resourceType":"Observation","id":"{{id}}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{id}}"} }""");
        Assert.Single((await GetAsync($"Observation?subject:Patient._content=欧阳锋 {id}"))["entry"]!.AsArray());
        Assert.Single((await GetAsync($"Patient?_has:Observation:subject:_content=x&_content={id}"))["entry"]!.AsArray());

        await PutAsync($"Patient/{id}", $$"""{"resourceType":"Patient","id":"{{id}}","name":[{"text":"黄药师 {{id}}"}]}""");
        Assert.Null((await GetAsync($"Patient?_content=欧阳锋 {id}"))["entry"]);
        Assert.Single((await GetAsync($"Patient?_content=黄药师 {id}"))["entry"]!.AsArray());

        using var deleted = await server.Client.DeleteAsync($"Patient/{id}");
        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Null((await GetAsync($"Patient?_content={id}"))["entry"]);
    }

    [Fact]
    public async Task A_conditional_interaction_can_not_depend_on_full_text()
    {
        using var response = await server.Client.DeleteAsync("Patient?_content=someone");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("_content", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contained_resources_have_no_full_text_of_their_own()
    {
        using var response = await server.Client.GetAsync("Patient?_content=someone&_contained=true");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task PutAsync(string address, string json)
    {
        using var response = await server.Client.PutAsync(address, new StringContent(json, null, "application/fhir+json"));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonNode> GetAsync(string address)
    {
        using var response = await server.Client.GetAsync(address);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}

public sealed class WithoutFullText : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Search:FullText=false"];
}

public class WithoutFullTextTests(WithoutFullText server) : IClassFixture<WithoutFullText>
{
    [Fact]
    public async Task Without_its_index_full_text_is_refused_and_not_promised()
    {
        foreach (var criterion in new[] { "_text=x", "_content=x", "general-practitioner:Practitioner._content=x" })
        {
            using var response = await server.Client.GetAsync($"Patient?{criterion}");
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("FhirHub:Search:FullText", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        var statement = await server.Client.GetStringAsync("metadata");
        Assert.DoesNotContain("\"_content\"", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("\"_text\"", statement, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(server.DataPath, "text.db")));
    }
}
