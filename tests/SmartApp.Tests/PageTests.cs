// The pages of the authorization server for those who see, hear or move in another way, in both languages and on a phone.

using FhirHub.Tests;

namespace FhirHub.SmartApp.Tests;

public sealed class PageTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly string[] s_pages =
    [
        "/auth/account", "/auth/password", "/auth/account/authenticator", "/auth/apps", "/auth/launch", "/auth/logout",
        "/auth/admin", "/auth/admin/accounts", "/auth/admin/accounts/new", "/auth/admin/clients", "/auth/admin/clients/new", "/auth/admin/clients/smart-app", "/auth/admin/tokens",
    ];

    [ChromiumTheory]
    [InlineData("en-US", 1000)]
    [InlineData("zh-CN", 360)]
    public async Task Every_page_of_an_administrator_can_be_read_by_all_and_fits(string locale, int width)
    {
        await using var page = await app.OpenAsync(width, locale);
        await page.Page.GotoAsync("/auth/login");
        await page.SignInAsync(SmartServer.Administrator);
        await page.Page.WaitForURLAsync("**/auth/account");
        var account = (await app.Server.Smart.Accounts.FindByNameAsync(SmartServer.Doctor))!;
        foreach (var address in s_pages.Append($"/auth/admin/accounts/{account.Id}"))
        {
            var answer = await page.Page.GotoAsync(address);
            Assert.True(answer!.Ok, $"{address} answers {answer.Status}.");
            Assert.Empty(await page.ViolationsAsync());
            Assert.True(await page.OverflowAsync() == 0, $"{address} is {await page.OverflowAsync()} pixels too wide.");
        }

        Assert.Empty(page.Complaints);
    }

    [ChromiumTheory]
    [InlineData("/")]
    [InlineData("/auth/login")]
    [InlineData("/auth/logout")]
    [InlineData("/auth/authorize")]
    public async Task So_can_those_of_nobody(string address)
    {
        await using var page = await app.OpenAsync(360);
        await page.Page.GotoAsync(address);
        Assert.Empty(await page.ViolationsAsync());
        Assert.Equal(0, await page.OverflowAsync());
    }
}
