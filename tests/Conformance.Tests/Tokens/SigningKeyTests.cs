// Keys that sign are RSA or P-384, one to a file; what is wrong with a file is told without a letter of it.

namespace FhirHub.Conformance.Tests;

public class SigningKeyTests
{
    [Fact]
    public void A_key_signs_by_the_algorithm_of_its_kind()
    {
        Assert.Equal("RS384", SigningKey.Parse(RunKeys.Rsa("a").Private, "It").Algorithm);
        var key = SigningKey.Parse(RunKeys.Elliptic("b").Private, "It");
        Assert.Equal(("ES384", "b", "ES384 b"), (key.Algorithm, key.KeyId, key.ToString()));
    }

    [Fact]
    public void Of_a_set_the_private_key_is_taken()
    {
        var set = $$"""{"keys":[{{RunKeys.Elliptic("open").Public}},{{RunKeys.Elliptic("mine").Private}}]}""";

        Assert.Equal("mine", SigningKey.Parse(set, "It").KeyId);
    }

    public static TheoryData<string, string> Unusable => new()
    {
        { "", "It is no JWK (RFC 7517)." },
        { "secret", "It is no JWK (RFC 7517)." },
        { "[]", "It is no JWK (RFC 7517)." },
        { RunKeys.Elliptic("a").Public, "It must hold one private key as a JWK, and holds 0." },
        { $$"""{"keys":[{{RunKeys.Elliptic("a").Private}},{{RunKeys.Elliptic("b").Private}}]}""", "It must hold one private key as a JWK, and holds 2." },
        { RunKeys.Elliptic("").Private, "It has no 'kid'; give it the one under which the public key is registered." },
        { RunKeys.Elliptic("a", p256: true).Private, "It must be an RSA key of 2048 bits or more for RS384, or a key on the curve P-384 for ES384." },
        { RunKeys.Rsa("a", 1024).Private, "It must be an RSA key of 2048 bits or more for RS384, or a key on the curve P-384 for ES384." },
        { RunKeys.Rsa("a").Private.Replace("\"kid\"", "\"alg\":\"RS256\",\"kid\"", StringComparison.Ordinal), "It must be an RSA key of 2048 bits or more for RS384, or a key on the curve P-384 for ES384." },
        { """{"kty":"EC","crv":"P-384","kid":"a","x":"AAAA","y":"AAAA","d":"AAAA"}""", "It holds a key that can't sign; its members do not fit together." },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Another_key_is_refused_with_the_reason(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ScriptException>(() => SigningKey.Parse(json, "It")).Message);

    [Fact]
    public async Task A_file_that_is_not_there_is_told_by_its_name()
    {
        var failure = await Assert.ThrowsAsync<ScriptException>(() => SigningKey.ReadAsync("/nowhere/key.json", default));

        Assert.StartsWith("The key file /nowhere/key.json can't be read: ", failure.Message, StringComparison.Ordinal);
    }
}
