// The FHIR API asks for a token, and takes it away when the grant is ended.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class BearerTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    [Covers(CoversAttribute.Smart, 247)]
    [Covers(CoversAttribute.Inferno, 113, 127)]
    public async Task Without_a_token_there_is_a_401_that_names_the_scheme()
    {
        var response = await server.Client.GetAsync("Patient");
        await response.FailsAsync(401, "login");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_token_of_a_grant_that_has_ended_is_refused_at_once()
    {
        var client = await server.ClientAsync("user/*.cruds");
        await client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        Assert.Equal(200, (int)(await client.GetAsync("Patient")).StatusCode);
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;
        await server.Smart.Grants.EndAsync((await server.Smart.Grants.FindAsync(token, default))!.GrantId, "revoked", default);
        var refused = await client.GetAsync("Patient");
        await refused.FailsAsync(401, "login");
        Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
    }
}
