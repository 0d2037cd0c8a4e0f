// The pages of conformance tests by HTTP: who may see them, what they show, and that their forms are theirs.

using System.Text.Json.Nodes;
using FhirHub.Smart;

namespace FhirHub.Server.Tests.Conformance;

public class PageTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Theory]
    [InlineData("conformance")]
    [InlineData("conformance/suite?key=x")]
    [InlineData("conformance/history")]
    [InlineData("conformance/reports/x")]
    [InlineData("conformance/runs/x")]
    [InlineData("conformance/diff?from=x&to=y")]
    public async Task Pages_are_for_administrators(string page)
    {
        using var nobody = server.Browser();
        var sent = await nobody.GetAsync(page);
        Assert.Equal(303, (int)sent.StatusCode);
        Assert.StartsWith("/auth/login?", sent.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var doctor = await server.SignInAsync();
        Assert.Equal(403, (int)(await doctor.GetAsync(page)).StatusCode);
        using var administrator = await server.SignInAsync(AccountRole.Administrator);
        Assert.Contains((int)(await administrator.GetAsync(page)).StatusCode, new[] { 200, 404 });
    }

    [Fact]
    public async Task A_suite_is_run_from_its_page_and_the_change_is_shown()
    {
        using var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        await client.CreateAsync("TestScript", Scripts.PatientScript("page-good"));
        var (failing, _) = await client.CreateAsync("TestScript", Scripts.PatientScript("page-changing", "Li"));
        using var browser = await server.SignInAsync(AccountRole.Administrator);
        var suites = await browser.GetStringAsync("conformance");
        const string Suite = "conformance/suite?key=https%3A%2F%2Fexample.org%2Fsuite%2FTestScript%2Fpage";
        Assert.Contains($"/{Suite}", suites, StringComparison.Ordinal);

        var first = await RunAsync(browser, Suite);
        Assert.Contains("2 of 2 scripts were run.", first, StringComparison.Ordinal);
        var page = await browser.GetStringAsync($"conformance/history?script=TestScript/{failing}");
        Assert.Contains("Title of page-changing", page, StringComparison.Ordinal);
        var report = Between(page, "/conformance/reports/", "\"");

        // Request and answer of the failed step, which the TestReport does not hold.
        var shown = await browser.GetStringAsync($"conformance/reports/{report}");
        Assert.Contains("\"family\": \"Li\"", System.Net.WebUtility.HtmlDecode(shown), StringComparison.Ordinal);

        // The script is mended, run alone from its row, and the difference is told.
        var mended = JsonNode.Parse(Scripts.PatientScript("page-changing"))!;
        mended["id"] = failing;
        await client.SendAsync("PUT", $"TestScript/{failing}", mended.ToJsonString());
        var second = await RunAsync(browser, Suite);
        var diff = await browser.GetStringAsync(System.Net.WebUtility.HtmlDecode(Between(second, "href=\"/conformance/diff", "\"", whole: "conformance/diff")));
        Assert.Contains("Other changes (1)", diff, StringComparison.Ordinal);
        Assert.Contains("The name is kept", diff, StringComparison.Ordinal);
        Assert.Contains("3 tests have the same result.", diff, StringComparison.Ordinal);
        await browser.GetAsync("auth/language/zh");
        Assert.Contains("测试套件", await browser.GetStringAsync("conformance"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_was_skipped_did_not_fail()
    {
        using var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        await client.CreateAsync("TestScript", Scripts.RequestScript("skipped-one", "get", "${$base:2}/metadata", "200"));
        using var browser = await server.SignInAsync(AccountRole.Administrator);

        var run = await RunAsync(browser, "conformance/suite?key=https%3A%2F%2Fexample.org%2Fsuite%2FTestScript%2Fskipped");
        var suites = await browser.GetStringAsync("conformance");

        Assert.Contains("– skipped", run, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", run, StringComparison.Ordinal);
        var row = Between(suites, "TestScript%2Fskipped", "</tr>");
        Assert.Equal(["1", "0", "0", "1", "0"], row.Split("<td class=\"number\">").Skip(1).Select(static cell => cell[..cell.IndexOf('<', StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task What_others_wrote_is_no_markup()
    {
        using var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        const string Evil = "<script>alert(1)</script>";
        var script = JsonNode.Parse(Scripts.RequestScript("evil", "get", "${$base}/nonsense", "200"))!;
        script["title"] = Evil;
        script["test"]![0]!["name"] = Evil;
        var (id, _) = await client.CreateAsync("TestScript", script.ToJsonString());
        using var browser = await server.SignInAsync(AccountRole.Administrator);
        var run = await browser.SubmitAsync(await browser.GetStringAsync("conformance/suite?key=https%3A%2F%2Fexample.org%2Fsuite%2FTestScript"), "conformance/run", ("script", $"TestScript/{id}"));
        await DoneAsync(browser, run);
        var report = Between(await browser.GetStringAsync($"conformance/history?script=TestScript/{id}"), "/conformance/reports/", "\"");
        foreach (var page in new[] { "conformance", "conformance/suite?key=https%3A%2F%2Fexample.org%2Fsuite%2FTestScript", "conformance/history", $"conformance/reports/{report}", $"conformance/diff?from={report}&to={report}" })
        {
            using var answer = await browser.GetAsync(page);
            Assert.DoesNotContain(Evil, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_form_of_another_session_starts_nothing()
    {
        using var browser = await server.SignInAsync(AccountRole.Administrator);
        foreach (var address in new[] { "conformance/run", "conformance/runs/x/cancel" })
        {
            using var content = new FormUrlEncodedContent([KeyValuePair.Create("script", "TestScript/x"), KeyValuePair.Create("form-token", "CfDJ8")]);
            Assert.Equal(400, (int)(await browser.PostAsync(address, content)).StatusCode);
        }
    }

    [Fact]
    public async Task The_token_of_a_run_is_no_good_once_it_has_ended()
    {
        using var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (id, _) = await client.CreateAsync("TestScript", Scripts.PatientScript("ended-one"));
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        using var browser = await server.SignInAsync(account);
        var run = await browser.SubmitAsync(await browser.GetStringAsync("conformance/suite?key=https%3A%2F%2Fexample.org%2Fsuite%2FTestScript%2Fended"), "conformance/run", ("script", $"TestScript/{id}"));
        await DoneAsync(browser, run);
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var grant = Assert.Single(await server.Smart.State.Grants.ListAsync(account.Id, "", 10, default));
            if (grant.Value.Ended is not null)
                break;
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "The grant of the run did not end.");
        }
    }

    private static async Task<string> RunAsync(HttpClient browser, string suite) =>
        await DoneAsync(browser, await browser.SubmitAsync(await browser.GetStringAsync(suite), "conformance/run", ("suite", Uri.UnescapeDataString(suite[(suite.IndexOf('=', StringComparison.Ordinal) + 1)..]))));

    // The page of a run says when to load it anew as long as it goes on.
    private static async Task<string> DoneAsync(HttpClient browser, HttpResponseMessage begun)
    {
        Assert.True((int)begun.StatusCode == 303, await begun.Content.ReadAsStringAsync());
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            using var answer = await browser.GetAsync(begun.Headers.Location);
            if (!answer.Headers.Contains("Refresh"))
                return await answer.Content.ReadAsStringAsync();
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "The run did not end.");
        }
    }

    private static string Between(string text, string before, string after, string whole = "")
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(start >= 0, $"{before} is not in {text}");
        start += before.Length;
        return whole + text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
    }
}
