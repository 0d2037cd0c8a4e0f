// Addresses of Bundle entries.

using FhirHub.Server;

namespace FhirHub.Tests.Bundles;

public class RequestUrlTests
{
    [Theory]
    [InlineData("Patient", "Patient", null, "", "")]
    [InlineData("/Patient/1", "Patient", "1", "", "")]
    [InlineData("Patient?identifier=a|b", "Patient", null, "", "identifier=a|b")]
    [InlineData("Patient/1/_history/2", "Patient", "1", "_history/2", "")]
    [InlineData("Patient/_search?name=x", "Patient", null, "_search", "name=x")]
    [InlineData("Patient/1/$everything", "Patient", "1", "$everything", "")]
    [InlineData("metadata", null, null, "metadata", "")]
    [InlineData("?_type=Patient", null, null, "", "_type=Patient")]
    [InlineData("http://here/fhir/Patient/1", "Patient", "1", "", "")]
    [InlineData("http://here/fhir?_type=Patient", null, null, "", "_type=Patient")]
    [InlineData("Observation?code=http://loinc.org|1-8", "Observation", null, "", "code=http://loinc.org|1-8")]
    public void An_address_is_taken_apart(string text, string? type, string? id, string rest, string query)
    {
        var url = RequestUrl.Parse(text, "http://here/fhir", out _);

        Assert.Equal((type, id, rest, query), (url!.Type, url.Id, url.Rest, url.Query));
    }

    [Theory]
    [InlineData("http://elsewhere/fhir/Patient/1")]
    [InlineData("http://here/fhirother/Patient/1")]
    [InlineData("Patient/../Observation")]
    [InlineData("Patient//1")]
    [InlineData("Patient/%2e%2e")]
    [InlineData("Patient/1#top")]
    public void An_address_that_is_not_one_of_this_server_is_refused(string text)
    {
        Assert.Null(RequestUrl.Parse(text, "http://here/fhir", out var problem));
        Assert.NotEmpty(problem);
    }
}
