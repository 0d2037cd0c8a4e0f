// What the generator makes of slices, references and type profiles, and what it tells the author of a profile that does not fit.

using System.Globalization;
using System.Text;
using FhirHub.Model;
using static FhirHub.Validation.Tests.TestProfiles;

namespace FhirHub.Validation.Tests;

public sealed class SnapshotGeneratorTests
{
    [Fact]
    public void A_slice_has_what_it_slices_and_its_own_words()
    {
        var snapshot = Generate("Patient",
            """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"},"min":1}""",
            """{"path":"Patient.identifier","sliceName":"mrn","max":"1"}""",
            """{"path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/mrn"}""");
        var identifier = Assert.Single(snapshot.Root.Children, child => child.Name == "identifier");
        Assert.Equal(1, identifier.Min);
        var slice = Assert.Single(identifier.Slices);
        Assert.Equal("Patient.identifier:mrn", slice.Id);
        Assert.Equal((0, 1), (slice.Min, slice.Max));
        var system = Assert.Single(slice.Children, child => child.Name == "system");
        Assert.Equal("http://example.org/mrn", system.Node.ChildValue("fixed"));
        Assert.Equal("Identifier.system", system.Node.Child("base").ChildValue("path"));
        Assert.Empty(identifier.Children);
    }

    [Fact]
    public void A_translation_goes_with_the_text_that_it_translates()
    {
        const string translated = ""","_short":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[{"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":"标识"}]}]}""";
        var part = Profile("part", "Extension", "Extension", $$"""{"id":"Extension","path":"Extension","short":"A part"{{translated}} }""");
        var snapshot = Generator(part).Generate(Profile("profile", "Patient", "Patient",
            $$"""{"id":"Patient.extension:part","path":"Patient.extension","sliceName":"part","type":[{"code":"Extension","profile":["{{Home}}part"]}]}""",
            $$"""{"id":"Patient.identifier","path":"Patient.identifier","short":"Numbers"{{translated}},"slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"} }""",
            """{"id":"Patient.identifier:mrn","path":"Patient.identifier","sliceName":"mrn","short":"Record number"}""",
            """{"id":"Patient.identifier:other","path":"Patient.identifier","sliceName":"other"}"""));
        Assert.True(snapshot.Element("Patient.extension:part").Node.Child("short").Child("extension").Exists);
        Assert.True(snapshot.Element("Patient.identifier").Node.Child("short").Child("extension").Exists);
        Assert.Equal("Record number", snapshot.Element("Patient.identifier:mrn").Node.ChildValue("short"));
        Assert.False(snapshot.Element("Patient.identifier:mrn").Node.Child("short").Child("extension").Exists);
        Assert.True(snapshot.Element("Patient.identifier:other").Node.Child("short").Child("extension").Exists);
    }

    [Fact]
    public void A_slice_is_sliced_again()
    {
        var snapshot = Generate("Patient",
            """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}}""",
            """{"path":"Patient.identifier","sliceName":"mrn","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}}""",
            """{"path":"Patient.identifier","sliceName":"mrn/old","max":"1"}""");
        var slice = Assert.Single(snapshot.Root.Children.Single(child => child.Name == "identifier").Slices);
        var again = Assert.Single(slice.Slices);
        Assert.Equal("Patient.identifier:mrn/old", again.Id);
        Assert.Same(slice, again.Sliced);
        Assert.Same(snapshot.Root, again.Parent);
    }

    [Fact]
    public void A_content_reference_is_opened_where_something_below_it_is_constrained()
    {
        var snapshot = Generate("Questionnaire", """{"path":"Questionnaire.item.item.item.linkId","short":"third level"}""");
        var third = snapshot.Elements.Single(element => element.Path == "Questionnaire.item.item.item.linkId");
        Assert.Equal("third level", third.Node.ChildValue("short"));
        Assert.Equal("#Questionnaire.item", snapshot.Elements.Single(element => element.Path == "Questionnaire.item.item.item.item").Node.ChildValue("contentReference"));
    }

    [Fact]
    public void A_type_in_a_path_is_a_slice_of_the_choice()
    {
        var snapshot = Generate("Observation", """{"path":"Observation.valueQuantity.unit","min":1}""");
        var value = snapshot.Root.Children.Single(child => child.Name == "value[x]");
        Assert.Equal("valueQuantity", Assert.Single(value.Slices).SliceName);
        Assert.Equal("Quantity", Assert.Single(value.Node.ChildrenOf("type").ToList()).ChildValue("code"));
    }

