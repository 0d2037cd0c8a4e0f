// What each kind of predicate finds.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task Tokens_by_code_system_and_display()
    {
        await CommitAsync(
            Put("Observation", "a", new TestResource("a").Token(Parameters.Code, "http://loinc.org", "8302-2", "Body Height")),
            Put("Observation", "b", new TestResource("b").Token(Parameters.Code, "http://snomed.info/sct", "8302-2")),
            Put("Observation", "c", new TestResource("c").Token(Parameters.Code, null, "8302-2", "Height of body")),
            Put("Observation", "d", new TestResource("d").Token(Parameters.Code, null, null, "body temperature")),
            Put("Observation", "e", new TestResource("e").Token(Parameters.Code, "http://snomed.info/sct", "271649006", "Body Height").Token(Parameters.Code, null, "0123")));

        Assert.Equal("a b c", await IdsAsync(Parameters.Code, new TokenPredicate(null, "8302-2")));
        Assert.Equal("a", await IdsAsync(Parameters.Code, new TokenPredicate("http://loinc.org", "8302-2")));
        Assert.Equal("c", await IdsAsync(Parameters.Code, new TokenPredicate("", "8302-2")));
        Assert.Equal("b e", await IdsAsync(Parameters.Code, new TokenPredicate("http://snomed.info/sct", null)));
        Assert.Equal("", await IdsAsync(Parameters.Code, new TokenPredicate("http://unheard.of", "8302-2")));
        Assert.Equal("e", await IdsAsync(Parameters.Code, new TokenPredicate(null, "271649006")));
        Assert.Equal("e", await IdsAsync(Parameters.Code, new TokenPredicate(null, "0123")));
        Assert.Equal("", await IdsAsync(Parameters.Code, new TokenPredicate(null, "123")));
        Assert.Equal("a d e", await IdsAsync(Parameters.Code, new TokenTextPredicate("body")));
        Assert.Equal("a e", await IdsAsync(Parameters.Code, new TokenTextPredicate("body h")));
        Assert.Equal("b c d", await IdsAsync("Observation", new SearchExpression.Not(new SearchExpression.Or(
        [
            new SearchExpression.Parameter(Parameters.Code, new TokenPredicate("http://loinc.org", "8302-2")),
            new SearchExpression.Parameter(Parameters.Code, new TokenPredicate(null, "0123")),
        ]))));
    }

    [Fact]
    public async Task Identifiers_by_type_and_references_by_identifier()
    {
        await CommitAsync(
            Put("Patient", "a", new TestResource("a").With(new TokenEntry(Parameters.Identifier, "http://ids", "7") { IdentifierType = ("http://types", "MR") })),
            Put("Patient", "b", new TestResource("b").With(new TokenEntry(Parameters.Identifier, "http://ids", "7") { IdentifierType = ("http://types", "SS") })),
            Put("Observation", "c", new TestResource("c").With(new ReferenceEntry(Parameters.Subject, null, null, null) { IdentifierSystem = "http://ids", IdentifierValue = "7" })));

        Assert.Equal("a", await IdsAsync(Parameters.Identifier, new OfTypePredicate("http://types", "MR", "7")));
        Assert.Equal("", await IdsAsync(Parameters.Identifier, new OfTypePredicate("http://types", "MR", "8")));
        Assert.Equal("c", await IdsAsync(Parameters.Subject, new ReferenceIdentifierPredicate("http://ids", "7")));
        Assert.Equal("c", await IdsAsync(Parameters.Subject, new ReferenceIdentifierPredicate(null, "7")));
        Assert.Equal("", await IdsAsync(Parameters.Subject, new ReferenceIdentifierPredicate("", "7")));
    }

    [Fact]
    public async Task Strings_by_start_part_and_exact_text()
    {
        await CommitAsync(
            Put("Patient", "a", new TestResource("a").String(Parameters.Name, "Müller")),
            Put("Patient", "b", new TestResource("b").String(Parameters.Name, "MULLER-Lüdenscheidt")),
            Put("Patient", "c", new TestResource("c").String(Parameters.Name, "张三丰").String(Parameters.Name, "muller")));

        Assert.Equal("a b c", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.StartsWith, "mull")));
        Assert.Equal("b", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.Contains, "luden")));
        Assert.Equal("a", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.Exact, "Müller")));
        Assert.Equal("c", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.Exact, "muller")));
        Assert.Equal("c", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.StartsWith, "张三")));
        Assert.Equal("c", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.Contains, "三丰")));
        Assert.Equal("", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.StartsWith, "%")));
    }

    [Theory]
    [InlineData(SearchPrefix.Eq, "day hour")]
    [InlineData(SearchPrefix.Ne, "before year open after long")]
    [InlineData(SearchPrefix.Gt, "year open after long")]
    [InlineData(SearchPrefix.Ge, "day hour year open after long")]
    [InlineData(SearchPrefix.Lt, "before year long")]
    [InlineData(SearchPrefix.Le, "before day hour year long")]
    [InlineData(SearchPrefix.Sa, "open after")]
    [InlineData(SearchPrefix.Eb, "before")]
    [InlineData(SearchPrefix.Ap, "day hour year long")]
    public async Task Dates_by_how_their_period_lies_to_the_asked_one(SearchPrefix prefix, string expected)
    {
        await CommitAsync(
            Put("Observation", "before", new TestResource("1").Date(Parameters.Date, "2024-05-09T00:00:00", "2024-05-09T23:59:59.999999")),
            Put("Observation", "day", new TestResource("2").Date(Parameters.Date, "2024-05-10T00:00:00", "2024-05-10T23:59:59.999999")),
            Put("Observation", "hour", new TestResource("3").Date(Parameters.Date, "2024-05-10T10:00:00")),
            Put("Observation", "year", new TestResource("4").Date(Parameters.Date, "2024-01-01T00:00:00", "2024-12-31T23:59:59.999999")),
            Put("Observation", "open", new TestResource("5").With(new DateEntry(Parameters.Date, TestResource.Instant("2024-05-11"), long.MaxValue))),
            Put("Observation", "after", new TestResource("6").Date(Parameters.Date, "2024-05-11T00:00:00")),
            Put("Observation", "long", new TestResource("7").Date(Parameters.Date, "2020-01-01T00:00:00", "2030-01-01T00:00:00")));
        var asked = new RangePredicate(prefix, TestResource.Instant("2024-05-10T00:00:00"), TestResource.Instant("2024-05-10T23:59:59.999999"));

        Assert.Equal(expected, await IdsAsync(Parameters.Date, asked));

        // The same as a test beside another condition that finds fewer.
        Assert.Equal(
            expected.Split(' ').Contains("hour") ? "hour" : "",
            await IdsAsync("Observation", new SearchExpression.And([new SearchExpression.IdIn(["hour"]), new SearchExpression.Parameter(Parameters.Date, asked)])));
    }

    [Theory]
    [InlineData(SearchPrefix.Eq, "0.40 0.405")]
    [InlineData(SearchPrefix.Ne, "-1 0.3 0.41 wide")]
    [InlineData(SearchPrefix.Gt, "0.405 0.41 wide")]
    [InlineData(SearchPrefix.Ge, "0.40 0.405 0.41 wide")]
    [InlineData(SearchPrefix.Lt, "-1 0.3 wide")]
    [InlineData(SearchPrefix.Le, "-1 0.3 0.40 wide")]
    [InlineData(SearchPrefix.Sa, "0.405 0.41")]
    [InlineData(SearchPrefix.Eb, "-1 0.3")]
    public async Task Numbers_by_value_and_implicit_precision(SearchPrefix prefix, string expected)
    {
        foreach (var number in new[] { -1m, 0.3m, 0.40m, 0.405m, 0.41m })
            await PutAsync("RiskAssessment", number.ToString(System.Globalization.CultureInfo.InvariantCulture), new TestResource($"{number}").Number(Parameters.Probability, number));
        await PutAsync("RiskAssessment", "wide", new TestResource("w").With(new NumberEntry(Parameters.Probability, 0.2m, 0.9m, 0.2m)));

        Assert.Equal(expected, await IdsAsync(Parameters.Probability, new NumberPredicate(prefix, 0.40m, 0.395m, 0.408m)));
    }

    [Fact]
    public async Task Numbers_are_exact_and_in_order()
    {
        decimal[] numbers =
        [
            decimal.MinValue, -100.5m, -100m, -99.99m, -1m, -0.5m, -0.0000000000000000000000000001m, 0m, 0.0000000000000000000000000001m, 0.09m, 0.1m, 0.10000000000000001m,
            0.5m, 0.99m, 1m, 1.5m, 9.9m, 10m, 99m, 100m, 100.5m, 1234567890.0987654321m, decimal.MaxValue,
        ];
        foreach (var (number, i) in numbers.Select(static (number, i) => (number, i)).Reverse())
            await PutAsync("RiskAssessment", $"n{i:00}", new TestResource($"{i}").Number(Parameters.Probability, number));

        var page = await SearchAsync(Query("RiskAssessment", Everything) with { Sort = [new SortKey("probability", Parameters.Probability, false)], Count = 100 });
        Assert.Equal(string.Join(' ', numbers.Select(static (_, i) => $"n{i:00}")), Ids(page));
        for (var i = 0; i < numbers.Length; i++)
            Assert.Equal(i, (await SearchAsync(Query("RiskAssessment", new SearchExpression.Parameter(Parameters.Probability, new NumberPredicate(SearchPrefix.Lt, numbers[i], numbers[i], numbers[i]))) with { Count = 100 })).Matches.Count);
    }

    [Fact]
    public async Task Quantities_by_unit_and_by_canonical_units()
    {
        static QuantityEntry Mass(decimal value, string code, decimal grams) => new(Parameters.Value, value, value, value, "http://unitsofmeasure.org", code, code)
        {
            CanonicalUnits = "g",
            Canonical = (grams, grams, grams),
        };
        await CommitAsync(
            Put("Observation", "a", new TestResource("a").With(Mass(5.4m, "mg", 0.0054m))),
            Put("Observation", "b", new TestResource("b").With(Mass(0.0054m, "g", 0.0054m))),
            Put("Observation", "c", new TestResource("c").With(new QuantityEntry(Parameters.Value, 5.4m, 5.4m, 5.4m, null, null, "mg"))),
            Put("Observation", "d", new TestResource("d").With(new QuantityEntry(Parameters.Value, 5.4m, 5.4m, 5.4m, "http://acme.org", "mg", "milli"))));
        var number = new NumberPredicate(SearchPrefix.Eq, 5.4m, 5.35m, 5.45m);
        var canonical = new CanonicalQuantity(new NumberPredicate(SearchPrefix.Eq, 0.0054m, 0.00535m, 0.00545m), "g");

        Assert.Equal("a c d", await IdsAsync(Parameters.Value, new QuantityPredicate(number, null, null, null)));
        Assert.Equal("a c d", await IdsAsync(Parameters.Value, new QuantityPredicate(number, null, "mg", null)));
        Assert.Equal("d", await IdsAsync(Parameters.Value, new QuantityPredicate(number, null, "milli", null)));
        Assert.Equal("a", await IdsAsync(Parameters.Value, new QuantityPredicate(number, "http://unitsofmeasure.org", "mg", null)));
        Assert.Equal("a b", await IdsAsync(Parameters.Value, new QuantityPredicate(number, "http://unitsofmeasure.org", "mg", canonical)));
        Assert.Equal("", await IdsAsync(Parameters.Value, new QuantityPredicate(number with { Prefix = SearchPrefix.Gt }, null, "mg", null)));
        Assert.Equal("a c d", await IdsAsync(Parameters.Value, new QuantityPredicate(number with { Prefix = SearchPrefix.Ge }, null, "mg", null)));
    }

    [Fact]
    public async Task References_to_local_and_other_resources()
    {
        await CommitAsync(
            Put("Observation", "a", new TestResource("a").Reference(Parameters.Subject, "Patient", "1")),
            Put("Observation", "b", new TestResource("b").Reference(Parameters.Subject, "Group", "1")),
            Put("Observation", "c", new TestResource("c").With(new ReferenceEntry(Parameters.Subject, null, null, "http://elsewhere/Patient/1"))),
            Put("Observation", "d", new TestResource("d").With(new ReferenceEntry(Parameters.Subject, "Patient", "1", null, "3"))));

        Assert.Equal("a d", await IdsAsync(Parameters.Subject, new ReferencePredicate("Patient", "1", null)));
        Assert.Equal("a b d", await IdsAsync(Parameters.Subject, new ReferencePredicate(null, "1", null)));
        Assert.Equal("d", await IdsAsync(Parameters.Subject, new ReferencePredicate("Patient", "1", null, "3")));
        Assert.Equal("c", await IdsAsync(Parameters.Subject, new ReferencePredicate(null, null, "http://elsewhere/Patient/1")));
        Assert.Equal("", await IdsAsync(Parameters.Subject, new ReferencePredicate("Patient", "2", null)));
    }

    [Fact]
    public async Task Uris_equal_above_and_below()
    {
        string[] uris = ["http://acme.org/fhir", "http://acme.org/fhir/ValueSet/a", "http://acme.org/fhirx", "http://acme.org", "urn:oid:1.2.3"];
        foreach (var (uri, i) in uris.Select(static (uri, i) => (uri, i)))
            await PutAsync("ValueSet", $"v{i}", new TestResource(uri).With(new UriEntry(Parameters.Url, uri)));

        Assert.Equal("v0", await IdsAsync(Parameters.Url, new UriPredicate(UriMatch.Exact, "http://acme.org/fhir")));
        Assert.Equal("v0 v1", await IdsAsync(Parameters.Url, new UriPredicate(UriMatch.Below, "http://acme.org/fhir")));
        Assert.Equal("v0 v1 v3", await IdsAsync(Parameters.Url, new UriPredicate(UriMatch.Above, "http://acme.org/fhir/ValueSet/a")));
        Assert.Equal("v4", await IdsAsync(Parameters.Url, new UriPredicate(UriMatch.Above, "urn:oid:1.2.3")));
    }

    [Fact]
    public async Task Positions_near_a_point()
    {
        await CommitAsync(
            Put("Location", "here", new TestResource("1").With(new PositionEntry(Parameters.Near, 31.2304, 121.4737))),
            Put("Location", "near", new TestResource("2").With(new PositionEntry(Parameters.Near, 31.2394, 121.4737))),
            Put("Location", "far", new TestResource("3").With(new PositionEntry(Parameters.Near, 39.9042, 116.4074))));

        Assert.Equal("here", await IdsAsync(Parameters.Near, new NearPredicate(31.2304, 121.4737, 900)));
        Assert.Equal("here near", await IdsAsync(Parameters.Near, new NearPredicate(31.2304, 121.4737, 1_100)));
        Assert.Equal("here near far", await IdsAsync(Parameters.Near, new NearPredicate(31.2304, 121.4737, 2_000_000)));
    }

    [Fact]
    public async Task Composites_match_values_of_one_element_only()
    {
        static CompositeEntry Pair(string system, string code, decimal value) => new(
            Parameters.CodeValue,
            [new TokenEntry(Parameters.Code, system, code), new QuantityEntry(Parameters.Value, value, value, value, null, "kg", "kg")]);
        await CommitAsync(
            Put("Observation", "a", new TestResource("a").With(Pair("http://x", "height", 180), Pair("http://x", "weight", 80))),
            Put("Observation", "b", new TestResource("b").With(Pair("http://x", "height", 80), Pair("http://y", "weight", 180))));

        static CompositePredicate Asked(string? system, string code, SearchPrefix prefix, decimal value) => new(
            [new TokenPredicate(system, code), new QuantityPredicate(new NumberPredicate(prefix, value, value - 0.5m, value + 0.5m), null, "kg", null)]);
        Assert.Equal("a", await IdsAsync(Parameters.CodeValue, Asked(null, "height", SearchPrefix.Eq, 180)));
        Assert.Equal("b", await IdsAsync(Parameters.CodeValue, Asked(null, "weight", SearchPrefix.Gt, 100)));
        Assert.Equal("", await IdsAsync(Parameters.CodeValue, Asked("http://x", "weight", SearchPrefix.Gt, 100)));
        Assert.Equal("a b", await IdsAsync(Parameters.CodeValue, Asked(null, "weight", SearchPrefix.Ge, 80)));
    }

    [Fact]
    public async Task Missing_values()
    {
        await CommitAsync(
            Put("Patient", "a", new TestResource("a").Token(Parameters.Gender, null, "male")),
            Put("Patient", "b", new TestResource("b").String(Parameters.Name, "B")),
            Put("Patient", "c", new TestResource("c")));

        Assert.Equal("b c", await IdsAsync("Patient", new SearchExpression.Missing(Parameters.Gender)));
        Assert.Equal("a c", await IdsAsync("Patient", new SearchExpression.Missing(Parameters.Name)));
        Assert.Equal("a b c", await IdsAsync("Patient", new SearchExpression.Missing(Parameters.BirthDate)));
        Assert.Equal("a", await IdsAsync("Patient", new SearchExpression.Not(new SearchExpression.Missing(Parameters.Gender))));
        await PutAsync("Patient", "a", new TestResource("a"));
        Assert.Equal("a b c", await IdsAsync("Patient", new SearchExpression.Missing(Parameters.Gender)));
    }
}
