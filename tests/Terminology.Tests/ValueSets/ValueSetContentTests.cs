// What value sets come to: filters, several versions, supplements, implicit value sets, and membership without enumerating.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class ValueSetContentTests : ValueSetTestBase
{
    [Theory]
    [InlineData("concept", "child-of", "animal", "bird cat")]
    [InlineData("concept", "descendent-leaf", "animal", "duck dodo siamese")]
    [InlineData("ancestor", "=", "animal", "bird duck dodo cat siamese")]
    [InlineData("descendant", "=", "siamese", "animal cat pet")]
    [InlineData("eats", "is-a", "bird", "cat")]
    [InlineData("legs", "in", "2,3", "bird")]
    [InlineData("legs", "not-in", "2,3", "animal duck dodo cat pet siamese")]
    [InlineData("inactive", "=", "false", "animal bird duck cat pet siamese")]
    public async Task Filters_of_R5_and_of_relations_work(string property, string op, string value, string expected)
    {
        Post("f", $$"""{"include":[{"system":"urn:animals","filter":[{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}]}]}""");
        Assert.Equal(expected, Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:f", ExcludeNested = true })));
    }

    [Fact]
    public async Task Membership_is_told_without_enumerating()
    {
        Post("birds", """{"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]},{"system":"http://loinc.org"}]}""");
        var content = await ContentAsync("urn:vs:birds");
        Assert.Equal("Duck", content.Find("urn:animals", null, "duck")?.Concept?.Display);
        Assert.Equal("2", content.Find("urn:animals", "2", "duck")?.Version);
        Assert.Null(content.Find("urn:animals", "1", "duck"));
        Assert.Null(content.Find("urn:animals", null, "cat"));
        Assert.NotNull(content.Find("http://loinc.org", null, "1-8"));
        Assert.Equal(["urn:animals"], content.FindInAnySystem("duck").Select(static member => member.System));
    }

    [Fact]
    public async Task A_part_that_is_not_known_leaves_the_others_certain()
    {
        Post("some", """
            {"include":[{"system":"urn:animals","concept":[{"code":"cat"}]},{"system":"http://loinc.org","filter":[{"property":"SCALE_TYP","op":"=","value":"Nom"}]}]}
            """);
        var content = await ContentAsync("urn:vs:some");
        Assert.NotNull(content.Find("urn:animals", null, "cat"));
        Assert.Null(content.WhyUncertain("urn:animals"));
        Assert.Contains("http://loinc.org", content.WhyUncertain("http://loinc.org")!.Message, StringComparison.Ordinal);
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:some" }, "not-supported");
    }

    [Fact]
    public async Task Several_versions_stand_side_by_side()
    {
        Source.With("""{"resourceType":"CodeSystem","url":"urn:v","version":"1.0","status":"active","content":"complete","concept":[{"code":"a"},{"code":"b"}]}""");
        Source.With("""{"resourceType":"CodeSystem","url":"urn:v","version":"1.2","status":"active","content":"complete","concept":[{"code":"b"},{"code":"c"}]}""");
        Post("latest", """{"include":[{"system":"urn:v"}]}""");
        Post("both", """{"include":[{"system":"urn:v","version":"1.0"},{"system":"urn:v","version":"1.2"}]}""");
        Post("any", """{"include":[{"system":"urn:v","version":"*"}]}""");
        Assert.Equal("b c", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:latest" })));
        Assert.Equal("a b", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:latest" }, new ScopeParameters { SystemVersions = ["urn:v|1.0"] })));
        Assert.Equal("a b b c", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:both" })));
        Assert.Equal("b c a b", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:any" })));
        Assert.Equal("a b", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:both" }, new ScopeParameters { ForceSystemVersions = ["urn:v|1.0"] })));
        var entry = (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:both" })).GetProperty("contains")[3];
        Assert.Equal("1.2", entry.GetProperty("version").GetString());
        var refused = await Assert.ThrowsAsync<TerminologyException>(() => ContentAsync("urn:vs:both", new ScopeParameters { CheckSystemVersions = ["urn:v|1.0"] }));
        Assert.Contains("1.2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_supplement_gives_names_and_properties_where_the_value_set_or_the_request_wants_it()
    {
        Source.With("""
            {"resourceType":"CodeSystem","url":"urn:animals-fr","version":"1","status":"active","content":"supplement","supplements":"urn:animals",
            "property":[{"code":"sound","type":"string"}],
            "concept":[{"code":"cat","designation":[{"language":"fr","value":"Chat"}],"property":[{"code":"sound","valueString":"miaou"}]}]}
            """);
        Source.With("""
            {"resourceType":"ValueSet","url":"urn:vs:fr","status":"active",
            "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/valueset-supplement","valueCanonical":"urn:animals-fr"}],
            "compose":{"include":[{"system":"urn:animals","filter":[{"property":"sound","op":"exists","value":"true"}]}]}}
            """);
        Post("cat", """{"include":[{"system":"urn:animals","concept":[{"code":"cat"}]}]}""");
        var french = new ExpansionRequest { Url = "urn:vs:cat", DisplayLanguage = LanguagePreference.Parse("fr") };
        Assert.Equal("Cat", (await ExpandAsync(french)).GetProperty("contains")[0].GetProperty("display").GetString());
        Assert.Equal("Chat", (await ExpandAsync(french, new ScopeParameters { Supplements = ["urn:animals-fr"] })).GetProperty("contains")[0].GetProperty("display").GetString());
        var wanted = await ExpandAsync(french with { Url = "urn:vs:fr" });
        Assert.Equal("Chat", wanted.GetProperty("contains")[0].GetProperty("display").GetString());
        Assert.Contains("used-supplement=urn:animals-fr|1", Parameters(wanted));
    }

    [Fact]
    public async Task Resources_of_a_request_are_gone_with_it()
    {
        Post("v", """{"include":[{"system":"urn:animals","concept":[{"code":"cat"}]}]}""");
        var sent = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(
            """{"resourceType":"ValueSet","url":"urn:vs:v","version":"1","status":"active","compose":{"include":[{"system":"urn:animals","concept":[{"code":"duck"}]}]}}""")).Tree!;
        Assert.Equal("duck", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:v" }, new ScopeParameters { Resources = [sent] })));
        Assert.Equal("cat", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:v" })));
        Assert.Equal("duck", Tree(await ExpandAsync(new ExpansionRequest { ValueSet = sent })));
    }

    [Fact]
    public async Task Value_sets_of_all_codes_of_a_system_need_no_resource()
    {
        Source.With("""{"resourceType":"CodeSystem","url":"urn:s","valueSet":"urn:s/vs","status":"active","content":"complete","concept":[{"code":"a"},{"code":"b"}]}""");
        Assert.Equal("a b", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:s/vs" })));
        Assert.Equal("a b", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:s?fhir_vs" })));
        await FailsAsync(new ExpansionRequest { Url = "urn:t/vs" }, "not-found");
    }

    [Fact]
    public async Task Value_sets_that_SNOMED_CT_implies_are_known_by_their_URLs()
    {
        const string Edition = "http://snomed.info/sct/900000000000207008/version/20240101";
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://snomed.info/sct", Version = Edition });
        foreach (var (code, parent) in ((string, string?)[])[("138875005", null), ("404684003", "138875005"), ("73211009", "404684003"), ("46635009", "73211009"), ("723264001", "138875005")])
        {
            var concept = builder.Add(code, code);
            if (parent is not null)
                builder.AddParent(concept, parent);
        }

        builder.AddToSet("723264001", builder.Find("46635009"));
        Library = new TerminologyLibrary([Source], [new Tables(new TableCodeSystem(builder.Build()))]);
        foreach (var (query, codes) in ((string, string)[])
        [
            ("http://snomed.info/sct?fhir_vs=isa/73211009", "73211009 46635009"),
            (Edition + "?fhir_vs=isa/46635009", "46635009"),
            ("http://snomed.info/sct?fhir_vs=refset/723264001", "46635009"),
            ("http://snomed.info/sct?fhir_vs=refset", "723264001"),
            ("http://snomed.info/sct?fhir_vs=ecl/%3C%20404684003", "73211009 46635009"),
            ("http://snomed.info/sct?fhir_vs=ecl/<<73211009|Diabetes|%20MINUS%2046635009|Type-1|", "73211009"),
        ])
        {
            Assert.Equal(codes, Tree(await ExpandAsync(new ExpansionRequest { Url = query, ExcludeNested = true })));
        }

        Post("ecl", """{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"constraint","op":"=","value":"<< 73211009"}]}]}""");
        Assert.Equal("73211009 46635009", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:ecl", ExcludeNested = true })));
        Post("refset", """{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"in","value":"723264001"}]}]}""");
        Assert.Equal("46635009", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:refset" })));
        await FailsAsync(new ExpansionRequest { Url = "http://snomed.info/sct?fhir_vs=isa/1" }, "not-found");
        await FailsAsync(new ExpansionRequest { Url = "http://snomed.info/sct?fhir_vs=other" }, "not-found");
    }

    [Fact]
    public async Task Of_a_grammar_the_codes_in_use_are_listed_and_all_are_members()
    {
        Library = new TerminologyLibrary([Source, new R4TerminologySource()], [new StandardSystems()]);
        Post("mass", """{"include":[{"system":"http://unitsofmeasure.org","filter":[{"property":"canonical","op":"=","value":"g"}]}]}""");
        var masses = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:mass" });
        Assert.Contains("kg", Tree(masses), StringComparison.Ordinal);
        Assert.Equal("http://hl7.org/fhir/StructureDefinition/valueset-unclosed", masses.GetProperty("extension")[0].GetProperty("url").GetString());
        Assert.Equal("kg", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:mass", Filter = "kilogram", Count = 1 })));
        var content = await ContentAsync("urn:vs:mass");
        Assert.NotNull(content.Find("http://unitsofmeasure.org", null, "Yg"));
        Assert.Null(content.Find("http://unitsofmeasure.org", null, "m"));
        await FailsAsync(new ExpansionRequest { Url = "http://hl7.org/fhir/ValueSet/all-languages" }, "too-costly");
    }

    [Fact]
    public async Task A_value_set_that_draws_on_too_much_is_refused()
    {
        Library = new TerminologyLibrary([Source], null, new TerminologyLimits { CodeSystems = 3 });
        Post("wide", $$"""{"include":[{{string.Join(',', Enumerable.Range(0, 4).Select(static n => $$"""{"system":"urn:s{{n}}","concept":[{"code":"a"}]}"""))}}]}""");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:wide" }, "too-costly");
        var lists = string.Join(',', Enumerable.Range(0, 12_000).Select(static n => $$"""{"system":"urn:s{{n % 2}}","concept":[{"code":"{{n}}"}]}"""));
        Post("scattered", $$"""{"include":[{{lists}}]}""");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:scattered" }, "too-costly");
    }

    [Fact]
    public async Task A_stored_expansion_stands_in_for_a_definition()
    {
        Source.With("""
            {"resourceType":"ValueSet","url":"urn:vs:done","status":"active","expansion":{"timestamp":"2026-01-01","contains":[
              {"display":"Group","abstract":true,"contains":[{"system":"urn:x","code":"1","display":"One"}]},{"system":"urn:animals","code":"cat"}]}}
            """);
        var contains = (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:done" })).GetProperty("contains");
        Assert.Equal("One", contains[0].GetProperty("display").GetString());
        Assert.Equal("Cat", contains[1].GetProperty("display").GetString());
    }

    [Fact]
    public async Task An_exclude_takes_what_another_part_or_version_has()
    {
        Post("less", """
            {"include":[{"system":"urn:animals"}],"exclude":[{"system":"urn:animals","concept":[{"code":"pet"}]},
              {"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]},{"valueSet":["urn:vs:cats"]}]}
            """);
        Post("cats", """{"include":[{"system":"urn:animals","version":"2","filter":[{"property":"concept","op":"is-a","value":"cat"}]}]}""");
        Assert.Equal("animal", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:less" })));
    }

    private sealed class Tables(params CodeSystem[] systems) : ICodeSystemSource
    {
        public string State => "";

        public IReadOnlyList<CodeSystem> Find(string url) => [.. systems.Where(system => system.Url == url)];

        public IReadOnlyList<CodeSystemHeader> List() => [.. systems.Select(static system => system.Header)];
    }
}