    [Fact]
    public void A_published_snapshot_that_writes_a_choice_under_its_type_is_read_as_the_choice()
    {
        var snapshot = new Snapshot(ResourceParser.ParseJson("""
            {"resourceType":"StructureDefinition","url":"http://example.org/old","name":"Old","status":"draft","kind":"resource","abstract":false,
             "type":"Observation","snapshot":{"element":[{"path":"Observation"},
               {"path":"Observation.valueQuantity","base":{"path":"Observation.value[x]","min":0,"max":"1"},"type":[{"code":"Quantity"}]},
               {"path":"Observation.valueQuantity.unit"}]}}
            """u8.ToArray()).Tree!);
        var value = Assert.Single(snapshot.Root.Children);
        Assert.Equal(("value[x]", "valueQuantity", "unit"), (value.Name, value.SliceName, Assert.Single(value.Children).Name));
        Assert.Same(snapshot.Root, value.Parent);
    }

    [Fact]
    public void Profiles_of_profiles_and_extensions_come_from_any_package()
    {
        var extension = Profile("eye", "Extension", "Extension",
            """{"path":"Extension","short":"Which eye","max":"1"}""",
            $$"""{"path":"Extension.url","fixedUri":"{{Home}}eye"}""",
            """{"path":"Extension.value[x]","min":1,"type":[{"code":"code"}]}""");
        var parent = Profile("parent", "Observation", "Observation",
            $$"""{"path":"Observation.extension","sliceName":"eye","type":[{"code":"Extension","profile":["{{Home}}eye"]}]}""");
        var child = Profile("child", "Observation", Home + "parent",
            """{"path":"Observation.extension","sliceName":"eye","sliceIsConstraining":true,"min":1}""",
            """{"path":"Observation.extension.value[x]","short":"left or right"}""");
        var snapshot = Generator(extension, parent).Generate(child);
        var eye = Assert.Single(snapshot.Root.Children.Single(one => one.Name == "extension").Slices);
        Assert.Equal((1, 1), (eye.Min, eye.Max));
        Assert.Equal("Which eye", eye.Node.ChildValue("short"));
        var value = eye.Children.Single(one => one.Name == "value[x]");
        Assert.Equal((1, "left or right"), (value.Min, value.Node.ChildValue("short")));
    }

