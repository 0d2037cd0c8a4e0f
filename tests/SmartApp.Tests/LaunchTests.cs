// Whole launches in the browser with the official client: alone and from the launcher page, granted, in part, denied, renewed, ended.

using System.Net.Http.Headers;
using FhirHub.Tests;
using Microsoft.Playwright;

namespace FhirHub.SmartApp.Tests;

public sealed class LaunchTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string TokenOfTab = "() => JSON.parse(sessionStorage.getItem(JSON.parse(sessionStorage.getItem('SMART_KEY')))).tokenResponse";

    [ChromiumFact]
    [Covers(CoversAttribute.Inferno, 133)]
    [Covers(CoversAttribute.Smart, 145)]
    public async Task A_doctor_chooses_a_patient_refuses_one_scope_and_sees_the_rest()
    {
        await using var page = await app.OpenAsync();
        await page.StartAsync();
        Assert.Empty(await page.ViolationsAsync());
        await page.SignInAsync(SmartServer.Doctor);
        await page.HeadingAsync("Choose a patient");
        Assert.Empty(await page.ViolationsAsync());
        await page.ChooseAsync(app.Server.PatientName);
        await page.HeadingAsync("An app asks for access");
        Assert.Empty(await page.ViolationsAsync());
        await page.AllowAsync(except: "laboratory");

        await page.Page.GetByText("Some of what the app asked for was refused").WaitForAsync();
        Assert.Contains(app.Server.PatientName, await page.Section("Patient").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("not granted", await page.Section("Laboratory").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("laboratory", await page.Page.Locator("dt:text('Refused') + dd").InnerTextAsync(), StringComparison.Ordinal);
        Assert.NotEqual(0, await page.Section("Problems").Locator("li").CountAsync());

        var charts = page.Section("Vital signs").Locator("figure");
        await charts.First.WaitForAsync();
        await charts.First.Locator("canvas").WaitForAsync();
        Assert.Equal(await charts.CountAsync(), await AppPage.InkedAsync(page.Section("Vital signs")));

        var picture = page.Section("Imaging").Locator("img").First;
        await picture.WaitForAsync();
        Assert.True(await picture.EvaluateAsync<bool>("async image => { await image.decode(); return image.naturalWidth > 10; }"));
        await page.Section("Imaging").Locator("button.picture").First.ClickAsync();
        await page.Page.GetByRole(AriaRole.Dialog).Locator("img").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Close" }).ClickAsync();
        Assert.Contains(app.Server.Study, await page.Section("Imaging").Locator("a").First.GetAttributeAsync("href") ?? "", StringComparison.Ordinal);

        Assert.Equal("/app/", await page.Page.EvaluateAsync<string>("location.pathname + location.search"));
        Assert.Empty(await page.ViolationsAsync());
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    [Covers(CoversAttribute.Smart, 101, 109, 114)]
    public async Task Access_is_renewed_by_the_official_client_kept_over_a_reload_and_ended_at_the_server_too()
    {
        await using var page = await app.OpenAsync();
        await LaunchAsync(page, SmartServer.Patient);
        var first = await page.Page.EvaluateAsync<string>($"({TokenOfTab})().access_token");
        var scope = await page.Page.EvaluateAsync<string>($"({TokenOfTab})().scope");
        await page.Page.GetByText("Renew now").ClickAsync();
        await page.Page.GetByText("Access was renewed.").WaitForAsync();
        var second = await page.Page.EvaluateAsync<string>($"({TokenOfTab})().access_token");
        Assert.NotEqual(first, second);
        Assert.Equal(scope, await page.Page.EvaluateAsync<string>($"({TokenOfTab})().scope"));

        await page.Page.ReloadAsync();
        await page.Section("Problems").WaitForAsync();
        Assert.Equal(200, await StatusAsync(second));

        await page.Page.GetByText("End access").ClickAsync();
        await page.Page.GetByText("The access of this app has been ended.").WaitForAsync();
        Assert.Equal(401, await StatusAsync(first));
        Assert.Equal(401, await StatusAsync(second));
        Assert.Empty(await page.ViolationsAsync());
        await page.Page.ReloadAsync();
        await page.Page.GetByText("Sign in and choose a patient").WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    [Covers(CoversAttribute.Inferno, 50)]
    [Covers(CoversAttribute.Smart, 170, 171, 173)]
    public async Task The_launcher_page_opens_the_app_with_a_patient_and_a_visit_and_without_a_banner()
    {
        await using var page = await app.OpenAsync();
        await page.Page.GotoAsync("/auth/launch");
        await page.SignInAsync(SmartServer.Doctor);
        await page.ChooseAsync(app.Server.PatientName);
        await page.Page.Locator("#encounter-0").CheckAsync();
        await page.Page.Locator("#banner").UncheckAsync();
        await page.Page.Locator("#app").SelectOptionAsync(new SelectOptionValue { Label = "FhirHub Summary" });
        Assert.Empty(await page.ViolationsAsync());
        await page.Page.Locator("button[value=launch]").ClickAsync();
        await page.AllowAsync();

        await page.Section("Problems").WaitForAsync();
        Assert.Equal(1, await page.Page.GetByText(app.Server.PatientName).CountAsync());
        Assert.NotEqual("", await page.Page.Locator("dt:text('Encounter') + dd").InnerTextAsync());
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task A_patient_is_asked_for_no_patient_and_sees_the_own_records_with_their_charts()
    {
        await using var page = await app.OpenAsync();
        await LaunchAsync(page, SmartServer.Patient);
        Assert.NotEqual(0, await page.Page.GetByText(app.Server.PatientName).CountAsync());
        var laboratory = page.Section("Laboratory").Locator("canvas");
        await laboratory.First.WaitForAsync();
        Assert.Equal(await laboratory.CountAsync(), await AppPage.InkedAsync(page.Section("Laboratory")));
        await page.Section("Laboratory").Locator("summary").First.ClickAsync();
        Assert.NotEqual(0, await page.Section("Laboratory").Locator("tbody tr").CountAsync());
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    [Covers(CoversAttribute.Smart, 54)]
    public async Task Who_denies_is_told_so_by_the_app_and_can_launch_again()
    {
        await using var page = await app.OpenAsync();
        await page.StartAsync();
        await page.SignInAsync(SmartServer.Patient);
        await page.Page.Locator("button[value=deny]").ClickAsync();
        await page.Page.GetByText("Access was refused").WaitForAsync();
        Assert.Empty(await page.ViolationsAsync());
        await page.Page.GetByText("Launch again").ClickAsync();
        await page.HeadingAsync("An app asks for access");
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task The_whole_way_is_in_Chinese_for_who_reads_it()
    {
        await using var page = await app.OpenAsync(locale: "zh-CN");
        await page.StartAsync();
        await page.HeadingAsync("登录");
        await page.SignInAsync(SmartServer.Doctor);
        await page.HeadingAsync("选择患者");
        await page.ChooseAsync(app.Server.PatientName);
        await page.HeadingAsync("应用请求访问权限");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "English" }).ClickAsync();
        await page.HeadingAsync("An app asks for access");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "中文" }).ClickAsync();
        await page.HeadingAsync("应用请求访问权限");
        await page.AllowAsync();
        await page.Section("生命体征").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "English" }).ClickAsync();
        await page.Section("Vital signs").Locator("canvas").First.WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task Nothing_is_wider_than_a_phone()
    {
        await using var page = await app.OpenAsync(width: 360);
        await page.StartAsync();
        Assert.Equal(0, await page.OverflowAsync());
        await page.SignInAsync(SmartServer.Doctor);
        await page.HeadingAsync("Choose a patient");
        Assert.Equal(0, await page.OverflowAsync());
        await page.ChooseAsync(app.Server.PatientName);
        await page.HeadingAsync("An app asks for access");
        Assert.Equal(0, await page.OverflowAsync());
        await page.AllowAsync();
        await page.Section("Vital signs").Locator("canvas").First.WaitForAsync();
        Assert.Equal(0, await page.OverflowAsync());
        await page.Section("Vital signs").Locator("summary").First.ClickAsync();
        Assert.Equal(0, await page.OverflowAsync());
        Assert.Empty(await page.ViolationsAsync());
    }

    [ChromiumFact]
    public async Task The_keyboard_alone_signs_in_chooses_and_consents()
    {
        await using var page = await app.OpenAsync();
        var keyboard = page.Page.Keyboard;
        await page.Page.GotoAsync("/app/");
        await page.HeadingAsync("Patient summary");
        await page.TabToAsync("a.button");
        await keyboard.PressAsync("Enter");
        await page.HeadingAsync("Sign in");
        await page.TabToAsync("#username");
        await keyboard.TypeAsync(SmartServer.Doctor);
        await page.TabToAsync("#password");
        await keyboard.TypeAsync(SmartServer.Password);
        await keyboard.PressAsync("Enter");
        await page.HeadingAsync("Choose a patient");
        await page.TabToAsync("#name");
        await keyboard.InsertTextAsync(app.Server.PatientName);
        await keyboard.PressAsync("Enter");
        await page.Page.Locator("button[name=patient]").First.WaitForAsync();
        await page.TabToAsync("button[name=patient]");
        await keyboard.PressAsync("Enter");
        await page.HeadingAsync("An app asks for access");
        await page.TabToAsync("button[value=allow]");
        await keyboard.PressAsync("Enter");
        await page.Section("Problems").WaitForAsync();
        await page.TabToAsync("summary");
        await keyboard.PressAsync("Enter");
        Assert.True(await page.Page.Locator("details").First.EvaluateAsync<bool>("details => details.open"));
    }

    [ChromiumFact]
    public async Task Signing_in_and_consenting_need_no_script()
    {
        await using var page = await app.OpenAsync(hasScript: false);
        var root = app.Server.Address;
        await page.Page.GotoAsync(
            $"/auth/authorize?response_type=code&client_id=smart-app&redirect_uri={Uri.EscapeDataString($"{root}/app/")}&aud={Uri.EscapeDataString($"{root}/fhir")}"
            + "&scope=launch%2Fpatient%20patient%2FPatient.rs&state=of-no-script-123&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        await page.SignInAsync(SmartServer.Doctor);
        await page.ChooseAsync(app.Server.PatientName);
        await page.AllowAsync();
        await page.Page.WaitForURLAsync(url => url.Contains("/app/?", StringComparison.Ordinal));
        Assert.Contains("code=", page.Page.Url, StringComparison.Ordinal);
        Assert.Contains("state=of-no-script-123", page.Page.Url, StringComparison.Ordinal);
    }

    private static async Task LaunchAsync(AppPage page, string account)
    {
        await page.StartAsync();
        await page.SignInAsync(account);
        await page.AllowAsync();
        await page.Section("Problems").WaitForAsync();
    }

    private async Task<int> StatusAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.Server.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync($"/fhir/Patient/{app.Server.PatientId}");
        return (int)answer.StatusCode;
    }
}
