// What a snapshot takes from type profiles, extensions, bindings and content references (R4 elementdefinition.html).

using static FhirHub.Validation.Tests.TestProfiles;

namespace FhirHub.Validation.Tests;

public sealed class SnapshotTypeTests
{
    private const string UnitRule = """{"key":"u-1","severity":"error","human":"A unit is needed","expression":"unit.exists()"}""";

    [Fact]
    public void Rules_of_a_type_profile_hold_where_it_is_named()
    {
        var weight = Profile("weight", "Quantity", "Quantity", $$"""{"path":"Quantity","constraint":[{{UnitRule}}]}""", """{"path":"Quantity.code","min":1,"fixedCode":"kg"}""");
        var profile = Profile("profile", "Observation", "Observation",
            $$"""{"path":"Observation.value[x]","type":[{"code":"Quantity","profile":["{{Home}}weight"]}],"constraint":[{"key":"u-2","severity":"warning","human":"x","expression":"true"}]}""",
            """{"path":"Observation.value[x].unit","min":1}""");
        var snapshot = Generator(weight).Generate(profile);
        Assert.Equal(["ele-1", "qty-3", "u-1", "u-2"], snapshot.Element("Observation.value[x]").Rules());
        Assert.Equal((1, "kg"), (snapshot.Element("Observation.value[x].code").Min, snapshot.Element("Observation.value[x].code").Node.ChildValue("fixed")));
        Assert.Equal(1, snapshot.Element("Observation.value[x].unit").Min);
    }

    [Fact]
    public void A_rule_that_is_said_again_is_there_once()
    {
        var rule = """{"key":"p-1","severity":"error","human":"A name is needed","expression":"name.exists()"}""";
        var parent = Profile("parent", "Patient", "Patient", $$"""{"path":"Patient","constraint":[{{rule}}]}""");
        var child = Profile("child", "Patient", Home + "parent", $$"""{"path":"Patient","constraint":[{{rule}}]}""");
        var rules = Generator(parent).Generate(child).Root.Rules();
        Assert.Single(rules, key => key == "p-1");
        Assert.Contains("dom-2", rules);
    }

    [Fact]
    public void A_stronger_binding_keeps_the_value_set_of_the_base()
    {
        var binding = Generate("Patient", """{"path":"Patient.maritalStatus","binding":{"strength":"required"}}""").Element("Patient.maritalStatus").Node.Child("binding");
        Assert.Equal(("required", "http://hl7.org/fhir/ValueSet/marital-status"), (binding.ChildValue("strength"), binding.ChildValue("valueSet")));
    }

    [Fact]
    public void An_extension_has_no_codes_to_bind()
    {
        var snapshot = Generate("Patient", """{"path":"Patient.extension","sliceName":"x","binding":{"strength":"required","valueSet":"http://example.org/ValueSet/x"}}""");
        Assert.False(snapshot.Element("Patient.extension:x").Node.Child("binding").Exists);
    }

    [Fact]
    public void The_greatest_number_of_an_extension_is_what_its_own_definition_allows()
    {
        var once = Profile("once", "Extension", "Extension", """{"path":"Extension","max":"1"}""");
        var profile = Profile("profile", "Patient", "Patient",
            $$"""{"path":"Patient.extension","sliceName":"once","type":[{"code":"Extension","profile":["{{Home}}once"]}]}""");
        Assert.Equal((0, 1), Generator(once).Generate(profile).Element("Patient.extension:once") is var slice ? (slice.Min, slice.Max) : default);
    }

    [Fact]
    public void An_extension_may_hold_itself()
    {
        var tree = Profile("tree", "Extension", "Extension",
            $$"""{"path":"Extension.extension","sliceName":"branch","type":[{"code":"Extension","profile":["{{Home}}tree"]}]}""",
            $$"""{"path":"Extension.url","fixedUri":"{{Home}}tree"}""");
        var branch = Generator(tree).Generate(tree).Element("Extension.extension:branch");
        Assert.Equal(Home + "tree", branch.Node.Child("type").ChildValue("profile"));
    }

    // #Questionnaire.item is the profile's own element: what it says two levels down holds two levels below each reference.
    [Fact]
    public void A_content_reference_of_a_profile_is_opened_again_in_a_profile_of_it()
    {
        var parent = Profile("parent", "Questionnaire", "Questionnaire", """{"path":"Questionnaire.item.item.linkId","short":"second level"}""");
        var child = Profile("child", "Questionnaire", Home + "parent", """{"path":"Questionnaire.item.item.item.prefix","max":"0"}""");
        var snapshot = Generator(parent).Generate(child);
        Assert.Equal("second level", snapshot.Element("Questionnaire.item.item.linkId").Node.ChildValue("short"));
        Assert.Equal(0, snapshot.Element("Questionnaire.item.item.item.prefix").Max);
        Assert.Equal(1, snapshot.Element("Questionnaire.item.item.prefix").Max);
        Assert.Equal("second level", snapshot.Element("Questionnaire.item.item.item.item.linkId").Node.ChildValue("short"));
        Assert.Equal("#Questionnaire.item", snapshot.Element("Questionnaire.item.item.item.item.item").ContentReference);
        Assert.Equal("Questionnaire.item.prefix", snapshot.Element("Questionnaire.item.item.item.prefix").BasePath);
    }

    [Fact]
    public void What_a_content_reference_leads_to_is_sliced()
    {
        var snapshot = Generate("Composition",
            """{"path":"Composition.section.section","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"open"}}""",
            """{"path":"Composition.section.section","sliceName":"allergies","min":1}""",
            """{"path":"Composition.section.section.title","min":1}""");
        Assert.Equal(1, snapshot.Element("Composition.section.section:allergies").Min);
        Assert.Equal(1, snapshot.Element("Composition.section.section:allergies.title").Min);
        Assert.Equal(0, snapshot.Element("Composition.section.title").Min);
    }

    [Fact]
    public void Text_that_goes_on_is_put_after_that_of_the_base()
    {
        var text = Generate("Patient", """{"path":"Patient.gender","comment":"... and more"}""").Element("Patient.gender").Node.ChildValue("comment")!;
        Assert.StartsWith("The gender might not match", text, StringComparison.Ordinal);
        Assert.EndsWith("and more", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_may_say_its_elements_in_any_order()
    {
        var snapshot = Generate("Patient", """{"path":"Patient.gender","min":1}""", """{"path":"Patient.active","min":1}""");
        Assert.Equal((1, 1), (snapshot.Element("Patient.gender").Min, snapshot.Element("Patient.active").Min));
    }
}
