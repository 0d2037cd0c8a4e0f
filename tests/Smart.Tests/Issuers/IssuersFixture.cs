// A server that trusts two other issuers: one of the test's own, which signs what the test says, and oidc-provider.

using System.Net.Http.Headers;
using FhirHub.Server.Tests;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests;

/// <summary>Other issuers and a server that trusts them.</summary>
public sealed class IssuersFixture : IAsyncLifetime
{
    public const string Audience = "https://fhir.example.org";

    private DocumentServer _documents = null!;

    public OidcProvider? Provider { get; private set; }

    public SmartFixture Server { get; private set; } = null!;

    /// <summary>The issuer that signs what the test says.</summary>
    public string Issuer => _documents.Root;

    public RsaSecurityKey Key { get; } = TestKeys.Rsa("one").Key;

    /// <summary>The id of a practitioner who is here.</summary>
    public string Practitioner { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _documents = await DocumentServer.StartAsync();
        _documents.Add("/.well-known/openid-configuration", $$"""{"issuer":"{{Issuer}}","jwks_uri":"{{Issuer}}/jwks"}""");
        var parts = Key.Rsa.ExportParameters(false);
        _documents.Add("/jwks", TestKeys.Set($$"""{"kty":"RSA","kid":"one","n":"{{Base64UrlEncoder.Encode(parts.Modulus!)}}","e":"{{Base64UrlEncoder.Encode(parts.Exponent!)}}"}"""), "max-age=3600");
        Provider = await OidcProvider.StartAsync();
        List<string> settings = ["--FhirHub:Auth:FetchPrivate=127.0.0.1/32", .. SettingsOf(0, Issuer), "--FhirHub:Auth:Issuers:0:Required:tenant=ours"];
        if (Provider is not null)
        {
            settings.AddRange(
            [
                .. SettingsOf(1, Provider.Issuer), "--FhirHub:Auth:Issuers:1:ClientId=fhirhub", "--FhirHub:Auth:Issuers:1:ClientSecret=a secret: of 100%",
                "--FhirHub:Auth:Issuers:1:IntrospectionSeconds=0",
            ]);
        }

        var server = new TrustingServer(settings);
        Server = server;
        await server.InitializeAsync();
        using var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        Practitioner = (await client.CreateAsync("Practitioner", """{"resourceType":"Practitioner"}""")).Id;
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await _documents.DisposeAsync();
        if (Provider is not null)
            await Provider.DisposeAsync();
    }

    /// <summary>How often the keys of <see cref="Issuer"/> were fetched.</summary>
    public int KeysAsked => _documents.Asked("/jwks");

    /// <summary>The claims of a token that is good.</summary>
    public Dictionary<string, object> Claims(string subject = "user-1") => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = subject,
        ["client_id"] = "app",
        ["scope"] = "openid user/*.rs",
        ["roles"] = new[] { "doctor" },
        ["tenant"] = "ours",
        ["fhirUser"] = $"Practitioner/{Practitioner}",
        ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(),
    };

    /// <summary>A signed token.</summary>
    public string Sign(Dictionary<string, object> claims, SigningCredentials? credentials = null, string type = "at+jwt", Dictionary<string, object>? header = null)
    {
        var descriptor = new SecurityTokenDescriptor
        {
            Claims = claims,
            SigningCredentials = credentials ?? new SigningCredentials(Key, SecurityAlgorithms.RsaSha256),
            TokenType = type,
            AdditionalHeaderClaims = header,
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    /// <summary>What the FHIR API answers to a token.</summary>
    public async Task<int> GetAsync(string token, string path = "Patient")
    {
        using var client = new HttpClient { BaseAddress = new Uri($"{Server.Base}/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (int)(await client.GetAsync(path)).StatusCode;
    }

    private static string[] SettingsOf(int number, string issuer) =>
    [
        $"--FhirHub:Auth:Issuers:{number}:Issuer={issuer}", $"--FhirHub:Auth:Issuers:{number}:Audience={Audience}", $"--FhirHub:Auth:Issuers:{number}:Claims:roles=roles",
        $"--FhirHub:Auth:Issuers:{number}:Roles:Practitioner=doctor", $"--FhirHub:Auth:Issuers:{number}:Roles:Administrator=admin", $"--FhirHub:Auth:Issuers:{number}:Roles:Patient=patient",
    ];

    private sealed class TrustingServer(IReadOnlyList<string> settings) : SmartFixture
    {
        protected override IReadOnlyList<string> Settings => [.. base.Settings, .. settings];
    }
}
