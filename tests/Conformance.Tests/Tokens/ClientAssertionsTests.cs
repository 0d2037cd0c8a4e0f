// Assertions that scripts spoil: each part can be another or missing, and nothing else.

using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Conformance.Tests;

public class ClientAssertionsTests
{
    private static readonly (string Private, string Public) s_key = RunKeys.Elliptic("k");

    private readonly ClientAssertions _assertions = new("me", SigningKey.Parse(s_key.Private, "It"), TimeProvider.System);

    [Fact]
    public async Task A_spoiled_assertion_is_signed_like_a_good_one()
    {
        var jwt = Create(("iss", "you"), ("sub", ""), ("aud", "elsewhere"), ("exp", "-60"), ("nbf", "30"), ("kid", "other"), ("typ", "at+jwt"), ("jku", "https://example.org/keys"));

        Assert.Equal(("you", "elsewhere", "other", "at+jwt"), (jwt.Issuer, Assert.Single(jwt.Audiences), jwt.Kid, jwt.Typ));
        Assert.False(jwt.TryGetClaim("sub", out _));
        Assert.True(jwt.ValidTo < DateTime.UtcNow);
        Assert.True(jwt.ValidFrom > DateTime.UtcNow);
        Assert.Equal("https://example.org/keys", jwt.GetHeaderValue<string>("jku"));
        Assert.True(await IsSignedAsync(jwt));
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("broken", false)]
    public async Task A_broken_signature_fits_to_nothing(string signature, bool fits) => Assert.Equal(fits, await IsSignedAsync(Create(("signature", signature))));

    [Fact]
    public void Without_a_signature_the_algorithm_is_none()
    {
        var jwt = Create(("signature", "none"));

        Assert.Equal(("none", ""), (jwt.Alg, jwt.EncodedSignature));
    }

    [Theory]
    [InlineData("audience", "x", "'audience=x' is no part of an assertion; use iss, sub, aud, jti, exp, iat, nbf, kid, typ, jku or signature=broken, signature=none.")]
    [InlineData("signature", "bad", "'signature=bad' is no part of an assertion; use iss, sub, aud, jti, exp, iat, nbf, kid, typ, jku or signature=broken, signature=none.")]
    [InlineData("exp", "soon", "'exp=soon' of an assertion must be a number of seconds from now, such as exp=-60.")]
    public void A_part_that_there_is_not_is_told(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ScriptException>(() => Create((name, value))).Message);

    private JsonWebToken Create(params (string Name, string Value)[] changes) =>
        new(_assertions.Create("https://fhir.example.org/token", changes.ToDictionary(static change => change.Name, static change => change.Value)));

    private static async Task<bool> IsSignedAsync(JsonWebToken jwt) => (await new JsonWebTokenHandler().ValidateTokenAsync(jwt, new TokenValidationParameters
    {
        IssuerSigningKey = new JsonWebKey(s_key.Public),
        TryAllIssuerSigningKeys = true,
        ValidateAudience = false,
        ValidateIssuer = false,
        ValidateLifetime = false,
    })).IsValid;
}
