// What of the scopes that are asked for is offered to the user.

using FhirHub.Tests;

namespace FhirHub.Smart.Tests.Authorization;

public class ScopeNegotiationTests
{
    private const string VitalSigns = "category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";

    [Theory]
    [Covers(CoversAttribute.Smart, 127, 128, 129, 145, 369, 370)]
    [InlineData("patient/*.cruds", "patient/Observation.rs", "patient/Observation.rs")]
    [InlineData("patient/*.rs", "patient/Observation.cruds", "patient/Observation.rs")]
    [InlineData("patient/Observation.rs patient/Patient.r", "patient/*.rs", "patient/Observation.rs patient/Patient.r")]
    [InlineData("patient/*.rs", "patient/*.read", "patient/*.read")]
    [InlineData("patient/*.rs", "patient/*.*", "patient/*.read")]
    [InlineData("patient/*.r", "patient/*.read", "patient/*.r")]
    [InlineData("patient/*.cruds", "patient/Observation.read patient/Observation.write patient/Goal.rs", "patient/Observation.read patient/Observation.write patient/Goal.rs")]
    [InlineData("patient/*.cruds", "patient/Observation.sr patient/Observation.x patient/NoType.rs nonsense", "")]
    [InlineData("patient/*.cruds", "user/Observation.rs system/Observation.rs", "")]
    [InlineData("system/*.cruds user/*.rs", "system/*.rs user/Patient.rs", "user/Patient.rs")]
    [InlineData("patient/*.rs", "patient/Observation.rs?" + VitalSigns, "patient/Observation.rs?" + VitalSigns)]
    [InlineData("patient/Observation.rs?" + VitalSigns, "patient/Observation.rs", "patient/Observation.rs?" + VitalSigns)]
    [InlineData("patient/Observation.rs?" + VitalSigns, "patient/Observation.rs?code=x", "patient/Observation.rs?code=x&" + VitalSigns)]
    [InlineData("patient/*.rs", "patient/Observation.rs?subject.name=x patient/Observation.rs?code:text=x patient/Observation.rs?nothing=x patient/Observation.rs?_count=1 patient/Observation.rs?", "")]
    [InlineData("patient/*.rs", "patient/Observation.rs patient/Observation.rs patient/Observation.rs", "patient/Observation.rs")]
    [InlineData("openid fhirUser launch/patient", "openid fhirUser launch/patient launch launch/encounter", "openid fhirUser launch/patient")]
    [InlineData("launch/patient", "launch/patient?role=https://example.org/mother", "launch/patient?role=https://example.org/mother")]
    [InlineData("offline_access online_access", "offline_access online_access", "offline_access")]
    [InlineData("online_access", "offline_access online_access", "online_access")]
    [InlineData("patient/*.rs", "patient/Observation.rs?code=\"x\"", "")]
    public void What_is_offered_is_what_is_asked_registered_and_the_users(string registered, string asked, string offered) =>
        Assert.Equal(offered, Offer(registered, asked, new Account { Id = "a", UserName = "a", Role = AccountRole.Practitioner, FhirUser = "Practitioner/1" }));

    [Fact]
    [Covers(CoversAttribute.Smart, 119)]
    public void What_the_account_can_not_have_is_not_offered()
    {
        var patient = new Account { Id = "a", UserName = "a", Role = AccountRole.Patient, FhirUser = "Patient/1" };
        Assert.Equal("patient/Organization.rs", Offer("patient/*.cruds", "patient/Organization.cruds", patient));
        var limited = new Account { Id = "a", UserName = "a", Role = AccountRole.Practitioner, Scopes = "user/Observation.rs" };
        Assert.Equal("user/Observation.rs", Offer("user/*.cruds", "user/Patient.rs user/Observation.cruds", limited));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 197)]
    public void Who_is_no_resource_can_not_be_told_as_one()
    {
        var administrator = new Account { Id = "a", UserName = "a", Role = AccountRole.Administrator };
        Assert.Equal("openid user/*.rs", Offer("openid fhirUser profile user/*.rs", "openid fhirUser profile user/*.rs", administrator));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 154, 159, 160, 177)]
    public void Context_of_another_type_is_offered_where_the_launch_has_it()
    {
        Assert.Null(FhirContexts.Read(System.Text.Json.Nodes.JsonNode.Parse("""[{"reference":"ImagingStudy/1"}]"""), out var items));
        var account = new Account { Id = "a", UserName = "a", Role = AccountRole.Practitioner };
        const string Asked = "launch launch/imagingstudy launch/task";
        Assert.Equal("launch launch/imagingstudy", Offer(Asked, Asked, account, new LaunchContext { FhirContext = items }));
        Assert.Equal("", Offer(Asked, Asked, account));
    }

    [Fact]
    public void A_client_that_may_not_refresh_is_offered_no_access_that_goes_on()
    {
        var account = new Account { Id = "a", UserName = "a", Role = AccountRole.Practitioner };
        Assert.Equal("openid", Offer("openid offline_access online_access", "openid offline_access online_access", account, change: client => client with { GrantTypes = [Client.AuthorizationCode] }));
    }

    private static string Offer(string registered, string asked, Account account, LaunchContext? launched = null, Func<Client, Client>? change = null)
    {
        var client = new Client { Id = "c", Name = "c", Scope = registered };
        var request = new AuthorizationRequest { ClientId = "c", RedirectUri = "", State = "", Scope = asked, CodeChallenge = "", Audience = "", Launched = launched };
        return string.Join(' ', ScopeNegotiation.Offer(ScopeConstraints.Standard, request, change?.Invoke(client) ?? client, account).Select(static offer => offer.Text));
    }
}
