// What an app does at the token endpoint, and codes without a browser.

using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests;

/// <summary>Short ways to ask for tokens.</summary>
internal static class TokenRequests
{
    public const string Redirect = "http://127.0.0.1:9/callback";

    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>A verifier of PKCE.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private static readonly HttpClient s_http = new(new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false });

    public static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>A client of its own for a test.</summary>
    public static Task<Client> NewClientAsync(this SmartFixture server, Func<Client, Client>? change = null) => server.AddClientAsync($"client-{Guid.NewGuid():N}", change);

    /// <summary>A client with a secret.</summary>
    public static async Task<(Client Client, string Secret)> NewSecretClientAsync(this SmartFixture server, Func<Client, Client>? change = null)
    {
        var secret = Secret.Create();
        return (await server.NewClientAsync(client =>
        {
            client = client with { Authentication = ClientAuthentication.Secret, SecretHash = Secret.HashOf(secret) };
            return change?.Invoke(client) ?? client;
        }), secret);
    }

    /// <summary>A client that signs; a backend service too.</summary>
    public static async Task<(Client Client, SecurityKey Key)> NewSigningClientAsync(this SmartFixture server, bool elliptic = false, Func<Client, Client>? change = null)
    {
        (SecurityKey key, var jwk) = elliptic ? ((SecurityKey, string))TestKeys.Es384("k1") : TestKeys.Rsa("k1");
        return (await server.NewClientAsync(client =>
        {
            client = client with
            {
                Authentication = ClientAuthentication.PrivateKeyJwt,
                Jwks = TestKeys.Set(jwk),
                GrantTypes = [Client.AuthorizationCode, Client.RefreshToken, Client.ClientCredentials],
            };
            return change?.Invoke(client) ?? client;
        }), key);
    }

    /// <summary>A code, as the authorization endpoint would give it.</summary>
    public static async Task<string> CodeAsync(
        this SmartFixture server, Client client, string scope, Func<Grant, Grant>? change = null, string? challenge = null, TimeSpan? life = null, string sessionId = "", Account? account = null)
    {
        account ??= await server.NewAccountAsync();
        var now = DateTimeOffset.UtcNow;
        var grant = new Grant { ClientId = client.Id, AccountId = account.Id, Scope = scope, Audience = server.Base, AuthenticatedAt = now, CreatedAt = now };
        var grantId = await server.Smart.Grants.CreateAsync(change?.Invoke(grant) ?? grant, now + TimeSpan.FromMinutes(10), default);
        var code = Secret.Create();
        await server.Smart.State.Codes.AddAsync(
            Secret.HashOf(code),
            new AuthorizationCode { GrantId = grantId, ClientId = client.Id, RedirectUri = Redirect, CodeChallenge = challenge ?? ChallengeOf(Verifier), SessionId = sessionId },
            grantId,
            now + (life ?? TimeSpan.FromMinutes(1)));
        return code;
    }

    public static async Task<Account> NewAccountAsync(this SmartFixture server, AccountRole role = AccountRole.Practitioner, string? fhirUser = "Practitioner/1")
    {
        var id = Guid.NewGuid().ToString("N");
        var account = new Account { Id = id, UserName = $"u-{id}", DisplayName = "Dr. Chen", Role = role, FhirUser = fhirUser };
        await server.Smart.State.Accounts.AddAsync(id, account);
        return account;
    }

    public static async Task<HttpResponseMessage> PostAsync(this SmartFixture server, string path, AuthenticationHeaderValue? authorization, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Root}/auth/{path}")
        {
            Content = new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))),
        };
        request.Headers.Authorization = authorization;
        return await s_http.SendAsync(request);
    }

    public static Task<HttpResponseMessage> TokenAsync(this SmartFixture server, params (string Name, string Value)[] fields) => server.PostAsync("token", null, fields);

    /// <summary>Redeems a code as a public client.</summary>
    public static Task<HttpResponseMessage> RedeemAsync(this SmartFixture server, Client client, string code, string verifier = Verifier, string redirect = Redirect) =>
        server.TokenAsync(("grant_type", "authorization_code"), ("client_id", client.Id), ("code", code), ("redirect_uri", redirect), ("code_verifier", verifier));

    /// <summary>The tokens of a public client for these scopes.</summary>
    public static async Task<JsonNode> TokensAsync(this SmartFixture server, Client client, string scope, Func<Grant, Grant>? change = null, Account? account = null) =>
        await (await server.RedeemAsync(client, await server.CodeAsync(client, scope, change, account: account))).OkAsync();

    public static Task<HttpResponseMessage> RefreshAsync(this SmartFixture server, string token, params (string Name, string Value)[] more) =>
        server.TokenAsync([("grant_type", "refresh_token"), ("refresh_token", token), .. more]);

    public static AuthenticationHeaderValue Basic(Client client, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(client.Id)}:{Uri.EscapeDataString(secret)}")));

    /// <summary>The claims of an assertion that is good.</summary>
    public static Dictionary<string, object> ClaimsOf(this SmartFixture server, Client client) => new()
    {
        ["iss"] = client.Id,
        ["sub"] = client.Id,
        ["aud"] = $"{server.Root}/auth/token",
        ["exp"] = DateTimeOffset.UtcNow.AddMinutes(4).ToUnixTimeSeconds(),
        ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["jti"] = Guid.NewGuid().ToString(),
    };

    /// <summary>Signs an assertion; <paramref name="change"/> spoils its claims.</summary>
    public static string Assertion(
        this SmartFixture server, Client client, SecurityKey key, Action<Dictionary<string, object>>? change = null, string? algorithm = null, Dictionary<string, object>? header = null, string type = "JWT")
    {
        var claims = server.ClaimsOf(client);
        change?.Invoke(claims);
        algorithm ??= key is ECDsaSecurityKey ? SecurityAlgorithms.EcdsaSha384 : SecurityAlgorithms.RsaSha384;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            SigningCredentials = new SigningCredentials(key, algorithm),
            AdditionalHeaderClaims = header,
            TokenType = type,
        });
    }

    public static (string Name, string Value)[] Asserted(string assertion) => [("client_assertion_type", AssertionType), ("client_assertion", assertion)];

    /// <summary>Asks for the token of a backend service.</summary>
    public static Task<HttpResponseMessage> ServiceAsync(this SmartFixture server, string assertion, string scope = "system/Patient.rs") =>
        server.TokenAsync([("grant_type", "client_credentials"), ("scope", scope), .. Asserted(assertion)]);

    /// <summary>The answer, which must be a success that no cache keeps.</summary>
    public static async Task<JsonNode> OkAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Contains("no-cache", response.Headers.Pragma.ToString(), StringComparison.Ordinal);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Asserts that the answer is that error of RFC 6749, 5.2, which says what to do.</summary>
    public static async Task<JsonNode> RefusesAsync(this HttpResponseMessage response, int status, string error)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        var json = JsonNode.Parse(text)!;
        Assert.Equal(error, (string?)json["error"]);
        Assert.False(string.IsNullOrWhiteSpace((string?)json["error_description"]));
        return json;
    }

    public static string Text(this JsonNode json, string name) => (string)json[name]!;

    /// <summary>Reads from the FHIR API with a token.</summary>
    public static async Task<HttpResponseMessage> GetFhirAsync(this SmartFixture server, string token, string path = "Practitioner?_summary=count")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Base}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await s_http.SendAsync(request);
    }

    /// <summary>Sends a request with headers of a page of another origin.</summary>
    public static async Task<HttpResponseMessage> FromOriginAsync(this SmartFixture server, string method, string path, string origin, string? asks = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), server.Root + path);
        request.Headers.Add("Origin", origin);
        if (asks is not null)
        {
            request.Headers.Add("Access-Control-Request-Method", asks);
            request.Headers.Add("Access-Control-Request-Headers", "authorization, content-type");
        }

        return await s_http.SendAsync(request);
    }
}
