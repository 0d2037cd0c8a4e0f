// The servers that scripts are run against: this one as whoever asks, and those that the configuration names.

using FhirHub.Conformance;

namespace FhirHub.Server.Conformance;

/// <summary>The servers of <c>FhirHub:Conformance:Servers</c>, with their access.</summary>
internal sealed class TestServers : IDisposable
{
    /// <summary>The name of this server.</summary>
    public const string Self = "self";

    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly List<ClientCredentials> _clients = [];

    /// <summary>The names, in the order of the configuration.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    /// <summary>Reads the keys of the clients that the configuration names.</summary>
    /// <exception cref="ConfigurationException">A key can't be read.</exception>
    public static async Task<TestServers> OpenAsync(ConformanceOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var servers = new TestServers { Names = [.. options.Servers.Select(static server => server.Name)] };
        try
        {
            foreach (var server in options.Servers)
                servers._destinations.Add(server.Name, await servers.OpenAsync(server, clock, cancel));
            return servers;
        }
        catch
        {
            servers.Dispose();
            throw;
        }
    }

    /// <summary>The server of a name; null if there is none.</summary>
    public Destination? Find(string name) => _destinations.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
    }

    private async Task<Destination> OpenAsync(TestServer server, TimeProvider clock, CancellationToken cancel)
    {
        var destination = new Destination(server.Url) { Name = server.Name, DicomwebBase = server.Dicomweb };
        if (server.Token is { } token)
            return destination with { AccessToken = _ => new(token) };
        if (server is not { ClientId: { } client, KeyFile: { } file })
            return destination;
        try
        {
            var credentials = new ClientCredentials(server.Url, new ClientAssertions(client, await SigningKey.ReadAsync(file, cancel), clock), server.Scope, server.TokenUrl, clock);
            _clients.Add(credentials);
            return destination with { AccessToken = credentials.GetAsync };
        }
        catch (ScriptException unusable)
        {
            throw new ConfigurationException($"The key of the server '{server.Name}' (FhirHub:Conformance:Servers) can't be used: {unusable.Message}");
        }
    }
}
