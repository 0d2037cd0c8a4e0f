// The authorization endpoint: what it answers with a code, what with an error, and when it sends nobody anywhere.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests.Authorization;

public class AuthorizeTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "openid fhirUser user/Patient.rs offline_access";

    [Fact]
    [Covers(CoversAttribute.Smart, 48, 53, 56, 57, 59)]
    [Covers(CoversAttribute.Inferno, 24, 25, 27, 28)]
    public async Task A_launch_by_get_ends_at_the_app_with_a_code_the_state_and_the_issuer()
    {
        var answer = await server.LaunchAsync(new LaunchPlan(Scope) { State = "ex act/%20&=é" });
        Assert.Equal("http://127.0.0.1:9/callback", answer.Address.GetLeftPart(UriPartial.Path));
        Assert.Equal(43, answer.Code.Length);
        Assert.Equal("ex act/%20&=é", answer["state"]);
        Assert.Equal(server.Root, answer["iss"]);
        Assert.Null(answer["error"]);
    }
}
