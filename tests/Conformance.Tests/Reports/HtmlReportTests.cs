// The page of a run: whole in one file, in two languages, with what people need to see why something failed and nothing that is a secret.

using System.Text;
using System.Xml.Linq;
using FhirHub.Html;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

public class HtmlReportTests
{
    private static readonly Func<MessageLanguage, string> s_address = static language => language == MessageLanguage.Chinese ? "index.zh.html" : "index.html";

    [Fact]
    public void A_failed_step_has_its_request_and_answer()
    {
        var page = Page(MessageLanguage.English, Samples.Failed());

        Assert.Equal("Not all passed · Conformance report", page.Descendants("title").Single().Value);
        var test = page.Descendants("details").Single(static details => (string?)details.Attribute("id") == "s1-test-2");
        Assert.NotNull(test.Attribute("open"));
        Assert.Contains("Expected okay (200), found 404.", test.Value, StringComparison.Ordinal);
        var shown = test.Descendants("pre").Select(static pre => pre.Value).ToList();
        Assert.Equal("GET http://test.example/fhir/Patient/1\nAccept: application/fhir+json\nAuthorization: Bearer ***", shown[0]);
        Assert.Equal("HTTP 404\nContent-Type: application/fhir+json", shown[1]);
        Assert.Equal("{\n  \"resourceType\": \"OperationOutcome\"\n}", shown[2]);
        Assert.Null(page.Descendants("details").Single(static details => (string?)details.Attribute("id") == "s1-test-1").Attribute("open"));
    }

    [Fact]
    public void Several_failures_on_one_answer_show_it_once()
    {
        var seen = Samples.Exchange();
        var report = Samples.Report(script => [.. script.Tests[1].Actions.Select(action => new StepReport(action, StepResult.Fail, "No.", seen))]);

        Assert.Single(Page(MessageLanguage.English, report).Descendants("details"), static details => (string?)details.Attribute("class") == "exchange");
    }

    [Theory]
    [InlineData(MessageLanguage.English, "en", "Failed", "index.zh.html")]
    [InlineData(MessageLanguage.Chinese, "zh-CN", "失败", "index.html")]
    public void The_page_is_in_a_language_and_leads_to_the_other(MessageLanguage language, string tag, string label, string other)
    {
        var page = Page(language, Samples.Failed());

        Assert.Equal(tag, (string?)page.Attribute("lang"));
        Assert.Contains(page.Descendants("dt"), name => name.Value == label);
        Assert.Contains(page.Descendants("a"), link => (string?)link.Attribute("href") == other && link.Attribute("aria-current") is null);
    }

    [Fact]
    public void The_page_stands_alone_and_runs_nothing()
    {
        var page = Page(MessageLanguage.English, Samples.Failed());

        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("link"));
        Assert.Empty(page.Descendants("img"));
        Assert.Contains("default-src 'none'", (string?)page.Descendants("meta").Single(static meta => meta.Attribute("http-equiv") is not null).Attribute("content"), StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        foreach (var link in page.Descendants("a").Select(static link => (string)link.Attribute("href")!).Where(static href => href.StartsWith('#')))
            Assert.Contains(page.Descendants(), element => (string?)element.Attribute("id") == link[1..]);
    }

    [Fact]
    public void Hostile_texts_stay_texts()
    {
        const string Hostile = "</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>\u0000\u001b";

        var page = Page(MessageLanguage.English, Samples.Failed(Hostile, Samples.Exchange($"http://test.example/{Hostile}", body: Hostile, contentType: "text/html")));

        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("img"));
        Assert.Contains("<script>alert(1)</script>", page.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/fhir+json", "{\"a\":\"QUJD\",\"b\":[1,2]}", "{\n  \"a\": \"QUJD\",\n  \"b\": [\n    1,\n    2\n  ]\n}")]
    [InlineData("application/fhir+xml", "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"1\"/></Patient>", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <id value=\"1\" />\n</Patient>")]
    [InlineData("application/fhir+json", "{\"a\":", "{\"a\":")]
    [InlineData("application/fhir+xml", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><a>&b;</a>", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><a>&b;</a>")]
    [InlineData("text/html; charset=utf-8", "<html>it is down</html>", "<html>it is down</html>")]
    [InlineData("application/dicom", "DICM", "")]
    public void Bodies_are_shown_as_people_read_them(string type, string body, string shown)
    {
        var reported = ReportedBody.Of(new Payload(Encoding.UTF8.GetBytes(body), type), new Redaction())!;

        Assert.Equal(shown, reported.Text.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_large_body_is_cut_with_a_word_about_it()
    {
        var report = Samples.Failed(exchange: Samples.Exchange(body: $$"""{"a":"{{new string('x', 2_000_000)}}"}"""));

        var page = Page(MessageLanguage.English, report);

        Assert.Contains("Only the beginning is shown, of 2,000,008 bytes.", page.Value, StringComparison.Ordinal);
        Assert.InRange(page.ToString().Length, 16_000, 60_000);
    }

    [Fact]
    public void Nesting_does_not_multiply()
    {
        var json = new string('[', 60) + string.Join(',', Enumerable.Repeat("1", 60_000)) + new string(']', 60);
        var xml = string.Concat(Enumerable.Repeat("<a>", 40_000)) + string.Concat(Enumerable.Repeat("</a>", 40_000));

        Assert.Equal(ReportedBody.MaxCharacters, ReportedBody.Of(new Payload(Encoding.UTF8.GetBytes(json), "application/json"), new Redaction())!.Text.Length);
        Assert.Equal(ReportedBody.MaxCharacters, ReportedBody.Of(new Payload(Encoding.UTF8.GetBytes(xml), "application/xml"), new Redaction())!.Text.Length);
    }

    [Fact]
    public void Results_can_be_filtered_without_a_script()
    {
        var page = Page(MessageLanguage.English, Samples.Failed());

        var choices = page.Descendants("input").ToList();
        Assert.Equal(["show-all", "show-fail", "show-warning", "show-skip", "show-pass"], choices.Select(static choice => (string?)choice.Attribute("class")));
        Assert.Equal(["All (2)", "Failed (1)", "With warnings (0)", "Skipped (0)", "Passed (1)"], choices.Select(static choice => choice.Parent!.Value.Trim()));
        Assert.Equal("test has-fail", (string?)page.Descendants("details").Single(static details => (string?)details.Attribute("id") == "s1-test-2").Attribute("class"));
    }

    [Fact]
    public void Scripts_can_be_shown_on_other_pages()
    {
        var html = new HtmlWriter(MessageLanguage.Chinese);
        html.Open("main");
        HtmlReport.WriteScripts(html, [ReportedScript.Of(Samples.Failed(), new Redaction())]);
        var page = Encoding.UTF8.GetString(html.Close().ToUtf8());

        Assert.Contains("id=\"test-2\"", page, StringComparison.Ordinal);
        Assert.False(HtmlReport.Style.IsEmpty);
    }

    private static XElement Page(MessageLanguage language, ScriptReport report)
    {
        var script = ReportedScript.Of(report, new Redaction()) with { Anchor = "s1-" };
        var bytes = HtmlReport.Write(new ReportedRun([script], []) { Started = report.Started, Duration = report.Duration, Servers = ["Test server"] }, language, s_address);
        return XDocument.Parse(Encoding.UTF8.GetString(bytes).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)).Root!;
    }
}
