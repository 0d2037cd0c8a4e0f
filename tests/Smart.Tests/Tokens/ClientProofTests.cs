// A client proves who it is in the one way that it is registered for.

using System.Net.Http.Headers;
using System.Text;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class ClientProofTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static readonly (string, string)[] s_refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];

    [Fact]
    [Covers(CoversAttribute.Smart, 251, 252, 356)]
    public async Task A_wrong_name_or_secret_in_the_header_answers_401_with_the_scheme()
    {
        var (client, secret) = await server.NewSecretClientAsync();
        foreach (var header in (AuthenticationHeaderValue[])[
            TokenRequests.Basic(client, "wrong"), TokenRequests.Basic(client, ""), TokenRequests.Basic(client with { Id = "another" }, secret), new("Basic", "!!!"), new("Basic", "YQ=="),
            new("Basic", Convert.ToBase64String([0xFF, 0xFE, (byte)':'])), new("Bearer", "x"), new("Digest", "x")])
        {
            var answer = await server.PostAsync("token", header, s_refresh);
            await answer.RefusesAsync(401, "invalid_client");
            Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
        }

        await (await server.PostAsync("token", TokenRequests.Basic(client, secret), s_refresh)).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    public async Task Names_and_secrets_in_the_header_are_form_encoded()
    {
        var secret = "a:b c+%";
        var client = await server.AddClientAsync("https://app.example/a b", client => client with { Authentication = ClientAuthentication.Secret, SecretHash = Secret.HashOf(secret) });
        await (await server.PostAsync("token", TokenRequests.Basic(client, secret), s_refresh)).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    public async Task A_wrong_secret_in_the_body_tells_nothing_of_which_clients_there_are()
    {
        var (client, _) = await server.NewSecretClientAsync();
        var (signing, _) = await server.NewSigningClientAsync();
        var answers = new List<string>();
        foreach (var id in (string[])[client.Id, signing.Id, "there-is-none", new string('x', 5_000)])
        {
            var answer = await server.TokenAsync([.. s_refresh, ("client_id", id), ("client_secret", "wrong")]);
            await answer.RefusesAsync(400, "invalid_client");
            answers.Add(await answer.Content.ReadAsStringAsync());
        }

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task A_client_uses_its_registered_method_and_only_one()
    {
        var (symmetric, secret) = await server.NewSecretClientAsync();
        var (signing, key) = await server.NewSigningClientAsync();
        var open = await server.NewClientAsync();
        await (await server.TokenAsync([.. s_refresh, ("client_id", symmetric.Id)])).RefusesAsync(400, "invalid_client");
        await (await server.TokenAsync([.. s_refresh, ("client_id", signing.Id)])).RefusesAsync(400, "invalid_client");
        await (await server.TokenAsync([.. s_refresh, ("client_id", open.Id), ("client_secret", secret)])).RefusesAsync(400, "invalid_client");
        await (await server.PostAsync("token", TokenRequests.Basic(open, ""), s_refresh)).RefusesAsync(401, "invalid_client");
        await (await server.TokenAsync([.. s_refresh, .. TokenRequests.Asserted(server.Assertion(symmetric, key))])).RefusesAsync(400, "invalid_client");
        await (await server.TokenAsync([.. s_refresh, ("client_secret", secret)])).RefusesAsync(400, "invalid_request");

        await (await server.PostAsync("token", TokenRequests.Basic(symmetric, secret), [.. s_refresh, ("client_id", symmetric.Id), ("client_secret", secret)])).RefusesAsync(400, "invalid_request");
        await (await server.PostAsync("token", TokenRequests.Basic(symmetric, secret), [.. s_refresh, .. TokenRequests.Asserted(server.Assertion(signing, key))])).RefusesAsync(400, "invalid_request");
        await (await server.TokenAsync([.. s_refresh, ("client_id", signing.Id), ("client_secret", secret), .. TokenRequests.Asserted(server.Assertion(signing, key))])).RefusesAsync(400, "invalid_request");
        await (await server.PostAsync("token", TokenRequests.Basic(symmetric, secret), [.. s_refresh, ("client_id", open.Id)])).RefusesAsync(400, "invalid_request");
        await (await server.TokenAsync([.. s_refresh, ("client_id", open.Id), .. TokenRequests.Asserted(server.Assertion(signing, key))])).RefusesAsync(400, "invalid_client");
        await (await server.TokenAsync([.. s_refresh, ("client_id", signing.Id), .. TokenRequests.Asserted(server.Assertion(signing, key))])).RefusesAsync(400, "invalid_grant");
    }

    [Theory]
    [InlineData(ClientStatus.Pending)]
    [InlineData(ClientStatus.Disabled)]
    [Covers(CoversAttribute.Smart, 18)]
    public async Task A_client_that_is_not_active_gets_nothing(ClientStatus status)
    {
        var (symmetric, secret) = await server.NewSecretClientAsync(client => client with { Status = status });
        var open = await server.NewClientAsync(client => client with { Status = status });
        var (signing, key) = await server.NewSigningClientAsync(change: client => client with { Status = status });
        await (await server.PostAsync("token", TokenRequests.Basic(symmetric, secret), s_refresh)).RefusesAsync(401, "invalid_client");
        await (await server.RedeemAsync(open, await server.CodeAsync(open, "user/*.rs"))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync(server.Assertion(signing, key))).RefusesAsync(400, "invalid_client");
    }

    [Fact]
    public async Task Several_headers_are_none()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Root}/auth/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", "system/*.rs")]) };
        request.Headers.TryAddWithoutValidation("Authorization", [$"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("a:b"))}", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("c:d"))}"]);
        using var http = new HttpClient();
        await (await http.SendAsync(request)).RefusesAsync(401, "invalid_client");
    }
}
