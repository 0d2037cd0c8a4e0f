// The page in Chromium, as its user sees it: every document without a complaint, signing in by SMART, trying out.

using System.Collections.Concurrent;
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
    // The page draws only the operations that are near what is seen: with one part of a document chosen, this is high enough for all of them.
    private static readonly ViewportSize s_size = new() { Width = 1200, Height = 3000 };

    private readonly ConcurrentQueue<string> _complaints = [];
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
        await Assertions.Expect(Status(read)).ToHaveTextAsync("401");
        await Assertions.Expect(Answer(read)).ToContainTextAsync("\"resourceType\": \"OperationOutcome\"");

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
        await Assertions.Expect(Status(read)).ToHaveTextAsync("200");
        await Assertions.Expect(Answer(read)).ToContainTextAsync("王小明");
        await read.Locator(".opblock-summary-control").ClickAsync();
        var search = await ShowAsync(page, "Patient", "searchPatient");
        await TryAsync(search, ("birthdate", "1990-05-04"));
        await Assertions.Expect(Status(search)).ToHaveTextAsync("200");
        await Assertions.Expect(Answer(search)).ToContainTextAsync("\"type\": \"searchset\"");
        await Assertions.Expect(Answer(search)).ToContainTextAsync("王小明");

        // The browser tells of a status of 401 by itself, and there was one that was asked for.
        Assert.DoesNotContain(_complaints, static complaint => !complaint.Contains("401", StringComparison.Ordinal));
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
        await Assertions.Expect(Status(search)).ToHaveTextAsync("200");
        await Assertions.Expect(Answer(search)).ToContainTextAsync("\"type\": \"searchset\"");
        Assert.Empty(_complaints);
    }

    [ChromiumFact]
    public async Task Without_authorization_there_is_nothing_to_sign_in_to()
    {
        var page = await OpenAsync(open.Root);
        await Assertions.Expect(page.Locator(".auth-wrapper .authorize")).ToHaveCountAsync(0);
        var create = await ShowAsync(page, "Basic", "createBasic");
        await TryAsync(create);
        await Assertions.Expect(Status(create)).ToHaveTextAsync("201");
        Assert.Empty(_complaints);
    }

    private static ILocator Answer(ILocator operation) => operation.Locator(".live-responses-table");

    private static ILocator Status(ILocator operation) => Answer(operation).Locator("tr.response .response-col_status");

    private static async Task<ILocator> ShowAsync(IPage page, string tag, string id)
    {
        await page.Locator(".operation-filter-input").FillAsync(tag);
        var heading = page.Locator($".opblock-tag[data-tag=\"{tag}\"]");

        // The list is narrowed a moment after the last key; a click before that is lost.
        await Assertions.Expect(page.Locator(".opblock-tag[data-tag=Account]")).ToHaveCountAsync(0);
        await heading.WaitForAsync();
        if (await heading.GetAttributeAsync("data-is-open") != "true")
            await heading.ClickAsync();
        var operation = page.Locator($"#operations-{tag}-{id}");
        await operation.Locator(".opblock-summary-control").ClickAsync();
        await operation.Locator(".opblock-body").WaitForAsync();
        return operation;
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
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = s_size, Locale = "en-US", BaseURL = root });
        context.SetDefaultTimeout(Chromium.Patience);
        Assertions.SetDefaultExpectTimeout(Chromium.Patience);
        var page = await context.NewPageAsync();
        Listen(page);
        await page.GotoAsync("/swagger");
        await page.Locator(".opblock-tag").First.WaitForAsync();
        return page;
    }

    private void Listen(IPage page)
    {
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.RequestFailed += (_, request) =>
        {
            // What a window still fetched when it was left or closed is given up; that is no failure.
            if (request.Failure != "net::ERR_ABORTED")
                _complaints.Enqueue($"{request.Url}: {request.Failure}");
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue(message.Text);
        };
    }
}
