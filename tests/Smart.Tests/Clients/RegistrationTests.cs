// Clients that register themselves (RFC 7591), look after themselves (RFC 7592), and try to get more than they may.

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class RegistrationTests(RegistrationTests.Server server) : IClassFixture<RegistrationTests.Server>
{
    private const string Public = """{"client_name":"Growth chart","redirect_uris":["https://app.example.org/callback"],"token_endpoint_auth_method":"none","scope":"launch/patient openid fhirUser patient/*.rs"}""";

    [Fact]
    [Covers(CoversAttribute.Smart, 19, 24, 18)]
    public async Task A_public_client_registers_and_waits_for_an_administrator()
    {
        var (status, answer) = await RegisterAsync(Public);
        Assert.Equal(201, status);
        Assert.Equal("Growth chart", (string?)answer["client_name"]);
        Assert.Equal("""["https://app.example.org/callback"]""", answer["redirect_uris"]!.ToJsonString());
        Assert.Equal("""["authorization_code"]""", answer["grant_types"]!.ToJsonString());
        Assert.Equal("""["code"]""", answer["response_types"]!.ToJsonString());
        Assert.Equal("none", (string?)answer["token_endpoint_auth_method"]);
        Assert.Equal("launch/patient openid fhirUser patient/*.rs", (string?)answer["scope"]);
        Assert.Equal("pending", (string?)answer["client_status"]);
        Assert.Null(answer["client_secret"]);
        Assert.True((long)answer["client_id_issued_at"]! > 0);
        var kept = await server.Smart.Clients.FindAsync((string)answer["client_id"]!, default);
        Assert.Equal(ClientStatus.Pending, kept!.Status);
        Assert.Equal(["https://app.example.org"], kept.Origins);
    }

    [Fact]
    public async Task The_answer_is_never_kept_by_anybody()
    {
        var response = await PostAsync(Public);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_secret_is_made_by_the_server_told_once_and_kept_as_its_hash()
    {
        var (status, answer) = await RegisterAsync(Changed(Public, json => json.Remove("token_endpoint_auth_method")));
        Assert.Equal(201, status);
        Assert.Equal("client_secret_basic", (string?)answer["token_endpoint_auth_method"]);
        var secret = (string)answer["client_secret"]!;
        Assert.Equal(0, (int)answer["client_secret_expires_at"]!);
        var kept = await server.Smart.Clients.FindAsync((string)answer["client_id"]!, default);
        Assert.Equal(Secret.HashOf(secret), kept!.SecretHash);
        var read = await ManageAsync("GET", answer);
        Assert.DoesNotContain(secret, await read.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 297, 305, 306, 316)]
    [Covers(CoversAttribute.Inferno, 157)]
    public async Task A_backend_service_registers_its_keys_inline_and_is_reminded_to_keep_them_up_to_date()
    {
        var keys = TestKeys.Set(TestKeys.Es384("one").Public, TestKeys.Rsa("two").Public);
        var (status, answer) = await RegisterAsync(Service($"\"jwks\":{keys}"));
        Assert.Equal(201, status);
        Assert.Contains("update", (string)answer["jwks_note"]!, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(keys), answer["jwks"]));
        var client = await server.Smart.Clients.FindAsync((string)answer["client_id"]!, default);
        Assert.Equal(["one", "two"], (await server.Smart.ClientKeys.FindAsync(client!, null, default)).Select(static key => key.Kid));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 296)]
    public async Task A_backend_service_registers_the_address_of_its_keys()
    {
        var (status, answer) = await RegisterAsync(Service("\"jwks_uri\":\"https://service.example.org/jwks.json\""));
        Assert.Equal(201, status);
        Assert.Equal("https://service.example.org/jwks.json", (string?)answer["jwks_uri"]);
        Assert.Null(answer["jwks_note"]);
        Assert.Empty(answer["response_types"]!.AsArray());
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("vbscript:x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://app.example.org/callback")]
    [InlineData("https://app.example.org/callback#fragment")]
    [InlineData("https://app.example.org/callback#")]
    [InlineData("https://*.example.org/callback")]
    [InlineData("https://app.example.org/*")]
    [InlineData("/callback")]
    [InlineData("//app.example.org/callback")]
    [InlineData("https:app.example.org/callback")]
    [InlineData("https:///callback")]
    [InlineData("https://user:word@app.example.org/callback")]
    [InlineData("https://app.example.org\\@evil.example.org/")]
    [InlineData("https://app.example.org/call back")]
    [InlineData("https://app.example.org/\u202Ekcabllac")]
    [InlineData(" https://app.example.org/callback")]
    [InlineData("http://localhost.evil.example.org/callback")]
    [InlineData("http://127.0.0.1.evil.example.org/callback")]
    [InlineData("org.example.app:/callback")]
    [InlineData("about:blank")]
    [InlineData("blob:https://app.example.org/1")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob")]
    [InlineData("")]
    public async Task A_redirect_address_that_others_could_be_behind_is_refused(string address)
    {
        var (status, answer) = await RegisterAsync(Changed(Public, json => json["redirect_uris"] = new JsonArray(address)));
        Assert.Equal(400, status);
        Assert.Equal("invalid_redirect_uri", (string?)answer["error"]);
        Assert.NotEmpty((string)answer["error_description"]!);
    }

    [Theory]
    [InlineData("https://app.example.org/callback?site=1", "web")]
    [InlineData("http://localhost:3000/callback", "web")]
    [InlineData("http://127.0.0.1/callback", "native")]
    [InlineData("http://[::1]:8000/callback", "native")]
    [InlineData("org.example.app:/callback", "native")]
    [InlineData("org.example.app://callback", "native")]
    public async Task Redirect_addresses_of_web_and_native_apps_are_taken_as_they_are_written(string address, string type)
    {
        var (status, answer) = await RegisterAsync(Changed(Public, json =>
        {
            json["redirect_uris"] = new JsonArray(address);
            json["application_type"] = type;
        }));
        Assert.Equal(201, status);
        Assert.Equal(address, (string?)answer["redirect_uris"]![0]);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("myapp:/callback")]
    public async Task A_native_app_has_no_scheme_that_a_browser_or_everybody_has(string address)
    {
        var (status, _) = await RegisterAsync(Changed(Public, json =>
        {
            json["redirect_uris"] = new JsonArray(address);
            json["application_type"] = "native";
        }));
        Assert.Equal(400, status);
    }

    [Theory]
    [InlineData("\"client_name\":\"\"")]
    [InlineData("\"client_name\":\"   \"")]
    [InlineData("\"client_name\":\"a\\u0000b\"")]
    [InlineData("\"client_name\":\"bank\\u202Etxt.exe\"")]
    [InlineData("\"client_name\":\"a\\nb\"")]
    [InlineData("\"client_name\":\"\\ud800\"")]
    [InlineData("\"client_name\":17")]
    [InlineData("\"client_name\":{\"en\":\"x\"}")]
    [InlineData("\"redirect_uris\":[]")]
    [InlineData("\"redirect_uris\":\"https://app.example.org/callback\"")]
    [InlineData("\"redirect_uris\":[1]")]
    [InlineData("\"grant_types\":[\"implicit\"]")]
    [InlineData("\"grant_types\":[\"password\"]")]
    [InlineData("\"grant_types\":[\"refresh_token\"]")]
    [InlineData("\"grant_types\":[]")]
    [InlineData("\"grant_types\":[\"authorization_code\",\"client_credentials\"]")]
    [InlineData("\"response_types\":[\"token\"]")]
    [InlineData("\"response_types\":[\"code\",\"id_token\"]")]
    [InlineData("\"response_types\":[]")]
    [InlineData("\"token_endpoint_auth_method\":\"client_secret_jwt\"")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\"")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{\"keys\":[]}")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{}")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":\"{}\"")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks_uri\":\"http://app.example.org/jwks\"")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks_uri\":\"https://169.254.169.254/jwks\"")]
    [InlineData("\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks_uri\":\"https://localhost/jwks\"")]
    [InlineData("\"scope\":\"\"")]
    [InlineData("\"scope\":\"everything\"")]
    [InlineData("\"scope\":\"system/*.rs\"")]
    [InlineData("\"scope\":[\"openid\"]")]
    [InlineData("\"logo_uri\":\"javascript:alert(1)\"")]
    [InlineData("\"client_uri\":\"data:text/html,x\"")]
    [InlineData("\"policy_uri\":\"http://app.example.org/policy\"")]
    [InlineData("\"tos_uri\":\"x\"")]
    [InlineData("\"initiate_login_uri\":\"javascript:alert(1)\"")]
    [InlineData("\"contacts\":\"me\"")]
    [InlineData("\"application_type\":\"browser\"")]
    public async Task Metadata_that_can_not_be_met_is_refused_with_a_reason(string member)
    {
        var name = member.Split('"')[1];
        var body = Changed(Public, json => json.Remove(name));
        body = $"{body[..^1]},{member}}}";
        if (member.Contains("private_key_jwt", StringComparison.Ordinal))
            body = body.Replace("\"token_endpoint_auth_method\":\"none\",", "", StringComparison.Ordinal);
        var (status, answer) = await RegisterAsync(body);
        Assert.Equal(400, status);
        Assert.StartsWith("invalid_", (string?)answer["error"], StringComparison.Ordinal);
        Assert.Contains(member.Contains("jwks", StringComparison.Ordinal) ? "jwks" : name == "token_endpoint_auth_method" && member.EndsWith("jwt\"", StringComparison.Ordinal) ? "jwt" : name, (string?)answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_come_from_one_place_only()
    {
        var (status, _) = await RegisterAsync(Service($"\"jwks\":{TestKeys.Set(TestKeys.Es384("one").Public)},\"jwks_uri\":\"https://service.example.org/jwks\""));
        Assert.Equal(400, status);
    }

    [Fact]
    public async Task A_private_key_that_somebody_sends_is_not_kept()
    {
        var (status, answer) = await RegisterAsync(Service("\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"a\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AA\"}]}"));
        Assert.Equal(400, status);
        Assert.Contains("private", (string?)answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_service_must_sign()
    {
        var (status, answer) = await RegisterAsync("""{"client_name":"S","grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic","scope":"system/*.rs"}""");
        Assert.Equal(400, status);
        Assert.Contains("private_key_jwt", (string?)answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_an_administrator_decides_can_not_be_written_in()
    {
        var (status, answer) = await RegisterAsync(Changed(Public, json =>
        {
            foreach (var (name, value) in new (string, JsonNode)[]
            {
                ("status", "Active"), ("Status", 1), ("client_status", "active"), ("mayIntrospect", true), ("MayIntrospect", true), ("may_introspect", true), ("isBuiltIn", true), ("IsBuiltIn", true),
                ("mayLaunch", true), ("MayLaunch", true), ("organization", "Organization/1"), ("Organization", "Organization/1"), ("id", "viewer"), ("Id", "viewer"), ("client_id", "viewer"), ("client_secret", "secret"),
                ("secretHash", Secret.HashOf("secret")), ("registrationTokenHash", Secret.HashOf("x")), ("origins", new JsonArray("https://evil.example.org")), ("createdAt", "2020-01-01T00:00:00Z"),
            })
            {
                json[name] = value;
            }
        }));
        Assert.Equal(201, status);
        Assert.NotEqual("viewer", (string?)answer["client_id"]);
        var client = (await server.Smart.Clients.FindAsync((string)answer["client_id"]!, default))!;
        Assert.Equal(ClientStatus.Pending, client.Status);
        Assert.False(client.MayIntrospect || client.IsBuiltIn || client.MayLaunch);
        Assert.Null(client.Organization);
        Assert.Null(client.SecretHash);
        Assert.Equal(["https://app.example.org"], client.Origins);
        Assert.True(client.CreatedAt.Year > 2020);
        Assert.Null(await server.Smart.Clients.FindAsync("viewer", default));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"client_name":"a","client_name":"b"}""")]
    public async Task What_is_no_object_is_refused(string body) => Assert.Equal(400, (await RegisterAsync(body)).Status);

    [Fact]
    public async Task A_body_that_is_too_large_or_too_deep_is_refused()
    {
        Assert.Equal(400, (await RegisterAsync(Changed(Public, json => json["x"] = new string('x', 200_000)))).Status);
        Assert.Equal(400, (await RegisterAsync($"{Public[..^1]},\"x\":{new string('[', 500)}{new string(']', 500)}}}")).Status);
        Assert.Equal(400, (await RegisterAsync(Changed(Public, json => json["redirect_uris"] = new JsonArray([.. Enumerable.Range(0, 21).Select(static i => (JsonNode)$"https://app.example.org/{i}")])))).Status);
        Assert.Equal(400, (await RegisterAsync(Changed(Public, json => json["redirect_uris"] = new JsonArray($"https://app.example.org/{new string('x', 2_000)}")))).Status);
        Assert.Equal(400, (await RegisterAsync(Changed(Public, json => json["client_name"] = new string('x', 101)))).Status);
    }

    [Fact]
    public async Task A_form_is_no_registration()
    {
        using var content = new StringContent(Public, Encoding.UTF8, "text/plain");
        Assert.Equal(400, (int)(await server.Browser().PostAsync("auth/register", content)).StatusCode);
    }

    [Fact]
    public async Task A_software_statement_is_refused_as_the_standard_says()
    {
        var (status, answer) = await RegisterAsync(Changed(Public, json => json["software_statement"] = "e30.e30."));
        Assert.Equal(400, status);
        Assert.Equal("unapproved_software_statement", (string?)answer["error"]);
    }

    [Fact]
    public async Task Scopes_that_there_are_not_are_left_out_and_offline_access_brings_the_refresh_grant()
    {
        var (status, answer) = await RegisterAsync(Changed(Public, json => json["scope"] = "openid magic patient/*.rs patient/*.sr offline_access openid"));
        Assert.Equal(201, status);
        Assert.Equal("openid patient/*.rs offline_access", (string?)answer["scope"]);
        Assert.Equal("""["authorization_code","refresh_token"]""", answer["grant_types"]!.ToJsonString());
    }

    [Fact]
    public async Task The_management_token_is_rotated_with_each_use_and_an_old_one_is_refused()
    {
        var (_, first) = await RegisterAsync(Public);
        var second = await (await ManageAsync("GET", first)).JsonAsync();
        Assert.Equal((string?)first["client_id"], (string?)second["client_id"]);
        Assert.NotEqual((string?)first["registration_access_token"], (string?)second["registration_access_token"]);
        var refused = await ManageAsync("GET", first);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await ManageAsync("GET", second)).StatusCode);
    }

    [Fact]
    public async Task Nobody_looks_after_the_client_of_another()
    {
        var (_, mine) = await RegisterAsync(Public);
        var (_, other) = await RegisterAsync(Public);
        mine["registration_client_uri"] = (string)other["registration_client_uri"]!;
        foreach (var method in new[] { "GET", "DELETE" })
            Assert.Equal(401, (int)(await ManageAsync(method, mine)).StatusCode);
        var unknown = await server.Browser().GetAsync("auth/register/nobody");
        Assert.Equal(401, (int)unknown.StatusCode);
        await server.AddClientAsync("made-by-an-administrator");
        mine["registration_client_uri"] = $"{server.Root}/auth/register/made-by-an-administrator";
        Assert.Equal(401, (int)(await ManageAsync("GET", mine)).StatusCode);
    }

    [Fact]
    public async Task A_client_that_was_approved_and_asks_for_other_redirect_addresses_waits_again()
    {
        var (_, first) = await RegisterAsync(Public);
        var id = (string)first["client_id"]!;
        await server.Smart.Clients.ApproveAsync(id, null, default);
        var same = await (await ManageAsync("PUT", first, Changed(Public, json => json["client_id"] = id))).JsonAsync();
        Assert.Equal("active", (string?)same["client_status"]);
        var changed = await (await ManageAsync("PUT", same, Changed(Public, json =>
        {
            json["client_id"] = id;
            json["redirect_uris"] = new JsonArray("https://evil.example.org/callback");
        }))).JsonAsync();
        Assert.Equal("pending", (string?)changed["client_status"]);
        Assert.Equal(ClientStatus.Pending, (await server.Smart.Clients.FindAsync(id, default))!.Status);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 306)]
    public async Task Keys_may_be_changed_without_waiting()
    {
        var (_, first) = await RegisterAsync(Service($"\"jwks\":{TestKeys.Set(TestKeys.Es384("one").Public)}"));
        var id = (string)first["client_id"]!;
        await server.Smart.Clients.ApproveAsync(id, null, default);
        var changed = await (await ManageAsync("PUT", first, Changed(Service($"\"jwks\":{TestKeys.Set(TestKeys.Es384("two").Public)}"), json => json["client_id"] = id))).JsonAsync();
        Assert.Equal("active", (string?)changed["client_status"]);
        var client = (await server.Smart.Clients.FindAsync(id, default))!;
        Assert.Equal("two", (await server.Smart.ClientKeys.FindAsync(client, null, default)).Single().Kid);
    }

    [Theory]
    [InlineData("client_id", "\"other\"")]
    [InlineData("client_secret", "\"chosen by me\"")]
    [InlineData("registration_access_token", "\"x\"")]
    [InlineData("client_secret_expires_at", "0")]
    public async Task An_update_says_nothing_that_the_server_says(string member, string value)
    {
        var (_, first) = await RegisterAsync(Public);
        var body = JsonNode.Parse(Public)!;
        body["client_id"] = (string)first["client_id"]!;
        body[member] = JsonNode.Parse(value);
        Assert.Equal(400, (int)(await ManageAsync("PUT", first, body.ToJsonString())).StatusCode);
    }

    [Fact]
    public async Task A_client_that_was_disabled_can_not_bring_itself_back()
    {
        var (_, first) = await RegisterAsync(Public);
        var id = (string)first["client_id"]!;
        await server.Smart.Clients.DisableAsync(id, default);
        Assert.Equal(403, (int)(await ManageAsync("PUT", first, Changed(Public, json => json["client_id"] = id))).StatusCode);
        Assert.Equal(ClientStatus.Disabled, (await server.Smart.Clients.FindAsync(id, default))!.Status);
    }

    [Fact]
    public async Task A_client_removes_itself()
    {
        var (_, first) = await RegisterAsync(Public);
        Assert.Equal(204, (int)(await ManageAsync("DELETE", first)).StatusCode);
        Assert.Null(await server.Smart.Clients.FindAsync((string)first["client_id"]!, default));
        Assert.Equal(401, (int)(await ManageAsync("GET", first)).StatusCode);
    }

    private static string Service(string keys) =>
        $$"""{"client_name":"Nightly","grant_types":["client_credentials"],"token_endpoint_auth_method":"private_key_jwt","scope":"system/*.rs",{{keys}}}""";

    private static string Changed(string body, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        change(json);
        return json.ToJsonString();
    }

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await server.Browser().PostAsync("auth/register", content);
    }

    private async Task<(int Status, JsonNode Answer)> RegisterAsync(string body)
    {
        var response = await PostAsync(body);
        return ((int)response.StatusCode, await response.JsonAsync());
    }

    private static async Task<HttpResponseMessage> ManageAsync(string method, JsonNode registered, string? body = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), (string)registered["registration_client_uri"]!);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)registered["registration_access_token"]!);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    public sealed class Server : SmartFixture
    {
        protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Auth:RegistrationsPerHour=10000"];
    }
}

public class RegistrationLimitTests(RegistrationLimitTests.Server server) : IClassFixture<RegistrationLimitTests.Server>
{
    private const string Token = "an initial access token of many characters";

    [Fact]
    public async Task Registration_needs_the_initial_access_token_where_there_is_one_and_is_limited()
    {
        Assert.Equal(401, await RegisterAsync(null));
        Assert.Equal(401, await RegisterAsync(Token + "x"));
        Assert.Equal(400, await RegisterAsync(Token));
        Assert.Equal(400, await RegisterAsync(Token));
        Assert.Equal(429, await RegisterAsync(Token));
    }

    private async Task<int> RegisterAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "auth/register") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (int)(await server.Browser().SendAsync(request)).StatusCode;
    }

    public sealed class Server : SmartFixture
    {
        protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Auth:RegistrationsPerHour=2", $"--FhirHub:Auth:InitialAccessToken={Token}"];
    }
}
