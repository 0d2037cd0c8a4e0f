// A code becomes tokens once, for the client, the address and the verifier that it was asked with.

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class CodeExchangeTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "openid fhirUser launch/patient offline_access patient/*.rs user/Practitioner.rs";

    [Fact]
    [Covers(CoversAttribute.Smart, 134, 73, 74, 75, 76, 78, 79, 80, 81, 84, 85, 86, 87, 88, 89, 91, 355, 365)]
    [Covers(CoversAttribute.Inferno, 30, 33, 34, 35, 36, 37, 45, 46)]
    public async Task A_public_client_gets_tokens_for_its_code()
    {
        var client = await server.NewClientAsync();
        var answer = await server.RedeemAsync(client, await server.CodeAsync(client, Scope));
        Assert.Equal(200, (int)answer.StatusCode);
        var tokens = await answer.OkAsync();
        Assert.Equal("Bearer", tokens.Text("token_type"));
        Assert.InRange((int)tokens["expires_in"]!, 1, 3600);
        Assert.Equal(Scope, tokens.Text("scope"));
        Assert.Equal(43, tokens.Text("access_token").Length);
        Assert.Equal(43, tokens.Text("refresh_token").Length);
        Assert.NotNull(tokens["id_token"]);
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 356)]
    [Covers(CoversAttribute.Inferno, 31)]
    public async Task A_client_with_a_secret_sends_it_in_the_header_or_in_the_body()
    {
        var (client, secret) = await server.NewSecretClientAsync();
        (string, string)[] fields = [("grant_type", "authorization_code"), ("redirect_uri", TokenRequests.Redirect), ("code_verifier", TokenRequests.Verifier)];
        await (await server.PostAsync("token", TokenRequests.Basic(client, secret), [.. fields, ("code", await server.CodeAsync(client, Scope))])).OkAsync();
        await (await server.TokenAsync([.. fields, ("code", await server.CodeAsync(client, Scope)), ("client_id", client.Id), ("client_secret", secret)])).OkAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers(CoversAttribute.Smart, 310, 357)]
    [Covers(CoversAttribute.Inferno, 32, 148)]
    public async Task A_client_that_signs_gets_tokens_and_new_ones(bool elliptic)
    {
        var (client, key) = await server.NewSigningClientAsync(elliptic);
        var tokens = await (await server.TokenAsync([
            ("grant_type", "authorization_code"), ("redirect_uri", TokenRequests.Redirect), ("code_verifier", TokenRequests.Verifier), ("code", await server.CodeAsync(client, Scope)),
            .. TokenRequests.Asserted(server.Assertion(client, key))])).OkAsync();
        Assert.NotNull(tokens["id_token"]);
        var next = await (await server.RefreshAsync(tokens.Text("refresh_token"), TokenRequests.Asserted(server.Assertion(client, key)))).OkAsync();
        next = await (await server.RefreshAsync(next.Text("refresh_token"), [("scope", Scope), .. TokenRequests.Asserted(server.Assertion(client, key))])).OkAsync();
        Assert.Equal(200, (int)(await server.GetFhirAsync(next.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(Secret.Create(), TokenRequests.Asserted(server.Assertion(client, key)))).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 83, 359, 360)]
    [Covers(CoversAttribute.Inferno, 38, 39, 40, 41, 42, 43, 44, 131)]
    public async Task The_launch_context_stands_beside_the_tokens()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope, grant => grant with
        {
            Context = new LaunchContext
            {
                Patient = "p1",
                Encounter = "e1",
                Intent = "reconcile-medications",
                NeedPatientBanner = false,
                SmartStyleUrl = $"{server.Root}/auth/style.json",
                Tenant = "hospital-1",
                FhirContext = new JsonArray(
                    new JsonObject { ["reference"] = "ImagingStudy/i1" },
                    new JsonObject { ["canonical"] = "http://example.org/fhir/Questionnaire/q1|1.0", ["type"] = "Questionnaire", ["role"] = "https://example.org/role" },
                    new JsonObject { ["identifier"] = new JsonObject { ["system"] = "https://example.org/ids", ["value"] = "7" }, ["type"] = "ServiceRequest" }),
            },
        });
        Assert.Equal("p1", tokens.Text("patient"));
        Assert.Equal("e1", tokens.Text("encounter"));
        Assert.Equal("reconcile-medications", tokens.Text("intent"));
        Assert.False((bool)tokens["need_patient_banner"]!);
        Assert.Equal($"{server.Root}/auth/style.json", tokens.Text("smart_style_url"));
        Assert.Equal("hospital-1", tokens.Text("tenant"));
        Assert.Equal("ImagingStudy/i1", (string?)tokens["fhirContext"]![0]!["reference"]);
        Assert.Equal("http://example.org/fhir/Questionnaire/q1|1.0", (string?)tokens["fhirContext"]![1]!["canonical"]);
        Assert.Equal("7", (string?)tokens["fhirContext"]![2]!["identifier"]!["value"]);
        Assert.Equal("ServiceRequest", (string?)tokens["fhirContext"]![2]!["type"]);
        var next = await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync();
        Assert.Equal("p1", next.Text("patient"));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 127)]
    public async Task Scopes_of_version_1_come_back_as_such()
    {
        const string Version1 = "openid offline_access patient/Observation.read user/*.*";
        var tokens = await server.TokensAsync(await server.NewClientAsync(), Version1);
        Assert.Equal(Version1, tokens.Text("scope"));
        Assert.Equal(Version1, (await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync()).Text("scope"));
        var fewer = await server.TokensAsync(await server.NewClientAsync(), Version1);
        Assert.Equal("patient/Observation.read", (await (await server.RefreshAsync(fewer.Text("refresh_token"), ("scope", "patient/Observation.read"))).OkAsync()).Text("scope"));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 58)]
    public async Task A_used_code_ends_its_grant()
    {
        var client = await server.NewClientAsync();
        var code = await server.CodeAsync(client, Scope);
        var tokens = await (await server.RedeemAsync(client, code)).OkAsync();
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await (await server.RedeemAsync(client, code)).RefusesAsync(400, "invalid_grant");
        Assert.Equal(401, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(tokens.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    public async Task Of_several_who_redeem_a_code_at_once_none_keeps_tokens()
    {
        var client = await server.NewClientAsync();
        var code = await server.CodeAsync(client, Scope);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.RedeemAsync(client, code)));
        Assert.InRange(answers.Count(static answer => answer.IsSuccessStatusCode), 0, 1);
        foreach (var answer in answers.Where(static answer => answer.IsSuccessStatusCode))
            Assert.Equal(401, (int)(await server.GetFhirAsync((await answer.OkAsync()).Text("access_token"))).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 58)]
    public async Task A_code_is_good_for_a_short_time()
    {
        var client = await server.NewClientAsync();
        var code = await server.CodeAsync(client, Scope, life: TimeSpan.FromSeconds(-1));
        await (await server.RedeemAsync(client, code)).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 138)]
    public async Task A_code_that_there_is_not_answers_400()
    {
        var client = await server.NewClientAsync();
        await (await server.RedeemAsync(client, "BAD_CODE")).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 139)]
    public async Task A_code_of_another_client_is_refused_and_stays_good_for_its_own()
    {
        var client = await server.NewClientAsync();
        var other = await server.NewClientAsync();
        var code = await server.CodeAsync(client, Scope);
        await (await server.RedeemAsync(other, code)).RefusesAsync(400, "invalid_grant");
        await (await server.RedeemAsync(client with { Id = "BAD_CLIENT_ID" }, code)).RefusesAsync(400, "invalid_client");
        await (await server.RedeemAsync(client, code)).OkAsync();
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/callback/")]
    [InlineData("http://127.0.0.1:9/callback?x=1")]
    [InlineData("https://evil.example/callback")]
    public async Task Another_redirect_uri_is_refused_and_uses_the_code_up(string redirect)
    {
        var client = await server.NewClientAsync();
        var code = await server.CodeAsync(client, Scope);
        await (await server.RedeemAsync(client, code, redirect: redirect)).RefusesAsync(400, "invalid_grant");
        await (await server.RedeemAsync(client, code)).RefusesAsync(400, "invalid_grant");
    }

    [Theory]
    [InlineData("", "invalid_request")]
    [InlineData("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong", "invalid_grant")]
    [InlineData("short", "invalid_grant")]
    [InlineData("{challenge}", "invalid_grant")]
    [Covers(CoversAttribute.Smart, 14, 15, 31)]
    [Covers(CoversAttribute.Inferno, 140, 141, 142, 143)]
    public async Task Without_the_verifier_of_its_challenge_a_code_is_refused(string verifier, string error)
    {
        var client = await server.NewClientAsync();
        var challenge = TokenRequests.ChallengeOf(TokenRequests.Verifier);
        var code = await server.CodeAsync(client, Scope);
        await (await server.RedeemAsync(client, code, verifier.Replace("{challenge}", challenge, StringComparison.Ordinal))).RefusesAsync(400, error);
        if (error == "invalid_request")
        {
            await (await server.TokenAsync(("grant_type", "authorization_code"), ("client_id", client.Id), ("code", code), ("redirect_uri", TokenRequests.Redirect)))
                .RefusesAsync(400, "invalid_request");
        }
    }

    [Fact]
    public async Task A_code_without_a_challenge_is_refused_whatever_verifier_comes()
    {
        var client = await server.NewClientAsync();
        await (await server.RedeemAsync(client, await server.CodeAsync(client, Scope, challenge: ""))).RefusesAsync(400, "invalid_grant");
        await (await server.RedeemAsync(client, await server.CodeAsync(client, Scope, challenge: TokenRequests.Verifier))).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    public async Task Who_signed_out_before_the_code_was_used_takes_it_back()
    {
        var client = await server.NewClientAsync();
        await (await server.RedeemAsync(client, await server.CodeAsync(client, Scope, sessionId: "gone"))).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    public async Task Without_a_scope_for_it_there_is_no_refresh_token()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, "openid patient/*.rs");
        Assert.Null(tokens["refresh_token"]);
        var limited = await server.NewClientAsync(client => client with { GrantTypes = [Client.AuthorizationCode] });
        Assert.Null((await server.TokensAsync(limited, Scope))["refresh_token"]);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 80)]
    [Covers(CoversAttribute.Smart, 251, 252)]
    public async Task There_are_three_grants()
    {
        foreach (var type in (string[])["not_a_grant_type", "password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:token-exchange"])
            await (await server.TokenAsync(("grant_type", type), ("username", "a"), ("password", "b"))).RefusesAsync(400, "unsupported_grant_type");
        await (await server.TokenAsync(("client_id", "x"))).RefusesAsync(400, "invalid_request");
        var client = await server.NewClientAsync(client => client with { GrantTypes = [Client.RefreshToken] });
        await (await server.RedeemAsync(client, await server.CodeAsync(client, Scope))).RefusesAsync(400, "unauthorized_client");
    }

    [Fact]
    public async Task Parameters_are_small_and_there_once_and_in_the_body()
    {
        var client = await server.NewClientAsync();
        var code = await server.CodeAsync(client, Scope);
        (string, string)[] fields = [("grant_type", "authorization_code"), ("client_id", client.Id), ("redirect_uri", TokenRequests.Redirect), ("code_verifier", TokenRequests.Verifier)];
        await (await server.TokenAsync([.. fields, ("code", code), ("code", "other")])).RefusesAsync(400, "invalid_request");
        await (await server.TokenAsync([.. fields, ("code", code), ("grant_type", "authorization_code")])).RefusesAsync(400, "invalid_request");
        await (await server.TokenAsync([.. fields, ("code", new string('x', 20_000))])).RefusesAsync(400, "invalid_request");
        await (await server.TokenAsync([.. Enumerable.Range(0, 100).Select(static i => ($"p{i}", "x"))])).RefusesAsync(400, "invalid_request");
        await (await server.TokenAsync([.. Enumerable.Range(0, 10).Select(static i => ($"p{i}", new string('x', 10_000)))])).RefusesAsync(413, "invalid_request");
        using var http = new HttpClient();
        using var query = new FormUrlEncodedContent([]);
        await (await http.PostAsync($"{server.Root}/auth/token?grant_type=authorization_code&client_id={client.Id}&code={code}", query)).RefusesAsync(400, "invalid_request");
        using var json = new StringContent("{}", new MediaTypeHeaderValue("application/json"));
        await (await http.PostAsync($"{server.Root}/auth/token", json)).RefusesAsync(400, "invalid_request");
        Assert.Equal(405, (int)(await http.GetAsync($"{server.Root}/auth/token?grant_type=client_credentials")).StatusCode);
        await (await server.TokenAsync([.. fields, ("code", code)])).OkAsync();
    }

    [Fact]
    public async Task A_refusal_repeats_nothing_of_the_request()
    {
        var (client, _) = await server.NewSecretClientAsync();
        var answer = await server.TokenAsync(("grant_type", "authorization_code"), ("client_id", client.Id), ("client_secret", "s3cr3t-of-mine"), ("code", "c0de-of-mine"), ("redirect_uri", "http://x.example/"), ("code_verifier", "v3rifier"));
        var text = await answer.Content.ReadAsStringAsync();
        foreach (var secret in (string[])["s3cr3t-of-mine", "c0de-of-mine", "v3rifier", "x.example", client.Id])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 77, 94, 265)]
    [Covers(CoversAttribute.Inferno, 113, 127, 135)]
    public async Task A_token_that_is_over_or_missing_or_in_the_address_is_refused()
    {
        var client = await server.NewClientAsync();
        var account = await server.NewAccountAsync();
        var grant = await server.Smart.Grants.CreateAsync(new Grant { ClientId = client.Id, AccountId = account.Id, Scope = "user/*.rs" }, null, default);
        var over = await server.Smart.Grants.IssueAsync(grant, "user/*.rs", TimeSpan.FromSeconds(-1), false, default);
        var good = await server.Smart.Grants.IssueAsync(grant, "user/*.rs", TimeSpan.FromMinutes(1), false, default);
        Assert.Equal(200, (int)(await server.GetFhirAsync(good)).StatusCode);
        Assert.Equal(401, (int)(await server.GetFhirAsync(over)).StatusCode);
        Assert.Equal(401, (int)(await server.GetFhirAsync(new string('x', 100_000))).StatusCode);
        using var http = new HttpClient();
        Assert.Equal(401, (int)(await http.GetAsync($"{server.Base}/Practitioner?access_token={good}")).StatusCode);
        Assert.Equal(401, (int)(await http.GetAsync($"{server.Base}/Patient/1")).StatusCode);
        Assert.Equal(401, (int)(await http.GetAsync($"{server.Root}/auth/userinfo?access_token={good}")).StatusCode);
    }
}
