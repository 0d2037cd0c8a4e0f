// The search parameters that the exchange adds, over the examples of its own package.

namespace FhirHub.Server.Tests.Exchange;

public class ExchangeSearchTests(ExchangeExampleServer server) : IClassFixture<ExchangeExampleServer>
{
    private const string Codes = "https://fhirhub.dev/fhir/CodeSystem/";

    [Theory]
    [InlineData("Patient?division=539921101201", "ex-patient-wang", "ex-patient-smith")]
    [InlineData($"Patient?division:below={Codes}administrative-division|539921", "ex-patient-wang", "ex-patient-smith")]
    [InlineData("Patient?division-prefix=539921101", "ex-patient-wang", "ex-patient-smith")]
    [InlineData("Organization?division-prefix=539921101201", "ex-org-village", "ex-org-county")]
    [InlineData("Location?division-prefix=539921101201", "ex-location-village", "ex-location-county")]
    [InlineData($"Patient?ethnicity={Codes}ethnicity|01", "ex-patient-wang", "ex-patient-smith")]
    [InlineData("Patient?household=https://fhirhub.dev/fhir/sid/household-number|539921101201000123", "ex-patient-wang", "ex-patient-li")]
    [InlineData("PractitionerRole?expert=true", "ex-role-province", "ex-role-village")]
    [InlineData("PractitionerRole?professional-title=chief-physician", "ex-role-province", "ex-role-village")]
    [InlineData($"PractitionerRole?specialty:below={Codes}specialty|03", "ex-role-province", "ex-role-village")]
    [InlineData("ServiceRequest?green-channel:missing=false", "ex-referral-green", "ex-referral-up")]
    [InlineData("ServiceRequest?consultation-mode=live", "ex-consultation-live", "ex-consultation-images")]
    [InlineData("Encounter?consultation-mode=live", "ex-consultation-encounter-live", "ex-consultation-encounter-images")]
    public async Task A_search_finds_what_it_asks_for_and_no_more(string search, string found, string left)
    {
        using var response = await server.Client.GetAsync(search);
        Assert.Equal(200, (int)response.StatusCode);
        var ids = (await response.JsonAsync())["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!).ToList();
        Assert.Contains(found, ids);
        Assert.DoesNotContain(left, ids);
    }
}
