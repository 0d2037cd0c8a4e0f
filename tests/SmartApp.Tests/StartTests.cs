// The app before anybody has signed in: what it says, in both languages, on a phone, to a screen reader.

namespace FhirHub.SmartApp.Tests;

public sealed class StartTests(AppFixture app) : IClassFixture<AppFixture>
{
    [ChromiumFact]
    public async Task The_start_page_says_what_it_will_ask_for_in_the_language_of_the_browser_and_in_the_other()
    {
        await using var page = await app.OpenAsync(locale: "zh-CN");
        await page.Page.GotoAsync("/app/");
        await page.HeadingAsync("患者概要");
        Assert.Equal("zh-CN", await page.Page.GetAttributeAsync("html", "lang"));
        await page.Page.GetByText("English").ClickAsync();
        await page.HeadingAsync("Patient summary");
        await page.Page.ReloadAsync();
        await page.HeadingAsync("Patient summary");
        Assert.Empty(await page.ViolationsAsync());
        Assert.Empty(page.Complaints);
    }

    [ChromiumTheory]
    [InlineData("/app/launch.html?iss=https%3A%2F%2Fevil.example%2Ffhir", "another server")]
    [InlineData("/app/?code=stolen&state=1234567890123456", "launch that is over")]
    [InlineData("/app/?error=access_denied&state=1234567890123456&error_description=Call+0900", "launch that is over")]
    public async Task An_address_that_somebody_sends_is_refused_in_words(string address, string words)
    {
        await using var page = await app.OpenAsync();
        await page.Page.GotoAsync(address);
        var alert = page.Page.GetByRole(Microsoft.Playwright.AriaRole.Alert);
        Assert.Contains(words, await alert.InnerTextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("0900", await alert.InnerTextAsync(), StringComparison.Ordinal);
        Assert.StartsWith(app.Server.Address, page.Page.Url, StringComparison.Ordinal);
        Assert.Empty(await page.ViolationsAsync());
        Assert.Empty(page.Complaints);
    }
}
