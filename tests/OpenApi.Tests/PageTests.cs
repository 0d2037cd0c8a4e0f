// The page in Chromium, as its user sees it: every document without a complaint, signing in by SMART, trying out.

using FhirHub.Server.OpenApi;
using FhirHub.Server.Tests;
using FhirHub.Smart;
using FhirHub.Tests;
using Microsoft.Playwright;

namespace FhirHub.OpenApi.Tests;

/// <summary>A test in the browser; where it is missing it is skipped, and says so.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Chromium.Missing;
}

public sealed class PageTests(OpenApiFixture fixture, OpenFixture open) : IClassFixture<OpenApiFixture>, IClassFixture<OpenFixture>, IAsyncLifetime
{
    // Milliseconds; other tests may be using the processor.
    private const float Patience = 60_000;

    private readonly List<string> _complaints = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    [ChromiumFact]
    public async Task Each_document_is_shown_without_a_complaint()
    {
        var page = await OpenAsync(fixture.Root);
        var names = await page.Locator("#select option").AllInnerTextsAsync();
        Assert.Equal(6, names.Count);
        foreach (var (name, tag) in new[] { ("FHIR: operations", "$everything"), ("DICOMweb", "Search (QIDO-RS)"), ("Authorization", "Discovery"), ("Administration, health, pages", "Health"), ("Everything", "Patient"), ("FHIR: resources", "Observation") })
        {
            await page.Locator("#select").SelectOptionAsync(name);
            await Assertions.Expect(page.Locator(".info .title")).ToContainTextAsync(name);
            await page.Locator(".operation-filter-input").FillAsync(tag);
            await Assertions.Expect(page.Locator($".opblock-tag[data-tag=\"{tag}\"]")).ToBeVisibleAsync();
            await page.Locator(".operation-filter-input").FillAsync("");
        }

        Assert.Empty(_complaints);
    }

    [ChromiumFact]
    public async Task A_type_is_opened_with_its_example_and_its_search_parameters()
    {
        var page = await OpenAsync(fixture.Root);
        var create = await ShowAsync(page, "Patient", "createPatient");
        await Assertions.Expect(create.Locator(".body-param__example").First).ToContainTextAsync("\"resourceType\": \"Patient\"");
        await create.Locator(".opblock-summary-control").ClickAsync();
        var search = await ShowAsync(page, "Patient", "searchPatient");
        await Assertions.Expect(search.Locator("tr[data-param-name=birthdate]")).ToContainTextAsync("The patient's date of birth");
        Assert.Empty(_complaints);
    }

    [ChromiumFact]
    public async Task A_request_without_a_token_is_refused_and_after_signing_in_by_SMART_it_is_answered()
    {
        using var loader = await fixture.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        await loader.SendAsync("PUT", "Patient/page-1", """{"resourceType":"Patient","id":"page-1","name":[{"text":"王小明"}],"birthDate":"1990-05-04"}""");
        var account = await fixture.AddAccountAsync(AccountRole.Patient, change: static made => made with { FhirUser = "Patient/page-1" });
        var page = await OpenAsync(fixture.Root);
        var read = await ShowAsync(page, "Patient", "readPatient");
        await TryAsync(read, ("id", "page-1"));
        await Assertions.Expect(Answer(read)).ToContainTextAsync("401");
        await Assertions.Expect(Answer(read)).ToContainTextAsync("\"resourceType\": \"OperationOutcome\"");

        // The browser tells of a status of 401 by itself; that is what was asked for.
        Assert.All(_complaints, static complaint => Assert.Contains("401", complaint, StringComparison.Ordinal));
        _complaints.Clear();

        await page.Locator(".auth-wrapper .authorize").First.ClickAsync();
        var smart = page.Locator(".modal-ux .auth-container").Filter(new() { HasText = "OAuth2, authorizationCode" });
        await Assertions.Expect(smart.Locator("#client_id_authorizationCode")).ToHaveValueAsync(SwaggerEndpoint.ClientId);
        foreach (var scope in new[] { "openid", "fhirUser", "patient/*.rs" })
            await smart.Locator($"label[for='{scope}-authorizationCode-checkbox-smart']").ClickAsync();
        var popup = await page.RunAndWaitForPopupAsync(async () => await smart.Locator("button.authorize").ClickAsync());
        Listen(popup);
        await popup.Locator("#username").FillAsync(account.UserName);
        await popup.Locator("#password").FillAsync(SmartFixture.Password);
        await popup.Locator("main button[type=submit]").ClickAsync();
        await popup.Locator("button[value=allow]").ClickAsync();
        await Assertions.Expect(smart.Locator("button", new() { HasText = "Logout" })).ToBeVisibleAsync();
        await page.Locator(".modal-ux .btn-done").Last.ClickAsync();

        await TryAsync(read, ("id", "page-1"));
        await Assertions.Expect(Answer(read)).ToContainTextAsync("王小明");
        await Assertions.Expect(Answer(read).Locator(".response-col_status").First).ToContainTextAsync("200");
        await read.Locator(".opblock-summary-control").ClickAsync();
        var search = await ShowAsync(page, "Patient", "searchPatient");
        await TryAsync(search, ("birthdate", "1990-05-04"));
        await Assertions.Expect(Answer(search)).ToContainTextAsync("\"type\": \"searchset\"");
        await Assertions.Expect(Answer(search)).ToContainTextAsync("王小明");
        Assert.Empty(_complaints);
    }

