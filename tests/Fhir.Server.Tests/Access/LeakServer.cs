// A server of the property test: seeded past all rules and scopes, asked with a token like any other.

using System.Net.Http.Headers;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <summary>A running server under a clock of the test's.</summary>
internal sealed class LeakServer(TimeProvider? clock, params string[] settings) : SmartFixture
{
    /// <summary>What clients call each of these servers, so that answers of two can be compared.</summary>
    public const string Host = "127.0.0.1:8080";

    protected override TimeProvider? Clock => clock;

    protected override IReadOnlyList<string> Settings => [.. base.Settings, .. settings];

    public FhirServer Server => (FhirServer)Services.GetService(typeof(FhirServer))!;

    /// <summary>Puts a resource, or deletes one, as the server itself; nothing but its form is checked.</summary>
    public async Task WriteAsync(string type, string id, string? json)
    {
        var key = new ResourceKey(type, id);
        ResourceWrite write = new DeleteResource(key);
        if (json is not null)
        {
            var tree = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree ?? throw new InvalidOperationException($"{key} can't be read: {json}");
            var prepared = Server.Repository.Preparer.Prepare(tree, type);
            Assert.True(prepared.Resource is not null, $"{key}: {string.Join(", ", prepared.Refusal?.Issues.Select(static issue => issue.Diagnostics) ?? [])}");
            write = new PutResource(key, prepared.Resource!, WriteMethod.Put);
        }

        var commit = await Server.Repository.CommitAsync(AccessScope.Full, Server.Repository.ToTransaction([write], []), default);
        Assert.Equal(CommitFailure.None, commit.Failure);
    }

    /// <summary>What a token may see.</summary>
    public async Task<AccessScope> ScopeOfAsync(string token) => (await Smart.AccessOfAsync(token, default))!.Scope;

    /// <summary>A client with a token that follows no redirections.</summary>
    public HttpClient ClientWith(string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"{Root}/") };
        client.DefaultRequestHeaders.Host = Host;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
