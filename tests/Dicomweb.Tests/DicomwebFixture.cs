// A real image service on a free port with a folder of its own, for the tests of one class.

using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Dicomweb.Tests;

/// <summary>A running image service.</summary>
public class DicomwebFixture : IAsyncLifetime
{
    private WebApplication? _app;

    /// <summary>The options, but for the folder.</summary>
    protected virtual DicomwebOptions Configure(DicomwebOptions options) => options;

    /// <summary>What decodes and encodes; what needs nothing installed.</summary>
    protected virtual PixelCodecs Codecs => PixelCodecs.Managed;

    public string DataPath { get; } = Directory.CreateTempSubdirectory("fhirhub-images-").FullName;

    /// <summary>Calls the service; addresses are relative to its root.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>The root of the service without a slash at the end.</summary>
    public string Base { get; private set; } = "";

    public DicomwebService Service { get; private set; } = null!;

    public ImageArchive Archive => Service.Archive;

    /// <summary>What requests may see; everything, unless a test changes it.</summary>
    public ImageScope Scope { get; set; } = ImageScope.Full;

    public async Task InitializeAsync() => await StartAsync();

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(DataPath, recursive: true);
    }

    /// <summary>Stops the service and starts it again.</summary>
    /// <param name="between">Is done with the index meanwhile.</param>
    public async Task RestartAsync(Action<string>? between = null)
    {
        await StopAsync();
        between?.Invoke(Path.Combine(DataPath, "images", "index.db"));
        await StartAsync();
    }

    private async Task StartAsync()
    {
        var options = Configure(new DicomwebOptions { Path = Path.Combine(DataPath, "images") });
        Service = new DicomwebService(options, ImageArchive.Open(options, TimeProvider.System), Codecs, _ => Scope, NullLogger.Instance);
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        Service.Map(_app);
        await _app.StartAsync();
        var root = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Base = root + DicomwebService.Root;
        Client = new HttpClient { BaseAddress = new Uri(Base + "/") };
    }

    private async Task StopAsync()
    {
        Client.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        await Archive.DisposeAsync();
    }
}