    [ChromiumFact]
    public async Task A_token_at_hand_can_be_pasted()
    {
        var token = await fixture.TokenAsync("user/*.rs");
        var page = await OpenAsync(fixture.Root);
        await page.Locator(".auth-wrapper .authorize").First.ClickAsync();
        var bearer = page.Locator(".modal-ux .auth-container").Filter(new() { HasText = "bearer" }).Filter(new() { HasNotText = "authorizationCode" });
        await bearer.Locator("input").FillAsync(token);
        await bearer.Locator("button.authorize").ClickAsync();
        await page.Locator(".modal-ux .btn-done").Last.ClickAsync();
        var search = await ShowAsync(page, "Patient", "searchPatient");
        await TryAsync(search, ("_count", "1"));
        await Assertions.Expect(Answer(search)).ToContainTextAsync("\"type\": \"searchset\"");
        Assert.Empty(_complaints);
    }

    [ChromiumFact]
    public async Task Without_authorization_there_is_nothing_to_sign_in_to()
    {
        var page = await OpenAsync(open.Root);
        Assert.Equal(0, await page.Locator(".auth-wrapper .authorize").CountAsync());
        var create = await ShowAsync(page, "Basic", "createBasic");
        await TryAsync(create);
        await Assertions.Expect(Answer(create).Locator(".response-col_status").First).ToContainTextAsync("201");
        Assert.Empty(_complaints);
    }

    private static ILocator Answer(ILocator operation) => operation.Locator(".live-responses-table");

    // The page draws what is near the part that is seen, so whoever looks for something narrows the list and scrolls.
    private static async Task<ILocator> ShowAsync(IPage page, string tag, string id)
    {
        await page.Locator(".operation-filter-input").FillAsync(tag);
        await page.Mouse.MoveAsync(600, 500);
        var heading = await ScrollToAsync(page, $".opblock-tag[data-tag=\"{tag}\"]");
        if (await heading.GetAttributeAsync("data-is-open") != "true")
            await heading.ClickAsync();
        var operation = await ScrollToAsync(page, $"#operations-{tag}-{id}");
        await operation.Locator(".opblock-summary-control").ClickAsync();
        await operation.Locator(".opblock-body").WaitForAsync();
        return operation;
    }

    private static async Task<ILocator> ScrollToAsync(IPage page, string selector)
    {
        var found = page.Locator(selector);
        await page.EvaluateAsync("window.scrollTo(0, 0)");
        for (var steps = 0; steps < 200 && await found.CountAsync() == 0; steps++)
        {
            await page.Mouse.WheelAsync(0, 300);
            await page.WaitForTimeoutAsync(50);
        }

        await found.ScrollIntoViewIfNeededAsync();
        return found;
    }

    private static async Task TryAsync(ILocator operation, params (string Name, string Value)[] parameters)
    {
        await operation.Locator(".try-out__btn").WaitForAsync();
        if (await operation.Locator(".try-out__btn:not(.cancel)").CountAsync() > 0)
            await operation.Locator(".try-out__btn").ClickAsync();
        foreach (var (name, value) in parameters)
            await operation.Locator($"tr[data-param-name='{name}'] input").FillAsync(value);
        await operation.Locator(".execute").ClickAsync();
    }

    private async Task<IPage> OpenAsync(string root)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1200, Height = 900 }, Locale = "en-US", BaseURL = root });
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();
        Listen(page);
        await page.GotoAsync("/swagger");
        await page.Locator(".opblock-tag").First.WaitForAsync();
        return page;
    }

    private void Listen(IPage page)
    {
        page.PageError += (_, error) => _complaints.Add(error);
        page.RequestFailed += (_, request) => _complaints.Add($"{request.Url}: {request.Failure}");
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Add(message.Text);
        };
    }
}
