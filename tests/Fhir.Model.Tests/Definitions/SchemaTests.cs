// What the schema knows of R4's types.

using System.Text;

namespace FhirHub.Model.Tests.Definitions;

public sealed class SchemaTests
{
    private static TypeDefinition Type(string name) => Schema.R4.FindType(name) ?? throw new InvalidOperationException(name);

    private static ElementDefinition Element(string type, string name) =>
        Type(type).FindElement(name) ?? throw new InvalidOperationException($"{type}.{name}");

    [Fact]
    public void R4_has_146_concrete_resource_types_in_order_of_name()
    {
        var names = Schema.R4.ResourceTypes.Select(type => type.Name).ToList();
        Assert.Equal(146, names.Count);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Contains("Patient", names);
        Assert.DoesNotContain("DomainResource", names);
        Assert.DoesNotContain("MetadataResource", names);
    }

    [Fact]
    public void R4_has_20_primitive_types_each_with_its_rule()
    {
        var primitives = Schema.R4.Types.Where(type => type.IsPrimitive).ToList();
        Assert.Equal(20, primitives.Count);
        Assert.Equal(20, primitives.Select(type => type.Primitive).Distinct().Count());
        Assert.All(primitives, type => Assert.Equal(["id", "extension"], type.Elements.Select(element => element.Name)));
    }

    [Fact]
    public void Positions_are_those_of_the_lists()
    {
        Assert.All(Schema.R4.Types.Index(), type => Assert.Equal(type.Index, type.Item.Index));
        Assert.All(Schema.R4.Elements.Index(), element => Assert.Equal(element.Index, element.Item.Index));
        Assert.All(Schema.R4.Types, type => Assert.Equal(Enumerable.Range(0, type.Elements.Count), type.Elements.Select(e => e.Order)));
        Assert.Equal(Schema.R4.Types.Max(type => type.PropertyNames.Count()), Schema.R4.MaxPropertyCount);
    }

    [Fact]
    public void A_resource_has_inherited_elements_first()
    {
        Assert.Equal(
            ["id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension", "identifier", "active", "name"],
            Type("Patient").Elements.Take(11).Select(element => element.Name));
        Assert.Same(Type("DomainResource"), Type("Patient").Base);
        Assert.True(Type("Patient").Is(Type("Resource")));
        Assert.Null(Type("Resource").Base);
    }

    [Theory]
    [InlineData("Patient", "id", "id")]
    [InlineData("Patient", "text", "Narrative")]
    [InlineData("Patient", "contact", "Patient.contact")]
    [InlineData("Patient.contact", "id", "string")]
    [InlineData("HumanName", "id", "string")]
    [InlineData("Extension", "url", "uri")]
    [InlineData("Narrative", "div", "xhtml")]
    [InlineData("Timing", "repeat", "Timing.repeat")]
    [InlineData("Bundle.entry", "link", "Bundle.link")]
    [InlineData("Bundle.entry", "resource", "Resource")]
    [InlineData("Parameters.parameter", "part", "Parameters.parameter")]
    [InlineData("Observation", "referenceRange", "Observation.referenceRange")]
    [InlineData("Observation.component", "referenceRange", "Observation.referenceRange")]
    [InlineData("Observation.referenceRange", "low", "Quantity")]
    [InlineData("Questionnaire.item", "item", "Questionnaire.item")]
    public void An_element_has_its_type(string type, string element, string expected) =>
        Assert.Equal([expected], Element(type, element).Types.Select(t => t.Name));

