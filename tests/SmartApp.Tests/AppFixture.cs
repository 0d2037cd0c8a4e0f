// The server and the browser that the tests of the app share.

using FhirHub.Tests;
using Microsoft.Playwright;

namespace FhirHub.SmartApp.Tests;

/// <summary>A server with the sample app, and a browser.</summary>
public sealed class AppFixture : IAsyncLifetime
{
    private SmartServer? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal SmartServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
            return;
        _server = await SmartServer.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>A page of a browser that knows nothing of the others.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="locale">What the browser asks for.</param>
    /// <param name="hasScript">False to leave scripts off.</param>
    public async Task<AppPage> OpenAsync(int width = 1000, string locale = "en-US", bool hasScript = true)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            Locale = locale,
            JavaScriptEnabled = hasScript,
            BaseURL = Server.Address,
        });
        context.SetDefaultTimeout(Chromium.Patience);
        return new AppPage(context, await context.NewPageAsync());
    }
}
