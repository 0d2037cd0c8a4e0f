// The registry: every parameter of R4 for every type that it searches.

using FhirHub.Model;

namespace FhirHub.Search.Tests;

public class SearchParameterRegistryTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.R4;

    [Fact]
    public void All_official_parameters_are_there()
    {
        var urls = Schema.R4.ResourceTypes.SelectMany(t => Registry.ForType(t.Name)).Select(p => p.Url).Distinct(StringComparer.Ordinal);
        Assert.Equal(R4Definitions.SearchParameters.Count, urls.Count());
        Assert.Equal(1375, R4Definitions.SearchParameters.Count);
    }

    [Theory]
    [InlineData("Patient", "name", "Patient.name")]
    [InlineData("Practitioner", "given", "Practitioner.name.given")]
    [InlineData("Patient", "birthdate", "Patient.birthDate")]
    [InlineData("Observation", "patient", "Observation.subject.where(resolve() is Patient)")]
    [InlineData("Patient", "_tag", "Resource.meta.tag")]
    [InlineData("Observation", "value-quantity", "(Observation.value as Quantity) | (Observation.value as SampledData)")]
    [InlineData("Observation", "combo-code-value-quantity", "Observation | Observation.component")]
    [InlineData("InsurancePlan", "name", "name | alias")]
    [InlineData("Patient", "deceased", "Patient.deceased.exists() and Patient.deceased != false")]
    public void An_expression_keeps_the_parts_of_its_type(string type, string code, string expression) =>
        Assert.Equal(expression, Registry.Find(type, code)!.Expression);

    [Fact]
    public void No_expression_of_the_standard_leads_to_nothing_of_its_type() => Assert.All(
        R4Definitions.SearchParameters,
        standard => Assert.DoesNotContain(
            SearchParameterReader.Check(standard with { Url = "urn:own", Code = "own" }, Registry), issue => issue.Diagnostics!.Contains("finds nothing", StringComparison.Ordinal)));

    [Fact]
    public void Only_the_parameters_of_the_standard_without_expression_extract_nothing()
    {
        var without = Schema.R4.ResourceTypes.SelectMany(t => Registry.ForType(t.Name)).Where(p => p.Expression is null);
        Assert.Equal(["_content", "_query", "_text"], without.Select(p => p.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Observation", "date", true)]
    [InlineData("Observation", "value-quantity", true)]
    [InlineData("Patient", "birthdate", true)]
    [InlineData("Encounter", "date", true)]
    [InlineData("Encounter", "location-period", false)]
    [InlineData("Observation", "combo-value-quantity", false)]
    [InlineData("Patient", "name", false)]
    [InlineData("Patient", "deceased", false)]
    public void A_parameter_knows_whether_a_resource_has_one_value_at_most(string type, string code, bool expected) =>
        Assert.Equal(expected, Registry.Find(type, code)!.IsSingleValued);

    [Fact]
    public void A_composite_knows_its_parts()
    {
        var parameter = Registry.Find("Observation", "code-value-quantity")!;
        Assert.Equal(SearchParameterType.Composite, parameter.Type);
        Assert.Equal([SearchParameterType.Token, SearchParameterType.Quantity], parameter.Components.Select(c => c.Parameter.Type));
    }

    [Theory]
    [InlineData("Observation", "subject", "Group Device Patient Location")]
    [InlineData("Observation", "patient", "Patient")]
    [InlineData("Condition", "encounter", "Encounter")]
    [InlineData("Composition", "entry", "")]
    [InlineData("PlanDefinition", "definition", "Questionnaire PlanDefinition ActivityDefinition")]
    public void A_reference_knows_the_targets_that_its_type_allows(string type, string code, string targets) =>
        Assert.Equal(targets.Split(' ', StringSplitOptions.RemoveEmptyEntries), Registry.Find(type, code)!.TargetTypes);

    [Fact]
    public void Unknown_types_and_codes_have_no_parameter()
    {
        Assert.Null(Registry.Find("Patient", "colour"));
        Assert.Null(Registry.Find("DomainResource", "_tag"));
        Assert.Empty(Registry.ForType("Potato"));
    }

    [Fact]
    public void A_parameter_can_be_added()
    {
        var more = Registry.With(
            [new SearchParameterDefinition("http://example.org/sp", "nationality", "nationality", "token",
                "Patient.extension('http://example.org/nationality').value", ["Patient"], [], [])]);
        Assert.NotNull(more.Find("Patient", "nationality"));
        Assert.NotNull(more.Find("Patient", "name"));
        Assert.Null(Registry.Find("Patient", "nationality"));

        var patient = Resources.Parse(
            """{'resourceType':'Patient','extension':[{'url':'http://example.org/nationality','valueCode':'CN'}]}""");
        var entry = Assert.Single(new IndexExtractor(more).Extract(patient).Entries, e => e.Parameter.Code == "nationality");
        Assert.Equal("CN", Assert.IsType<TokenEntry>(entry).Code);
    }

    [Fact]
    public void Parameters_that_find_the_same_share_their_values()
    {
        var name = SearchParameterRegistry.R4.Find("Patient", "name")!;
        var phonetic = SearchParameterRegistry.R4.Find("Patient", "phonetic")!;
        var family = SearchParameterRegistry.R4.Find("Patient", "family")!;

        Assert.Equal("Patient.name", phonetic.IndexKey);
        Assert.True(phonetic.SharesIndex);
        Assert.False(name.SharesIndex);
        Assert.Equal("Patient.family", family.IndexKey);
    }

    [Fact]
    public void An_added_parameter_has_an_index_key_of_what_it_extracts()
    {
        var prefix = Added("title", "Patient.name.prefix");
        Assert.True(prefix.HasAddedIndex);
        Assert.Equal(prefix.IndexKey, Added("salutation", "Patient.name.prefix").IndexKey);
        Assert.NotEqual(prefix.IndexKey, Added("title", "Patient.name.suffix").IndexKey);

        // What a parameter of the standard finds is there already.
        var born = Added("born", "Patient.birthDate", "date");
        Assert.False(born.HasAddedIndex);
        Assert.Equal("Patient.birthdate", born.IndexKey);

        static SearchParameter Added(string code, string expression, string type = "string") => Registry
            .With([new SearchParameterDefinition($"urn:{code}", code, code, type, expression, ["Patient"], [], [])]).Find("Patient", code)!;
    }

    [Fact]
    public void A_fingerprint_tells_another_configuration()
    {
        var options = new IndexOptions { BaseUrls = ["http://a/fhir", "http://b/fhir"] };
        var fingerprint = IndexFingerprint.Of(Registry, options);

        Assert.Equal(fingerprint, IndexFingerprint.Of(Registry, options with { BaseUrls = ["http://b/fhir", "http://a/fhir"] }));
        Assert.NotEqual(fingerprint, IndexFingerprint.Of(Registry, options with { BaseUrls = ["http://a/fhir"] }));
        Assert.NotEqual(fingerprint, IndexFingerprint.Of(Registry, options with { Pinyin = !options.Pinyin }));
    }

    [Theory]
    [InlineData("Patient.birthDate < today()")]
    [InlineData("Patient.name.where(period.start <= now ( ))")]
    public void An_expression_must_not_depend_on_the_time(string expression)
    {
        var definition = new SearchParameterDefinition("urn:x", "x", "x", "token", expression, ["Patient"], [], []);
        var issue = Assert.Single(SearchParameterReader.Check(definition, Registry));
        Assert.Equal("SearchParameter.expression", issue.Expression);
    }
}