    [Fact]
    public void A_choice_is_found_by_its_JSON_names()
    {
        var value = Element("Observation", "value");
        Assert.True(value.IsChoice);
        Assert.Equal(11, value.Types.Count);
        Assert.True(Type("Observation").TryFindProperty("valueQuantity"u8, out var quantity));
        Assert.Same(value, quantity.Element);
        Assert.Same(Type("Quantity"), quantity.Type);
        Assert.True(Type("Observation").TryFindProperty("_valueDateTime"u8, out var dateTime));
        Assert.True(dateTime.IsUnderscore);
        Assert.False(Type("Observation").TryFindProperty("_valueQuantity"u8, out _));
        Assert.False(Type("Observation").TryFindProperty("value"u8, out _));
        Assert.False(Type("Observation").TryFindProperty("valueAddress"u8, out _));
        Assert.Equal(50, Element("Extension", "value").Types.Count);
        Assert.Equal("valueQuantity", value.JsonNameFor(Type("Quantity")));
    }

    [Fact]
    public void Every_property_name_leads_to_its_own_ordinal()
    {
        foreach (var type in Schema.R4.Types)
        {
            var ordinals = new HashSet<int>();
            foreach (var name in type.PropertyNames)
            {
                Assert.True(type.TryFindProperty(Encoding.UTF8.GetBytes(name), out var property), $"{type}.{name}");
                Assert.True(ordinals.Add(property.Ordinal));
                Assert.InRange(property.Ordinal, 0, type.PropertyCount - 1);
            }

            Assert.Equal(type.PropertyCount, ordinals.Count);
        }
    }

    [Fact]
    public void Cardinality_flags_binding_and_targets_are_known()
    {
        var status = Element("Observation", "status");
        Assert.Equal((1, 1, false), (status.Min, status.Max, status.IsArray));
        Assert.True(status.IsSummary);
        Assert.True(status.IsModifier);
        Assert.Equal(BindingStrength.Required, status.Binding);
        Assert.Equal("http://hl7.org/fhir/ValueSet/observation-status|4.0.1", status.ValueSet);
        Assert.Equal("Observation.status", status.Path);
        Assert.Equal(["Observation.status", "Observation.code"], Type("Observation").RequiredElements.Select(e => e.Path));

        Assert.Equal(int.MaxValue, Element("Patient", "name").Max);
        Assert.Equal(["Organization", "Practitioner", "PractitionerRole"], Element("Patient", "generalPractitioner").TargetTypes);
        Assert.Empty(Element("Observation", "focus").TargetTypes);
        Assert.Equal(BindingStrength.None, Element("Patient", "birthDate").Binding);
    }

    [Fact]
    public void Every_target_of_a_reference_or_canonical_is_a_resource_type() =>
        Assert.All(
            Schema.R4.Elements.SelectMany(element => element.TargetTypes).Distinct(StringComparer.Ordinal),
            target => Assert.NotNull(Schema.R4.FindResourceType(target)));

    [Fact]
    public void Attributes_of_XML_are_the_ids_of_elements_and_the_urls_of_extensions() =>
        Assert.All(
            Schema.R4.Types.Where(type => type.Kind is TypeKind.Complex or TypeKind.Resource).SelectMany(type => type.Elements),
            element => Assert.Equal(
                element.IsXmlAttribute,
                element.Path == "Extension.url" || (element.Name == "id" && element.Types[0].Name == "string")));

    [Fact]
    public void Only_concrete_resources_are_found_as_resource_types()
    {
        Assert.NotNull(Schema.R4.FindResourceType("Patient"));
        Assert.Null(Schema.R4.FindResourceType("Resource"));
        Assert.Null(Schema.R4.FindResourceType("HumanName"));
        Assert.Null(Schema.R4.FindResourceType("patient"));
        Assert.Same(Schema.R4.FindType("Patient"), Schema.R4.FindType("Patient"u8));
        Assert.Null(Schema.R4.FindType(Encoding.UTF8.GetBytes(new string('x', 5000))));
    }

    [Fact]
    public void A_profile_is_not_a_type()
    {
        Assert.Null(Schema.R4.FindType("SimpleQuantity"));
        Assert.Null(Schema.R4.FindType("vitalsigns"));
        Assert.Same(Type("Quantity"), Element("Dosage.doseAndRate", "dose").Types[1]);
    }
}
