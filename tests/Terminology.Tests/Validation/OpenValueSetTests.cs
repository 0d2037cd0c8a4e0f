// Value sets as validation asks them: codes in, codes out, and codes of which nobody can tell.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class OpenValueSetTests
{
    private readonly MemorySource _source = new();

    [Fact]
    public async Task A_code_of_R4_is_in_its_value_set_with_its_system_and_without()
    {
        var genders = await OpenAsync("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1");

        Assert.Equal(Membership.In, genders.Find("http://hl7.org/fhir/administrative-gender", null, "male"));
        Assert.Equal(Membership.In, genders.Find(null, null, "male"));
        Assert.Equal(Membership.NotIn, genders.Find(null, null, "Male"));
        Assert.Equal(Membership.NotIn, genders.Find("http://loinc.org", null, "male"));
        Assert.True(genders.IsComplete);
        Assert.Equal(["male", "female", "other", "unknown"], genders.Codes(4));
        Assert.Null(genders.Codes(3));
        Assert.Equal(["http://hl7.org/fhir/administrative-gender"], genders.SystemsOf("male"));
    }

    [Fact]
    public async Task A_system_is_found_under_its_other_names()
    {
        _source.With("""
            {"resourceType":"ValueSet","url":"http://x.org/vs","status":"active","compose":{"include":[{"system":"http://loinc.org","concept":[{"code":"8480-6"}]}]}}
            """);
        var valueSet = await OpenAsync("http://x.org/vs");

        Assert.Equal(Membership.In, valueSet.Find("urn:oid:2.16.840.1.113883.6.1", null, "8480-6"));
        Assert.Equal(Membership.NotIn, valueSet.Find("urn:oid:2.16.840.1.113883.6.1", null, "8462-4"));
    }

    [Fact]
    public async Task Codes_made_by_a_grammar_are_asked_one_by_one()
    {
        var units = await OpenAsync("http://hl7.org/fhir/ValueSet/ucum-units");
        var masses = await OpenAsync("http://unitsofmeasure.org/vs/mg");
        var languages = await OpenAsync("http://hl7.org/fhir/ValueSet/all-languages");
        var types = await OpenAsync("http://hl7.org/fhir/ValueSet/mimetypes");

        for (var again = 0; again < 2; again++)
        {
            Assert.Equal(Membership.In, units.Find(Ucum.System, null, "mm[Hg]"));
            Assert.Equal(Membership.NotIn, units.Find(Ucum.System, null, "mmHg!"));
            Assert.Equal(Membership.In, masses.Find(Ucum.System, null, "kg"));
            Assert.Equal(Membership.NotIn, masses.Find(Ucum.System, null, "m"));
            Assert.Equal(Membership.In, languages.Find(null, null, "zh-Hans-CN"));
            Assert.Equal(Membership.NotIn, languages.Find(null, null, "not a language"));
            Assert.Equal(Membership.In, types.Find(null, null, "application/dicom"));
        }
    }

    [Fact]
    public async Task All_of_a_system_without_codes_here_has_any_code_of_it()
    {
        _source.With("""
            {"resourceType":"ValueSet","url":"http://x.org/vs","status":"active","compose":{"include":[{"system":"http://x.org/unknown"}]}}
            """);
        var valueSet = await OpenAsync("http://x.org/vs");

        Assert.False(valueSet.IsComplete);
        Assert.Equal(Membership.In, valueSet.Find("http://x.org/unknown", null, "any"));
        Assert.Equal(Membership.NotIn, valueSet.Find("http://x.org/other", null, "any"));
        Assert.Equal(Membership.Unknown, valueSet.Find(null, null, "any"));
    }

    [Fact]
    public async Task Nobody_can_tell_what_a_filter_selects_of_a_system_without_codes_here()
    {
        _source.With("""
            {"resourceType":"ValueSet","url":"http://x.org/vs","status":"active","compose":{"include":[
              {"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"404684003"}]},
              {"system":"http://loinc.org","concept":[{"code":"8480-6"}]}]}}
            """);
        var valueSet = await OpenAsync("http://x.org/vs");

        Assert.Equal(Membership.Unknown, valueSet.Find("http://snomed.info/sct", null, "1"));
        Assert.Equal(Membership.Unknown, valueSet.Find("urn:oid:2.16.840.1.113883.6.96", null, "1"));
        Assert.Equal(Membership.NotIn, valueSet.Find("http://loinc.org", null, "1"));
        Assert.Equal(Membership.In, valueSet.Find("http://loinc.org", null, "8480-6"));
    }

    [Fact]
    public async Task A_version_counts_only_where_the_value_set_names_one()
    {
        _source.With("""
            {"resourceType":"CodeSystem","url":"http://x.org/cs","version":"2","status":"active","content":"complete","concept":[{"code":"a"}]}
            """);
        _source.With("""
            {"resourceType":"ValueSet","url":"http://x.org/any","status":"active","compose":{"include":[{"system":"http://x.org/cs"}]}}
            """);
        _source.With("""
            {"resourceType":"ValueSet","url":"http://x.org/two","status":"active","compose":{"include":[{"system":"http://x.org/cs","version":"2"}]}}
            """);
        var any = await OpenAsync("http://x.org/any");
        var two = await OpenAsync("http://x.org/two");

        Assert.Equal(Membership.In, any.Find("http://x.org/cs", "1", "a"));
        Assert.Equal(Membership.Unknown, any.Find("http://x.org/cs", "1", "b"));
        Assert.Equal(Membership.NotIn, any.Find("http://x.org/cs", "2", "b"));
        Assert.Equal(Membership.NotIn, two.Find("http://x.org/cs", "1", "a"));
        Assert.Equal(Membership.In, two.Find("http://x.org/cs", "2", "a"));
    }

    [Fact]
    public async Task A_code_system_says_whether_it_has_all_codes_and_what_they_are_called()
    {
        _source.With("""
            {"resourceType":"CodeSystem","url":"http://x.org/cs","version":"2","status":"active","content":"complete","caseSensitive":false,"concept":[
              {"code":"a","display":"One","designation":[{"language":"zh","value":"一"}]},
              {"code":"b","property":[{"code":"status","valueCode":"deprecated"}]}]}
            """);
        _source.With("""
            {"resourceType":"CodeSystem","url":"http://x.org/part","status":"active","content":"fragment","concept":[{"code":"a"}]}
            """);
        var all = await OpenSystemAsync("http://x.org/cs");

        Assert.Equal("http://x.org/cs|2", all!.Name);
        Assert.True(all.IsComplete);
        Assert.Null(all.Find("c"));
        Assert.Equal((false, true), (all.Find("b")!.IsInactive, all.Find("b")!.IsDeprecated));
        var concept = all.Find("A")!;
        Assert.Equal(("a", "One"), (concept.Code, concept.Display));
        Assert.True(concept.IsCalled(" one"));
        Assert.True(concept.IsCalled("一"));
        Assert.False(concept.IsCalled("Two"));
        Assert.False((await OpenSystemAsync("http://x.org/part"))!.IsComplete);
        Assert.Null(await OpenSystemAsync("http://x.org/none"));
        Assert.Null(await OpenSystemAsync("http://x.org/cs", "1"));
    }

    [Theory]
    [InlineData("http://snomed.info/sct")]
    [InlineData("urn:oid:2.16.840.1.113883.6.1")]
    [InlineData("http://www.nlm.nih.gov/research/umls/rxnorm")]
    public async Task A_code_system_that_everybody_knows_by_name_is_not_unknown(string system)
    {
        foreach (var version in (string?[])[null, "2014"])
        {
            var opened = await OpenSystemAsync(system, version);

            Assert.NotNull(opened);
            Assert.False(opened.IsComplete);
        }
    }

    private async Task<IOpenValueSet> OpenAsync(string canonical) => await (await ScopeAsync()).OpenValueSetAsync(canonical, CancellationToken.None);

    private async Task<IOpenCodeSystem?> OpenSystemAsync(string system, string? version = null) =>
        await (await ScopeAsync()).OpenCodeSystemAsync(system, version, CancellationToken.None);

    private ValueTask<IConformanceScope> ScopeAsync() =>
        new LocalConformanceResources(new TerminologyLibrary([_source, new R4TerminologySource()], [new StandardSystems()])).OpenAsync(CancellationToken.None);
}
