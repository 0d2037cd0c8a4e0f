// Addresses of Bundle entries.

using FhirHub.Server;

namespace FhirHub.Tests.Bundles;

public class EntryUrlTests
{
    [Theory]
    [InlineData("Patient", RouteKind.Type, "Patient", null, "")]
    [InlineData("/Patient/1", RouteKind.Instance, "Patient", "1", "")]
    [InlineData("Patient?identifier=a|b", RouteKind.Type, "Patient", null, "identifier=a|b")]
    [InlineData("Patient/1/_history/2", RouteKind.Version, "Patient", "1", "")]
    [InlineData("Patient/_search?name=x", RouteKind.TypeSearch, "Patient", null, "name=x")]
    [InlineData("Patient/1/$everything", RouteKind.InstanceOperation, "Patient", "1", "")]
    [InlineData("metadata", RouteKind.Metadata, null, null, "")]
    [InlineData("?_type=Patient", RouteKind.System, null, null, "_type=Patient")]
    [InlineData("http://here/fhir/Patient/1", RouteKind.Instance, "Patient", "1", "")]
    [InlineData("http://here/fhir?_type=Patient", RouteKind.System, null, null, "_type=Patient")]
    [InlineData("Observation?code=http://loinc.org|1-8", RouteKind.Type, "Observation", null, "code=http://loinc.org|1-8")]
    public void An_address_is_taken_apart(string text, RouteKind kind, string? type, string? id, string query)
    {
        var url = EntryUrl.Parse(text, "http://here/fhir", out _);

        Assert.Equal((kind, type, id, query), (url!.Route.Kind, url.Route.Type, url.Route.Id, url.Query));
    }

    [Theory]
    [InlineData("http://elsewhere/fhir/Patient/1")]
    [InlineData("http://here/fhirother/Patient/1")]
    [InlineData("Patient//1")]
    [InlineData("Patient/%2e%2e")]
    [InlineData("Patient/1#top")]
    [InlineData("Patients/1")]
    public void An_address_that_is_not_one_of_this_server_is_refused(string text)
    {
        Assert.Null(EntryUrl.Parse(text, "http://here/fhir", out var problem));
        Assert.NotNull(problem);
    }
}