    [Theory]
    [InlineData("""{"path":"Patient.nickname","min":1}""", "Patient.nickname: Patient has no element 'nickname'; it has id, meta,")]
    [InlineData("""{"path":"Patient.link.type.code","min":1}""", "Patient.link.type has no element 'code'")]
    [InlineData("""{"path":"Patient.gender","max":"3"}""", "Patient.gender: max 3 widens the 1 of the base")]
    [InlineData("""{"path":"Patient.communication.language","min":0}""", "min 0 widens the 1 of the base")]
    [InlineData("""{"path":"Patient.gender","max":"many"}""", "max 'many' is neither a number nor '*'")]
    [InlineData("""{"path":"Patient.name","min":2,"max":"1"}""", "min 2 is above max 1")]
    [InlineData("""{"path":"Patient.gender","type":[{"code":"Quantity"}]}""", "The type Quantity is none of the base's (code)")]
    [InlineData("""{"path":"Patient.name","sliceName":"legal"},{"path":"Patient.name","sliceName":"other"}""", "Patient.name is not sliced; put slicing with a discriminator on it")]
    [InlineData("""{"path":"Patient.name","slicing":{"rules":"open"}},{"path":"Patient.name","sliceName":"legal"}""", "has no discriminator")]
    [InlineData("""{"path":"Patient.name","min":1},{"path":"Patient.name","max":"1"}""", "has this element twice; put all that it says into one")]
    [InlineData("""{"id":"Patient.name:legal","path":"Patient.name","min":1}""", "The id is that of a slice, but there is no sliceName")]
    [InlineData("""{"path":"Patient","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}}""", "The root of a definition can't be sliced")]
    [InlineData("""{"path":"Patient.gender","slicing":{"discriminator":[{"type":"value","path":"$this"}],"rules":"open"}}""", "It does not repeat, so there is nothing to slice")]
    [InlineData("""{"path":"Patient","type":[{"code":"Patient","profile":["http://example.org/StructureDefinition/profile"]}]}""", "this definition itself as its profile")]
    [InlineData("""{"path":"Patient.name","type":"HumanName"}""", "The JSON of type is not what an ElementDefinition has there")]
    [InlineData("""{"path":"Patient.name","constraint":[{"key":5}]}""", "The JSON of constraint is not what an ElementDefinition has there")]
    [InlineData("""{"path":"Patient.birthDate","fixedCode":"today"}""", "fixedCode is no value of the element's type; say it as one of fixedDate")]
    [InlineData("""{"path":"Patient.deceased[x]","patternUri":"urn:x"}""", "say it as one of patternBoolean, patternDateTime")]
    [InlineData("""{"path":"Patient.gender","binding":{"strength":"preferred","valueSet":"http://example.org/ValueSet/x"}}""", "The binding weakens the required one of the base")]
    [InlineData("""{"path":"Patient.extension","sliceName":"x","sliceIsConstraining":true}""", "the base has no slice 'x'")]
    [InlineData("""{"path":"Person.name"}""", "The path starts with 'Person'")]
    [InlineData("""{"id":"x"}""", "The element has no path")]
    public void What_does_not_fit_is_refused_with_what_to_do(string elements, string expected)
    {
        var exception = Assert.Throws<SnapshotException>(() => Generate("Patient", elements));
        Assert.StartsWith(Home + "profile", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_base_is_named()
    {
        var exception = Assert.Throws<SnapshotException>(() => Generator().Generate(Profile("profile", "Patient", Home + "lost")));
        Assert.Contains($"baseDefinition {Home}lost is not known; load the package", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_is_not_the_bases_is_named()
    {
        var exception = Assert.Throws<SnapshotException>(() => Generator().Generate(Profile("profile", "Patient", "Person")));
        Assert.Contains("Its type is Patient, but its baseDefinition http://hl7.org/fhir/StructureDefinition/Person is a Person", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_that_takes_too_long_is_refused()
    {
        var generator = new SnapshotGenerator(R4StructureDefinitions.Find, new SnapshotLimits { MaxTime = TimeSpan.Zero });
        var exception = Assert.Throws<SnapshotException>(() => generator.Generate(Profile("profile", "Patient", "Patient", """{"path":"Patient.name","min":1}""")));
        Assert.Contains("takes more than 0 seconds", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_bases_is_named()
    {
        var (one, two) = (Profile("one", "Patient", Home + "two"), Profile("two", "Patient", Home + "one"));
        var exception = Assert.Throws<SnapshotException>(() => Generator(one, two).Generate(one));
        Assert.Contains($"{Home}one -> {Home}two -> {Home}one", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_without_end_is_refused()
    {
        var generator = new SnapshotGenerator(url =>
            int.Parse(url[(url.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture) is var number ? Profile($"{number}", "Patient", $"{Home}{number + 1}") : null);
        var exception = Assert.Throws<SnapshotException>(() => generator.Generate(Profile("0", "Patient", Home + "1")));
        Assert.Contains("shorten the chain", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_without_end_is_refused() =>
        Assert.Contains("more than 40 steps", Assert.Throws<SnapshotException>(() =>
            Generate("Questionnaire", $$"""{"path":"Questionnaire{{string.Concat(Enumerable.Repeat(".item", 500))}}"}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void Content_references_without_end_are_refused()
    {
        var parts = Enumerable.Range(0, 100).Select(i => $$"""{"path":"Thing.part{{100 - i}}","min":0,"max":"1","contentReference":"#Thing.part{{99 - i}}"}""");
        var thing = ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$$"""
            {"resourceType":"StructureDefinition","url":"{{{Home}}}Thing","name":"Thing","status":"draft","kind":"logical","abstract":false,
             "type":"Thing","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","derivation":"specialization",
             "differential":{"element":[{"path":"Thing.part0","min":0,"max":"1","contentReference":"#Thing.part100"},
               {{{string.Join(',', parts.Reverse())}}},{"path":"Thing.part100.name","min":0,"max":"1","type":[{"code":"string"}]}]}}
            """)).Tree!;
        Assert.Contains("without end", Assert.Throws<SnapshotException>(() => Generator().Generate(thing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_of_slices_without_end_are_refused()
    {
        var names = Enumerable.Range(1, 100).Select(count => string.Join('/', Enumerable.Repeat("a", count)));
        var elements = names.Select(name => $$"""{"path":"Patient.extension","sliceName":"{{name}}"}""").ToArray();
        Assert.Contains("slice it less often", Assert.Throws<SnapshotException>(() => Generate("Patient", elements)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_that_multiply_are_refused()
    {
        // Each level doubles what the level above has.
        var elements = new List<string>();
        var path = "Questionnaire";
        for (var level = 0; level < 20; level++)
        {
            path += ".item";
            elements.Add($$$"""{"path":"{{{path}}}","slicing":{"discriminator":[{"type":"value","path":"linkId"}],"rules":"open"}}""");
        }

        for (path = "Questionnaire.item"; path.Length < 5 * 20; path += ".item")
        {
            elements.Add($$"""{"path":"{{path}}","sliceName":"a"}""");
            elements.Add($$"""{"path":"{{path}}.linkId"}""");
        }

        elements.AddRange(Enumerable.Range(0, 3000).Select(i => $$"""{"path":"Questionnaire.item","sliceName":"s{{i}}"}"""));
        var exception = Assert.Throws<SnapshotException>(() => Generate("Questionnaire", [.. elements]));
        Assert.Contains("split the profile", exception.Message, StringComparison.Ordinal);
    }
}
