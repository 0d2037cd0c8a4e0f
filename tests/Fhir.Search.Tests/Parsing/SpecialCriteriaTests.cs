// _text, _content, _list, _contained, hierarchies and versions, wildcards: what each becomes.

using FhirHub.Model;
using E = FhirHub.Search.SearchExpression;

namespace FhirHub.Search.Tests;

public class SpecialCriteriaTests
{
    private static readonly SearchParser Parser = new(SearchParameterRegistry.R4, new SearchParserOptions { BaseUrls = ["http://hub.example/fhir"] });

    private static async Task<ParsedSearch> ParseAsync(string? type, string query) => await Parser.ParseAsync(
        new SearchRequest { ResourceType = type, Parameters = QueryString.Parse(query) }, CancellationToken.None);

    private static async Task<SearchQuery> QueryAsync(string? type, string query)
    {
        var parsed = await ParseAsync(type, query);
        Assert.True(parsed.IsValid, string.Join('\n', parsed.Issues));
        return parsed.Query!;
    }

    private static async Task<SearchPredicate> PredicateAsync(string type, string query) =>
        Assert.IsType<E.Parameter>((await QueryAsync(type, query)).Expression).Predicate;

    [Theory]
    [InlineData("bone metastases", "bone & metastases")]
    [InlineData("bone AND metastases", "bone & metastases")]
    [InlineData("(bone OR liver) and metastases", "bone & metastases | liver & metastases")]
    [InlineData("bone,liver", "bone | liver")]
    [InlineData("diab* -type", "diab* & -type")]
    [InlineData("a NOT (b OR c)", "a & -b & -c")]
    [InlineData("a NOT (b c)", "a & -b | a & -c")]
    [InlineData("a NOT NOT b", "a & b")]
    [InlineData("\"fracture of wrist\" left", "fracture of wrist & left")]
    [InlineData("\"a, b\"", "a, b")]
    [InlineData(@"a\,b", "a,b")]
    [InlineData("x & y", "x & y")]
    [InlineData("糖尿病 肾病", "糖尿病 & 肾病")]
    [InlineData("order android", "order & android")]
    [InlineData("beta-blocker", "beta-blocker")]
    public async Task Full_text_is_words_phrases_and_operators(string text, string alternatives)
    {
        var query = Assert.IsType<E.Text>((await QueryAsync("Condition", $"_content={Uri.EscapeDataString(text)}")).Expression);
        Assert.Equal(TextPart.Content, query.Part);
        Assert.Equal(alternatives, string.Join(" | ", query.Query.Alternatives.Select(terms => string.Join(
            " & ", terms.Select(t => $"{(t.IsExcluded ? "-" : "")}{t.Text}{(t.IsPrefix ? "*" : "")}")))));
        Assert.Equal(TextPart.Narrative, Assert.IsType<E.Text>((await QueryAsync("Condition", "_text=bone")).Expression).Part);
    }

    [Theory]
    [InlineData("-a", "value")]
    [InlineData("a OR -b", "value")]
    [InlineData("(a", "value")]
    [InlineData("a)", "value")]
    [InlineData("\"a", "value")]
    [InlineData("***", "value")]
    public async Task A_full_text_search_without_sense_is_refused(string text, string code) =>
        Assert.Equal(code, Assert.Single((await ParseAsync("Condition", $"_text={Uri.EscapeDataString(text)}")).Issues).Code);

    [Fact]
    public async Task A_full_text_search_is_bounded()
    {
        foreach (var text in new[]
        {
            string.Join(' ', Enumerable.Range(0, 1000)),
            string.Join(' ', Enumerable.Repeat("(a OR b)", 20)),
            new string('(', 1000) + "a" + new string(')', 1000),
        })
        {
            Assert.Equal("too-costly", Assert.Single((await ParseAsync("Condition", $"_text={text}")).Issues).Code);
        }
    }

    [Fact]
    public async Task A_list_is_what_its_items_refer_to()
    {
        var list = Assert.IsType<E.ReverseChain>((await QueryAsync("Patient", "_list=42,List/43")).Expression);
        Assert.Equal("List.item", list.Reference.Key);
        Assert.Equal(["42", "43"], Assert.IsType<E.IdIn>(list.Inner).Ids);
    }

    [Fact]
    public async Task Contained_resources()
    {
        var query = await QueryAsync("Patient", "_contained=both&_containedType=contained");
        Assert.Equal((ContainedMode.Both, true), (query.Contained, query.ContainedAlone));
        Assert.Equal(ContainedMode.Only, (await QueryAsync("Patient", "_contained=true")).Contained);
        Assert.Equal((ContainedMode.None, false), ((await QueryAsync("Patient", "_contained=false")).Contained, query.Sort.Count > 0));
    }

