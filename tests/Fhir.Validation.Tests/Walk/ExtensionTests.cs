// Extensions: their definition, their place, their value.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

public sealed class ExtensionTests
{
    private const string Url = "http://example.org/StructureDefinition/e";

    private static string Definition(string context, string elements = """{"id":"Extension.value[x]","path":"Extension.value[x]","min":1,"type":[{"code":"string"}]}""", string more = "", bool isModifier = false) =>
        ProfileText.Of(
            "Extension", $$"""{"id":"Extension.url","path":"Extension.url","fixedUri":"{{Url}}"},{{elements}}""", "e", $"\"context\":[{context}],{more}")
            .Replace("""{"id":"Extension","path":"Extension"}""", $$"""{"id":"Extension","path":"Extension","isModifier":{{(isModifier ? "true" : "false")}}}""", StringComparison.Ordinal);

    private static string Element(string path) => $$"""{"type":"element","expression":"{{path}}"}""";

    private static async Task<List<Issue>> ErrorsAsync(string definition, string resource) => Issues.Errors(await TestResources.Of(definition).ValidateAsync(resource));

    private static string Patient(string members) => $$"""{"resourceType":"Patient",{{members}} }""";

    private const string Extension = """ {"url":"http://example.org/StructureDefinition/e","valueString":"x"} """;

    [Theory]
    [InlineData("Patient", true)]
    [InlineData("DomainResource", true)]
    [InlineData("Resource", true)]
    [InlineData("Element", true)]
    [InlineData("Patient.name", false)]
    [InlineData("Observation", false)]
    public async Task An_extension_of_a_resource_stands_where_its_definition_allows(string context, bool isRight)
    {
        var errors = await ErrorsAsync(Definition(Element(context)), Patient($"\"extension\":[{Extension}]"));

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Patient.extension[0]", "extension", Url);
    }

    [Theory]
    [InlineData("Patient.name", true)]
    [InlineData("HumanName", true)]
    [InlineData("Element", true)]
    [InlineData("Patient.contact", false)]
    [InlineData("HumanName.family", false)]
    public async Task An_extension_of_a_data_type_stands_where_its_definition_allows(string context, bool isRight)
    {
        var errors = await ErrorsAsync(Definition(Element(context)), Patient($$"""  "name":[{"family":"Li","extension":[{{Extension}}]}]  """));

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Patient.name[0].extension[0]", "extension", Url);
    }

    [Theory]
    [InlineData("HumanName.family", true)]
    [InlineData("Patient.name.family", true)]
    [InlineData("string", true)]
    [InlineData("Patient.name", false)]
    public async Task An_extension_of_a_primitive_stands_where_its_definition_allows(string context, bool isRight)
    {
        var errors = await ErrorsAsync(Definition(Element(context)), Patient($$"""  "name":[{"family":"Li","_family":{"extension":[{{Extension}}]} }]  """));

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Patient.name[0].family.extension[0]", "extension", Url);
    }

