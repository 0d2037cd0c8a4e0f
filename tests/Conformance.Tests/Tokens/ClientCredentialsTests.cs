// A backend service's tokens: asked for once, used until they are nearly over, and what a server says when it refuses.

using System.Net;
using System.Text;
using FhirHub.Smart;
using FhirHub.Smart.Tests;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;

namespace FhirHub.Conformance.Tests;

public sealed class ClientCredentialsTests(Server.Tests.SmartFixture server) : IClassFixture<Server.Tests.SmartFixture>
{
    private static readonly string s_key = RunKeys.Elliptic("k").Private;

    private readonly FakeTime _clock = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_gives_a_token_to_a_service_that_signs(bool elliptic)
    {
        var id = $"service-{elliptic}";
        var (key, open) = elliptic ? RunKeys.Elliptic("k") : RunKeys.Rsa("k");
        await server.AddClientAsync(id, client => client with
        {
            Authentication = ClientAuthentication.PrivateKeyJwt,
            Jwks = $$"""{"keys":[{{open}}]}""",
            GrantTypes = [Client.ClientCredentials],
            Scope = "system/Patient.rs",
        });
        using var credentials = new ClientCredentials(
            new Uri(server.Base), new ClientAssertions(id, SigningKey.Parse(key, "It"), TimeProvider.System), "system/Patient.rs", null, TimeProvider.System);

        var token = await credentials.GetAsync(default);

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"{server.Base}/Patient")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync($"{server.Base}/Observation")).StatusCode);
        Assert.Equal(new Uri($"{server.Root}/auth/token"), await credentials.TokenUrlAsync(default));
    }

    [Fact]
    public async Task The_servers_reason_is_told_and_the_assertion_is_not()
    {
        using var credentials = new ClientCredentials(
            new Uri(server.Base), new ClientAssertions("nobody", SigningKey.Parse(s_key, "It"), TimeProvider.System), "system/Patient.rs", null, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ScriptException>(async () => await credentials.GetAsync(default));

        Assert.Equal(
            $"{server.Root}/auth/token gives the client 'nobody' no token (400 invalid_client: The client is not known, or it did not prove by its registered method that it is this one.).",
            failure.Message);
    }

    [Fact]
    public async Task A_token_is_used_until_shortly_before_its_end()
    {
        var endpoint = new TokenServer { Seconds = 300 };
        using var credentials = Credentials(endpoint);

        Assert.Equal("token-1", await credentials.GetAsync(default));
        _clock.Advance(TimeSpan.FromSeconds(239));
        Assert.Equal("token-1", await credentials.GetAsync(default));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("token-2", await credentials.GetAsync(default));
        Assert.Single(endpoint.Asked, static request => request.Path.EndsWith("/smart-configuration", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_who_wait_get_one_token()
    {
        var endpoint = new TokenServer { Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        using var credentials = Credentials(endpoint);
        var waiting = Enumerable.Range(0, 20).Select(async _ => await credentials.GetAsync(default)).ToList();

        endpoint.Gate.SetResult();

        Assert.Equal(["token-1"], (await Task.WhenAll(waiting)).Distinct());
    }

    [Fact]
    public async Task One_who_no_longer_waits_does_not_end_the_wait_of_others()
    {
        var endpoint = new TokenServer { Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        using var credentials = Credentials(endpoint);
        using var impatient = new CancellationTokenSource();
        var first = credentials.GetAsync(impatient.Token).AsTask();
        var second = credentials.GetAsync(default).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        endpoint.Gate.SetResult();

        Assert.NotNull(await second);
    }

    [Fact]
    public async Task Each_request_has_an_assertion_of_its_own()
    {
        var endpoint = new TokenServer { Seconds = 10 };
        using var credentials = Credentials(endpoint);
        await credentials.GetAsync(default);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await credentials.GetAsync(default);

        var forms = endpoint.Asked.Where(static request => request.Path == "/token").Select(static request => QueryHelpers.ParseQuery(request.Body)).ToList();
        Assert.Equal(2, forms.Count);
        Assert.All(forms, static form => Assert.Equal(("client_credentials", ClientAssertions.Type, "system/*.rs"), ($"{form["grant_type"]}", $"{form["client_assertion_type"]}", $"{form["scope"]}")));
        var assertions = forms.ConvertAll(static form => new JsonWebToken(form["client_assertion"]));
        Assert.NotEqual(assertions[0].Id, assertions[1].Id);
        Assert.All(assertions, static assertion => Assert.Equal(
            ("ES384", "JWT", "k", "me", "me", "https://fhir.example.org/token"),
            (assertion.Alg, assertion.Typ, assertion.Kid, assertion.Issuer, assertion.Subject, Assert.Single(assertion.Audiences))));
        Assert.Equal(_clock.Now.AddMinutes(4).UtcDateTime, assertions[1].ValidTo);
        Assert.Equal(_clock.Now.UtcDateTime, assertions[1].IssuedAt);
    }

    [Theory]
    [InlineData("""{"token_endpoint":"http://fhir.example.org/token"}""", "'token_endpoint' of https://fhir.example.org/fhir/.well-known/smart-configuration is http://fhir.example.org/token, which is no address that a token can be asked at.")]
    [InlineData("""{"token_endpoint":"file:///etc/passwd"}""", "'token_endpoint' of https://fhir.example.org/fhir/.well-known/smart-configuration is file:///etc/passwd, which is no address that a token can be asked at.")]
    [InlineData("{}", "https://fhir.example.org/fhir/.well-known/smart-configuration answers 200 and no 'token_endpoint'; give the address of the token endpoint (tokenUrl).")]
    [InlineData("<html>", "https://fhir.example.org/fhir/.well-known/smart-configuration answers 200 and no 'token_endpoint'; give the address of the token endpoint (tokenUrl).")]
    public async Task A_discovery_document_that_leads_nowhere_is_told(string document, string message)
    {
        using var credentials = Credentials(new TokenServer { Document = document });

        Assert.Equal(message, (await Assert.ThrowsAsync<ScriptException>(async () => await credentials.GetAsync(default))).Message);
    }

    [Theory]
    [InlineData(200, """{"token_type":"Bearer"}""", "https://fhir.example.org/token answers 200 without an 'access_token' of the 'token_type' bearer.")]
    [InlineData(200, """{"access_token":"secret","token_type":"DPoP"}""", "https://fhir.example.org/token answers 200 without an 'access_token' of the 'token_type' bearer.")]
    [InlineData(503, "busy", "https://fhir.example.org/token gives the client 'me' no token (503 it says no more).")]
    [InlineData(302, "", "https://fhir.example.org/token gives the client 'me' no token (302 it says no more).")]
    [InlineData(400, """{"error":"invalid_scope","error_description":"No\n\u001b[31msuch scope."}""", "https://fhir.example.org/token gives the client 'me' no token (400 invalid_scope: No  [31msuch scope.).")]
    public async Task An_answer_without_a_token_is_told(int status, string body, string message)
    {
        using var credentials = Credentials(new TokenServer { Status = status, Answer = body });

        Assert.Equal(message, (await Assert.ThrowsAsync<ScriptException>(async () => await credentials.GetAsync(default))).Message);
    }

    [Fact]
    public async Task An_assertion_that_the_server_repeats_is_not_told()
    {
        using var credentials = Credentials(new TokenServer { Status = 400, Repeats = true });

        Assert.Contains("(400 invalid_client: ***)", (await Assert.ThrowsAsync<ScriptException>(async () => await credentials.GetAsync(default))).Message, StringComparison.Ordinal);
    }

    private ClientCredentials Credentials(TokenServer endpoint) =>
        new(new Uri("https://fhir.example.org/fhir"), new ClientAssertions("me", SigningKey.Parse(s_key, "It"), _clock), "system/*.rs", null, _clock, endpoint);

    /// <summary>A token endpoint and its discovery document, as a test wants them.</summary>
    private sealed class TokenServer : HttpMessageHandler
    {
        private int _tokens;

        public int Seconds { get; init; } = 300;

        public int Status { get; init; } = 200;

        public string? Answer { get; init; }

        public bool Repeats { get; init; }

        public string Document { get; init; } = """{"token_endpoint":"https://fhir.example.org/token"}""";

        public TaskCompletionSource? Gate { get; init; }

        public List<(string Path, string Body)> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Gate is not null)
                await Gate.Task.WaitAsync(cancellationToken);
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            Asked.Add((request.RequestUri!.AbsolutePath, body));
            if (request.Method == HttpMethod.Get)
                return With(200, Document);
            if (Repeats)
                return With(Status, $$"""{"error":"invalid_client","error_description":"{{QueryHelpers.ParseQuery(body)["client_assertion"]}}"}""");
            return With(Status, Answer ?? $$"""{"access_token":"token-{{Interlocked.Increment(ref _tokens)}}","token_type":"bearer","expires_in":{{Seconds}}}""");
        }

        private static HttpResponseMessage With(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
