// One client of a gateway: it has addresses of its own, by which the gateway tells it from others.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FhirHub.Cosmos.Emulator;

/// <summary>A client of a <see cref="CosmosGateway"/>: the same data at addresses of its own, one for each region.</summary>
public sealed class CosmosGatewayClient : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(string Region, Uri Address, WebApplication Server)> _ports = [];
    private Func<CosmosRequest, bool> _match = static _ => true;
    private int? _left;

    private CosmosGatewayClient(string name) => Name = name;

    /// <summary>Its name, as <see cref="CosmosRequest.Client"/> has it.</summary>
    public string Name { get; }

    /// <summary>The address of the account, which is that of the region that is written to.</summary>
    public Uri Endpoint => _ports[0].Address;

    /// <summary>The address of each region, the one that is written to first.</summary>
    public IReadOnlyList<(string Region, Uri Address)> Regions => [.. _ports.Select(static port => (port.Region, port.Address))];

    /// <summary>Whether none of its requests is executed any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Executes this many requests that match more; the next one and all of this client's after it are never executed, as if it had died at that step.</summary>
    /// <param name="requests">How many requests are still executed.</param>
    /// <param name="match">Which requests count; all for documents if none is given.</param>
    public void FailAfter(int requests, Func<CosmosRequest, bool>? match = null)
    {
        lock (_gate)
        {
            IsDead = false;
            _left = requests;
            _match = match ?? (static request => request.Operation != CosmosOperation.Other);
        }
    }

    /// <summary>Executes its requests again.</summary>
    public void Revive()
    {
        lock (_gate)
        {
            IsDead = false;
            _left = null;
        }
    }

    /// <summary>Closes its ports.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, _, server) in _ports)
        {
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await server.StopAsync(now.Token);
            await server.DisposeAsync();
        }
    }

    internal static async Task<CosmosGatewayClient> StartAsync(CosmosGateway gateway, string name, IReadOnlyList<string> regions)
    {
        var client = new CosmosGatewayClient(name);
        foreach (var region in regions)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.WebHost.ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = null);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            var server = builder.Build();
            Microsoft.AspNetCore.Builder.RunExtensions.Run(server, context => gateway.AnswerAsync(context, client, region));
            await server.StartAsync();
            client._ports.Add((region, new Uri(server.Urls.First()), server));
        }

        return client;
    }

    /// <summary>Whether a request is still executed.</summary>
    internal bool Admits(CosmosRequest request)
    {
        lock (_gate)
        {
            if (!IsDead && _left is not null && _match(request) && _left-- == 0)
                IsDead = true;
            return !IsDead;
        }
    }

    // A server inside a test listens to no signals of the process.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
