// The keys of id_tokens: one set for all servers, replaced in time, and readable by nobody who has the database alone.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Storage;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests.Keys;

public class SigningKeysTests
{
    [Fact]
    public async Task What_the_current_key_signs_the_published_set_verifies()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start();
        var token = Sign(await smart.Keys.CurrentAsync(default));
        Assert.True((await ValidateAsync(token, await smart.Keys.PublicAsync(default))).IsValid);
        var key = JsonNode.Parse(await smart.Keys.PublicAsync(default))!["keys"]!.AsArray().Single()!;
        Assert.Equal("RSA sig RS256", $"{key["kty"]} {key["use"]} {key["alg"]}");
        Assert.Equal(new JsonWebToken(token).Kid, (string?)key["kid"]);
        Assert.Equal(["kty", "use", "alg", "kid", "n", "e"], key.AsObject().Select(static member => member.Key));
    }

    [Fact]
    public async Task Servers_that_ask_at_once_agree_on_one_key()
    {
        await using var shared = new SharedStore();
        var servers = new[] { shared.Start(), shared.Start(), shared.Start() };
        var kids = await Task.WhenAll(servers.SelectMany(static smart => Enumerable.Range(0, 4).Select(_ => Task.Run(async () => (await smart.Keys.CurrentAsync(default)).Key.KeyId))));
        Assert.Single(kids.Distinct());
    }

    [Fact]
    public async Task A_key_is_published_a_day_before_it_signs_and_until_no_token_of_it_can_be_alive()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start();
        var first = (await smart.Keys.CurrentAsync(default)).Key.KeyId;
        Assert.Equal([first], await PublishedAsync(smart));

        shared.Time.Advance(SigningKeys.Use - SigningKeys.Ahead);
        var both = await PublishedAsync(smart);
        Assert.Equal(2, both.Count);
        Assert.Equal(first, (await smart.Keys.CurrentAsync(default)).Key.KeyId);
        var lastOfFirst = Sign(await smart.Keys.CurrentAsync(default));

        shared.Time.Advance(SigningKeys.Ahead);
        Assert.Equal(both[1], (await smart.Keys.CurrentAsync(default)).Key.KeyId);
        Assert.True((await ValidateAsync(lastOfFirst, await smart.Keys.PublicAsync(default))).IsValid);

        shared.Time.Advance(SigningKeys.Afterwards);
        Assert.Equal([both[1]], await PublishedAsync(smart));
    }

    [Fact]
    public async Task After_a_long_rest_a_key_still_signs_only_once_it_was_published_for_a_day()
    {
        await using var shared = new SharedStore();
        var first = (await shared.Start().Keys.CurrentAsync(default)).Key.KeyId;
        await shared.RestartAsync();
        shared.Time.Advance(TimeSpan.FromDays(400));
        var smart = shared.Start();
        Assert.Equal(first, (await smart.Keys.CurrentAsync(default)).Key.KeyId);
        Assert.Equal(2, (await PublishedAsync(smart)).Count);
        shared.Time.Advance(SigningKeys.Ahead);
        Assert.NotEqual(first, (await smart.Keys.CurrentAsync(default)).Key.KeyId);
    }

    [Fact]
    public async Task A_restart_and_a_second_server_keep_keys_and_what_they_protect()
    {
        await using var shared = new SharedStore();
        var first = shared.Start();
        var cookie = first.Protector("cookie").Protect("session"u8.ToArray());
        var kid = (await first.Keys.CurrentAsync(default)).Key.KeyId;
        var second = shared.Start();
        Assert.Equal("session"u8.ToArray(), second.Protector("cookie").Unprotect(cookie));
        Assert.Equal("session"u8.ToArray(), first.Protector("cookie").Unprotect(second.Protector("cookie").Protect("session"u8.ToArray())));
        Assert.Equal(kid, (await second.Keys.CurrentAsync(default)).Key.KeyId);

        await shared.RestartAsync();
        var again = shared.Start();
        Assert.Equal("session"u8.ToArray(), again.Protector("cookie").Unprotect(cookie));
        Assert.Equal(kid, (await again.Keys.CurrentAsync(default)).Key.KeyId);
    }

    [Fact]
    public async Task The_database_alone_gives_no_key_away()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start();
        _ = await smart.Keys.CurrentAsync(default);
        smart.Protector("cookie").Protect("session"u8.ToArray());
        var ring = await shared.Store.ListAsync(new StateQuery("data-protection"), default);
        Assert.NotEmpty(ring);
        foreach (var record in ring)
        {
            var text = Encoding.UTF8.GetString(record.Body.Span);
            Assert.Contains("encryptedSecret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("masterKey", text, StringComparison.Ordinal);
        }

        var key = (await smart.State.SigningKeys.ListAsync(null, "", 10, default)).Single().Value.Keys.Single();
        using var rsa = RSA.Create();
        Assert.Throws<CryptographicException>(() => rsa.ImportPkcs8PrivateKey(Convert.FromBase64String(key.Protected), out _));
    }

    private static string Sign(SigningCredentials credentials) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken("""{"iss":"https://fhir.example.org","sub":"1"}""", credentials);

    private static Task<TokenValidationResult> ValidateAsync(string token, string keySet) => new JsonWebTokenHandler().ValidateTokenAsync(
        token,
        new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(keySet).GetSigningKeys(),
            ValidAlgorithms = ["RS256"],
            ValidateAudience = false,
            ValidateLifetime = false,
            ValidIssuer = "https://fhir.example.org",
        });

    private static async Task<IReadOnlyList<string?>> PublishedAsync(SmartService smart) =>
        [.. JsonNode.Parse(await smart.Keys.PublicAsync(default))!["keys"]!.AsArray().Select(static key => (string?)key!["kid"])];
}
