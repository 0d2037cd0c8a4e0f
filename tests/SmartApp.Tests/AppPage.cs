// A browser's page as its user sees it: signing in, choosing, consenting; what it complains of; what it fails to be for those who need it otherwise.

using System.Text.Json;
using FhirHub.Tests;
using Microsoft.Playwright;

namespace FhirHub.SmartApp.Tests;

/// <summary>A page with a browser of its own.</summary>
public sealed class AppPage : IAsyncDisposable
{
    private static readonly Lazy<string> s_axe = new(static () =>
        File.ReadAllText(Path.Combine(SharedMaterial.ProjectRoot, "samples", "SmartApp", "node_modules", "axe-core", "axe.min.js")));

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public AppPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Add(message.Text);
        };
    }

    /// <summary>The page in the browser.</summary>
    public IPage Page { get; }

    /// <summary>Errors of scripts, of policies and of requests.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Another page of the same browser.</summary>
    public async Task<AppPage> AnotherAsync() => new(_context, await _context.NewPageAsync());

    /// <summary>Signs in by the page that asks for it.</summary>
    public async Task SignInAsync(string name)
    {
        await Page.Locator("#username").FillAsync(name);
        await Page.Locator("#password").FillAsync(SmartServer.Password);
        await Page.Locator("main button[type=submit]").ClickAsync();
    }

    /// <summary>Opens the app alone, up to the page that asks who the user is.</summary>
    public async Task StartAsync()
    {
        await Page.GotoAsync("/app/");
        await Page.Locator("main a.button").ClickAsync();
        await Page.Locator("#username").WaitForAsync();
    }

    /// <summary>Looks for a patient by name, and chooses.</summary>
    public async Task ChooseAsync(string name)
    {
        await Page.Locator("#name").FillAsync(name);
        await Page.Locator("button[name=action][value=search]").ClickAsync();
        await Page.Locator("button[name=patient]").First.ClickAsync();
    }

    /// <summary>Grants what the consent page offers, but for scopes that end in a word.</summary>
    public async Task AllowAsync(string? except = null)
    {
        await Page.Locator("button[value=allow]").WaitForAsync();
        if (except is not null)
            await Page.Locator($"input[name=scope][value$='{except}']").UncheckAsync();
        await Page.Locator("button[value=allow]").ClickAsync();
    }

    /// <summary>Goes on with the key Tab until something has the focus.</summary>
    public async Task TabToAsync(string selector)
    {
        for (var i = 0; i < 100; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) ?? false", selector))
                return;
        }

        Assert.Fail($"The key Tab does not lead to {selector}.");
    }

    /// <summary>Waits for a heading of the first level.</summary>
    public Task HeadingAsync(string text) => Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = text, Level = 1, Exact = true }).WaitForAsync();

    /// <summary>The section of the app with that heading.</summary>
    public ILocator Section(string heading) => Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = heading, Exact = true });

    /// <summary>What the page is not for those who see, hear or move in another way: violations of WCAG 2.2 A and AA that axe-core finds.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        await Page.EvaluateAsync(s_axe.Value + ";0");
        var found = await Page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations
              .flatMap(violation => violation.nodes.map(node => `${location.pathname}: ${violation.id}: ${node.html} ${node.failureSummary}`))
            """);
        return [.. found.EnumerateArray().Select(static one => one.GetString()!)];
    }

    /// <summary>Pixels by which the page is wider than its window.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>How many canvases have something drawn on them.</summary>
    public static Task<int> InkedAsync(ILocator within) => within.Locator("canvas").EvaluateAllAsync<int>(
        "all => all.filter(canvas => { const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height); return data.some((byte, i) => i % 4 === 3 && byte > 0); }).length");

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
