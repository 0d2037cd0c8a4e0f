// A server of the test's own that others' documents are fetched from, on a loopback address.

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirHub.Smart.Tests;

/// <summary>Answers what a test says, and counts how often it was asked.</summary>
public sealed class DocumentServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _asked = new();

    private DocumentServer(WebApplication app) => _app = app;

    public static IPNetwork[] Loopback { get; } = [IPNetwork.Parse("127.0.0.1/32")];

    /// <summary>What it answers, by path.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Answers { get; } = new();

    /// <summary>Its address without a slash at the end.</summary>
    public string Root { get; private set; } = "";

    public int Port => new Uri(Root).Port;

    /// <summary>Starts it, under https if it is given a certificate.</summary>
    public static async Task<DocumentServer> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        var server = new DocumentServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        server.Root = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>Answers a text at a path; gives its address.</summary>
    public string Add(string path, string body, string? cacheControl = null)
    {
        Answers[path] = async http =>
        {
            http.Response.ContentType = "application/json";
            if (cacheControl is not null)
                http.Response.Headers.CacheControl = cacheControl;
            await http.Response.WriteAsync(body);
        };
        return Root + path;
    }

    /// <summary>How often a path was asked for.</summary>
    public int Asked(string path) => _asked.GetValueOrDefault(path);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        _asked.AddOrUpdate(path, 1, static (_, count) => count + 1);
        if (Answers.TryGetValue(path, out var answer))
            return answer(http);
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