    [Theory]
    [InlineData("Observation.value[x]", true)]
    [InlineData("Observation.valueQuantity", true)]
    [InlineData("Quantity", true)]
    [InlineData("Observation.code", false)]
    public async Task An_extension_of_a_choice_stands_where_its_definition_allows(string context, bool isRight)
    {
        var errors = await ErrorsAsync(
            Definition(Element(context)),
            $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"unit":"m","extension":[{{Extension}}]} }""");

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Observation.value.extension[0]", "extension", Url);
    }

    [Fact]
    public async Task A_context_in_FHIRPath_selects_the_elements_that_may_have_the_extension()
    {
        var definition = Definition("""{"type":"fhirpath","expression":"Patient.name.where(use = 'old')"}""");

        Issues.AssertNone(await ErrorsAsync(definition, Patient($$""" "name":[{"text":"a","use":"old","extension":[{{Extension}}]}] """)));
        Issues.AssertOne(await ErrorsAsync(definition, Patient($$""" "name":[{"text":"a","use":"usual","extension":[{{Extension}}]}] """)), "Patient.name[0].extension[0]", "extension", Url);
    }

    [Fact]
    public async Task A_context_may_be_another_extension()
    {
        var definition = Definition("""{"type":"extension","expression":"http://example.org/outer"}""");

        Issues.AssertNone(await ErrorsAsync(definition, Patient($$""" "extension":[{"url":"http://example.org/outer","extension":[{{Extension}}]}] """)));
        Issues.AssertOne(await ErrorsAsync(definition, Patient($"\"extension\":[{Extension}]")), "Patient.extension[0]", "extension", Url);
    }

    [Fact]
    public async Task An_invariant_of_the_context_must_hold_where_the_extension_stands()
    {
        var definition = Definition(Element("Patient"), more: """ "contextInvariant":["active = true and %extension.value.exists()"], """);

        Issues.AssertNone(await ErrorsAsync(definition, Patient($"\"active\":true,\"extension\":[{Extension}]")));
        Issues.AssertOne(await ErrorsAsync(definition, Patient($"\"active\":false,\"extension\":[{Extension}]")), "Patient.extension[0]", "extension", Url);
    }

    [Fact]
    public async Task The_value_of_an_extension_has_the_type_of_its_definition()
    {
        var errors = await ErrorsAsync(Definition(Element("Patient")), Patient($$""" "extension":[{"url":"{{Url}}","valueBoolean":true}] """));

        Issues.AssertOne(errors, "Patient.extension[0].value", "structure", Url);
    }

    [Fact]
    public async Task An_extension_has_a_value_or_extensions()
    {
        var neither = await ErrorsAsync(Definition(Element("Patient"), """{"id":"Extension.id","path":"Extension.id"}"""), Patient($$""" "extension":[{"url":"{{Url}}"}] """));
        var both = await ErrorsAsync(
            Definition(Element("Patient")), Patient($$""" "extension":[{"url":"{{Url}}","valueString":"x","extension":[{"url":"http://example.org/x","valueString":"y"}]}] """));

        Issues.AssertOne(neither, "Patient.extension[0]", "invariant", "ext-1");
        Issues.AssertOne(both, "Patient.extension[0]", "invariant", "ext-1");
    }

    [Fact]
    public async Task An_unknown_extension_is_told_of_and_an_unknown_modifier_is_an_error()
    {
        var issues = await TestResources.R4.ValidateAsync(Patient("""
            "extension":[{"url":"http://example.org/unknown","valueString":"x"},{"url":"http://hl7.org/fhir/StructureDefinition/no-such","valueString":"x"}],
            "modifierExtension":[{"url":"http://example.org/unknown","valueString":"x"}]
            """));

        Assert.Contains(issues, static issue => issue is { Expression: "Patient.extension[0].url", Severity: IssueSeverity.Information });
        Assert.Contains(issues, static issue => issue is { Expression: "Patient.extension[1].url", Severity: IssueSeverity.Warning });
        Issues.AssertOne(Issues.Errors(issues), "Patient.modifierExtension[0].url", "extension", "http://example.org/unknown");
    }

    [Fact]
    public async Task An_extension_stands_in_the_list_that_fits_its_meaning()
    {
        var modifier = await ErrorsAsync(Definition(Element("Patient"), isModifier: true), Patient($"\"extension\":[{Extension}]"));
        var plain = await ErrorsAsync(Definition(Element("Patient")), Patient($"\"modifierExtension\":[{Extension}]"));
        var right = await ErrorsAsync(Definition(Element("Patient"), isModifier: true), Patient($"\"modifierExtension\":[{Extension}]"));

        Issues.AssertOne(modifier, "Patient.extension[0]", "extension", Url);
        Issues.AssertOne(plain, "Patient.modifierExtension[0]", "extension", Url);
        Issues.AssertNone(right);
    }

    [Fact]
    public async Task A_short_url_outside_of_an_extension_is_an_error()
    {
        var issues = await TestResources.R4.ValidateAsync(Patient(""" "extension":[{"url":"race","valueString":"x"}] """));

        Assert.Contains(Issues.Errors(issues), static issue => issue is { Expression: "Patient.extension[0].url", Code: "extension" });
    }

    [Fact]
    public async Task A_complex_extension_has_the_parts_of_its_definition()
    {
        Issues.AssertNone(await NationalityAsync("""{"url":"code","valueCodeableConcept":{"text":"CN"}}"""));
        Issues.AssertOne(await NationalityAsync("""{"url":"code","valueString":"CN"}"""), "Patient.extension[0].extension[0].value", "structure", "patient-nationality");
        Issues.AssertOne(await NationalityAsync("""{"url":"kode","valueString":"CN"}"""), "Patient.extension[0].extension[0].url", "extension", "patient-nationality");

        static async Task<List<Issue>> NationalityAsync(string part) => Issues.Errors(await TestResources.R4.ValidateAsync(
            Patient($$""" "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-nationality","extension":[{{part}}]}] """)));
    }

    [Fact]
    public async Task A_profile_requires_an_extension_by_its_definition()
    {
        var profile = ProfileText.Of("Patient", $$"""
            {"id":"Patient.extension","path":"Patient.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"},"min":1},
            {"id":"Patient.extension:e","path":"Patient.extension","sliceName":"e","min":1,"max":"1","type":[{"code":"Extension","profile":["{{Url}}"]}]}
            """);
        var resources = TestResources.Of(profile, Definition(Element("Patient")));

        Issues.AssertNone(Issues.Errors(await resources.ValidateAsync(Patient($"\"extension\":[{Extension}]"), Issues.Profile)));
        Issues.AssertOne(Issues.Errors(await resources.ValidateAsync(Patient($"\"extension\":[{Extension},{Extension}]"), Issues.Profile)), "Patient.extension", "structure");
        Issues.AssertOne(
            Issues.Errors(await resources.ValidateAsync(Patient(""" "extension":[{"url":"http://example.org/other","valueString":"x"}] """), Issues.Profile)), "Patient.extension", "required");
    }

    [Fact]
    public async Task A_url_that_is_of_no_extension_is_an_error()
    {
        var issues = await TestResources.R4.ValidateAsync(Patient(""" "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/Patient","valueString":"x"}] """));

        Issues.AssertOne(Issues.Errors(issues), "Patient.extension[0].url", "extension", "Patient");
    }
}
