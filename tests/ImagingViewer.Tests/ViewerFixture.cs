// A real server with the images of a generated region, and a browser that looks at them.

using System.Text.Json.Nodes;
using FhirHub.Dicom.Pixels;
using FhirHub.Samples.Region;
using FhirHub.Server;
using FhirHub.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace FhirHub.ImagingViewer.Tests;

/// <summary>The server, the browser, and what the browser complained of.</summary>
public sealed class ViewerFixture : IAsyncLifetime
{
    private readonly string _dataPath = Directory.CreateTempSubdirectory("fhirhub-viewer-").FullName;
    private readonly Dictionary<string, string> _studies = new(StringComparer.Ordinal);
    private WebApplication? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowserContext? _context;

    /// <summary>The address of the server.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Calls the image service.</summary>
    public HttpClient Client { get; private set; } = new();

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
            return;
        _app = FhirHost.Build(["--urls=http://127.0.0.1:0", $"--FhirHub:DataPath={_dataPath}", "--FhirHub:Auth:Mode=Open", "--FhirHub:Exchange:Package=false"]);
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new HttpClient { BaseAddress = new Uri($"{Address}/dicomweb/") };
        await foreach (var image in new RegionImages(new RegionSettings(), 1, PixelCodecs.Create()).GenerateAsync())
            await StoreAsync(image.Bytes);
        var found = JsonNode.Parse(await Client.GetStringAsync("studies"))!.AsArray();
        foreach (var study in found)
            _studies[(string)study!["00081030"]!["Value"]![0]!] = (string)study["0020000D"]!["Value"]![0]!;

        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
        _context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1000, Height = 640 } });
        _context.SetDefaultTimeout(Chromium.Patience);

        // Who opens a viewer for the first time is shown around; the tests were.
        await _context.AddInitScriptAsync("localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']))");
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Client.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        Directory.Delete(_dataPath, recursive: true);
    }

    /// <summary>The Study Instance UID of the study with a description.</summary>
    public string StudyOf(string description) => _studies[description];

    /// <summary>The transfer syntax in which the first image of a study comes to who takes any.</summary>
    public async Task<string> SyntaxOfAsync(string study)
    {
        var instance = JsonNode.Parse(await Client.GetStringAsync($"studies/{study}/instances?limit=1"))![0]!;
        var (series, uid) = ((string)instance["0020000E"]!["Value"]![0]!, (string)instance["00080018"]!["Value"]![0]!);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"studies/{study}/series/{series}/instances/{uid}/frames/1");
        request.Headers.TryAddWithoutValidation("Accept", "multipart/related; type=application/octet-stream; transfer-syntax=*");
        using var answer = await Client.SendAsync(request);
        var head = System.Text.Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync());
        return head[..head.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("transfer-syntax=")[1].Split(['\r', ';', '"'])[0];
    }

    /// <summary>Stores a file by STOW-RS.</summary>
    public Task StoreAsync(ReadOnlyMemory<byte> file) => SmartServer.StoreAsync(Client, file);

    /// <summary>Opens an address of the server in a page of its own.</summary>
    public async Task<ViewerPage> OpenAsync(string address)
    {
        var page = new ViewerPage(await _context!.NewPageAsync());
        await page.GoAsync(Address + address);
        return page;
    }

    /// <summary>Opens a study.</summary>
    public Task<ViewerPage> OpenStudyAsync(string uid) => OpenAsync($"/viewer/viewer?StudyInstanceUIDs={uid}");
}