    [Theory]
    [InlineData("Encounter", "location:below=Location/42", SubsumptionSide.Below, "Location", "partof")]
    [InlineData("Encounter", "location:above=42", SubsumptionSide.Above, "Location", "partof")]
    [InlineData("Patient", "organization:below=http://hub.example/fhir/Organization/42", SubsumptionSide.Below, "Organization", "partof")]
    [InlineData("Procedure", "part-of:below=Procedure/42", SubsumptionSide.Below, "Procedure", "part-of")]
    [InlineData("Condition", "encounter:below=42", SubsumptionSide.Below, "Encounter", "part-of")]
    public async Task A_reference_goes_along_the_hierarchy_of_its_target(string type, string query, SubsumptionSide side, string target, string parent)
    {
        var hierarchy = Assert.IsType<HierarchyPredicate>(await PredicateAsync(type, query));
        Assert.Equal((side, target, "42", $"{target}.{parent}"), (hierarchy.Side, hierarchy.Type, hierarchy.Id, hierarchy.Parent.Key));
    }

    [Fact]
    public async Task A_canonical_reference_is_found_by_version_and_by_versions_below()
    {
        const string url = "http://example.org/Questionnaire/q";
        Assert.Equal(new ReferencePredicate(null, null, url, "1"), await PredicateAsync("QuestionnaireResponse", $"questionnaire={url}|1"));
        Assert.Equal(
            new ReferencePredicate(null, null, url, "1") { VersionsBelow = true }, await PredicateAsync("QuestionnaireResponse", $"questionnaire:below={url}|1"));
        Assert.Equal("not-supported", Assert.Single((await ParseAsync("QuestionnaireResponse", $"questionnaire:above={url}|1")).Issues).Code);
    }

    [Fact]
    public async Task A_type_may_stand_beside_the_address_of_a_resource_elsewhere()
    {
        Assert.Equal(
            new ReferencePredicate(null, null, "http://elsewhere/fhir/Patient/5"), await PredicateAsync("Observation", "subject:Patient=http://elsewhere/fhir/Patient/5"));
        Assert.False((await ParseAsync("Observation", "subject:Patient=http://elsewhere/fhir/Group/5")).IsValid);
    }

    [Theory]
    [InlineData("code-value-quantity:missing=true", typeof(E.Missing))]
    [InlineData("value-quantity:missing=false", typeof(E.Not))]
    [InlineData("subject:missing=true", typeof(E.Missing))]
    [InlineData("date:missing=true", typeof(E.Missing))]
    [InlineData("_profile:missing=true", typeof(E.Missing))]
    [InlineData("_id:missing=true", typeof(E.None))]
    [InlineData("_lastUpdated:missing=false", typeof(E.All))]
    public async Task Every_parameter_can_be_asked_for_absence(string query, Type expression) =>
        Assert.IsType(expression, (await QueryAsync("Observation", query)).Expression);

    [Fact]
    public async Task Meta_parameters_have_the_modifiers_of_their_types()
    {
        Assert.Equal(new UriPredicate(UriMatch.Below, "http://a"), await PredicateAsync("Patient", "_profile:below=http://a"));
        Assert.Equal(new UriPredicate(UriMatch.Below, "http://a"), await PredicateAsync("Patient", "_source:below=http://a"));
        Assert.IsType<E.Not>((await QueryAsync("Patient", "_tag:not=a")).Expression);
        Assert.Equal(new TokenPredicate("http://s", null), await PredicateAsync("Patient", "_security=http://s|"));
    }

    [Fact]
    public async Task Includes_may_be_wild_and_iterate_by_either_name()
    {
        Assert.True(Assert.Single((await QueryAsync("Patient", "_include:recurse=Patient:link")).Includes).Iterate);
        Assert.Equal(("Patient", null, "Organization"), (await QueryAsync("Patient", "_include=Patient:*:Organization")).Includes.Select(i => (i.SourceType, i.Parameter?.Code, i.TargetType)).Single());
        var reverse = (await QueryAsync("Patient", "_revinclude=*")).Includes;
        Assert.Contains(reverse, i => i is { SourceType: "Observation", Reverse: true, Parameter: null });
        Assert.DoesNotContain(reverse, i => i.SourceType == "Location");
    }

    [Fact]
    public async Task A_chain_never_leads_to_a_type_that_the_reference_does_not_allow() =>
        Assert.Equal("invalid", Assert.Single((await ParseAsync("Observation", "patient:Group.name=x")).Issues).Code);

    [Fact]
    public async Task A_search_over_types_says_which_parameters_all_of_them_have()
    {
        var issue = Assert.Single((await ParseAsync(null, "_type=Patient,Practitioner,Observation&birthdate=2000")).Issues);
        Assert.Contains("1 of the 3 types", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("identifier", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Equal(2, Assert.IsType<E.Or>((await QueryAsync(null, "_type=Patient,Practitioner&name=x")).Expression).Parts.Count);
    }
}
