// The syntax of search over HTTP: from the query string to the resources that it finds.

namespace FhirHub.Server.Tests;

public class SearchSyntaxTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("_filter=family eq \"lin\" and birthdate lt 1990", "mei")]
    [InlineData("_filter=family ne lin", "bo")]
    [InlineData("_filter=family ew n and not (gender eq male)", "mei")]
    [InlineData("_filter=gender pr false", "bo")]
    [InlineData("_filter=organization.name co hospital", "mei")]
    [InlineData("_filter=organization[name sw gen].partof re Organization/region", "mei")]
    [InlineData("_list=round", "mei")]
    [InlineData("organization:below=Organization/region", "mei")]
    [InlineData("organization:above=Organization/hospital", "mei")]
    [InlineData("gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", "mei")]
    [InlineData("gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender", "bo")]
    [InlineData("_id:missing=true", "")]
    public async Task A_search_finds(string query, string ids)
    {
        await SeedAsync();
        var bundle = await (await server.Client.GetAsync($"Patient?{query}&_tag=syntax")).JsonAsync();
        Assert.Equal(ids, string.Join(' ', (bundle["entry"]?.AsArray() ?? []).Select(e => (string?)e!["resource"]!["id"]).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("_filter=family is lin", "value")]
    [InlineData("_filter=shoe eq 44", "not-supported")]
    [InlineData("_query=current", "not-supported")]
    [InlineData("_list=$current-allergies", "not-supported")]
    [InlineData("birthdate:exact=2000", "invalid")]
    [InlineData("gender:in=urn:unheard-of", "not-found")]
    public async Task A_search_is_refused(string query, string code) =>
        await (await server.Client.GetAsync($"Patient?{query}")).FailsAsync(400, code);

    private async Task SeedAsync()
    {
        await PutAsync("Organization/region", """{"resourceType":"Organization","id":"region","name":"Region"}""");
        await PutAsync("Organization/hospital", """{"resourceType":"Organization","id":"hospital","name":"General Hospital","partOf":{"reference":"Organization/region"}}""");
        await PutAsync("Patient/mei", """{"resourceType":"Patient","id":"mei","meta":{"tag":[{"code":"syntax"}]},"name":[{"family":"Lin"}],"gender":"female","birthDate":"1984-03-09","managingOrganization":{"reference":"Organization/hospital"}}""");
        await PutAsync("Patient/bo", """{"resourceType":"Patient","id":"bo","meta":{"tag":[{"code":"syntax"}]},"name":[{"family":"Berg"}]}""");
        await PutAsync("List/round", """{"resourceType":"List","id":"round","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/mei"}}]}""");
    }

    private async Task PutAsync(string url, string json) =>
        Assert.True((await server.Client.SendAsync("PUT", url, json)).IsSuccessStatusCode);
}
