// Value sets and hierarchies, asked as search asks for them.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class LocalTerminologyTests
{
    private const string Animals = """
        {"resourceType":"CodeSystem","url":"urn:animals","version":"2","status":"active","content":"complete","hierarchyMeaning":"is-a",
        "property":[{"code":"legs","type":"integer"},{"code":"kin","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},
          {"code":"gone","uri":"http://hl7.org/fhir/concept-properties#inactive","type":"boolean"}],
        "concept":[
          {"code":"animal","display":"Animal","concept":[
            {"code":"bird","display":"Bird","property":[{"code":"legs","valueInteger":2}],"concept":[
              {"code":"duck","display":"Duck"},{"code":"dodo","property":[{"code":"gone","valueBoolean":true}]}]},
            {"code":"cat","display":"Cat","property":[{"code":"legs","valueInteger":4}]}]},
          {"code":"pet"},
          {"code":"siamese","property":[{"code":"kin","valueCode":"cat"},{"code":"kin","valueCode":"pet"}]}]}
        """;

    private readonly MemorySource _source = new MemorySource().With(Animals);
    private readonly LocalTerminology _terminology;

    public LocalTerminologyTests() => _terminology = new LocalTerminology([_source, new R4TerminologySource()]);

    [Fact]
    public async Task A_value_set_of_the_standard_has_its_codes()
    {
        var genders = await ExpandAsync("http://hl7.org/fhir/ValueSet/administrative-gender");
        Assert.True(genders.Contains("http://hl7.org/fhir/administrative-gender", "female"));
        Assert.False(genders.Contains("http://hl7.org/fhir/administrative-gender", "f"));
        Assert.Equal(4, genders.Count);
        Assert.Equal(4, (await ExpandAsync("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1")).Count);
    }

    [Fact]
    public async Task A_system_whose_codes_are_not_known_stands_as_a_whole()
    {
        var codes = await ExpandAsync("http://hl7.org/fhir/ValueSet/observation-codes");
        Assert.True(codes.Contains("http://loinc.org", "29463-7"));
        Assert.Null(codes.CodesOf("http://loinc.org"));
        Assert.True((await ExpandAsync("http://snomed.info/sct?fhir_vs")).Contains("http://snomed.info/sct", "73211009"));
        Assert.True((await ExpandAsync("http://loinc.org/vs")).Contains("http://loinc.org", "29463-7"));
    }

    [Fact]
    public async Task Filters_of_the_standard_are_worked_out_where_its_code_systems_say_how()
    {
        await FailsAsync("http://hl7.org/fhir/ValueSet/example-filter", "not-supported");
        var routes = await ExpandAsync("http://terminology.hl7.org/ValueSet/v3-ActPharmacySupplyType");
        Assert.True(routes.Contains("http://terminology.hl7.org/CodeSystem/v3-ActCode", "FF"));
    }

    [Fact]
    public async Task A_filter_on_a_system_without_codes_is_refused_with_the_system_named()
    {
        var refused = await FailsAsync("http://hl7.org/fhir/ValueSet/doc-typecodes", "not-supported");
        Assert.Contains("http://loinc.org", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("concept", "is-a", "bird", "bird dodo duck")]
    [InlineData("concept", "descendent-of", "bird", "dodo duck")]
    [InlineData("concept", "is-a", "pet", "pet siamese")]
    [InlineData("concept", "is-not-a", "animal", "pet")]
    [InlineData("concept", "generalizes", "siamese", "animal cat pet siamese")]
    [InlineData("concept", "in", "duck, cat,nothing", "cat duck")]
    [InlineData("concept", "not-in", "duck,dodo,bird,animal", "cat pet siamese")]
    [InlineData("code", "regex", "d.*", "dodo duck")]
    [InlineData("display", "regex", ".u", "")]
    [InlineData("display", "=", "Cat", "cat")]
    [InlineData("legs", "=", "2", "bird")]
    [InlineData("legs", "exists", "true", "bird cat")]
    [InlineData("legs", "exists", "false", "animal dodo duck pet siamese")]
    [InlineData("legs", "regex", "[24]", "bird cat")]
    [InlineData("parent", "=", "cat", "siamese")]
    [InlineData("child", "=", "siamese", "cat pet")]
    [InlineData("inactive", "=", "true", "dodo")]
    public async Task Each_filter_selects_what_it_says(string property, string op, string value, string expected)
    {
        Post("f", $$"""{"include":[{"system":"urn:animals","filter":[{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}]}]}""");
        Assert.Equal(expected, Codes(await ExpandAsync("urn:vs:f")));
    }

    [Fact]
    public async Task Several_filters_must_all_hold()
    {
        Post("f", """
            {"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"animal"},{"property":"code","op":"regex","value":".*d.*"}]}]}
            """);
        Assert.Equal("bird dodo duck", Codes(await ExpandAsync("urn:vs:f")));
    }

    [Theory]
    [InlineData("concept", "is-a", "unicorn", "not-found")]
    [InlineData("wings", "=", "2", "invalid")]
    [InlineData("code", "regex", "(", "invalid")]
    [InlineData("code", "regex", "a)|(b", "invalid")]
    [InlineData("code", "regex", "(?=a)b", "not-supported")]
    [InlineData("legs", "is-a", "bird", "not-supported")]
    public async Task A_filter_that_makes_no_sense_is_refused(string property, string op, string value, string code)
    {
        Post("f", $$"""{"include":[{"system":"urn:animals","filter":[{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}]}]}""");
        await FailsAsync("urn:vs:f", code);
    }

    [Fact]
    public async Task Includes_add_up_excludes_take_away_and_imports_cut()
    {
        Post("birds", """{"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]}]}""");
        Post("living", """{"inactive":false,"include":[{"system":"urn:animals"}]}""");
        Post("both", """{"include":[{"valueSet":["urn:vs:birds","urn:vs:living"]},{"system":"urn:x","concept":[{"code":"1"}]}]}""");
        Post("cut", """{"include":[{"system":"urn:animals","concept":[{"code":"duck"},{"code":"cat"}],"valueSet":["urn:vs:birds"]}]}""");
        Post("less", """{"include":[{"valueSet":["urn:vs:birds|1"]}],"exclude":[{"system":"urn:animals","concept":[{"code":"duck"}]}]}""");
        Assert.Equal("animal bird cat duck pet siamese", Codes(await ExpandAsync("urn:vs:living")));
        Assert.Equal("1 bird duck", Codes(await ExpandAsync("urn:vs:both")));
        Assert.Equal("duck", Codes(await ExpandAsync("urn:vs:cut")));
        Assert.Equal("bird dodo", Codes(await ExpandAsync("urn:vs:less")));
    }

    [Fact]
    public async Task Excluding_from_a_system_that_is_not_known_is_refused()
    {
        Post("x", """{"include":[{"system":"http://loinc.org"}],"exclude":[{"system":"http://loinc.org","concept":[{"code":"1-8"}]}]}""");
        await FailsAsync("urn:vs:x", "not-supported");
    }

    [Fact]
    public async Task A_value_set_that_imports_itself_is_refused_with_the_way_named()
    {
        Post("a", """{"include":[{"valueSet":["urn:vs:b"]}]}""");
        Post("b", """{"include":[{"valueSet":["urn:vs:a"]}]}""");
        var message = await FailsAsync("urn:vs:a", "invalid");
        Assert.Contains("urn:vs:a imports urn:vs:b imports urn:vs:a", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_value_set_or_version_is_told()
    {
        await FailsAsync("urn:nothing", "not-found");
        var message = await FailsAsync("http://hl7.org/fhir/ValueSet/administrative-gender|9", "not-found");
        Assert.Contains("4.0.1", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_resource_changes_the_answer_and_an_unchanged_one_is_not_worked_out_again()
    {
        Post("v", """{"include":[{"system":"urn:animals","concept":[{"code":"duck"}]}]}""");
        var first = await ExpandAsync("urn:vs:v");
        var finds = _source.Finds;
        Assert.Same(first, await ExpandAsync("urn:vs:v"));
        Assert.Equal(finds, _source.Finds);
        Post("v", """{"include":[{"system":"urn:animals","concept":[{"code":"cat"}]}]}""");
        Assert.Equal("cat", Codes(await ExpandAsync("urn:vs:v")));
    }

    [Fact]
    public async Task The_latest_version_is_taken_and_a_version_asked_for_is_kept_to()
    {
        Post("v", """{"include":[{"system":"urn:x","concept":[{"code":"ten"}]}]}""", "10.0");
        Post("v", """{"include":[{"system":"urn:x","concept":[{"code":"nine"}]}]}""", "9.1");
        Assert.Equal("ten", Codes(await ExpandAsync("urn:vs:v")));
        Assert.Equal("nine", Codes(await ExpandAsync("urn:vs:v|9.1")));
    }

    [Fact]
    public async Task Too_many_codes_are_refused()
    {
        var small = new LocalTerminology([_source], new TerminologyLimits { Codes = 3 });
        Post("many", """{"include":[{"system":"urn:x","concept":[{"code":"1"},{"code":"2"},{"code":"3"},{"code":"4"}]}]}""");
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await small.ExpandAsync("urn:vs:many", default));
        Assert.Equal("too-costly", refused.Code);
    }

    [Fact]
    public async Task A_code_system_that_ignores_case_finds_codes_in_any()
    {
        _source.With("""
            {"resourceType":"CodeSystem","url":"urn:case","status":"active","content":"complete","caseSensitive":false,
            "concept":[{"code":"Top","concept":[{"code":"Low"}]}]}
            """);
        var below = await _terminology.SubsumptionAsync("urn:case", "TOP", SubsumptionSide.Below, default);
        Assert.True(below.Contains("urn:case", "Low"));
        Assert.True(below.Contains("urn:case", "low"));
        Assert.True(below.Contains("urn:case", "TOP"));
        await Assert.ThrowsAsync<TerminologyException>(async () => await _terminology.SubsumptionAsync("urn:animals", "BIRD", SubsumptionSide.Below, default));
    }

    [Fact]
    public async Task Subsumption_follows_nesting_and_properties()
    {
        Assert.Equal("animal bird cat dodo duck siamese", Codes(await _terminology.SubsumptionAsync("urn:animals", "animal", SubsumptionSide.Below, default)));
        Assert.Equal("animal cat pet siamese", Codes(await _terminology.SubsumptionAsync("urn:animals", "siamese", SubsumptionSide.Above, default)));
        var below = await _terminology.SubsumptionAsync("http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm", "SOL", SubsumptionSide.Below, default);
        Assert.True(below.Contains("http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm", "DROP"));
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await _terminology.SubsumptionAsync("http://snomed.info/sct", "1", SubsumptionSide.Below, default));
        Assert.Equal("not-found", refused.Code);
    }

    [Fact]
    public async Task Parts_are_not_kinds_and_loops_end()
    {
        _source.With("""
            {"resourceType":"CodeSystem","url":"urn:body","status":"active","content":"complete","hierarchyMeaning":"part-of",
            "concept":[{"code":"body","concept":[{"code":"arm"}]}]}
            """);
        _source.With("""
            {"resourceType":"CodeSystem","url":"urn:loop","status":"active","content":"complete",
            "concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]}]}
            """);
        Assert.Equal("body", Codes(await _terminology.SubsumptionAsync("urn:body", "body", SubsumptionSide.Below, default)));
        Assert.Equal("a b", Codes(await _terminology.SubsumptionAsync("urn:loop", "a", SubsumptionSide.Above, default)));
    }

    private static string Codes(CodeSet set) => string.Join(' ', set.Systems.SelectMany(s => set.CodesOf(s) ?? []).Order(StringComparer.Ordinal));

    private void Post(string name, string compose, string version = "1") => _source.With(
        $$"""{"resourceType":"ValueSet","url":"urn:vs:{{name}}","version":"{{version}}","status":"active","compose":{{compose}}}""");

    private async Task<CodeSet> ExpandAsync(string valueSet) => await _terminology.ExpandAsync(valueSet, default);

    private async Task<string> FailsAsync(string valueSet, string code)
    {
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await _terminology.ExpandAsync(valueSet, default));
        Assert.Equal(code, refused.Code);
        return refused.Message;
    }
}
