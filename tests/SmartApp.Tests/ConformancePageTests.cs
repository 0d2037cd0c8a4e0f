// The pages of conformance tests for those who see, hear or move in another way, in both languages and on a phone: from a button to what changed.

using System.Text;
using FhirHub.Tests;

namespace FhirHub.SmartApp.Tests;

public sealed class ConformancePageTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Suite = "https://example.org/TestScript/browser";

    [ChromiumTheory]
    [InlineData("en-US", 1000)]
    [InlineData("zh-CN", 360)]
    public async Task An_administrator_runs_a_suite_and_reads_what_came_of_it(string locale, int width)
    {
        using var client = await app.Server.ClientAsync();
        var id = $"browser-{locale.ToLowerInvariant()}";
        using var script = new StringContent(
            $$"""
            {"resourceType": "TestScript", "id": "{{id}}", "url": "{{Suite}}-{{locale}}", "name": "Browser", "title": "A script with a name that is rather long for a phone", "status": "active",
             "test": [{"name": "It is there", "action": [{"operation": {"method": "get", "url": "${$base}/Patient?_count=1", "encodeRequestUrl": true} }, {"assert": {"responseCode": "200", "warningOnly": false} }]},
              {"name": "It is not there", "action": [{"operation": {"method": "get", "url": "${$base}/Patient/nobody", "encodeRequestUrl": true} }, {"assert": {"responseCode": "200", "warningOnly": false} }]}]}
            """,
            Encoding.UTF8,
            "application/fhir+json");
        Assert.True((await client.PutAsync($"/fhir/TestScript/{id}", script)).IsSuccessStatusCode);
        await using var page = await app.OpenAsync(width, locale, hasScript: true);
        await page.Page.GotoAsync("/auth/login");
        await page.SignInAsync(SmartServer.Administrator);
        await page.Page.WaitForURLAsync("**/auth/account");
        for (var run = 0; run < 2; run++)
        {
            await page.Page.GotoAsync($"/conformance/suite?key={Uri.EscapeDataString(Suite)}");
            await page.Page.Locator($"button[name=script][value='TestScript/{id}']").ClickAsync();
            await page.Page.WaitForURLAsync("**/conformance/runs/*");
            await page.Page.Locator("main a[href*='/conformance/reports/']").First.WaitForAsync();
            await CheckAsync(page);
        }

        await page.Page.Locator("main a[href*='/conformance/reports/']").First.ClickAsync();
        await page.Page.Locator(".exchange pre").First.WaitForAsync();
        await CheckAsync(page);
        await page.Page.Locator("main a[href*='/conformance/diff']").ClickAsync();
        await page.Page.WaitForURLAsync("**/conformance/diff*");
        await CheckAsync(page);
        foreach (var address in new[] { "/conformance", $"/conformance/suite?key={Uri.EscapeDataString(Suite)}", "/conformance/history", $"/conformance/history?script=TestScript/{id}", "/conformance/runs/none" })
        {
            await page.Page.GotoAsync(address);
            await CheckAsync(page);
        }

        // What is asked for and is not there is the browser's to complain of.
        Assert.All(page.Complaints, static complaint => Assert.Contains("404", complaint, StringComparison.Ordinal));
    }

    private static async Task CheckAsync(AppPage page)
    {
        Assert.Equal("", string.Join('\n', await page.ViolationsAsync()));
        Assert.True(await page.OverflowAsync() == 0, $"{page.Page.Url} is {await page.OverflowAsync()} pixels too wide.");
    }
}
