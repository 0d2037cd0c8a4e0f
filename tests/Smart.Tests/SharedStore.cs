// Several authorization servers over one store, as where two machines share a database.

using FhirHub.Search;
using FhirHub.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Smart.Tests;

/// <summary>A store in a folder of its own, and the authorization servers that a test starts over it.</summary>
internal sealed class SharedStore : IAsyncDisposable
{
    private static readonly SearchParser s_parser = new(SearchParameterRegistry.R4);

    private readonly List<(SmartService Smart, ServiceProvider Services)> _servers = [];

    public SharedStore() => Store = Open();

    public FakeTime Time { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("fhirhub-smart-").FullName;

    public SqliteResourceStore Store { get; private set; }

    public string KeyFile => Path.Combine(Folder, "auth.key");

    /// <summary>Starts a server.</summary>
    public SmartService Start(Func<SmartOptions, SmartOptions>? change = null)
    {
        var options = new SmartOptions { KeyFile = KeyFile };
        var smart = new SmartService(change?.Invoke(options) ?? options, Store, Store, static () => s_parser, Time);
        var services = new ServiceCollection();
        services.AddLogging();
        smart.AddServices(services);
        var provider = services.BuildServiceProvider();
        _servers.Add((smart, provider));
        smart.Start(provider, NullLogger.Instance);
        return smart;
    }

    /// <summary>Stops all servers, and opens the store anew.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        Store = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task StopAsync()
    {
        foreach (var (smart, services) in _servers)
        {
            await smart.DisposeAsync();
            await services.DisposeAsync();
        }

        _servers.Clear();
        await Store.DisposeAsync();
    }

    private SqliteResourceStore Open() => SqliteResourceStore.Open(new SqliteStoreOptions
    {
        Path = Path.Combine(Folder, "fhir.db"),
        Extract = static (_, _) => [],
        Clock = Time,
    });
}
