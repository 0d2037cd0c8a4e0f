// A real server on a free port with a folder of its own, for the tests of one class.

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests;

/// <summary>A running server.</summary>
public class ServerFixture : IAsyncLifetime
{
    private WebApplication? _app;

    /// <summary>Settings beside address and data path, such as <c>--FhirHub:Integrity=Enforce</c>; the store begins empty unless they ask for the exchange's package.</summary>
    protected virtual IReadOnlyList<string> Settings => [];

    /// <summary>The clock of the server; null for the system's.</summary>
    protected virtual TimeProvider? Clock => null;

    public string DataPath { get; } = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;

    public HttpClient Client { get; private set; } = new();

    public IServiceProvider Services => _app!.Services;

    /// <summary>The FHIR base without a slash at the end.</summary>
    public string Base { get; private set; } = "";

    public async Task InitializeAsync() => await StartAsync();

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(DataPath, recursive: true);
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>What is wrong with the store, in sentences.</summary>
    public Task<IReadOnlyList<string>> VerifyAsync() =>
        ((SqliteResourceStore)_app!.Services.GetRequiredService<FhirServer>().Store).VerifyAsync(CancellationToken.None);

    /// <summary>Starts the server again over the same folder.</summary>
    public async Task StartAsync()
    {
        _app = FhirHost.Build(["--urls=http://127.0.0.1:0", $"--FhirHub:DataPath={DataPath}", "--FhirHub:Auth:Mode=Open", "--FhirHub:Exchange:Package=false", .. Settings], clock: Clock);
        await _app.StartAsync();
        var root = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Base = $"{root}/fhir";
        Client = new HttpClient { BaseAddress = new Uri($"{root}/fhir/") };
    }

    /// <summary>Stops the server; its folder stays.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Short ways to send and read.</summary>
public static class Requests
{
    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, string method, string url, string? body = null, string contentType = "application/fhir+json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType.Length > 0)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    public static async Task<(string Id, HttpResponseMessage Response)> CreateAsync(this HttpClient client, string type, string body)
    {
        var response = await client.SendAsync("POST", type, body);
        Assert.Equal(201, (int)response.StatusCode);
        return ((string)(await response.JsonAsync())["id"]!, response);
    }

    /// <summary>Asserts that the answer is that failure, told as an OperationOutcome; gives its first issue.</summary>
    public static async Task<JsonNode> FailsAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        var outcome = JsonNode.Parse(text)!;
        Assert.Equal("OperationOutcome", (string?)outcome["resourceType"]);
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), (string?)outcome["id"]);
        var issue = outcome["issue"]![0]!;
        Assert.Equal(code, (string?)issue["code"]);
        Assert.False(string.IsNullOrWhiteSpace((string?)issue["diagnostics"]));
        return issue;
    }
}
