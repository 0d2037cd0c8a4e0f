// Reports tell no secrets, and nothing else is taken out of them.

namespace FhirHub.Conformance.Tests;

public class RedactionTests
{
    private const string Jwt = "eyJhbGciOiJSUzM4NCJ9.eyJzdWIiOiJhIiwiZXhwIjoxfQ.c2lnbmF0dXJl";

    [Theory]
    [InlineData($"found '{Jwt}'", "found '***'")]
    [InlineData("""{"access_token" : "abc\"def", "scope":"openid"}""", """{"access_token" : "***", "scope":"openid"}""")]
    [InlineData("grant_type=client_credentials&client_assertion=abc.def&scope=system/*.rs", "grant_type=client_credentials&client_assertion=***&scope=system/*.rs")]
    [InlineData("http://test.example/fhir/Patient?access_token=abcdef&name=x", "http://test.example/fhir/Patient?access_token=***&name=x")]
    [InlineData("sent Bearer abcdefgh12345678", "sent Bearer ***")]
    [InlineData("http://test.example/fhir/Observation?code=http://loinc.org|1234-5", "http://test.example/fhir/Observation?code=http://loinc.org|1234-5")]
    [InlineData("""{"resourceType":"Patient","id":"eyJ"}""", """{"resourceType":"Patient","id":"eyJ"}""")]
    [InlineData("The Bearer of this letter", "The Bearer of this letter")]
    public void What_looks_like_a_secret_is_hidden(string text, string expected) => Assert.Equal(expected, new Redaction().Text(text));

    [Fact]
    public void What_was_added_is_hidden_wherever_it_comes()
    {
        var redaction = new Redaction();
        redaction.Add("opaque-token-1");
        redaction.Add("a");

        Assert.Equal("The token *** is wrong, a pity.", redaction.Text("The token opaque-token-1 is wrong, a pity."));
    }

    [Theory]
    [InlineData("Authorization", "Bearer abc", "Bearer ***")]
    [InlineData("authorization", "abc", "***")]
    [InlineData("Set-Cookie", "session=abc; Path=/", "session=***")]
    [InlineData("X-API-Key", "abc", "***")]
    [InlineData("ETag", "W/\"1\"", "W/\"1\"")]
    public void Header_fields_that_hold_secrets_keep_only_their_kind(string name, string value, string expected) => Assert.Equal(expected, new Redaction().Header(name, value));
}
