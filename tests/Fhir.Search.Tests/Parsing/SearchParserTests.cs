// The grammar of searches (R4 search.html): names, modifiers, chains, values and what is refused.

using FhirHub.Model;
using E = FhirHub.Search.SearchExpression;

namespace FhirHub.Search.Tests;

public class SearchParserTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.R4;

    private static readonly SearchParser Parser = new(
        Registry, new SearchParserOptions { BaseUrls = ["http://hub.example/fhir"] }, clock: new FixedClock());

    private static ParsedSearch Parse(string type, string query, SearchHandling handling = SearchHandling.Strict) =>
        Parse(new SearchRequest { ResourceType = type, Parameters = QueryString.Parse(query), Handling = handling });

    // What asks no terminology is parsed at once.
    private static ParsedSearch Parse(SearchRequest request)
    {
        var parsed = Parser.ParseAsync(request, CancellationToken.None).AsTask();
        Assert.True(parsed.IsCompletedSuccessfully);
        return parsed.Result;
    }

    private static SearchExpression Expression(string type, string query)
    {
        var parsed = Parse(type, query);
        Assert.True(parsed.IsValid, string.Join('\n', parsed.Issues));
        return parsed.Query!.Expression;
    }

    private static T Predicate<T>(string type, string query)
        where T : SearchPredicate => Assert.IsType<T>(Assert.IsType<E.Parameter>(Expression(type, query)).Predicate);

    private static Issue Error(string type, string query)
    {
        var parsed = Parse(type, query);
        Assert.False(parsed.IsValid);
        return Assert.Single(parsed.Issues);
    }

    private static long Utc(string instant) => DateRange.Of(DateTimeOffset.Parse(instant));

    [Fact]
    public void Nothing_asked_is_everything()
    {
        var query = Parse("Patient", "").Query!;
        Assert.IsType<E.All>(query.Expression);
        Assert.Equal(["Patient"], query.ResourceTypes);
        Assert.Equal(20, query.Count);
    }

    [Fact]
    public void Commas_are_or_and_repeats_are_and()
    {
        var and = Assert.IsType<E.And>(Expression("Patient", "name=a,b&name=c"));
        Assert.Equal(2, Assert.IsType<E.Or>(and.Parts[0]).Parts.Count);
        Assert.Equal(new StringPredicate(StringMatch.StartsWith, "c"), Assert.IsType<E.Parameter>(and.Parts[1]).Predicate);
    }

    [Theory]
    [InlineData("name=M%C3%BCller", StringMatch.StartsWith, "muller")]
    [InlineData("name:exact=M%C3%BCller", StringMatch.Exact, "Müller")]
    [InlineData("name:contains=A+b", StringMatch.Contains, "a b")]
    [InlineData(@"name=a\,b", StringMatch.StartsWith, "a,b")]
    [InlineData(@"name=a\\b", StringMatch.StartsWith, @"a\b")]
    public void Strings(string query, StringMatch match, string text) =>
        Assert.Equal(new StringPredicate(match, text), Predicate<StringPredicate>("Patient", query));

    [Theory]
    [InlineData("identifier=5", null, "5")]
    [InlineData("identifier=urn:x|5", "urn:x", "5")]
    [InlineData("identifier=|5", "", "5")]
    [InlineData("identifier=urn:x|", "urn:x", null)]
    [InlineData(@"identifier=urn:x|a\|b", "urn:x", "a|b")]
    public void Tokens(string query, string? system, string? code) =>
        Assert.Equal(new TokenPredicate(system, code), Predicate<TokenPredicate>("Patient", query));

    [Fact]
    public void Token_modifiers()
    {
        Assert.Equal(new TokenTextPredicate("blood pressure"), Predicate<TokenTextPredicate>("Observation", "code:text=Blood%20Pressure"));
        Assert.Equal(
            new OfTypePredicate("http://terminology.hl7.org/CodeSystem/v2-0203", "MR", "5"),
            Predicate<OfTypePredicate>("Patient", "identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|5"));
        var not = Assert.IsType<E.Not>(Expression("Patient", "gender:not=male,female"));
        Assert.Equal(2, Assert.IsType<E.Or>(not.Part).Parts.Count);
    }

    [Theory]
    [InlineData("code:in=http://x", "not-supported")]
    [InlineData("code:not-in=http://x", "not-supported")]
    [InlineData("code:below=5", "not-supported")]
    [InlineData("subject:below=Patient/5", "invalid")]
    [InlineData("specimen:below=5", "invalid")]
    [InlineData("_id:in=5", "invalid")]
    [InlineData("_lastUpdated:not=2024", "invalid")]
    [InlineData("_id:missing=perhaps", "value")]
    [InlineData("_text:exact=a", "invalid")]
    [InlineData("_list:not=a", "invalid")]
    [InlineData("code:exact=5", "invalid")]
    [InlineData("date:not=2024", "invalid")]
    [InlineData("value-quantity:text=5", "invalid")]
    [InlineData("subject:Potato=5", "invalid")]
    [InlineData("subject:Organization=5", "invalid")]
    [InlineData("_text=", "value")]
    [InlineData("_content=-abc", "value")]
    [InlineData("_list=$current-problems", "not-supported")]
    [InlineData("_list=a%2Fb", "value")]
    [InlineData("_filter=a%20eq%20b", "not-supported")]
    [InlineData("_query=x", "not-supported")]
    [InlineData("_contained=yes", "value")]
    [InlineData("_containedType=all", "value")]
    [InlineData("_sort=_score", "not-supported")]
    [InlineData("colour=red", "not-supported")]
    [InlineData("date=yesterday", "value")]
    [InlineData("date=2024-13", "value")]
    [InlineData("date=2024-02-30", "value")]
    [InlineData("date=xx2024", "value")]
    [InlineData("value-quantity=five", "value")]
    [InlineData("value-quantity=5|mg", "value")]
    [InlineData("value-quantity=1e400", "value")]
    [InlineData("value-quantity=0e99999999999", "value")]
    [InlineData("code=", "value")]
    [InlineData("code=a,,b", "value")]
    [InlineData("code=|", "value")]
    [InlineData("code=a|b|c", "value")]
    [InlineData("code-value-quantity=a", "value")]
    [InlineData("code:missing=maybe", "value")]
    [InlineData("subject=Pateint/5", "value")]
    [InlineData("subject:Patient=Group/5", "value")]
    [InlineData("_id=a%2Fb", "value")]
    [InlineData("_count=-1", "value")]
    [InlineData("_count=many", "value")]
    [InlineData("_total=all", "value")]
    [InlineData("_summary=most", "value")]
    [InlineData("_elements=colour", "value")]
    [InlineData("_sort=colour", "not-supported")]
    [InlineData("_sort=code-value-quantity", "not-supported")]
    [InlineData("_include=subject", "value")]
    [InlineData("_include=Observation:code", "not-supported")]
    [InlineData("_include=Observation:subject:Practitioner", "value")]
    [InlineData("_type=Patient", "invalid")]
    [InlineData("subject.colour=red", "not-supported")]
    [InlineData("subject:Potato.name=a", "invalid")]
    [InlineData("code.name=a", "not-supported")]
    [InlineData("_has:Observation:code=a", "invalid")]
    [InlineData("_has:Potato:subject:code=a", "not-supported")]
    [InlineData("_has:Observation:patient:code=a", "invalid")]
    public void What_is_wrong_is_an_error_that_names_the_parameter(string query, string code)
    {
        var issue = Error("Observation", query);
        Assert.Equal((IssueSeverity.Error, code), (issue.Severity, issue.Code));
        Assert.Equal("http." + query[..query.IndexOf('=', StringComparison.Ordinal)], issue.Expression);
    }

    [Fact]
    public void An_unknown_parameter_is_answered_with_those_that_exist()
    {
        var issue = Error("Patient", "birthday=2000");
        Assert.Contains("birthdate", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("_lastUpdated", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("_filter", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("_query", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_is_told()
    {
        var parsed = Parse("Patient", "birthday=2000&name=a&birthdate=x");
        Assert.Equal(["http.birthday", "http.birthdate"], parsed.Issues.Select(i => i.Expression));
    }

    [Fact]
    public void Lenient_handling_leaves_out_what_it_does_not_understand()
    {
        var parsed = Parse("Patient", "birthday=2000&name=a&birthdate=x&_pretty=true", SearchHandling.Lenient);
        Assert.True(parsed.IsValid);
        Assert.All(parsed.Issues, i => Assert.Equal(IssueSeverity.Warning, i.Severity));
        Assert.Equal(["name=a", "_pretty=true"], parsed.Accepted.Select(p => $"{p.Key}={p.Value}"));
        Assert.IsType<E.Parameter>(parsed.Query!.Expression);
    }

    [Theory]
    [InlineData("birthdate=2000", SearchPrefix.Eq, "2000-01-01T00:00:00Z", "2001-01-01T00:00:00Z")]
    [InlineData("birthdate=ge2000-02", SearchPrefix.Ge, "2000-02-01T00:00:00Z", "2000-03-01T00:00:00Z")]
    [InlineData("birthdate=eb2000-02-03", SearchPrefix.Eb, "2000-02-03T00:00:00Z", "2000-02-04T00:00:00Z")]
    [InlineData("birthdate=sa2000-02-03T10:30", SearchPrefix.Sa, "2000-02-03T10:30:00Z", "2000-02-03T10:31:00Z")]
    [InlineData("birthdate=ne2000-02-03T10:30:15%2B01:00", SearchPrefix.Ne, "2000-02-03T09:30:15Z", "2000-02-03T09:30:16Z")]
    [InlineData("birthdate=lt2000-02-03T10:30:15+01:00", SearchPrefix.Lt, "2000-02-03T09:30:15Z", "2000-02-03T09:30:16Z")]
    [InlineData("birthdate=2000-02-03T10:30:15.5Z", SearchPrefix.Eq, "2000-02-03T10:30:15.5Z", "2000-02-03T10:30:15.6Z")]
    public void Dates(string query, SearchPrefix prefix, string from, string until) =>
        Assert.Equal(new RangePredicate(prefix, Utc(from), Utc(until) - 1), Predicate<RangePredicate>("Patient", query));

    [Fact]
    public void Approximate_dates_widen_with_their_distance_from_now()
    {
        // The clock stands at 2024-05-11; ten days after the end of the day asked for, a tenth is one day.
        var range = Predicate<RangePredicate>("Patient", "birthdate=ap2024-04-30");
        Assert.Equal((Utc("2024-04-29T00:00:00Z"), Utc("2024-05-02T00:00:00Z") - 1), (range.Low, range.High));
    }

    [Theory]
    [InlineData("probability=100", SearchPrefix.Eq, "99.5", "100.5")]
    [InlineData("probability=100.00", SearchPrefix.Eq, "99.995", "100.005")]
    [InlineData("probability=1e2", SearchPrefix.Eq, "50", "150")]
    [InlineData("probability=1.0e-1", SearchPrefix.Eq, "0.095", "0.105")]
    [InlineData("probability=gt-5.4", SearchPrefix.Gt, "-5.45", "-5.35")]
    [InlineData("probability=ap10", SearchPrefix.Ap, "9", "11")]
    public void Numbers_have_the_precision_that_they_are_written_with(string query, SearchPrefix prefix, string low, string high)
    {
        var number = Predicate<NumberPredicate>("RiskAssessment", query);
        Assert.Equal((prefix, decimal.Parse(low), decimal.Parse(high)), (number.Prefix, number.Low, number.High));
    }

    [Fact]
    public void Quantities()
    {
        var ucum = Predicate<QuantityPredicate>("Observation", "value-quantity=gt5.4|http://unitsofmeasure.org|mg");
        Assert.Equal(("http://unitsofmeasure.org", "mg"), (ucum.System, ucum.Code));
        Assert.Equal(("g", 0.0054m, SearchPrefix.Gt), (ucum.Canonical!.Units, ucum.Canonical.Number.Value, ucum.Canonical.Number.Prefix));
        Assert.Equal((5.35m, 5.45m), (ucum.Number.Low, ucum.Number.High));

        var unit = Predicate<QuantityPredicate>("Observation", "value-quantity=5.4||mg");
        Assert.Equal((null, "mg", null), (unit.System, unit.Code, unit.Canonical));
        var bare = Predicate<QuantityPredicate>("Observation", "value-quantity=5.4");
        Assert.Equal((null, null), (bare.System, bare.Code));
    }

    [Theory]
    [InlineData("subject=Patient/5", "Patient", "5", null, null)]
    [InlineData("subject=5", null, "5", null, null)]
    [InlineData("subject:Patient=5", "Patient", "5", null, null)]
    [InlineData("patient=5", "Patient", "5", null, null)]
    [InlineData("subject=Patient/5/_history/2", "Patient", "5", null, "2")]
    [InlineData("subject=http://hub.example/fhir/Patient/5", "Patient", "5", null, null)]
    [InlineData("subject=http://other.example/Patient/5", null, null, "http://other.example/Patient/5", null)]
    [InlineData("subject=urn:uuid:0b4b8a28-1b5d-4a5e-8a3f-1a2b3c4d5e6f", null, null, "urn:uuid:0b4b8a28-1b5d-4a5e-8a3f-1a2b3c4d5e6f", null)]
    [InlineData("subject=http://x.example/q|2.0", null, null, "http://x.example/q", "2.0")]
    public void References(string query, string? type, string? id, string? url, string? version) =>
        Assert.Equal(new ReferencePredicate(type, id, url, version), Predicate<ReferencePredicate>("Observation", query));

    [Fact]
    public void A_reference_is_searched_by_identifier() =>
        Assert.Equal(new ReferenceIdentifierPredicate("urn:x", "5"), Predicate<ReferenceIdentifierPredicate>("Observation", "subject:identifier=urn:x|5"));

    [Fact]
    public void Uris()
    {
        Assert.Equal(new UriPredicate(UriMatch.Exact, "http://a/b"), Predicate<UriPredicate>("ValueSet", "url=http://a/b"));
        Assert.Equal(new UriPredicate(UriMatch.Below, "http://a/b"), Predicate<UriPredicate>("ValueSet", "url:below=http://a/b"));
        Assert.Equal(new UriPredicate(UriMatch.Above, "http://a/b"), Predicate<UriPredicate>("ValueSet", "url:above=http://a/b"));
    }

    [Fact]
    public void A_composite_has_a_predicate_for_each_part()
    {
        var composite = Predicate<CompositePredicate>("Observation", "code-value-quantity=http://loinc.org|8480-6$gt100");
        Assert.Equal(new TokenPredicate("http://loinc.org", "8480-6"), composite.Components[0]);
        Assert.Equal(SearchPrefix.Gt, Assert.IsType<QuantityPredicate>(composite.Components[1]).Number.Prefix);
    }

    [Theory]
    [InlineData("near=47.07|15.43|10|km", 10_000)]
    [InlineData("near=47.07|15.43|500|m", 500)]
    [InlineData("near=47.07|15.43|1|[mi_i]", 1609.344)]
    [InlineData("near=47.07|15.43", 5000)]
    public void Near(string query, double metres) =>
        Assert.Equal(new NearPredicate(47.07, 15.43, metres), Predicate<NearPredicate>("Location", query));

    [Theory]
    [InlineData("near=91|0|1|km")]
    [InlineData("near=0|0|1|kg")]
    [InlineData("near=0|0|-1|km")]
    [InlineData("near=here")]
    public void A_wrong_place_is_refused(string query) => Assert.Equal("value", Error("Location", query).Code);

    [Fact]
    public void Missing()
    {
        Assert.Equal("gender", Assert.IsType<E.Missing>(Expression("Patient", "gender:missing=true")).Definition.Code);
        Assert.IsType<E.Missing>(Assert.IsType<E.Not>(Expression("Patient", "gender:missing=false")).Part);
    }

    [Fact]
    public void Ids_and_times()
    {
        Assert.Equal(["a", "b"], Assert.IsType<E.IdIn>(Expression("Patient", "_id=a,b")).Ids);
        Assert.Equal(SearchPrefix.Gt, Assert.IsType<E.LastUpdated>(Expression("Patient", "_lastUpdated=gt2024-05-01")).Range.Prefix);
    }

    [Fact]
    public void A_chain_leads_to_a_condition_on_the_target()
    {
        var chain = Assert.IsType<E.Chain>(Expression("Observation", "subject:Patient.name:exact=Ann"));
        Assert.Equal(("subject", "Patient"), (chain.Reference.Code, chain.TargetTypes.Single()));
        Assert.Equal(new StringPredicate(StringMatch.Exact, "Ann"), Assert.IsType<E.Parameter>(chain.Inner).Predicate);
    }

    [Fact]
    public void A_chain_without_type_tries_each_type_that_knows_the_parameter()
    {
        Assert.Equal(["Patient"], Assert.IsType<E.Chain>(Expression("Observation", "subject.birthdate=2000")).TargetTypes);
        var names = Assert.IsType<E.Or>(Expression("Observation", "subject.identifier=5")).Parts.Cast<E.Chain>();
        Assert.Equal(["Device", "Group", "Location", "Patient"], names.SelectMany(c => c.TargetTypes).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Chains_go_on()
    {
        var first = Assert.IsType<E.Chain>(Expression("Observation", "subject:Patient.organization.partof.name=x"));
        var second = Assert.IsType<E.Chain>(first.Inner);
        var third = Assert.IsType<E.Chain>(second.Inner);
        Assert.Equal("name", Assert.IsType<E.Parameter>(third.Inner).Definition.Code);
    }

    [Fact]
    public void Reverse_chains_nest_and_chain()
    {
        var has = Assert.IsType<E.ReverseChain>(Expression("Patient", "_has:Observation:patient:_has:AuditEvent:entity:agent.name=x"));
        Assert.Equal("Observation.patient", has.Reference.Key);
        var inner = Assert.IsType<E.ReverseChain>(has.Inner);
        Assert.Equal("AuditEvent.entity", inner.Reference.Key);

        var chain = Assert.IsType<E.Chain>(Expression("Encounter", "patient._has:Group:member:_id=g"));
        Assert.IsType<E.IdIn>(Assert.IsType<E.ReverseChain>(chain.Inner).Inner);
    }

    [Fact]
    public void A_chain_without_end_is_refused()
    {
        Assert.Equal("too-costly", Error("Organization", string.Concat(Enumerable.Repeat("partof.", 40)) + "name=a").Code);
        Assert.Equal("too-costly", Error("Basic", string.Concat(Enumerable.Repeat("subject.", 6)) + "_id=a").Code);
    }

    [Fact]
    public void Result_parameters()
    {
        var parsed = Parse("Patient", "_count=50&_sort=-birthdate,_id&_total=accurate&_summary=data&_elements=name,gender&_include=Patient:organization&_revinclude:iterate=Observation:subject:Patient&_include=*");
        var query = parsed.Query!;
        Assert.Equal((50, TotalMode.Accurate), (query.Count, query.Total));
        Assert.Equal([("birthdate", true), ("_id", false)], query.Sort.Select(k => (k.Code, k.Descending)));
        Assert.Equal(SummaryMode.Data, parsed.Options.Summary);
        Assert.Equal(["name", "gender"], parsed.Options.Elements);
        Assert.Equal(
            [("Patient", "organization", null, false, false), ("Observation", "subject", "Patient", true, true), ("Patient", null, null, false, false)],
            query.Includes.Select(i => (i.SourceType, i.Parameter?.Code, i.TargetType, i.Reverse, i.Iterate)));
    }

    [Theory]
    [InlineData("_count=0")]
    [InlineData("_summary=count")]
    [InlineData("_summary=count&_count=10")]
    [InlineData("_count=0&_total=none")]
    public void Asking_for_a_count_gives_a_count_only(string query)
    {
        var parsed = Parse("Patient", query, SearchHandling.Lenient);
        Assert.Equal((0, TotalMode.Accurate, SummaryMode.Count), (parsed.Query!.Count, parsed.Query.Total, parsed.Options.Summary));
    }

    [Fact]
    public void A_page_too_large_is_cut_and_says_so()
    {
        var parsed = Parse("Patient", "_count=99999999999999999999");
        Assert.Equal(1000, parsed.Query!.Count);
        Assert.Equal(IssueSeverity.Warning, Assert.Single(parsed.Issues).Severity);
    }

    [Fact]
    public void A_search_over_several_types_uses_the_parameter_of_each()
    {
        var parsed = Parse(new SearchRequest { Parameters = QueryString.Parse("_type=Patient,Observation&_tag=a&_lastUpdated=gt2024") });
        Assert.Equal(["Patient", "Observation"], parsed.Query!.ResourceTypes);
        var or = Assert.IsType<E.Or>(Assert.IsType<E.And>(parsed.Query.Expression).Parts[0]);
        Assert.Equal(["Patient._tag", "Observation._tag"], or.Parts.Cast<E.Parameter>().Select(p => p.Definition.Key));

        var all = Parse(new SearchRequest { Parameters = QueryString.Parse("_id=5") });
        Assert.Equal(146, all.Query!.ResourceTypes.Count);
        Assert.False(Parse(new SearchRequest { Parameters = QueryString.Parse("_type=Potato") }).IsValid);
        Assert.False(Parse(new SearchRequest { Parameters = QueryString.Parse("birthdate=2000") }).IsValid);
    }

    [Fact]
    public void A_compartment_is_a_condition()
    {
        var compartment = new E.InCompartment("Patient", "5");
        var parsed = Parse(new SearchRequest { ResourceType = "Observation", Compartment = compartment, Parameters = QueryString.Parse("code=x") });
        Assert.Equal(compartment, Assert.IsType<E.And>(parsed.Query!.Expression).Parts[0]);

        var all = Parse(new SearchRequest { Compartment = compartment, Parameters = [] });
        Assert.Contains("Condition", all.Query!.ResourceTypes);
        Assert.DoesNotContain("Medication", all.Query.ResourceTypes);
        Assert.False(Parse(new SearchRequest { ResourceType = "Medication", Compartment = compartment, Parameters = [] }).IsValid);
    }

    [Fact]
    public async Task A_condition_of_a_conditional_interaction_is_a_search()
    {
        var parsed = await Parser.ParseConditionAsync("Patient", "?identifier=urn:x|5&_format=json", CancellationToken.None);
        Assert.Equal(new TokenPredicate("urn:x", "5"), Assert.IsType<E.Parameter>(parsed.Query!.Expression).Predicate);
        Assert.Equal(2, parsed.Accepted.Count);
    }

    [Fact]
    public void Sizes_are_bounded()
    {
        Assert.Equal("too-costly", Error("Patient", "_id=" + string.Join(',', Enumerable.Repeat("a", 5000))).Code);
        Assert.Equal("too-long", Error("Patient", "name=" + new string('a', 100_000)).Code);
        Assert.Equal("too-long", Error("Patient", new string('a', 100_000) + "=1").Code);
        Assert.Equal("too-costly", Error("Patient", string.Join('&', Enumerable.Repeat("name=a", 1000))).Code);
    }

    internal sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 5, 11, 0, 0, 0, TimeSpan.Zero);
    }
}
