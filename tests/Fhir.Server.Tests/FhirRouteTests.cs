namespace FhirHub.Server.Tests;

public class FhirRouteTests
{
    [Theory]
    [InlineData("", RouteKind.System, null, null, null)]
    [InlineData("/", RouteKind.System, null, null, null)]
    [InlineData("/metadata", RouteKind.Metadata, null, null, null)]
    [InlineData("/_history", RouteKind.SystemHistory, null, null, null)]
    [InlineData("/_search", RouteKind.SystemSearch, null, null, null)]
    [InlineData("/$export", RouteKind.SystemOperation, null, null, "$export")]
    [InlineData("/Patient", RouteKind.Type, "Patient", null, null)]
    [InlineData("/Patient/", RouteKind.Type, "Patient", null, null)]
    [InlineData("Patient/_history", RouteKind.TypeHistory, "Patient", null, null)]
    [InlineData("/Patient/_search", RouteKind.TypeSearch, "Patient", null, null)]
    [InlineData("/Patient/$everything", RouteKind.TypeOperation, "Patient", null, "$everything")]
    [InlineData("/Patient/a-1.b", RouteKind.Instance, "Patient", "a-1.b", null)]
    [InlineData("/Patient/1/_history", RouteKind.InstanceHistory, "Patient", "1", null)]
    [InlineData("/Patient/1/_history/2", RouteKind.Version, "Patient", "1", "2")]
    [InlineData("/Patient/1/$everything", RouteKind.InstanceOperation, "Patient", "1", "$everything")]
    [InlineData("/Patient/1/Observation", RouteKind.Compartment, "Patient", "1", "Observation")]
    [InlineData("/Patient/1/*", RouteKind.Compartment, "Patient", "1", "*")]
    [InlineData("/Patient/1/Observation/_search", RouteKind.CompartmentSearch, "Patient", "1", "Observation")]
    [InlineData("//Patient", RouteKind.Unknown, null, null, null)]
    [InlineData("///", RouteKind.Unknown, null, null, null)]
    [InlineData("/Patient//x", RouteKind.Unknown, null, null, null)]
    [InlineData("/Patient/1//2", RouteKind.Unknown, null, null, null)]
    [InlineData("/Patient/1/_history/2/3", RouteKind.Unknown, null, null, null)]
    [InlineData("/metadata/x", RouteKind.Unknown, null, null, null)]
    [InlineData("/_other", RouteKind.Unknown, null, null, null)]
    [InlineData("/.well-known/x", RouteKind.Unknown, null, null, null)]
    public void An_address_is_taken_apart(string path, RouteKind kind, string? type, string? id, string? name) =>
        Assert.Equal(new FhirRoute(kind, type, id, name), FhirRoute.Parse(path));

    [Theory]
    [InlineData("/patient", "Patient")]
    [InlineData("/DomainResource", "no resource type")]
    [InlineData("/HumanName/1", "no resource type")]
    [InlineData("/Patient/1/observation", "Observation")]
    public void A_wrong_type_is_refused_with_the_right_one_where_it_is_near(string path, string said)
    {
        var refused = Assert.Throws<RefusedException>(() => FhirRoute.Parse(path));
        Assert.Equal(404, refused.Status);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }
}
