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
