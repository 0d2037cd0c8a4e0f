// Value sets and maps that are made to cost more than any real one: refused as too costly before they do.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class HostileValueSetTests : ValueSetTestBase
{
    [Fact]
    public async Task Whole_systems_that_are_named_over_and_over_are_one()
    {
        var many = string.Join(',', Enumerable.Repeat("""{"system":"urn:x"}""", 2_000));
        Post("left", $$"""{"include":[{{many}}]}""");
        Post("right", $$"""{"include":[{{many}}]}""");
        Post("both", """{"include":[{"valueSet":["urn:vs:left","urn:vs:right"]}]}""");
        Assert.Single((await ContentAsync("urn:vs:both")).Parts);
    }

    [Fact]
    public async Task Whole_systems_with_many_filters_are_not_multiplied_without_end()
    {
        var many = string.Join(',', Enumerable.Range(0, 1_000).Select(static i => $$"""{"system":"http://unitsofmeasure.org","filter":[{"property":"code","op":"=","value":"m{{i}}"}]}"""));
        Library = new TerminologyLibrary([Source, new R4TerminologySource()], [new StandardSystems()]);
        Post("left", $$"""{"include":[{{many}}]}""");
        Post("right", $$"""{"include":[{{many}}]}""");
        Post("both", """{"include":[{"valueSet":["urn:vs:left","urn:vs:right"]}]}""");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:both" }, "too-costly");
    }

    [Fact]
    public async Task Exclusions_of_exclusions_are_not_followed_without_end()
    {
        Library = new TerminologyLibrary([Source, new R4TerminologySource()], [new StandardSystems()]);
        Post("0", """{"include":[{"system":"http://unitsofmeasure.org","filter":[{"property":"code","op":"=","value":"m"}]}]}""");
        for (var i = 1; i < 40; i++)
        {
            var include = string.Join(',', Enumerable.Range(0, 4).Select(static n => $$"""{"system":"http://unitsofmeasure.org","filter":[{"property":"code","op":"regex","value":".{{{n}},}"}]}"""));
            Post($"{i}", $$"""{"include":[{{include}}],"exclude":[{"valueSet":["urn:vs:{{i - 1}}"]}]}""");
        }

        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await ContentAsync("urn:vs:39"));
        Assert.Equal("too-costly", refused.Code);
    }

    [Fact]
    public async Task An_expansion_that_changes_its_system_with_every_entry_is_bounded()
    {
        var entries = string.Join(',', Enumerable.Range(0, 30_000).Select(static i => $$"""{"system":"urn:x{{i % 2}}","code":"{{i}}"}"""));
        Source.With($$$"""
            {"resourceType":"ValueSet","url":"urn:vs:stored","status":"active","expansion":{"timestamp":"2026-01-01T00:00:00Z","contains":[{{{entries}}}]}}
            """);
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:stored", Count = 1 }, "too-costly");
    }

    [Fact]
    public async Task A_long_list_is_not_compared_with_thousands_of_filters()
    {
        var codes = string.Join(',', Enumerable.Range(0, 40_000).Select(static i => $$"""{"code":"{{i}}"}"""));
        Source.With("""{"resourceType":"CodeSystem","url":"urn:part","status":"active","content":"fragment","concept":[{"code":"a"},{"code":"b"}]}""");
        var filters = string.Join(',', Enumerable.Repeat("""{"system":"urn:part","filter":[{"property":"code","op":"=","value":"b"}]}""", 4_000));
        Post("long", $$"""{"include":[{"system":"urn:part","concept":[{{codes}}]},{{filters}}]}""");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:long", Count = 1 }, "too-costly");
    }

    [Theory]
    [InlineData("urn:animals")]
    [InlineData("http://unitsofmeasure.org")]
    public async Task Hundreds_of_regular_expressions_are_too_many(string system)
    {
        Library = new TerminologyLibrary([Source, new R4TerminologySource()], [new StandardSystems()]);
        var filters = string.Join(',', Enumerable.Range(0, 2_000).Select(i => $$"""{"system":"{{system}}","filter":[{"property":"code","op":"regex","value":"a{{i}}(b|c)*"}]}"""));
        Post("regexes", $$"""{"include":[{{filters}}]}""");
        await FailsAsync(new ExpansionRequest { Url = "urn:vs:regexes" }, "too-costly");
    }

    [Fact]
    public async Task Properties_within_properties_count_when_matches_are_looked_for()
    {
        var system = await (await Library.OpenAsync(null, default)).CodeSystemAsync("urn:animals", null, default);
        var many = new MatchProperty("group", null, [.. Enumerable.Repeat(new MatchProperty("display", "Cat", []), 100)]);
        Assert.Throws<TerminologyException>(() => ConceptMatching.Find(system!, new MatchQuestion { Properties = [many] }, LanguagePreference.None));
        var text = new MatchProperty("display", string.Concat(Enumerable.Repeat("a ", 10_000)), []);
        Assert.Throws<TerminologyException>(() => ConceptMatching.Find(system!, new MatchQuestion { Properties = [text] }, LanguagePreference.None));
    }

    [Fact]
    public async Task Maps_whose_groups_all_fall_back_on_others_are_not_followed_without_end()
    {
        for (var i = 0; i < 20; i++)
        {
            var group = $$$"""{"source":"urn:a","target":"urn:b","element":[{"code":"other"}],"unmapped":{"mode":"other-map","url":"urn:m:{{{i + 1}}}"}}""";
            Source.With($$"""{"resourceType":"ConceptMap","url":"urn:m:{{i}}","status":"active","group":[{{string.Join(',', Enumerable.Repeat(group, 10))}}]}""");
        }

        Source.With("""{"resourceType":"ConceptMap","url":"urn:m:20","status":"active"}""");
        var scope = await Library.OpenAsync(null, default);
        var question = new TranslateRequest { Map = "urn:m:0", Codings = [new CodingValue("urn:a", null, "x", null)] };
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await scope.TranslateAsync(question, default));
        Assert.Equal("too-costly", refused.Code);
    }
}
