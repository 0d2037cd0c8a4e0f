// Pages of packages that are made to break them: text that is markup, what has no end, what is missing.

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirHub.Model;
using FhirHub.Server.Exchange;
using FhirHub.Server.Profiles;
using FhirHub.Terminology;

namespace FhirHub.Server.Tests.Profiles;

public class HostilePackageTests
{
    private const string Evil = "<script>alert(1)</script>\"'&\u0001";

    [Fact]
    public async Task Text_of_a_definition_never_becomes_markup()
    {
        var evil = JsonSerializer.Serialize(Evil);
        string[] definitions =
        [
            """
            {"resourceType":"StructureDefinition","id":"evil","url":"http://example.org/evil","name":EVIL,"title":EVIL,"description":EVIL,"status":"active",
            "kind":"resource","abstract":false,"type":"Patient","baseDefinition":EVIL,"derivation":"constraint",
            "differential":{"element":[{"id":"Patient","path":"Patient"}]},
            "snapshot":{"element":[{"id":"Patient","path":"Patient","short":EVIL,"definition":"[text](javascript:alert(1)) [text](data:text/html,x) `<b>`","min":0,"max":EVIL,
            "constraint":[{"key":EVIL,"severity":"error","human":EVIL,"expression":EVIL}],"binding":{"strength":"required","valueSet":EVIL,"description":EVIL}}]}}
            """,
            """{"resourceType":"CodeSystem","id":"evil","url":"http://example.org/codes","status":"active","content":"complete","concept":[{"code":EVIL,"display":EVIL,"definition":EVIL}]}""",
            """{"resourceType":"ValueSet","id":"evil","url":"http://example.org/set","status":"active","compose":{"include":[{"system":"http://example.org/codes"},{"system":EVIL,"concept":[{"code":EVIL,"display":EVIL}]}]}}""",
            """{"resourceType":"NamingSystem","id":"evil","name":EVIL,"status":"active","kind":"identifier","date":"2026","uniqueId":[{"type":"uri","value":EVIL}]}""",
            """{"resourceType":"ConceptMap","id":"evil","status":"active","group":[{"source":EVIL,"target":EVIL,"element":[{"code":EVIL,"target":[{"code":EVIL,"equivalence":"equal","comment":EVIL}]}]}]}""",
            """{"resourceType":"SearchParameter","id":"evil","url":"http://example.org/sp","name":"evil","status":"active","description":EVIL,"code":EVIL,"base":["Patient"],"type":"token","expression":EVIL}""",
            """{"resourceType":"CapabilityStatement","id":"evil","status":"active","date":"2026","kind":"requirements","fhirVersion":"4.0.1","format":[EVIL],"rest":[{"mode":"client","documentation":EVIL,"resource":[{"type":"Patient","searchParam":[{"name":EVIL,"type":"token"}]}]}]}""",
            """{"resourceType":"OperationDefinition","id":"evil","name":EVIL,"status":"active","kind":"operation","code":"x","system":false,"type":false,"instance":false}""",
        ];
        const string Example = """{"resourceType":"Patient","id":"evil","name":[{"text":EVIL}],"contact":EVIL}""";
        var pages = Pages(
            [.. definitions.Select(definition => definition.Replace("EVIL", evil, StringComparison.Ordinal))],
            [new ExchangeExample("evil", "evil", Parse(Example.Replace("EVIL", evil, StringComparison.Ordinal)), null)]);
        foreach (var address in (string[])
        [
            "", "StructureDefinition/evil", "StructureDefinition/evil/snapshot", "CodeSystem/evil", "ValueSet/evil", "NamingSystem/evil", "ConceptMap/evil", "SearchParameter/evil",
            "CapabilityStatement/evil", "OperationDefinition/evil", "examples/evil/evil",
        ])
        {
            var html = await HtmlAsync(pages, address);
            var page = ProfileCrawl.Parse(html);
            Assert.Empty(page.Descendants("script"));
            Assert.DoesNotContain(page.Descendants().Attributes("href"), static href => href.Value.StartsWith("javascript:", StringComparison.Ordinal) || href.Value.StartsWith("data:text", StringComparison.Ordinal));
            Assert.Contains("alert(1)", page.Root!.Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_narrative_is_shown_without_what_could_do_harm_and_with_links_that_lead_somewhere()
    {
        var safe = """<div xmlns="http://www.w3.org/1999/xhtml"><p id="content" class="skip" style="color:red" title="t">One&nbsp;two <a href="Patient/b">b</a> <a href="Patient/none">none</a><br/><b>bold</b></p></div>""";
        var unsafeText = """<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="alert(1)">Three</p></div>""";
        var pages = Pages([], [Example("a", safe), Example("b", unsafeText)]);
        var page = ProfileCrawl.Parse(await HtmlAsync(pages, "examples/x/a"));
        var narrative = page.Descendants("div").Single(static div => div.Attribute("class")?.Value == "narrative");
        var paragraph = Assert.Single(narrative.Elements("p"));
        Assert.Equal(["title"], paragraph.Attributes().Select(static attribute => attribute.Name.LocalName));
        Assert.Contains("One\u00A0two", paragraph.Value, StringComparison.Ordinal);
        Assert.Equal(["/profiles/en/examples/x/b", null], paragraph.Elements("a").Select(static link => link.Attribute("href")?.Value));
        Assert.DoesNotContain(ProfileCrawl.Parse(await HtmlAsync(pages, "examples/x/b")).Descendants("div"), static div => div.Attribute("class")?.Value == "narrative");

        static ExchangeExample Example(string id, string div) => new("x", id, Parse(new JsonObject
        {
            ["resourceType"] = "Patient",
            ["id"] = id,
            ["text"] = new JsonObject { ["status"] = "generated", ["div"] = div },
        }.ToJsonString()), null);
    }

    [Fact]
    public async Task References_and_canonicals_in_an_example_are_links()
    {
        var pages = Pages(
            ["""{"resourceType":"CodeSystem","id":"colours","url":"http://example.org/colours","status":"active","content":"complete"}"""],
            [
                new ExchangeExample("x", "a", Parse("""{"resourceType":"Patient","id":"a","link":[{"other":{"reference":"Patient/b"},"type":"seealso"},{"other":{"reference":"Patient/none"},"type":"seealso"}],"maritalStatus":{"coding":[{"system":"http://example.org/colours","code":"red"}]}}"""), null),
                new ExchangeExample("x", "b", Parse("""{"resourceType":"Patient","id":"b","multipleBirthInteger":3,"active":true,"name":[]}"""), null),
            ]);
        var json = ProfileCrawl.Parse(await HtmlAsync(pages, "examples/x/a")).Descendants("pre").Single();
        Assert.Equal(["/profiles/en/examples/x/b", "/profiles/en/CodeSystem/colours"], json.Descendants("a").Select(static link => link.Attribute("href")!.Value));
        var other = ProfileCrawl.Parse(await HtmlAsync(pages, "examples/x/b")).Descendants("pre").Single().Value;
        Assert.Equal("{\n  \"resourceType\": \"Patient\",\n  \"id\": \"b\",\n  \"multipleBirthInteger\": 3,\n  \"active\": true,\n  \"name\": []\n}", other);
    }

    [Fact]
    public async Task What_is_too_long_to_be_shown_is_cut_and_says_so()
    {
        var codes = string.Join(',', Enumerable.Range(0, 2_500).Select(static i => $$"""{"code":"c{{i}}"}"""));
        var pages = Pages(
            [
                $$"""{"resourceType":"CodeSystem","id":"many","url":"http://example.org/many","status":"active","content":"complete","concept":[{{codes}}]}""",
                """{"resourceType":"ValueSet","id":"many","url":"http://example.org/all","status":"active","compose":{"include":[{"system":"http://example.org/many"}]}}""",
            ],
            []);
        foreach (var address in (string[])["CodeSystem/many", "ValueSet/many"])
        {
            var page = ProfileCrawl.Parse(await HtmlAsync(pages, address));
            Assert.Equal(2_000, page.Descendants("tbody").Elements("tr").Count());
            Assert.Contains("2500", page.Root!.Value, StringComparison.Ordinal);
            Assert.Contains("Only the first 2000", page.Root.Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_value_set_that_can_t_be_listed_says_why()
    {
        var pages = Pages(["""{"resourceType":"ValueSet","id":"far","url":"http://example.org/far","status":"active","compose":{"include":[{"system":"http://example.org/unknown"}]}}"""], []);
        Assert.Contains("http://example.org/unknown", ProfileCrawl.Parse(await HtmlAsync(pages, "ValueSet/far")).Descendants("section").Single(static section => section.Attribute("id")?.Value == "expansion").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_have_no_room_are_rendered_again()
    {
        var pages = Pages(["""{"resourceType":"CodeSystem","id":"a","url":"http://example.org/a","status":"active","content":"complete"}"""], [], capacity: 100);
        var first = await HtmlAsync(pages, "CodeSystem/a");
        await HtmlAsync(pages, "");
        Assert.Equal(first, await HtmlAsync(pages, "CodeSystem/a"));
    }

    private static ProfilePages Pages(IReadOnlyList<string> definitions, IReadOnlyList<ExchangeExample> examples, long capacity = 10_000_000)
    {
        var manifest = PackageManifest.Read("""{"name":"t.hostile","version":"1.0.0","fhirVersions":["4.0.1"]}"""u8.ToArray(), "test");
        var library = new TerminologyLibrary([new R4TerminologySource()]);
        return new ProfilePages(new PublishedPackage(manifest, [.. definitions.Select(Parse)], examples, default), library, capacity);
    }

    private static ResourceTree Parse(string json) => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;

    private static async Task<string> HtmlAsync(ProfilePages pages, string address)
    {
        var page = await pages.FindPageAsync(address, MessageLanguage.English, CancellationToken.None);
        Assert.NotNull(page);
        return Encoding.UTF8.GetString(page.Bytes.Span);
    }
}
