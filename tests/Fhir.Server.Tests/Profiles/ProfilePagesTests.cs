// The pages at /profiles as a reader and a browser get them.

using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirHub.Model;
using FhirHub.Server.Exchange;
using FhirHub.Server.Workflow;

namespace FhirHub.Server.Tests.Profiles;

public class ProfilePagesTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly ExchangePackage s_package = ExchangePackage.Current;

    [Fact]
    public async Task Every_definition_and_example_has_a_page_in_both_languages_and_no_link_is_dead()
    {
        var crawl = await ProfileCrawl.RunAsync(server.Client);
        Assert.Empty(crawl.Problems);
        foreach (var language in (string[])["en", "zh"])
        {
            foreach (var definition in s_package.Definitions.Where(static definition => definition.Id is not null))
            {
                var address = $"/{definition.ResourceType}/{definition.Id}";
                Assert.Equal("text/html", crawl.Found.GetValueOrDefault($"/profiles/{language}{address}"));
                if (definition.ResourceType == "StructureDefinition")
                    Assert.Equal("text/html", crawl.Found.GetValueOrDefault($"/profiles/{language}{address}/snapshot"));
                Assert.Equal("application/json", crawl.Found.GetValueOrDefault($"/profiles{address}.json"));
                Assert.Equal("application/xml", crawl.Found.GetValueOrDefault($"/profiles{address}.xml"));
            }

            foreach (var example in s_package.Examples)
            {
                var address = $"/examples/{example.Profile}/{(example.Expected is null ? "" : "bad/")}{example.Name}";
                Assert.Equal("text/html", crawl.Found.GetValueOrDefault($"/profiles/{language}{address}"));
                Assert.Equal("application/json", crawl.Found.GetValueOrDefault($"/profiles{address}.json"));
            }
        }
    }

    [Theory]
    [InlineData("identifier:residentId", "0..1", "Identifier")]
    [InlineData("identifier:localRecord", "0..*", "Identifier")]
    [InlineData("birthDate", "1..1", "date")]
    [InlineData("extension:ethnicity", "0..1", "Ethnicity")]
    public async Task An_element_has_its_cardinality_and_type(string element, string cardinality, string type)
    {
        foreach (var view in (string[])["", "/snapshot"])
        {
            var row = Row(await PageAsync($"en/StructureDefinition/exchange-patient{view}"), $"Patient.{element}");
            Assert.Equal(element, row.Element("th")!.Value);
            Assert.Equal(cardinality, Cell(row, "card"));
            Assert.Equal(type, Cell(row, "type"));
            Assert.StartsWith("S", Cell(row, "flags"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_binding_leads_to_its_value_set_with_its_strength()
    {
        var page = await PageAsync("en/StructureDefinition/ethnicity");
        var row = Row(page, "Extension.value[x]");
        Assert.Contains(row.Descendants("a"), static link => link.Attribute("href")!.Value == "/profiles/en/ValueSet/ethnicity");
        Assert.Equal("required", row.Descendants("span").Single(static span => span.Attribute("class")?.Value == "strength").Value);
        Assert.Contains("https://fhirhub.dev/fhir/ValueSet/ethnicity", page.Descendants("section").Single(static section => section.Attribute("id")?.Value == "bindings").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_view_has_what_the_profile_says_and_the_second_all_elements()
    {
        var own = await PageAsync("en/StructureDefinition/exchange-patient");
        var all = await PageAsync("en/StructureDefinition/exchange-patient/snapshot");
        Assert.DoesNotContain(own.Descendants("tr"), static row => row.Attribute("id")?.Value == "Patient.photo");
        Assert.Contains(all.Descendants("tr"), static row => row.Attribute("id")?.Value == "Patient.photo");
        var profile = s_package.Definitions.Single(static definition => definition is { ResourceType: "StructureDefinition", Id: "exchange-patient" });
        Assert.Equal(profile.Root.Child("snapshot").ChildrenOf("element").ToList().Count, all.Descendants("table").Single(static table => table.Attribute("class")?.Value == "elements").Element("tbody")!.Elements("tr").Count());
    }

    [Fact]
    public async Task A_bad_example_shows_every_issue_that_is_expected_of_it()
    {
        foreach (var example in s_package.Examples.Where(static example => example.Expected is not null))
        {
            var text = (await PageAsync($"en/examples/{example.Profile}/bad/{example.Name}")).Descendants("section").Single(static section => section.Attribute("id")?.Value == "expected").Value;
            foreach (var issue in example.Expected!.Root.ChildrenOf("issue"))
            {
                Assert.Contains(issue.ChildValue("code")!, text, StringComparison.Ordinal);
                foreach (var coding in issue.Child("details").ChildrenOf("coding"))
                    Assert.Contains(coding.ChildValue("code")!, text, StringComparison.Ordinal);
                foreach (var expression in issue.ChildrenOf("expression"))
                    Assert.Contains(expression.GetString()!, text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task An_expected_issue_is_told_in_the_language_of_the_page()
    {
        var page = await PageAsync("zh/examples/exchange-patient/bad/resident-id-check-digit");
        var sentence = page.Descendants("section").Single(static section => section.Attribute("id")?.Value == "expected").Descendants("p").First();
        Assert.Null(sentence.Attribute("lang"));
        Assert.Matches(@"“?539921195703160024”?.*\p{IsCJKUnifiedIdeographs}", sentence.Value);

        foreach (var example in s_package.Examples.Where(static example => example.Expected is not null))
        {
            var issues = (await PageAsync($"zh/examples/{example.Profile}/bad/{example.Name}")).Descendants("section").Single(static section => section.Attribute("id")?.Value == "expected");
            Assert.DoesNotContain(issues.Descendants("p"), static said => said.Attribute("lang") is not null || said.Value.Contains("{0}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_value_set_lists_its_codes_in_the_language_of_the_page()
    {
        var english = (await PageAsync("en/ValueSet/organization-tier")).Descendants("section").Single(static section => section.Attribute("id")?.Value == "expansion");
        Assert.Equal(["province", "city", "county", "township", "village"], english.Descendants("th").Where(static cell => cell.Attribute("scope")?.Value == "row").Select(static cell => cell.Value));
        var chinese = (await PageAsync("zh/ValueSet/organization-tier")).Descendants("section").Single(static section => section.Attribute("id")?.Value == "expansion");
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", chinese.Descendants("td").First().Value);
    }

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")]
    [InlineData("en-GB,zh;q=0.5", "en")]
    [InlineData("fr", "en")]
    public async Task Without_a_language_in_the_address_the_browser_s_wish_decides(string wish, string tag)
    {
        using var response = await server.Client.SendAsync("GET", "/profiles/StructureDefinition/exchange-patient", null, headers: [("Accept-Language", wish)]);
        Assert.Equal(tag, response.Content.Headers.ContentLanguage.Single());
        Assert.Contains("Accept-Language", response.Headers.Vary);
    }

    [Fact]
    public async Task A_language_in_the_address_goes_before_the_browser_s_wish_and_its_links_keep_it()
    {
        using var named = await server.Client.SendAsync("GET", "/profiles/zh/StructureDefinition/exchange-patient", null, headers: [("Accept-Language", "en")]);
        var page = ProfileCrawl.Parse(await named.Content.ReadAsStringAsync());
        Assert.Equal("zh-CN", page.Root!.Attribute("lang")!.Value);
        Assert.Contains(page.Descendants("a"), static link => link.Attribute("href")!.Value == "/profiles/en/StructureDefinition/exchange-patient" && link.Attribute("hreflang")?.Value == "en");
        Assert.DoesNotContain(page.Descendants("main").Single().Descendants("a"), static link => link.Attribute("href")!.Value.StartsWith("/profiles/en", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/profiles/en/StructureDefinition/none")]
    [InlineData("/profiles/zh/StructureDefinition/exchange-patient/more")]
    [InlineData("/profiles/en/ValueSet/organization-tier/snapshot")]
    [InlineData("/profiles/StructureDefinition/none.json")]
    [InlineData("/profiles/StructureDefinition/exchange-patient.exe")]
    [InlineData("/profiles/..%2f..%2fappsettings.json")]
    [InlineData("/profiles/en/examples/exchange-patient/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/profiles/profiles.css")]
    public async Task What_the_package_does_not_have_is_a_page_with_404(string address)
    {
        using var response = await server.Client.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var page = ProfileCrawl.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains(page.Descendants("main").Single().Descendants("a"), static link => link.Attribute("href")!.Value is "/profiles/en" or "/profiles/zh");
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("/profiles/en")]
    [InlineData("/profiles/zh/ValueSet/ethnicity")]
    [InlineData("/profiles/style.css")]
    [InlineData("/profiles/fhirhub.exchange.tgz")]
    [InlineData("/profiles/StructureDefinition/exchange-patient.json")]
    public async Task What_a_browser_has_is_not_sent_again(string address)
    {
        using var first = await server.Client.GetAsync(address);
        var tag = first.Headers.ETag!.ToString();
        Assert.NotNull(first.Headers.CacheControl);
        using var again = await server.Client.SendAsync("GET", address, null, headers: [("If-None-Match", $"\"other\", {tag}")]);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag!.ToString());
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        using var other = await server.Client.SendAsync("GET", address, null, headers: [("If-None-Match", "\"other\"")]);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var head = await server.Client.SendAsync("HEAD", address);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(tag, head.Headers.ETag!.ToString());
        Assert.Equal((await other.Content.ReadAsByteArrayAsync()).Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_page_runs_nothing_and_fetches_nothing_from_elsewhere()
    {
        using var response = await server.Client.GetAsync("/profiles/en/StructureDefinition/exchange-patient");
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        var page = ProfileCrawl.Parse(await response.Content.ReadAsStringAsync());
        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain(
            page.Descendants().Attributes(),
            static attribute => attribute.Name.LocalName is "style" or "src" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_can_be_used_without_sight_or_mouse()
    {
        var page = await PageAsync("en/StructureDefinition/exchange-patient");
        foreach (var landmark in (string[])["header", "main", "footer"])
            Assert.Single(page.Descendants(landmark));
        Assert.Equal("#content", page.Descendants("body").Single().Elements("a").First().Attribute("href")!.Value);
        Assert.All(page.Descendants("th"), static cell => Assert.NotNull(cell.Attribute("scope")));
        Assert.All(page.Descendants("table"), static table => Assert.NotNull(table.Element("caption")));
        Assert.All(page.Descendants("nav"), static nav => Assert.NotNull(nav.Attribute("aria-label")));
    }

    [Theory]
    [InlineData("referral")]
    [InlineData("consultation")]
    public async Task The_states_are_those_that_the_server_enforces(string service)
    {
        foreach (var language in (string[])["en", "zh"])
        {
            var section = (await PageAsync(language)).Descendants("section").Single(section => section.Attribute("id")?.Value == $"states-{service}");
            var told = section.Descendants("tbody").Single().Elements("tr").ToDictionary(
                static row => row.Element("th")!.Element("code")!.Value,
                static row => row.Elements("td").Last().Elements("code").Select(static code => code.Value).ToArray());
            Assert.Equal("requested", told.Keys.First());
            Assert.Equal(service == "referral" ? 9 : 8, told.Count);
            Assert.All(told, state => Assert.Equal(TaskState.Find(state.Key)!.Next(service).Select(static next => next.Code), state.Value));
            Assert.Equal(
                told.SelectMany(static state => state.Value.Select(next => $"{state.Key} → {next}")),
                section.Descendants("path").Select(static edge => edge.Element("title")?.Value).OfType<string>());
            if (language == "zh")
                Assert.All(section.Descendants("text").Where(static text => text.Attribute("class")!.Value == "state"), static text => Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", text.Value));
        }
    }

    [Fact]
    public async Task The_archive_and_the_resources_are_those_of_the_package()
    {
        Assert.Equal(s_package.Archive.ToArray(), await server.Client.GetByteArrayAsync("/profiles/fhirhub.exchange.tgz"));
        var profile = s_package.Definitions.Single(static definition => definition is { ResourceType: "StructureDefinition", Id: "exchange-patient" });
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(profile.Json.Span), JsonNode.Parse(await server.Client.GetStringAsync("/profiles/StructureDefinition/exchange-patient.json"))));
        var xml = ResourceParser.ParseXml(await server.Client.GetByteArrayAsync("/profiles/StructureDefinition/exchange-patient.xml"));
        Assert.True(xml.IsValid);
        Assert.Equal("exchange-patient", xml.Tree!.Id);
    }

    [Fact]
    public async Task Nothing_can_be_written()
    {
        using var response = await server.Client.SendAsync("POST", "/profiles/en", "{}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task The_front_page_leads_here() =>
        Assert.Contains("href=\"profiles\"", await server.Client.GetStringAsync("/"), StringComparison.Ordinal);

    private async Task<XDocument> PageAsync(string address) => ProfileCrawl.Parse(await server.Client.GetStringAsync($"/profiles/{address}"));

    private static XElement Row(XDocument page, string element) => page.Descendants("tr").Single(row => row.Attribute("id")?.Value == element);

    private static string Cell(XElement row, string name) =>
        row.Elements("td").Single(cell => cell.Attribute("class")!.Value.Split(' ')[0] == name).Value.Trim();
}
