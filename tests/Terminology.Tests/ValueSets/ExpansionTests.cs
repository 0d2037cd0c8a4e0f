// $expand, asked as a client asks it: pages, texts, languages, hierarchies, properties.

using System.Text.Json;

namespace FhirHub.Terminology.Tests;

public sealed class ExpansionTests : ValueSetTestBase
{
    [Fact]
    public async Task A_hierarchy_is_nested_unless_a_flat_list_or_a_page_is_asked_for()
    {
        Post("all", """{"include":[{"system":"urn:animals"}]}""");
        var nested = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:all" });
        Assert.Equal("animal(bird(duck dodo) cat(siamese)) pet", Tree(nested));
        Assert.Equal(7, nested.GetProperty("total").GetInt32());
        Assert.Equal("animal bird duck dodo cat pet siamese", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:all", ExcludeNested = true })));
        Assert.Equal("duck dodo cat", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:all", Offset = 2, Count = 3 })));
    }

    [Fact]
    public async Task Pages_follow_each_other_over_all_parts_and_the_total_stays()
    {
        Post("mixed", """
            {"include":[{"system":"urn:x","concept":[{"code":"1"},{"code":"2"}]},
              {"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]},
              {"system":"urn:animals","concept":[{"code":"pet"},{"code":"duck"}]},
              {"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"cat"}]}]}
            """);
        var whole = Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:mixed", ExcludeNested = true }));
        Assert.Equal("1 2 bird duck dodo cat siamese pet", whole);
        var pages = new List<string>();
        for (var offset = 0; offset < 8; offset += 3)
        {
            var page = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:mixed", Offset = offset, Count = 3 });
            Assert.Equal(8, page.GetProperty("total").GetInt32());
            Assert.Equal(offset, page.GetProperty("offset").GetInt32());
            pages.Add(Tree(page));
        }

        Assert.Equal(whole, string.Join(' ', pages));
    }

    [Fact]
    public async Task Systems_are_left_out_by_any_of_their_names()
    {
        Source.With("""
            {"resourceType":"NamingSystem","name":"Animals","status":"active","kind":"codesystem","date":"2026-01-01",
            "uniqueId":[{"type":"uri","value":"urn:animals"},{"type":"oid","value":"1.2.3"}]}
            """);
        Post("two", """{"include":[{"system":"urn:animals"},{"system":"urn:x","concept":[{"code":"1"}]}]}""");
        foreach (var name in (string[])["urn:animals", "urn:oid:1.2.3", "urn:oid:1.2.3|2"])
            Assert.Equal("1", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:two", ExcludeSystems = [name] })));
    }

    [Fact]
    public async Task A_count_of_zero_asks_for_the_total_alone()
    {
        Post("all", """{"include":[{"system":"urn:animals"}]}""");
        var expansion = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:all", Count = 0 });
        Assert.Equal(7, expansion.GetProperty("total").GetInt32());
        Assert.False(expansion.TryGetProperty("contains", out _));
    }

    [Fact]
    public async Task Texts_find_entries_of_all_parts_the_best_first()
    {
        Source.With("""
            {"resourceType":"CodeSystem","url":"urn:eyes","status":"active","content":"complete","concept":[
              {"code":"1","display":"Ibuprofen eye drops"},{"code":"2","display":"Ibuprofen"},{"code":"3","display":"Aspirin"}]}
            """);
        Post("drugs", """
            {"include":[{"system":"urn:eyes"},{"system":"urn:local","concept":[{"code":"L1","display":"Ibuprofen"},{"code":"L2","display":"Eye wash"}]}]}
            """);
        Assert.Equal("2 L1 1", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:drugs", Filter = "ibuprofen" })));
        Assert.Equal("1", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:drugs", Filter = "eye ibup" })));
        Assert.Equal("3", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:drugs", Filter = "asprin" })));
        var page = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:drugs", Filter = "ibuprofen", Offset = 1, Count = 1 });
        Assert.Equal("L1", Tree(page));
        Assert.Equal(3, page.GetProperty("total").GetInt32());
        Assert.Equal(0, (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:drugs", Filter = "nothing like it" })).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_listed_code_is_found_by_the_name_that_the_value_set_gives_it()
    {
        Post("own", """{"include":[{"system":"urn:animals","concept":[{"code":"duck","display":"Quacker","designation":[{"language":"zh","value":"鸭子"}]}]}]}""");
        Assert.Equal("duck", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:own", Filter = "quack" })));
        Assert.Equal("duck", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:own", Filter = "鸭子" })));
        Assert.Equal("duck", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:own", Filter = "duck" })));
    }

    [Fact]
    public async Task Inactive_and_abstract_concepts_are_marked_and_left_out_on_demand()
    {
        Source.With("""
            {"resourceType":"CodeSystem","url":"urn:states","status":"active","content":"complete","concept":[
              {"code":"old","property":[{"code":"status","valueCode":"retired"}]},{"code":"group","property":[{"code":"notSelectable","valueBoolean":true}]},{"code":"new"}]}
            """);
        Post("states", """{"include":[{"system":"urn:states"}]}""");
        Post("listed", """{"include":[{"system":"urn:states","concept":[{"code":"old"},{"code":"new"}]}]}""");
        var all = (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:states" })).GetProperty("contains");
        Assert.True(all[0].GetProperty("inactive").GetBoolean());
        Assert.True(all[1].GetProperty("abstract").GetBoolean());
        Assert.False(all[2].TryGetProperty("inactive", out _));
        Assert.Equal("group new", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:states", ActiveOnly = true })));
        Assert.Equal("old new", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:states", ExcludeNotForUI = true })));
        var active = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:listed", ActiveOnly = true });
        Assert.Equal("new", Tree(active));
        Assert.Equal(1, active.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Displays_come_in_the_language_wished_for_and_designations_on_demand()
    {
        Post("cats", """{"include":[{"system":"urn:animals","concept":[{"code":"cat"}]},{"system":"urn:animals","filter":[{"property":"code","op":"=","value":"bird"}]}]}""");
        var chinese = (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:cats", DisplayLanguage = LanguagePreference.Parse("zh-CN,en;q=0.5") })).GetProperty("contains");
        Assert.Equal("猫", chinese[0].GetProperty("display").GetString());
        Assert.Equal("Bird", chinese[1].GetProperty("display").GetString());
        Assert.False(chinese[0].TryGetProperty("designation", out _));

        var all = (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:cats", IncludeDesignations = true })).GetProperty("contains")[0];
        Assert.Equal("Cat", all.GetProperty("display").GetString());
        Assert.Equal(["猫", "Katze"], all.GetProperty("designation").EnumerateArray().Select(static d => d.GetProperty("value").GetString()!));
        var german = (await ExpandAsync(new ExpansionRequest { Url = "urn:vs:cats", Designations = ["urn:ietf:bcp:47|de"] })).GetProperty("contains")[0];
        Assert.Equal(["Katze"], german.GetProperty("designation").EnumerateArray().Select(static d => d.GetProperty("value").GetString()!));
    }

    [Fact]
    public async Task Properties_go_with_entries_as_R5_has_them()
    {
        Post("birds", """{"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]}]}""");
        var expansion = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:birds", Count = 5, Properties = ["legs", "parent"] });
        var bird = expansion.GetProperty("contains")[0].GetProperty("extension");
        Assert.Equal("http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property", bird[0].GetProperty("url").GetString());
        Assert.Equal("legs", bird[0].GetProperty("extension")[0].GetProperty("valueCode").GetString());
        Assert.Equal(2, bird[0].GetProperty("extension")[1].GetProperty("valueInteger").GetInt32());
        Assert.Equal("animal", bird[1].GetProperty("extension")[1].GetProperty("valueCode").GetString());
        Assert.Equal("http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property", expansion.GetProperty("extension")[0].GetProperty("url").GetString());
    }

    [Fact]
    public async Task What_shaped_the_answer_is_told_in_its_parameters()
    {
        Source.With("""{"resourceType":"ValueSet","url":"urn:vs:draft","version":"3","status":"draft","compose":{"include":[{"system":"urn:animals","concept":[{"code":"duck"},{"code":"unicorn"}]}]}}""");
        Post("over", """{"include":[{"valueSet":["urn:vs:draft"]}]}""");
        var expansion = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:over", Count = 10, ActiveOnly = true });
        Assert.Equal("duck", Tree(expansion));
        Assert.StartsWith("urn:uuid:", expansion.GetProperty("identifier").GetString(), StringComparison.Ordinal);
        Assert.Contains("count=10", Parameters(expansion));
        Assert.Contains("activeOnly=True", Parameters(expansion));
        Assert.Contains("used-codesystem=urn:animals|2", Parameters(expansion));
        Assert.Contains("version=urn:animals|2", Parameters(expansion));
        Assert.Contains("used-valueset=urn:vs:draft|3", Parameters(expansion));
        Assert.Contains("warning-draft=urn:vs:draft|3", Parameters(expansion));
        Assert.Contains(Parameters(expansion), static p => p.StartsWith("warning=", StringComparison.Ordinal) && p.Contains("'unicorn'", StringComparison.Ordinal));
        var again = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:over", Count = 10, ActiveOnly = true });
        Assert.Equal(expansion.GetProperty("identifier").GetString(), again.GetProperty("identifier").GetString());
        var other = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:over", Count = 9, ActiveOnly = true });
        Assert.NotEqual(expansion.GetProperty("identifier").GetString(), other.GetProperty("identifier").GetString());
    }

    [Fact]
    public async Task The_definition_goes_along_only_if_asked_for()
    {
        Post("all", """{"include":[{"system":"urn:animals"}]}""");
        var scope = await Library.OpenAsync(null, default);
        foreach (var wanted in (bool?[])[null, true])
        {
            var request = new ExpansionRequest { Url = "urn:vs:all", IncludeDefinition = wanted };
            using var json = JsonDocument.Parse((await ValueSetExpander.ExpandAsync(request, scope, TimeProvider.System, default)).ToJson());
            Assert.Equal("urn:vs:all", json.RootElement.GetProperty("url").GetString());
            Assert.Equal(wanted == true, json.RootElement.TryGetProperty("compose", out _));
        }
    }

    [Fact]
    public async Task Too_many_entries_at_once_are_refused_and_pages_of_them_are_not()
    {
        Library = new TerminologyLibrary([Source], null, new TerminologyLimits { Entries = 3 });
        Post("all", """{"include":[{"system":"urn:animals"}]}""");
        var refused = await FailsAsync(new ExpansionRequest { Url = "urn:vs:all" }, "too-costly");
        Assert.Contains("offset and count", refused, StringComparison.Ordinal);
        Assert.Equal("pet siamese", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:all", Offset = 5, Count = 3 })));
        Assert.Equal("siamese", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:all", Filter = "siam" })));
    }

    [Fact]
    public async Task Systems_can_be_left_out()
    {
        Post("both", """{"include":[{"system":"urn:x","concept":[{"code":"1"}]},{"system":"urn:animals","concept":[{"code":"cat"}]}]}""");
        Assert.Equal("1", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:both", ExcludeSystems = ["urn:animals|2"] })));
        Assert.Equal("1 cat", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:both", ExcludeSystems = ["urn:animals|1"] })));
    }

    [Fact]
    public async Task A_fragment_is_expanded_and_said_to_be_one()
    {
        Source.With("""{"resourceType":"CodeSystem","url":"urn:part","status":"active","content":"fragment","concept":[{"code":"a"},{"code":"b"}]}""");
        Post("part", """{"include":[{"system":"urn:part"}]}""");
        var expansion = await ExpandAsync(new ExpansionRequest { Url = "urn:vs:part" });
        Assert.Equal("a b", Tree(expansion));
        Assert.Equal("http://hl7.org/fhir/StructureDefinition/valueset-unclosed", expansion.GetProperty("extension")[0].GetProperty("url").GetString());
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        Post("all", """{"include":[{"system":"urn:animals"}]}""");
        Post("unknown", """{"include":[{"system":"urn:nowhere"}]}""");
        await FailsAsync(new ExpansionRequest(), "required");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:all", Count = -1 }, "value");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:all|1", ValueSetVersion = "2" }, "value");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:all", ValueSetVersion = "7" }, "not-found");
        Assert.Contains("urn:nowhere", await FailsAsync(new ExpansionRequest { Url = "urn:vs:unknown" }, "not-found"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_hierarchy_loses_no_entry()
    {
        Source.With("""
            {"resourceType":"CodeSystem","url":"urn:loop","status":"active","content":"complete",
            "concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]},{"code":"c"}]}
            """);
        Post("loop", """{"include":[{"system":"urn:loop"}]}""");
        Assert.Equal("c a(b)", Tree(await ExpandAsync(new ExpansionRequest { Url = "urn:vs:loop" })));
    }
}
