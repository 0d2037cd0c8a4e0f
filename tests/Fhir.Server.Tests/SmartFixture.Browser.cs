// Browsers of the tests: cookies, forms, and signing in by the pages.

using System.Net;
using System.Text.RegularExpressions;
using FhirHub.Smart;

namespace FhirHub.Server.Tests;

/// <content>Signing in.</content>
public partial class SmartFixture
{
    /// <summary>The password of the accounts that tests make.</summary>
    public const string Password = "correct horse battery staple";

    /// <summary>A browser in which nobody has signed in; it follows no redirects.</summary>
    public HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri($"{Root}/") };

    /// <summary>Keeps an account with <see cref="Password"/>.</summary>
    public async Task<Account> AddAccountAsync(AccountRole role = AccountRole.Practitioner, string? name = null, Func<Account, Account>? change = null)
    {
        var account = new Account { Id = "", UserName = name ?? $"{role.ToString().ToLowerInvariant()}-{Guid.NewGuid():N}"[..40], Role = role };
        var (made, errors) = await Smart.Accounts.CreateAsync(change?.Invoke(account) ?? account, Password);
        return made ?? throw new InvalidOperationException(errors[0].Description);
    }

    /// <summary>A browser in which a new account has signed in by the page; it follows no redirects.</summary>
    public async Task<HttpClient> SignInAsync(AccountRole role = AccountRole.Practitioner, string? fhirUser = null, string? organization = null, Func<Account, Account>? change = null)
    {
        var account = await AddAccountAsync(role, null, made =>
        {
            made = made with { FhirUser = fhirUser, Organization = organization };
            return change?.Invoke(made) ?? made;
        });
        return await SignInAsync(account);
    }

    /// <summary>A browser in which an account of <see cref="AddAccountAsync"/> has signed in by the page.</summary>
    public async Task<HttpClient> SignInAsync(Account account)
    {
        var browser = Browser();
        var answer = await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", Password));
        Assert.Equal(303, (int)answer.StatusCode);
        return browser;
    }
}

/// <summary>Forms as a browser fills them.</summary>
public static partial class Forms
{
    /// <summary>Loads a page and posts its form: the first one that has all of the fields, or that posts to an address.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(this HttpClient browser, string page, params (string Name, string Value)[] fields) =>
        await browser.PostFormAsync(page, null, fields);

    /// <summary>Loads a page and posts its form to <paramref name="action"/>, the first form if that is null, with its hidden fields and these.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(this HttpClient browser, string page, string? action, params (string Name, string Value)[] fields)
    {
        var answer = await browser.GetAsync(page);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{page}: {(int)answer.StatusCode} {answer.Headers.Location} {html}");
        return await browser.SubmitAsync(html, action, fields);
    }

    /// <summary>Posts a form of a page that was loaded.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient browser, string html, string? action, params (string Name, string Value)[] fields)
    {
        var form = Form().Matches(html).FirstOrDefault(form => action is null || WebUtility.HtmlDecode(form.Groups["action"].Value).Split('?')[0].TrimStart('/') == action.TrimStart('/'))
            ?? throw new InvalidOperationException($"There is no form for {action} in {html}");
        var hidden = Hidden().Matches(form.Value).Select(static field => KeyValuePair.Create(WebUtility.HtmlDecode(field.Groups["name"].Value), WebUtility.HtmlDecode(field.Groups["value"].Value)))
            .Where(field => fields.All(own => own.Name != field.Key));
        using var content = new FormUrlEncodedContent([.. hidden, .. fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))]);
        return await browser.PostAsync(WebUtility.HtmlDecode(form.Groups["action"].Value), content);
    }

    /// <summary>A page without what is another value each time.</summary>
    public static string WithoutTokens(this string html) => Hidden().Replace(html, "");

    [GeneratedRegex("""<form [^>]*action="(?<action>[^"]*)"[^>]*>.*?</form>""", RegexOptions.Singleline, 1_000)]
    private static partial Regex Form();

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)"/>""", RegexOptions.None, 1_000)]
    private static partial Regex Hidden();
}
