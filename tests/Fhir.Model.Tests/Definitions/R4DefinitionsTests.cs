// The embedded conformance resources: whole, found by URL and id, and in the short form for search.

using System.Text.Json;

namespace FhirHub.Model.Tests.Definitions;

public sealed class R4DefinitionsTests
{
    [Theory]
    [InlineData("StructureDefinition", 649)]
    [InlineData("SearchParameter", 1375)]
    [InlineData("OperationDefinition", 46)]
    [InlineData("CompartmentDefinition", 5)]
    [InlineData("CapabilityStatement", 2)]
    [InlineData("CodeSystem", 495 + 424 + 143)]
    [InlineData("ValueSet", 672 + 428 + 216)]
    [InlineData("ConceptMap", 19)]
    [InlineData("Patient", 0)]
    public void All_resources_of_a_type_are_there_and_can_be_found(string type, int count)
    {
        var all = R4Definitions.All(type).ToList();
        Assert.Equal(count, all.Count);
        // Every lookup opens a block, so the largest types are probed at intervals.
        foreach (var json in all.Where((_, i) => i % 13 == 0))
        {
            using var resource = JsonDocument.Parse(json);
            Assert.Equal(type, resource.RootElement.GetProperty("resourceType").GetString());
            Assert.Equal(json.ToArray(), R4Definitions.Find(type, resource.RootElement.GetProperty("url").GetString()!)!.Value.ToArray());
            Assert.Equal(json.ToArray(), R4Definitions.FindById(type, resource.RootElement.GetProperty("id").GetString()!)!.Value.ToArray());
        }
    }

    [Fact]
    public void A_canonical_may_name_its_version()
    {
        const string url = "http://hl7.org/fhir/StructureDefinition/Patient";
        Assert.NotNull(R4Definitions.Find("StructureDefinition", url));
        Assert.NotNull(R4Definitions.Find("StructureDefinition", url + "|4.0.1"));
        Assert.Null(R4Definitions.Find("StructureDefinition", url + "|3.0.2"));
        Assert.Null(R4Definitions.Find("ValueSet", url));
        Assert.NotNull(R4Definitions.Find("CodeSystem", "http://terminology.hl7.org/CodeSystem/v2-0360|2.7"));
        Assert.Null(R4Definitions.FindById("StructureDefinition", "patient"));
    }

    [Fact]
    public void Search_parameters_have_what_search_needs()
    {
        var byUrl = R4Definitions.SearchParameters.ToDictionary(parameter => parameter.Url, StringComparer.Ordinal);
        Assert.Equal(1375, byUrl.Count);

        var subject = byUrl["http://hl7.org/fhir/SearchParameter/clinical-patient"];
        Assert.Equal(("patient", "patient", "reference"), (subject.Code, subject.Name, subject.Type));
        Assert.Contains("AllergyIntolerance", subject.Base);
        Assert.Contains("Patient", subject.Target);
        Assert.Contains("AllergyIntolerance.patient", subject.Expression, StringComparison.Ordinal);

        var composite = byUrl["http://hl7.org/fhir/SearchParameter/Observation-code-value-quantity"];
        Assert.Equal("composite", composite.Type);
        Assert.Equal(
            [
                new SearchParameterDefinitionComponent("http://hl7.org/fhir/SearchParameter/clinical-code", "code"),
                new SearchParameterDefinitionComponent("http://hl7.org/fhir/SearchParameter/Observation-value-quantity", "value.as(Quantity)"),
            ],
            composite.Components);
        Assert.All(
            R4Definitions.SearchParameters.SelectMany(parameter => parameter.Components),
            component => Assert.Contains(component.Definition, byUrl));
    }

    [Fact]
    public void Search_parameters_speak_of_types_that_the_schema_has()
    {
        Assert.All(
            R4Definitions.SearchParameters.SelectMany(parameter => parameter.Base.Concat(parameter.Target)),
            type => Assert.True(Schema.R4.FindType(type)?.IsResource, type));
    }

    [Fact]
    public void Compartments_name_parameters_that_exist()
    {
        Assert.Equal(["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"], R4Definitions.Compartments.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["subject", "performer"], R4Definitions.Compartments["Patient"]["Observation"]);
        Assert.Equal(["{def}"], R4Definitions.Compartments["Encounter"]["Encounter"]);
        Assert.False(R4Definitions.Compartments["Patient"].ContainsKey("Organization"));

        var known = R4Definitions.SearchParameters
            .SelectMany(parameter => parameter.Base.Select(type => (type, parameter.Code)))
            .ToHashSet();
        var missing = R4Definitions.Compartments.Values
            .SelectMany(compartment => compartment)
            .SelectMany(member => member.Value.Where(code => code != "{def}").Select(code => (member.Key, code)))
            .Where(parameter => !known.Contains(parameter))
            .Distinct();
        Assert.Empty(missing);
    }
}
