// Every page below /auth, for everybody who may see it, in both languages: what assistive technology and browsers' defences need of it.

using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using FhirHub.Server.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart.Tests.Pages;

public partial class PageTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static readonly XNamespace s_none = XNamespace.None;

    [Theory]
    [InlineData(null)]
    [InlineData(AccountRole.Patient)]
    [InlineData(AccountRole.Practitioner)]
    [InlineData(AccountRole.Administrator)]
    public async Task Every_page_is_accessible_and_guarded(AccountRole? role)
    {
        var account = await server.AddAccountAsync(role ?? AccountRole.Patient, change: static account => account with { DisplayName = "王芳 & \"<co>\"", FhirUser = "Patient/1" });
        using var browser = role is null ? server.Browser() : await server.SignInAsync(account);
        var seen = 0;
        foreach (var language in new[] { "en", "zh" })
        {
            await browser.GetAsync($"auth/language/{language}");
            foreach (var page in Pages(account))
                seen += await CheckAsync(browser, page, language) ? 1 : 0;
        }

        Assert.True(seen >= (role is null ? 4 : 10), $"{seen}");
    }

    [Fact]
    public async Task So_is_every_step_of_signing_in_and_of_setting_up_an_authenticator()
    {
        var mustChange = await server.AddAccountAsync(change: static account => account with { MustChangePassword = true });
        using var changing = server.Browser();
        await changing.PostFormAsync("auth/login", ("username", mustChange.UserName), ("password", SmartFixture.Password));
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        const string Authenticator = "auth/account/authenticator";
        foreach (var language in new[] { "en", "zh" })
        {
            await changing.GetAsync($"auth/language/{language}");
            Assert.True(await CheckAsync(changing, "auth/login/password?return=%2Fauth%2Faccount", language));
            await CheckAsync(await changing.PostFormAsync("auth/login/password", ("new-password", "x"), ("repeated-password", "x")), language);
            using var wrong = server.Browser();
            await wrong.GetAsync($"auth/language/{language}");
            await CheckAsync(await wrong.PostFormAsync("auth/login", ("username", "<script>alert(1)</script>\"'"), ("password", "x")), language);
            await browser.GetAsync($"auth/language/{language}");
            Assert.True(await CheckAsync(browser, Authenticator, language));
        }

        await browser.PostFormAsync(Authenticator, ("password", SmartFixture.Password));
        Assert.True(await CheckAsync(browser, Authenticator, "zh"));
        var key = Key().Match(await browser.GetStringAsync(Authenticator)).Groups[1].Value;
        await CheckAsync(await browser.PostFormAsync(Authenticator, ("code", "x")), "zh");
        await browser.PostFormAsync(Authenticator, ("code", Accounts.Totp.Code(key)));
        Assert.True(await CheckAsync(browser, "auth/account/recovery-codes", "zh"));
        Assert.True(await CheckAsync(browser, Authenticator, "zh"));
        using var second = server.Browser();
        await second.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password));
        await second.GetAsync("auth/language/en");
        Assert.True(await CheckAsync(second, "auth/login/code?return=%2Fauth%2Faccount", "en"));
        await CheckAsync(await second.PostFormAsync("auth/login/code", ("code", "x")), "en");
    }

    [Fact]
    public async Task A_post_without_the_token_of_its_form_is_refused_everywhere()
    {
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        using var browser = await server.SignInAsync(account);
        using var other = await server.SignInAsync(await server.AddAccountAsync(AccountRole.Administrator));
        var foreign = Token().Match(await other.GetStringAsync("auth/logout")).Groups[1].Value;
        var posts = Endpoints("POST").Where(static path => path.StartsWith("/auth/login", StringComparison.Ordinal) || path.StartsWith("/auth/account", StringComparison.Ordinal)
            || path.StartsWith("/auth/admin", StringComparison.Ordinal) || path is "/auth/logout" or "/auth/password").ToList();
        Assert.True(posts.Count >= 15, string.Join(' ', posts));
        foreach (var post in posts.Select(path => path.Replace("{id}", account.Id, StringComparison.Ordinal)))
        {
            foreach (var token in new[] { null, "", foreign, "CfDJ8" })
            {
                using var content = new FormUrlEncodedContent(token is null ? [] : [KeyValuePair.Create("form-token", token)]);
                Assert.True((int)(await browser.PostAsync(post, content)).StatusCode == 400, post);
            }

            // Neither as another kind of body, which other sites can send without asking.
            using var text = new StringContent($"form-token={foreign}");
            Assert.True((int)(await browser.PostAsync(post, text)).StatusCode == 400, post);
        }

        Assert.Equal(200, (int)(await browser.GetAsync("auth/admin")).StatusCode);
    }

    [Fact]
    public void Colours_have_the_contrast_that_WCAG_asks_for()
    {
        using var stream = typeof(SmartService).Assembly.GetManifestResourceStream("smart.css")!;
        using var reader = new StreamReader(stream);
        var css = reader.ReadToEnd();
        var light = Colours().Matches(css[..css.IndexOf("@media", StringComparison.Ordinal)]).ToDictionary(static c => c.Groups[1].Value, static c => c.Groups[2].Value);
        var dark = new Dictionary<string, string>(light);
        foreach (Match colour in Colours().Matches(css.Split('\n').Single(static line => line.Contains("prefers-color-scheme:dark", StringComparison.Ordinal))))
            dark[colour.Groups[1].Value] = colour.Groups[2].Value;
        foreach (var colours in new[] { light, dark })
        {
            foreach (var (front, back, least) in new[]
            {
                ("text", "paper", 7), ("soft", "paper", 4.5), ("accent", "paper", 4.5), ("danger", "paper", 4.5), ("on-accent", "accent", 4.5), ("line", "paper", 3),
            })
            {
                var (a, b) = (Luminance(colours[front]), Luminance(colours[back]));
                var contrast = (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
                Assert.True(contrast >= least, $"{front} on {back}: {contrast}");
            }
        }
    }

    private IEnumerable<string> Pages(Account account) => Endpoints("GET")
        .Where(static path => !path.Contains("language", StringComparison.Ordinal))
        .Select(path => Parameter().Replace(path, account.Id).TrimStart('/'));

    private IEnumerable<string> Endpoints(string method) => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(method) is true)
        .Select(static endpoint => $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}")
        .Where(static path => path.StartsWith("/auth/", StringComparison.Ordinal)).Distinct();

    private static async Task<bool> CheckAsync(HttpClient browser, string page, string language)
    {
        var answer = await browser.GetAsync(page);
        return answer.Content.Headers.ContentType?.MediaType == "text/html" && await CheckAsync(answer, language);
    }

    private static async Task<bool> CheckAsync(HttpResponseMessage answer, string language)
    {
        var where = $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.PathAndQuery}";
        CheckHeaders(answer, where);
        var html = await answer.Content.ReadAsStringAsync();
        using var text = new StringReader(html);
        using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var root = XDocument.Load(reader).Root!;
        Assert.True((string?)root.Attribute("lang") == (language == "zh" ? "zh-CN" : "en"), where);
        Assert.False(string.IsNullOrWhiteSpace((string?)root.Descendants("title").Single()), where);
        var heading = root.Descendants("h1").Single().Value;
        Assert.True(language != "zh" || heading.Any(static c => c >= '\u4E00' && c <= '\u9FFF'), $"{where}: {heading}");
        Assert.Empty(root.Descendants("script"));
        Assert.DoesNotContain(root.Descendants().Attributes(), static attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name == s_none + "style");
        Assert.DoesNotContain(root.Descendants("a"), static link => ((string?)link.Attribute("href"))?.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) is true);

        var level = 0;
        foreach (var next in root.Descendants().Where(static element => element.Name.LocalName is ['h', >= '1' and <= '6']).Select(static element => element.Name.LocalName[1] - '0'))
        {
            Assert.True(next <= level + 1, $"{where}: h{next} after h{level}");
            level = next;
        }

        var ids = root.Descendants().Attributes("id").Select(static id => id.Value).ToList();
        Assert.True(ids.Count == ids.Distinct().Count(), $"{where}: {string.Join(' ', ids)}");
        foreach (var pointer in root.Descendants().Attributes().Where(static attribute => attribute.Name.LocalName is "aria-describedby" or "aria-labelledby" or "for"))
            Assert.All(pointer.Value.Split(' '), id => Assert.True(ids.Contains(id), $"{where}: {pointer}"));
        foreach (var field in root.Descendants().Where(static element => element.Name.LocalName is "input" or "select" or "textarea" && (string?)element.Attribute("type") is not ("hidden" or "submit")))
            Assert.True(root.Descendants("label").Any(label => (string?)label.Attribute("for") == (string?)field.Attribute("id") && label.Value.Length > 0), $"{where}: {field}");
        foreach (var named in root.Descendants().Where(static element => element.Name.LocalName is "button" or "a"))
            Assert.True(named.Value.Trim().Length > 0 || named.Attribute("aria-label") is not null, $"{where}: {named}");
        foreach (var picture in root.Descendants().Where(static element => element.Name.LocalName is "svg" or "img"))
            Assert.True(picture.Attribute("aria-label") is not null || picture.Attribute("alt") is not null, $"{where}: {picture}");
        foreach (var problem in root.Descendants().Where(static element => (string?)element.Attribute("class") == "problem"))
            Assert.True((string?)problem.Attribute("role") == "alert", $"{where}: {problem}");
        foreach (var form in root.Descendants("form").Where(static form => (string?)form.Attribute("method") == "post"))
            Assert.True(form.Descendants("input").Any(static input => (string?)input.Attribute("name") == "form-token"), $"{where}: {form}");
        return true;
    }

    private static void CheckHeaders(HttpResponseMessage answer, string where)
    {
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        foreach (var rule in new[] { "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'" })
            Assert.True(policy.Contains(rule, StringComparison.Ordinal), $"{where}: {policy}");
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore, where);
    }

    private static double Luminance(string colour)
    {
        var digits = colour.Length == 3 ? string.Concat(colour.Select(static c => $"{c}{c}")) : colour;
        var parts = digits.Chunk(2).Select(static two => int.Parse(two, NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0).Select(static part => part <= 0.03928 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    [GeneratedRegex("--([a-z-]+):#([0-9a-f]+)", RegexOptions.None, 1_000)]
    private static partial Regex Colours();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1_000)]
    private static partial Regex Parameter();

    [GeneratedRegex("secret=([A-Z2-7]+)", RegexOptions.None, 1_000)]
    private static partial Regex Key();

    [GeneratedRegex("name=\"form-token\" value=\"([^\"]*)\"", RegexOptions.None, 1_000)]
    private static partial Regex Token();
}
