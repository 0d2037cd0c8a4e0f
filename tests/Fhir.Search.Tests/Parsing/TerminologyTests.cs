// Parameters that terminology answers: wherever they stand, a store sees sets of codes.

using FhirHub.Model;
using E = FhirHub.Search.SearchExpression;

namespace FhirHub.Search.Tests;

public class TerminologyTests
{
    private readonly TestTerminology _terminology = new();

    private async Task<ParsedSearch> ParseAsync(string type, string query, SearchHandling handling = SearchHandling.Strict) =>
        await new SearchParser(SearchParameterRegistry.R4, terminology: _terminology).ParseAsync(
            new SearchRequest { ResourceType = type, Parameters = QueryString.Parse(query), Handling = handling }, CancellationToken.None);

    private async Task<SearchExpression> ExpressionAsync(string type, string query)
    {
        var parsed = await ParseAsync(type, query);
        Assert.True(parsed.IsValid, string.Join('\n', parsed.Issues));
        return parsed.Query!.Expression;
    }

    private static CodeSet Codes(SearchExpression expression) => Assert.IsType<TokenSetPredicate>(Assert.IsType<E.Parameter>(expression).Predicate).Codes;

    [Theory]
    [InlineData("code:in=urn:vs:weights")]
    [InlineData("code:in=ValueSet/weights")]
    [InlineData("code:below=http://loinc.org|3141-9")]
    [InlineData("_filter=code%20in%20urn:vs:weights")]
    [InlineData("_filter=code%20ss%20http://loinc.org|3141-9")]
    public async Task A_value_set_or_a_branch_becomes_a_set_of_codes(string query)
    {
        var codes = Codes(await ExpressionAsync("Observation", query));
        Assert.True(codes.Contains("http://loinc.org", "29463-7"));
        Assert.False(codes.Contains("http://loinc.org", "8302-2"));
    }

    [Theory]
    [InlineData("code:above=http://loinc.org|29463-7")]
    [InlineData("_filter=code%20sb%20http://loinc.org|29463-7")]
    public async Task Above_looks_the_other_way(string query) =>
        Assert.False(Codes(await ExpressionAsync("Observation", query)).Contains("http://loinc.org", "3141-9"));

    [Fact]
    public async Task Not_in_denies_all_that_it_names_and_asks_for_each_once()
    {
        var not = Assert.IsType<E.Not>(await ExpressionAsync("Observation", "code:not-in=urn:vs:weights,ValueSet/weights,urn:vs:weights"));
        var parts = Assert.IsType<E.Or>(not.Part).Parts;
        Assert.Equal(3, parts.Count);
        Assert.Same(Codes(parts[0]), Codes(parts[2]));
        Assert.Equal(2, _terminology.Questions);
        Assert.IsType<E.Not>(await ExpressionAsync("Observation", "_filter=code%20ni%20urn:vs:weights"));
    }

    [Fact]
    public async Task Chains_and_reverse_chains_are_searched_for_questions()
    {
        var chain = Assert.IsType<E.Chain>(await ExpressionAsync("DiagnosticReport", "result.code:in=urn:vs:weights"));
        Assert.True(Codes(chain.Inner).Contains("http://loinc.org", "29463-7"));
        var has = Assert.IsType<E.ReverseChain>(await ExpressionAsync("Patient", "_has:Observation:patient:code:in=urn:vs:weights"));
        Assert.True(Codes(has.Inner).Contains("http://loinc.org", "29463-7"));
    }

    [Fact]
    public async Task What_terminology_does_not_know_is_an_issue_of_the_parameter()
    {
        var strict = await ParseAsync("Observation", "status=final&code:in=urn:vs:unheard");
        Assert.False(strict.IsValid);
        var issue = Assert.Single(strict.Issues);
        Assert.Equal(("not-found", "http.code:in"), (issue.Code, issue.Expression));

        var lenient = await ParseAsync("Observation", "status=final&code:in=urn:vs:unheard", SearchHandling.Lenient);
        Assert.Equal(["status"], lenient.Accepted.Select(p => p.Key));
        Assert.Equal("status", Assert.IsType<E.Parameter>(lenient.Query!.Expression).Definition.Code);
    }

    [Theory]
    [InlineData("code:below=3141-9", "value")]
    [InlineData("code:below=|3141-9", "value")]
    [InlineData("code:in=", "value")]
    [InlineData("subject:in=urn:vs:weights", "invalid")]
    public async Task What_is_malformed_is_refused(string query, string code) =>
        Assert.Equal(code, Assert.Single((await ParseAsync("Observation", query)).Issues).Code);

    [Fact]
    public async Task Questions_are_bounded()
    {
        var parsed = await ParseAsync("Observation", "code:below=" + string.Join(',', Enumerable.Range(0, 500).Select(i => $"http://loinc.org|{i}")));
        Assert.Equal("too-costly", Assert.Single(parsed.Issues).Code);
        Assert.Equal(100, _terminology.Questions);
    }
}
