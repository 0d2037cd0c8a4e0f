// OHIF where the image service asks for tokens: who has not signed in is led to do so, and sees what the token grants.

using FhirHub.Tests;
using Microsoft.Playwright;

namespace FhirHub.ImagingViewer.Tests;

public sealed class SignedViewerTests : IAsyncLifetime
{
    private SmartServer? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

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

    [ChromiumFact]
    [Covers(CoversAttribute.Smart, 205, 207, 210)]
    public async Task A_doctor_is_led_to_sign_in_and_then_sees_the_study_that_was_asked_for_and_its_pixels()
    {
        await using var page = await OpenAsync($"/viewer/viewer?StudyInstanceUIDs={_server!.Study}", SmartServer.Doctor);
        await page.PaintedAsync(1, static (_, painting) => painting.Gray > 0.05);
        Assert.Contains(_server.Study, page.Page.Url, StringComparison.Ordinal);

        // The thumbnails beside the images are asked for with the token too.
        await page.Page.Locator("[data-cy='study-browser-thumbnail'] img").First.WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task A_patient_sees_the_own_study_in_the_list_and_its_pixels()
    {
        await using var page = await OpenAsync("/viewer/", SmartServer.Patient);
        await page.Page.GetByText("1-1 of 1").WaitForAsync();
        await page.Page.GotoAsync($"{_server!.Address}/viewer/viewer?StudyInstanceUIDs={_server.Study}");
        await AllowAsync(page);
        await page.PaintedAsync(1, static (_, painting) => painting.Gray > 0.05);
    }

    [ChromiumFact]
    public async Task Another_patient_sees_nothing_by_the_address_of_the_study_nor_in_the_list()
    {
        await using var page = await OpenAsync($"/viewer/viewer?StudyInstanceUIDs={_server!.Study}", SmartServer.OtherPatient);
        await page.Page.GetByText("studies are not available", new PageGetByTextOptions { Exact = false }).First.WaitForAsync();
        Assert.All(await page.LookAsync(), static painting => Assert.Equal(1, painting.Dark));
        Assert.DoesNotContain(_server.PatientName, await page.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
    }

    // Signs in and grants what the viewer asks for.
    private async Task<ViewerPage> OpenAsync(string address, string account)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1000, Height = 640 }, Locale = "en-US" });
        context.SetDefaultTimeout(Chromium.Patience);
        await context.AddInitScriptAsync("localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']))");
        var page = new ViewerPage(await context.NewPageAsync());
        await page.GoAsync(_server!.Address + address);
        await page.Page.Locator("#username").FillAsync(account);
        await page.Page.Locator("#password").FillAsync(SmartServer.Password);
        await page.Page.Locator("main button[type=submit]").ClickAsync();
        await AllowAsync(page);
        return page;
    }

    private static Task AllowAsync(ViewerPage page) => page.Page.Locator("button[value=allow]").ClickAsync();
}
