// What a narrative may hold: the allow lists, the tricks that browsers fall for, and every narrative of the official examples.

using System.Text.Json;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests;

public class NarrativeRulesTests(ITestOutputHelper output)
{
    // Their div holds white space only, which txt-2 forbids.
    private static readonly string[] EmptyNarratives =
    [
        "ActivityDefinition-blood-tubes-supply.json", "ActivityDefinition-heart-valve-replacement.json",
        "EventDefinition-example.json", "Questionnaire-zika-virus-exposure-assessment.json",
    ];

    private static string? CheckInside(string inside) =>
        NarrativeRules.Check($"<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>");

    [Theory]
    [InlineData("text")]
    [InlineData("<p class=\"x\">a <b>b</b><br/><img src='data:image/png;base64,AAAA' alt=\"\"/></p>")]
    [InlineData("<img src=\"#picture\"/>")]
    [InlineData("<a href=\"Patient/1?x=1&amp;y=javascript:2\">a</a>")]
    [InlineData("<a name=\"here\"/>x")]
    [InlineData("&nbsp;&frac14; &#188; &#xBC; &amp; &copy;")]
    [InlineData("<!-- a comment --> x")]
    [InlineData("<span style=\"color: red; background: url(data: image/png;base64,AAAA)\" xml:lang=\"de\">x</span>")]
    [InlineData("<td style=\"background-image: url(tbl_bck1.png)\">x</td>")]
    [InlineData("<ol start=\"3\"><li value=\"4\">x</li></ol  >")]
    public void A_plain_narrative_is_accepted(string inside) => Assert.Null(CheckInside(inside));

    [Theory]
    [InlineData("<script>alert(1)</script>", "script")]
    [InlineData("<form action=\"x\"><input/></form>", "form")]
    [InlineData("<iframe src=\"x\"/>", "iframe")]
    [InlineData("<object data=\"x\"/>", "object")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "svg")]
    [InlineData("<link rel=\"stylesheet\" href=\"x.css\"/>", "link")]
    [InlineData("<style>p{}</style>", "style")]
    [InlineData("<ins>x</ins>", "ins")]
    [InlineData("<P>x</P>", "P")]
    [InlineData("<h:p>x</h:p>", "h:p")]
    [InlineData("<p onclick=\"x()\">x</p>", "onclick")]
    [InlineData("<p xmlns=\"urn:other\">x</p>", "namespace")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>", "href")]
    [InlineData("<a href=\" java&#x09;script&colon;:alert(1)\">x</a>", "&")]
    [InlineData("<a href=\" java&#x09;Script&#58;alert(1)\">x</a>", "href")]
    [InlineData("<a href=\"data:text/html,x\">x</a>", "href")]
    [InlineData("<img src=\"data:text/html,x\"/>", "src")]
    [InlineData("<p style=\"background: url(http://x)\">x</p>", "style")]
    [InlineData("<p style=\"background: url(//x.org/y.png)\">x</p>", "style")]
    [InlineData("<p style=\"width: expr/**/ession(1)\">x</p>", "style")]
    [InlineData("<p style=\"b\\61ckground: x\">x</p>", "style")]
    [InlineData("<![CDATA[><script>alert(1)</script>]]>", "CDATA")]
    [InlineData("<!--><script>alert(1)</script>-->", "comment")]
    [InlineData("<?php x?>", "processing instruction")]
    [InlineData("<p>x", "closed")]
    [InlineData("<p>x</b></p>", "closed")]
    [InlineData("x</div><div>", "after the end")]
    [InlineData("<p a>x</p>", "no value")]
    [InlineData("<p class=x>x</p>", "quotes")]
    [InlineData("<p class=\"a\"class=\"b\">x</p>", "space")]
    [InlineData("<p class=\"a\" class=\"b\">x</p>", "twice")]
    [InlineData("<p title=\"<\">x</p>", "&lt;")]
    [InlineData("1 < 2", "&lt;")]
    [InlineData("a & b", "&amp;")]
    [InlineData("<a href=\"x?a=1&entry.1=2\">x</a>", "&amp;")]
    [InlineData("&bogus;", "&amp;")]
    [InlineData("&#0;", "&amp;")]
    [InlineData("&#xD800;", "&amp;")]
    [InlineData("a\u0001b", "character")]
    [InlineData("a\uFFFFb", "character")]
    [InlineData("", "txt-2")]
    [InlineData(" <p> \n</p><img alt=\"x\"/>", "txt-2")]
    public void What_is_not_plain_formatting_is_refused_with_a_reason(string inside, string reason) =>
        Assert.Contains(reason, CheckInside(inside), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("<div>x</div>")]
    [InlineData("<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\">x")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div><!-- after -->")]
    [InlineData("<?xml version=\"1.0\"?><div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\"")]
    [InlineData("<")]
    [InlineData("<div xmlns")]
    public void A_narrative_is_one_div_in_its_namespace(string xhtml) => Assert.NotNull(NarrativeRules.Check(xhtml));

    [Fact]
    public void Nesting_is_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("<div>", 100_000));
        Assert.Contains("deep", CheckInside(deep), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_of_a_narrative_is_refused()
    {
        const string Whole = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='a'>&nbsp;<!-- c --><img src=\"x\"/></p></div>";
        Assert.Null(NarrativeRules.Check(Whole));
        for (var length = 0; length < Whole.Length; length++)
            Assert.NotNull(NarrativeRules.Check(Whole[..length]));
    }

    [Fact]
    public void The_narratives_of_the_official_examples_pass()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("../shared is not there; nothing to check.");
            return;
        }

        var count = 0;
        var problems = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var div in Divs(document.RootElement))
            {
                count++;
                if (NarrativeRules.Check(div) is { } problem && !(EmptyNarratives.Contains(Path.GetFileName(file)) && problem.Contains("txt-2", StringComparison.Ordinal)))
                    problems.Add($"{Path.GetFileName(file)}: {problem}");
            }
        }

        output.WriteLine($"{count} narratives, {problems.Count} refused");
        Assert.Empty(problems);
        Assert.True(count > 4000);
    }

    [Theory]
    [InlineData("entities.html", null)]
    [InlineData("bad-chars.html", "character")]
    [InlineData("bad-link.html", "&amp;")]
    [InlineData("svg.html", "processing instructions")]
    [InlineData("non-root-svg.html", "svg")]
    [InlineData("namespaced-non-root-svg.html", "svg")]
    public void The_official_XHTML_cases_are_judged_as_R4_has_it(string name, string? reason)
    {
        if (SharedMaterial.Folder("suites") is not { } folder)
        {
            output.WriteLine("../shared is not there; nothing to check.");
            return;
        }

        var problem = NarrativeRules.Check(File.ReadAllText(Path.Combine(folder, "suites", "fhir-test-cases", "xhtml", name)));
        if (reason is null)
            Assert.Null(problem);
        else
            Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Divs(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Name == "div" && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : Divs(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Divs),
        _ => [],
    };
}
