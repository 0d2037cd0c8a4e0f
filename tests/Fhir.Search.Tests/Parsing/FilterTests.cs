// _filter: its grammar, and what each operator asks for.

using E = FhirHub.Search.SearchExpression;

namespace FhirHub.Search.Tests;

public class FilterTests
{
    private static readonly SearchParser Parser = new(SearchParameterRegistry.R4, clock: new SearchParserTests.FixedClock());

    private static async Task<ParsedSearch> ParseAsync(string type, string filter) => await Parser.ParseAsync(
        new SearchRequest { ResourceType = type, Parameters = [new KeyValuePair<string, string>("_filter", filter)] }, CancellationToken.None);

    private static async Task<SearchExpression> ExpressionAsync(string type, string filter)
    {
        var parsed = await ParseAsync(type, filter);
        Assert.True(parsed.IsValid, string.Join('\n', parsed.Issues));
        return parsed.Query!.Expression;
    }

    private static async Task<SearchPredicate> PredicateAsync(string type, string filter) =>
        Assert.IsType<E.Parameter>(await ExpressionAsync(type, filter)).Predicate;

    [Theory]
    [InlineData("eq", StringMatch.Equal)]
    [InlineData("co", StringMatch.Contains)]
    [InlineData("sw", StringMatch.StartsWith)]
    [InlineData("ew", StringMatch.EndsWith)]
    [InlineData("gt", StringMatch.After)]
    [InlineData("lt", StringMatch.Before)]
    [InlineData("ge", StringMatch.EqualOrAfter)]
    [InlineData("le", StringMatch.EqualOrBefore)]
    public async Task Strings(string comparer, StringMatch match)
    {
        Assert.Equal(new StringPredicate(match, "muller"), await PredicateAsync("Patient", $"name {comparer} \"Müller\""));
        Assert.Equal(new StringPredicate(match, "muller"), await PredicateAsync("Patient", $"name {comparer} MULLER"));
    }

    [Fact]
    public async Task Unequal_is_about_a_value_that_there_is()
    {
        Assert.Equal(new UnequalPredicate(new StringPredicate(StringMatch.Equal, "ann")), await PredicateAsync("Patient", "name ne ann"));
        Assert.Equal(new UnequalPredicate(new TokenPredicate(null, "male")), await PredicateAsync("Patient", "gender ne male"));
        Assert.Equal(
            new UnequalPredicate(new ReferencePredicate("Organization", "5", null)), await PredicateAsync("Patient", "organization ne Organization/5"));
        Assert.Equal(SearchPrefix.Ne, Assert.IsType<RangePredicate>(await PredicateAsync("Patient", "birthdate ne 2000")).Prefix);
    }

    [Theory]
    [InlineData("eq", SearchPrefix.Eq)]
    [InlineData("gt", SearchPrefix.Gt)]
    [InlineData("lt", SearchPrefix.Lt)]
    [InlineData("ge", SearchPrefix.Ge)]
    [InlineData("le", SearchPrefix.Le)]
    [InlineData("ap", SearchPrefix.Ap)]
    [InlineData("sa", SearchPrefix.Sa)]
    [InlineData("eb", SearchPrefix.Eb)]
    public async Task Dates_numbers_and_quantities(string comparer, SearchPrefix prefix)
    {
        Assert.Equal(prefix, Assert.IsType<RangePredicate>(await PredicateAsync("Patient", $"birthdate {comparer} 2014-10-10")).Prefix);
        Assert.Equal(prefix, Assert.IsType<NumberPredicate>(await PredicateAsync("RiskAssessment", $"probability {comparer} 0.5")).Prefix);
        var quantity = Assert.IsType<QuantityPredicate>(await PredicateAsync("Observation", $"value-quantity {comparer} 5.4|http://unitsofmeasure.org|mg"));
        Assert.Equal((prefix, "mg"), (quantity.Number.Prefix, quantity.Code));
        Assert.Equal(prefix, Assert.IsType<E.LastUpdated>(await ExpressionAsync("Patient", $"_lastUpdated {comparer} 2024")).Range.Prefix);
    }

    [Fact]
    public async Task Periods_overlap_without_widening()
    {
        var overlap = Assert.IsType<RangePredicate>(await PredicateAsync("Observation", "date po 2020"));
        Assert.Equal((SearchPrefix.Ap, DateRange.Of(DateTimeOffset.Parse("2020-01-01T00:00:00Z"))), (overlap.Prefix, overlap.Low));
    }

    [Fact]
    public async Task Tokens_references_and_uris()
    {
        Assert.Equal(new TokenPredicate("http://loinc.org", "1234-5"), await PredicateAsync("Observation", "code eq http://loinc.org|1234-5"));
        Assert.Equal(new TokenPredicate(null, "a b"), await PredicateAsync("Observation", "code eq \"a b\""));
        Assert.Equal(new ReferencePredicate("Patient", "5", null), await PredicateAsync("Observation", "subject re Patient/5"));
        Assert.Equal(new ReferencePredicate("Patient", "5", null), await PredicateAsync("Observation", "patient eq 5"));
        Assert.Equal(new UriPredicate(UriMatch.StartsWith, "http://a"), await PredicateAsync("ValueSet", "url sw http://a"));
        Assert.Equal(["5"], Assert.IsType<E.IdIn>(await ExpressionAsync("Patient", "_id eq 5")).Ids);
        Assert.IsType<NearPredicate>(await PredicateAsync("Location", "near eq 47.07|15.43|10|km"));
    }

