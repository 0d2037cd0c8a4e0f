// What a snapshot says of slices, slices of slices, and the types of a choice (R4 profiling.html#slicing).

using static FhirHub.Validation.Tests.TestProfiles;

namespace FhirHub.Validation.Tests;

public sealed class SnapshotSlicingTests
{
    private const string Sliced = """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}}""";
    private const string Mrn = """{"path":"Patient.identifier","sliceName":"mrn","max":"1"}""";
    private const string MrnSystem = """{"path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/mrn"}""";
    private const string TypeSlicing = """{"path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}}""";

    [Fact]
    public void A_slice_of_the_base_keeps_what_the_base_says_and_is_narrowed()
    {
        var parent = Profile("parent", "Patient", "Patient", Sliced, Mrn, MrnSystem);
        var child = Profile("child", "Patient", Home + "parent",
            """{"path":"Patient.identifier","sliceName":"mrn","sliceIsConstraining":true,"min":1}""",
            """{"path":"Patient.identifier.value","min":1}""");
        var snapshot = Generator(parent).Generate(child);
        Assert.Equal((1, 1), (snapshot.Element("Patient.identifier:mrn").Min, snapshot.Element("Patient.identifier:mrn").Max));
        Assert.Equal("http://example.org/mrn", snapshot.Element("Patient.identifier:mrn.system").Node.ChildValue("fixed"));
        Assert.Equal(1, snapshot.Element("Patient.identifier:mrn.value").Min);
        Assert.Equal(0, snapshot.Element("Patient.identifier").Min);
    }

