// Another server than the one under test: it answers little, remembers what it was asked, and one address only when it is told to.

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirHub.Server.Tests.Conformance;

/// <summary>A vendor's server.</summary>
public sealed class VendorServer
{
    private readonly ConcurrentQueue<(string Path, string Authorization)> _seen = [];

    /// <summary>Its address, without a slash at the end.</summary>
    public string Url { get; private init; } = "";

    /// <summary>What it was asked.</summary>
    public IReadOnlyCollection<(string Path, string Authorization)> Seen => _seen;

    /// <summary>Starts it on a free port; it ends with the process.</summary>
    public static VendorServer Start()
    {
        var seen = new ConcurrentQueue<(string, string)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(async http =>
        {
            seen.Enqueue((http.Request.Path.Value!, http.Request.Headers.Authorization.ToString()));
            switch (http.Request.Path.Value)
            {
                case "/fhir/redirect":
                    http.Response.Redirect("/elsewhere");
                    break;
                case "/fhir/slow":
                    await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                default:
                    http.Response.ContentType = "application/fhir+json";
                    await http.Response.WriteAsync("""{"resourceType":"Basic"}""");
                    break;
            }
        });
        app.StartAsync().GetAwaiter().GetResult();
        return new VendorServer(seen) { Url = app.Urls.First() };
    }

    private VendorServer(ConcurrentQueue<(string Path, string Authorization)> seen) => _seen = seen;
}