    [Fact]
    public async Task Presence_is_about_the_whole_path()
    {
        Assert.IsType<E.Missing>(Assert.IsType<E.Not>(await ExpressionAsync("Patient", "gender pr true")).Part);
        var absent = Assert.IsType<E.Not>(await ExpressionAsync("Observation", "patient.organization pr false"));
        Assert.Equal("patient", Assert.IsType<E.Chain>(absent.Part).Reference.Code);
    }

    [Fact]
    public async Task And_and_or_are_read_from_left_to_right()
    {
        var or = Assert.IsType<E.Or>(await ExpressionAsync("Patient", "name eq a and name eq b and name eq c or name eq d"));
        Assert.Equal(3, Assert.IsType<E.And>(or.Parts[0]).Parts.Count);
        var and = Assert.IsType<E.And>(await ExpressionAsync("Patient", "name eq a or name eq b and name eq c"));
        Assert.IsType<E.Or>(and.Parts[0]);
        var grouped = Assert.IsType<E.Or>(await ExpressionAsync("Patient", "name eq a or ( name eq b and not (name eq c) )"));
        Assert.IsType<E.Not>(Assert.IsType<E.And>(grouped.Parts[1]).Parts[1]);
    }

    [Fact]
    public async Task A_path_goes_along_references_and_brackets_narrow_what_it_meets()
    {
        var chain = Assert.IsType<E.Chain>(await ExpressionAsync("Observation", "patient.organization.name co \"hospital\""));
        Assert.Equal("organization", Assert.IsType<E.Chain>(chain.Inner).Reference.Code);

        var narrowed = Assert.IsType<E.Chain>(await ExpressionAsync("Observation", "patient[gender eq male].birthdate ge 2000"));
        var both = Assert.IsType<E.And>(narrowed.Inner).Parts.Cast<E.Parameter>().Select(p => p.Definition.Code);
        Assert.Equal(["gender", "birthdate"], both);
    }

    [Fact]
    public async Task Brackets_of_a_composite_name_its_parts()
    {
        var composite = Assert.IsType<CompositePredicate>(
            await PredicateAsync("Observation", "component-code-value-quantity[component-code eq http://loinc.org|8480-6].component-value-quantity gt 100"));
        Assert.Equal(new TokenPredicate("http://loinc.org", "8480-6"), composite.Components[0]);
        Assert.Equal(SearchPrefix.Gt, Assert.IsType<QuantityPredicate>(composite.Components[1]).Number.Prefix);
        Assert.IsType<CompositePredicate>(await PredicateAsync("Observation", "code-value-quantity eq http://loinc.org|8480-6$gt100"));
    }

    [Theory]
    [InlineData(@"name eq ""a\""b\\c\u0041""", "a\"b\\ca")]
    [InlineData(@"name eq ""a ) ] b""", "a ) ] b")]
    public async Task Strings_are_those_of_JSON(string filter, string text) =>
        Assert.Equal(new StringPredicate(StringMatch.Equal, text), await PredicateAsync("Patient", filter));

    [Theory]
    [InlineData("name", "value")]
    [InlineData("name eq", "value")]
    [InlineData("name is ann", "value")]
    [InlineData("name eq ann and", "value")]
    [InlineData("(name eq ann", "value")]
    [InlineData("name eq ann)", "value")]
    [InlineData("name eq \"ann", "value")]
    [InlineData(@"name eq ""\x""", "value")]
    [InlineData("organization[name eq x] re Organization/5", "value")]
    [InlineData("organization[name eq x.name eq y", "value")]
    [InlineData("name:exact eq ann", "value")]
    [InlineData("colour eq red", "not-supported")]
    [InlineData("organization.colour eq red", "not-supported")]
    [InlineData("name.family eq x", "not-supported")]
    [InlineData("name re Patient/5", "invalid")]
    [InlineData("gender sw m", "invalid")]
    [InlineData("birthdate co 2000", "invalid")]
    [InlineData("_id sw a", "invalid")]
    [InlineData("birthdate eq gt2000", "value")]
    [InlineData("name pr maybe", "value")]
    [InlineData("_list eq 5", "not-supported")]
    [InlineData("gender in urn:vs", "not-supported")]
    public async Task What_can_not_be_read_is_refused(string filter, string code)
    {
        var parsed = await ParseAsync("Patient", filter);
        Assert.False(parsed.IsValid);
        Assert.Equal(code, Assert.Single(parsed.Issues).Code);
    }

    [Fact]
    public async Task Depth_is_bounded()
    {
        foreach (var filter in new[]
        {
            new string('(', 10_000) + "name eq a" + new string(')', 10_000),
            string.Concat(Enumerable.Repeat("not (", 5_000)) + "name eq a" + new string(')', 5_000),
            string.Concat(Enumerable.Repeat("link.", 5_000)) + "name eq a",
            string.Concat(Enumerable.Repeat("link[", 5_000)) + "name eq a",
            "name eq a" + string.Concat(Enumerable.Repeat(" and name eq a or name eq b", 2_000)),
        })
        {
            Assert.Equal("too-costly", Assert.Single((await ParseAsync("Patient", filter)).Issues).Code);
        }

        var many = Assert.IsType<E.Or>(await ExpressionAsync("Patient", "name eq a" + string.Concat(Enumerable.Repeat(" or name eq a", 1_000))));
        Assert.Equal(1_001, many.Parts.Count);
    }
}