    [Fact]
    public void A_slice_that_must_be_new_but_is_the_bases_is_refused()
    {
        var parent = Profile("parent", "Patient", "Patient", Sliced, Mrn);
        var child = Profile("child", "Patient", Home + "parent", """{"path":"Patient.identifier","sliceName":"mrn","sliceIsConstraining":false}""");
        Assert.Contains("the base has a slice 'mrn'", Assert.Throws<SnapshotException>(() => Generator(parent).Generate(child)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_adds_slices_to_those_of_its_base()
    {
        var parent = Profile("parent", "Patient", "Patient", Sliced, Mrn);
        var child = Profile("child", "Patient", Home + "parent", """{"path":"Patient.identifier","sliceName":"passport"}""");
        var identifier = Generator(parent).Generate(child).Element("Patient.identifier");
        Assert.Equal(["mrn", "passport"], identifier.Slices.Select(slice => slice.SliceName));
    }

    [Fact]
    public void A_slice_of_the_base_is_sliced_again()
    {
        var parent = Profile("parent", "Patient", "Patient", Sliced, Mrn.Replace("\"1\"", "\"*\"", StringComparison.Ordinal), MrnSystem);
        var child = Profile("child", "Patient", Home + "parent",
            """{"path":"Patient.identifier","sliceName":"mrn","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}}""",
            """{"path":"Patient.identifier","sliceName":"mrn/old","max":"1"}""",
            """{"path":"Patient.identifier.use","fixedCode":"old"}""");
        var snapshot = Generator(parent).Generate(child);
        var old = snapshot.Element("Patient.identifier:mrn/old");
        Assert.Same(snapshot.Element("Patient.identifier:mrn"), old.Sliced);
        Assert.Equal("http://example.org/mrn", snapshot.Element("Patient.identifier:mrn/old.system").Node.ChildValue("fixed"));
        Assert.Equal("old", snapshot.Element("Patient.identifier:mrn/old.use").Node.ChildValue("fixed"));
        Assert.Null(snapshot.Elements.FirstOrDefault(element => element.Id == "Patient.identifier:mrn.use")?.Node.ChildValue("fixed"));
    }

    [Fact]
    public void What_holds_for_all_repetitions_holds_for_a_slice()
    {
        var snapshot = Generate("Patient", Sliced, """{"path":"Patient.identifier.value","min":1}""", Mrn);
        Assert.Equal(1, snapshot.Element("Patient.identifier.value").Min);
        Assert.Equal(1, snapshot.Element("Patient.identifier:mrn.value").Min);
    }

    [Fact]
    public void That_some_repetition_must_be_supported_says_nothing_of_a_slice()
    {
        var snapshot = Generate("Patient", Sliced.Replace("\"slicing\"", "\"mustSupport\":true,\"slicing\"", StringComparison.Ordinal), Mrn);
        Assert.Equal("true", snapshot.Element("Patient.identifier").Node.ChildValue("mustSupport"));
        Assert.Null(snapshot.Element("Patient.identifier:mrn").Node.ChildValue("mustSupport"));
    }

    [Fact]
    public void A_promise_of_the_base_is_not_taken_back()
    {
        var parent = Profile("parent", "Patient", "Patient", """{"path":"Patient.name","mustSupport":true}""");
        var child = Profile("child", "Patient", Home + "parent", """{"path":"Patient.name","mustSupport":false}""", """{"path":"Patient.active","isModifier":false}""");
        var snapshot = Generator(parent).Generate(child);
        Assert.Equal("true", snapshot.Element("Patient.name").Node.ChildValue("mustSupport"));
        Assert.Equal("true", snapshot.Element("Patient.active").Node.ChildValue("isModifier"));
    }

    [Fact]
    public void A_name_on_what_nothing_slices_is_the_elements_own()
    {
        var parent = Profile("parent", "Composition", "Composition", """{"path":"Composition.date","sliceName":"IssueDate","short":"issued"}""");
        var child = Profile("child", "Composition", Home + "parent", """{"path":"Composition.date","sliceName":"IssueDate","mustSupport":true}""");
        var date = Assert.Single(Generator(parent).Generate(child).Elements, element => element.Path == "Composition.date");
        Assert.Equal(("Composition.date:IssueDate", "issued", "true", 1), (date.Id, date.Node.ChildValue("short"), date.Node.ChildValue("mustSupport"), date.Min));
        Assert.Null(date.Sliced);
    }

    [Fact]
    public void Slicing_of_a_choice_is_by_type_if_it_does_not_say_so()
    {
        var snapshot = Generate("Observation", """{"path":"Observation.value[x]","slicing":{"rules":"open"}}""",
            """{"path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]}""");
        Assert.Equal("type", snapshot.Element("Observation.value[x]").Slicing.Child("discriminator").ChildValue("type"));
        Assert.Equal(11, snapshot.Element("Observation.value[x]").Types().Count);
    }

    [Fact]
    public void A_slice_named_after_a_type_has_that_type()
    {
        var snapshot = Generate("Observation", TypeSlicing, """{"path":"Observation.value[x]","sliceName":"valueQuantity"}""");
        Assert.Equal(["Quantity"], snapshot.Element("Observation.value[x]:valueQuantity").Types());
    }

    [Fact]
    public void A_type_that_must_be_there_excludes_the_others()
    {
        var value = Generate("Observation", TypeSlicing, """{"path":"Observation.value[x]","sliceName":"valueQuantity","min":1}""").Element("Observation.value[x]");
        Assert.Equal(["Quantity"], value.Types());
        Assert.Equal((1, "closed"), (value.Min, value.Slicing.ChildValue("rules")));
    }

    [Fact]
    public void A_type_that_must_not_be_there_is_none_of_the_choice()
    {
        var effective = Generate("Observation", TypeSlicing.Replace("value[x]", "effective[x]", StringComparison.Ordinal),
            """{"path":"Observation.effective[x]","sliceName":"effectiveTiming","max":"0"}""").Element("Observation.effective[x]");
        Assert.Equal(["dateTime", "Period", "instant"], effective.Types());
        Assert.Equal("open", effective.Slicing.ChildValue("rules"));
    }

    [Fact]
    public void Where_each_type_has_its_slice_nothing_else_can_come()
    {
        var item = Generate("Medication", """{"path":"Medication.ingredient.item[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}}""",
            """{"path":"Medication.ingredient.item[x]","sliceName":"itemReference"}""",
            """{"path":"Medication.ingredient.item[x]","sliceName":"itemCodeableConcept"}""").Element("Medication.ingredient.item[x]");
        Assert.Equal("closed", item.Slicing.ChildValue("rules"));
    }

    [Theory]
    [InlineData("""{"path":"Observation.value[x]","sliceName":"Quantity","type":[{"code":"Quantity"}]}""", "call it 'valueQuantity'")]
    [InlineData("""{"path":"Observation.valueQuantity","sliceName":"amount"}""", "call it 'valueQuantity'")]
    [InlineData("""{"path":"Observation.value[x]","sliceName":"valueQuantity","min":1},{"path":"Observation.value[x]","sliceName":"valueString"}""", "the slice 'valueQuantity' must be")]
    public void A_slice_of_a_choice_that_can_not_be_is_refused(string slices, string expected) =>
        Assert.Contains(expected, Assert.Throws<SnapshotException>(() => Generate("Observation", TypeSlicing, slices)).Message, StringComparison.Ordinal);

    [Fact]
    public void Within_a_slice_a_type_in_a_path_is_the_choice_itself()
    {
        var snapshot = Generate("Observation",
            """{"path":"Observation.component","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"open"}}""",
            """{"path":"Observation.component","sliceName":"systolic"}""",
            """{"path":"Observation.component.valueQuantity","min":1}""",
            """{"path":"Observation.component.valueQuantity.unit","min":1}""");
        var value = snapshot.Element("Observation.component:systolic.value[x]");
        Assert.Equal(["Quantity"], value.Types());
        Assert.Equal((1, 0), (value.Min, value.Slices.Count));
        Assert.Equal(1, snapshot.Element("Observation.component:systolic.value[x].unit").Min);
        Assert.Equal(11, snapshot.Element("Observation.component.value[x]").Types().Count);
    }
}
