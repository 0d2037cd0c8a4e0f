// Contained resources over HTTP (R4 search.html#contained).

namespace FhirHub.Server.Tests;

public class ContainedTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_chain_leads_into_a_contained_resource()
    {
        var id = await CreateRequestAsync("A1");

        Assert.Equal([id], await IdsAsync("MedicationRequest?medication.code=A1"));
        Assert.Equal([id], await IdsAsync("MedicationRequest?medication:Medication.code=http://meds|A1&medication.manufacturer.name=none,Acme"));
        Assert.Empty(await IdsAsync("MedicationRequest?medication.code=A2"));
        Assert.Empty(await IdsAsync("Medication?code=A1"));

        await server.Client.SendAsync("PUT", $"MedicationRequest/{id}", Request("A2", id));
        Assert.Empty(await IdsAsync("MedicationRequest?medication.code=A1"));
        Assert.Equal([id], await IdsAsync("MedicationRequest?medication.code=A2"));
        await server.Client.SendAsync("DELETE", $"MedicationRequest/{id}");
        Assert.Empty(await IdsAsync("MedicationRequest?medication.code=A2"));
    }

    [Fact]
    public async Task Contained_resources_are_matches_when_asked_for()
    {
        var id = await CreateRequestAsync("B1");
        var (own, _) = await server.Client.CreateAsync("Medication", """{"resourceType":"Medication","code":{"coding":[{"system":"http://meds","code":"B1"}]}}""");

        Assert.Equal([own], await IdsAsync("Medication?code=B1"));
        Assert.Equal([own], await IdsAsync("Medication?code=B1&_contained=false"));
        Assert.Equal([id], await IdsAsync("Medication?code=B1&_contained=true"));
        Assert.Equal([id], await IdsAsync("Medication?code=B1&_contained=true&_containedType=container"));
        Assert.Equal(new[] { own, id }.Order(), (await IdsAsync("Medication?code=B1&_contained=both")).Order());

        var bundle = await (await server.Client.GetAsync("Medication?code=B1&_contained=true&_containedType=contained&_total=accurate")).JsonAsync();
        Assert.Equal(1, (int)bundle["total"]!);
        var entry = bundle["entry"]![0]!;
        Assert.Equal($"{server.Base}/MedicationRequest/{id}#m", (string?)entry["fullUrl"]);
        Assert.Equal("Medication", (string?)entry["resource"]!["resourceType"]);
        Assert.Equal("B1", (string?)entry["resource"]!["code"]!["coding"]![0]!["code"]);
        Assert.Equal("match", (string?)entry["search"]!["mode"]);
    }

    private async Task<string> CreateRequestAsync(string code) => (await server.Client.CreateAsync("MedicationRequest", Request(code))).Id;

    private static string Request(string code, string? id = null) =>
        $$$"""
        {"resourceType":"MedicationRequest",{{{(id is null ? "" : $"\"id\":\"{id}\",")}}}"status":"active","intent":"order","subject":{"display":"x"},"medicationReference":{"reference":"#m"},
        "contained":[
        {"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://meds","code":"{{{code}}}"}]},"manufacturer":{"reference":"#o"}},
        {"resourceType":"Organization","id":"o","name":"Acme"}]}
        """;

    private async Task<string[]> IdsAsync(string url)
    {
        var bundle = await (await server.Client.GetAsync(url)).JsonAsync();
        Assert.Equal("Bundle", (string?)bundle["resourceType"]);
        return [.. (bundle["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!)];
    }
}
