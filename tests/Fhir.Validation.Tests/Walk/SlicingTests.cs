// Slicing by each kind of discriminator, with each rule.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

public sealed class SlicingTests
{
    private const string Identifiers = """
        {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"RULES","ordered":ORDERED}},
        {"id":"Patient.identifier:mrn","path":"Patient.identifier","sliceName":"mrn","min":1,"max":"1"},
        {"id":"Patient.identifier:mrn.system","path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/mrn"},
        {"id":"Patient.identifier:mrn.value","path":"Patient.identifier.value","min":1,"maxLength":6},
        {"id":"Patient.identifier:card","path":"Patient.identifier","sliceName":"card","min":0,"max":"1"},
        {"id":"Patient.identifier:card.system","path":"Patient.identifier.system","min":1,"fixedUri":"http://example.org/card"}
        """;

    private static Task<List<Issue>> IdentifiersAsync(string identifiers, string rules = "open", bool isOrdered = false) => Issues.ErrorsAsync(
        "Patient",
        Identifiers.Replace("RULES", rules, StringComparison.Ordinal).Replace("ORDERED", isOrdered ? "true" : "false", StringComparison.Ordinal),
        $$"""{"resourceType":"Patient","identifier":[{{identifiers}}]}""");

    private const string Mrn = """{"system":"http://example.org/mrn","value":"123"}""";
    private const string Card = """{"system":"http://example.org/card","value":"9"}""";
    private const string Other = """{"system":"http://example.org/other","value":"7"}""";

    [Fact]
    public async Task Slices_that_are_there_as_they_should_be_are_right() => Issues.AssertNone(await IdentifiersAsync($"{Mrn},{Card},{Other}"));

    [Fact]
    public async Task A_required_slice_is_missed() => Issues.AssertOne(await IdentifiersAsync($"{Card},{Other}"), "Patient.identifier", "required");

    [Fact]
    public async Task A_required_slice_is_missed_where_the_element_is_not_there_at_all()
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", Identifiers.Replace("RULES", "open", StringComparison.Ordinal).Replace("ORDERED", "false", StringComparison.Ordinal), """{"resourceType":"Patient","active":true}""");

        Assert.All(errors, static issue => Assert.Equal(("Patient.identifier", "required"), (issue.Expression, issue.Code)));
        Assert.Contains(errors, static issue => issue.Diagnostics.Contains("mrn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slice_that_is_there_too_often_is_an_error() => Issues.AssertOne(await IdentifiersAsync($"{Mrn},{Card},{Card}"), "Patient.identifier", "structure");

    [Fact]
    public async Task The_rules_of_a_slice_hold_for_its_elements_only()
    {
        Issues.AssertOne(await IdentifiersAsync("""{"system":"http://example.org/mrn"},{"system":"http://example.org/other"}"""), "Patient.identifier[0].value", "required");
        Issues.AssertOne(await IdentifiersAsync("""{"system":"http://example.org/other","value":"1234567"},{"system":"http://example.org/mrn","value":"1234567"}"""), "Patient.identifier[1].value", "too-long");
    }

    [Fact]
    public async Task Closed_slicing_allows_no_other_elements() => Issues.AssertOne(await IdentifiersAsync($"{Mrn},{Other}", "closed"), "Patient.identifier[1]", "structure");

    [Fact]
    public async Task Slicing_that_is_open_at_its_end_wants_other_elements_last()
    {
        Issues.AssertOne(await IdentifiersAsync($"{Mrn},{Other},{Card}", "openAtEnd"), "Patient.identifier[2]", "structure");
        Issues.AssertNone(await IdentifiersAsync($"{Mrn},{Card},{Other}", "openAtEnd"));
    }

    [Fact]
    public async Task Ordered_slices_come_in_the_order_of_the_profile()
    {
        Issues.AssertOne(await IdentifiersAsync($"{Card},{Mrn}", isOrdered: true), "Patient.identifier[1]", "structure");
        Issues.AssertNone(await IdentifiersAsync($"{Mrn},{Card}", isOrdered: true));
        Issues.AssertNone(await IdentifiersAsync($"{Card},{Mrn}"));
    }

    [Fact]
    public async Task A_pattern_in_a_path_of_two_steps_tells_slices_apart()
    {
        const string elements = """
            {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"value","path":"coding.code"},{"type":"value","path":"coding.system"}],"rules":"open"},"min":1},
            {"id":"Observation.category:lab","path":"Observation.category","sliceName":"lab","min":1,"max":"1"},
            {"id":"Observation.category:lab.coding","path":"Observation.category.coding","min":1},
            {"id":"Observation.category:lab.coding.system","path":"Observation.category.coding.system","min":1,"fixedUri":"http://terminology.hl7.org/CodeSystem/observation-category"},
            {"id":"Observation.category:lab.coding.code","path":"Observation.category.coding.code","min":1,"fixedCode":"laboratory"}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation("laboratory")));
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation("imaging")), "Observation.category", "required");

        static string Observation(string category) => $$"""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"category":[{"text":"other"},{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{category}}"}]}]}
            """;
    }

    [Fact]
    public async Task A_pattern_of_the_whole_element_tells_slices_apart()
    {
        const string elements = """
            {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"pattern","path":"$this"}],"rules":"open"},"min":1},
            {"id":"Observation.category:lab","path":"Observation.category","sliceName":"lab","min":1,"max":"1","patternCodeableConcept":{"coding":[{"system":"http://example.org/c","code":"lab"}]}}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation("lab")));
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation("bal")), "Observation.category", "required");

        static string Observation(string category) =>
            $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"category":[{"coding":[{"system":"http://example.org/c","code":"{{category}}"}]}]}""";
    }

    [Fact]
    public async Task A_required_binding_tells_slices_apart()
    {
        const string valueSet = """
            {"resourceType":"ValueSet","url":"http://example.org/ValueSet/v","status":"active","compose":{"include":[{"system":"http://example.org/c","concept":[{"code":"a"},{"code":"b"}]}]}}
            """;
        const string elements = """
            {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"value","path":"$this"}],"rules":"open"}},
            {"id":"Observation.category:v","path":"Observation.category","sliceName":"v","min":1,"max":"1","binding":{"strength":"required","valueSet":"http://example.org/ValueSet/v"}}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation("b"), valueSet));
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation("c"), valueSet), "Observation.category", "required");

        static string Observation(string category) =>
            $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"category":[{"coding":[{"system":"http://example.org/c","code":"{{category}}"}]}]}""";
    }

    [Fact]
    public async Task The_type_of_a_choice_tells_slices_apart()
    {
        const string elements = """
            {"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
            {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]},
            {"id":"Observation.value[x]:valueQuantity.unit","path":"Observation.value[x].unit","min":1}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation(""" "valueQuantity":{"value":1,"unit":"m"} """)));
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation(""" "valueQuantity":{"value":1} """)), "Observation.value.unit", "required");
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation(""" "valueString":"1 m" """)), "Observation.value", "structure");

        static string Observation(string value) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},{{value}}}""";
    }

    [Fact]
    public async Task The_type_of_a_resource_tells_entries_apart()
    {
        const string elements = """
            {"id":"Bundle.entry","path":"Bundle.entry","slicing":{"discriminator":[{"type":"type","path":"resource"}],"rules":"open"},"min":1},
            {"id":"Bundle.entry:patient","path":"Bundle.entry","sliceName":"patient","min":1,"max":"1"},
            {"id":"Bundle.entry:patient.resource","path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient"}]}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Bundle", elements, Bundle("""{"resourceType":"Patient","active":true}""")));
        Issues.AssertOne(await Issues.ErrorsAsync("Bundle", elements, Bundle("""{"resourceType":"Basic","code":{"text":"x"}}""")), "Bundle.entry", "required");

        static string Bundle(string resource) => $$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:6dd0e4e8-4c4c-4b0e-8d7e-2c3d5f3ba4d1","resource":{{resource}}}]}""";
    }

    [Fact]
    public async Task The_profile_of_a_resource_tells_entries_apart()
    {
        const string elements = """
            {"id":"Bundle.entry","path":"Bundle.entry","slicing":{"discriminator":[{"type":"profile","path":"resource"}],"rules":"open"},"min":1},
            {"id":"Bundle.entry:adult","path":"Bundle.entry","sliceName":"adult","min":1,"max":"1"},
            {"id":"Bundle.entry:adult.resource","path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient","profile":["http://example.org/StructureDefinition/named"]}]}
            """;
        var named = ProfileText.Of("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""", "named");

        Issues.AssertNone(await Issues.ErrorsAsync("Bundle", elements, Bundle("""{"resourceType":"Patient","name":[{"text":"x"}]}"""), named));
        Issues.AssertOne(await Issues.ErrorsAsync("Bundle", elements, Bundle("""{"resourceType":"Patient","active":true}"""), named), "Bundle.entry", "required");

        static string Bundle(string resource) => $$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:6dd0e4e8-4c4c-4b0e-8d7e-2c3d5f3ba4d1","resource":{{resource}}}]}""";
    }

    [Fact]
    public async Task What_is_there_or_not_tells_slices_apart()
    {
        const string elements = """
            {"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"exists","path":"period"}],"rules":"open"}},
            {"id":"Patient.name:former","path":"Patient.name","sliceName":"former","min":0,"max":"*"},
            {"id":"Patient.name:former.period","path":"Patient.name.period","min":1},
            {"id":"Patient.name:present","path":"Patient.name","sliceName":"present","min":0,"max":"1"},
            {"id":"Patient.name:present.period","path":"Patient.name.period","max":"0"},
            {"id":"Patient.name:present.use","path":"Patient.name.use","min":1}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"text":"a","use":"usual"},{"text":"b","period":{"end":"2000"}},{"text":"c","period":{"end":"2001"}}]}"""));
        Issues.AssertOne(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"text":"a"}]}"""), "Patient.name[0].use", "required");
        Issues.AssertOne(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"text":"a","use":"usual"},{"text":"b","use":"old"}]}"""), "Patient.name", "structure");
    }

    [Fact]
    public async Task The_place_among_the_repetitions_tells_slices_apart()
    {
        const string elements = """
            {"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"position","path":"$this"}],"rules":"open"}},
            {"id":"Patient.name:first","path":"Patient.name","sliceName":"first","min":1,"max":"1"},
            {"id":"Patient.name:first.family","path":"Patient.name.family","min":1}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"family":"Li"},{"text":"b"}]}"""));
        Issues.AssertOne(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"text":"b"},{"family":"Li"}]}"""), "Patient.name[0].family", "required");
    }

    [Fact]
    public async Task The_type_of_what_a_reference_points_to_tells_slices_apart()
    {
        const string elements = """
            {"id":"Observation.performer","path":"Observation.performer","slicing":{"discriminator":[{"type":"type","path":"resolve()"}],"rules":"open"}},
            {"id":"Observation.performer:org","path":"Observation.performer","sliceName":"org","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"]}]},
            {"id":"Observation.performer:org.display","path":"Observation.performer.display","min":1}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation("""{"reference":"Practitioner/1"},{"reference":"Organization/1","display":"x"}""")));
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation("""{"reference":"Practitioner/1"}""")), "Observation.performer", "required");
        Issues.AssertOne(
            await Issues.ErrorsAsync("Observation", elements, Observation("""{"reference":"#o"}""", """ "contained":[{"resourceType":"Organization","id":"o","name":"x"}], """)),
            "Observation.performer[0].display", "required");

        static string Observation(string performers, string more = "") => $$"""{"resourceType":"Observation",{{more}}"status":"final","code":{"text":"x"},"performer":[{{performers}}]}""";
    }

    [Fact]
    public async Task A_target_that_nobody_can_read_may_be_in_the_slice_that_is_missed()
    {
        const string elements = """
            {"id":"Observation.performer","path":"Observation.performer","slicing":{"discriminator":[{"type":"profile","path":"resolve()"}],"rules":"closed"}},
            {"id":"Observation.performer:p","path":"Observation.performer","sliceName":"p","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://example.org/StructureDefinition/named"]}]}
            """;
        var named = ProfileText.Of("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""", "named");

        var unread = await TestResources.Of(ProfileText.Of("Observation", elements), named).ValidateAsync(Observation("Patient/1", ""), Issues.Profile);
        Issues.AssertNone(Issues.Errors(unread));
        Assert.Contains(unread, static issue => issue is { Severity: IssueSeverity.Warning, Detail.Code: "slice-undecided", Expression: "Observation.performer[0]" });
        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation("#p", """ "name":[{"text":"x"}] """), named));
        var errors = await Issues.ErrorsAsync("Observation", elements, Observation("#p", """ "active":true """), named);
        Assert.Equal(["Observation.performer", "Observation.performer[0]"], errors.Select(static issue => issue.Expression).Order(StringComparer.Ordinal));

        static string Observation(string reference, string patient) => $$"""
            {"resourceType":"Observation",{{(patient.Length == 0 ? "" : $$"""  "contained":[{"resourceType":"Patient","id":"p",{{patient}} }],  """)}}"status":"final","code":{"text":"x"},"performer":[{"reference":"{{reference}}"}]}
            """;
    }

    [Fact]
    public async Task A_default_slice_takes_what_is_in_no_other()
    {
        const string elements = """
            {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
            {"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone"},
            {"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","min":1,"fixedCode":"phone"},
            {"id":"Patient.telecom:@default","path":"Patient.telecom","sliceName":"@default"},
            {"id":"Patient.telecom:@default.use","path":"Patient.telecom.use","min":1}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"email","value":"a@example.org","use":"home"}]}"""));
        Issues.AssertOne(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","telecom":[{"system":"email","value":"a@example.org"}]}"""), "Patient.telecom[0].use", "required");
    }

    [Fact]
    public async Task Slices_are_sliced_again()
    {
        const string elements = """
            {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
            {"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}},
            {"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","min":1,"fixedCode":"phone"},
            {"id":"Patient.telecom:phone/home","path":"Patient.telecom","sliceName":"phone/home","min":1,"max":"1"},
            {"id":"Patient.telecom:phone/home.system","path":"Patient.telecom.system","min":1,"fixedCode":"phone"},
            {"id":"Patient.telecom:phone/home.use","path":"Patient.telecom.use","min":1,"fixedCode":"home"},
            {"id":"Patient.telecom:phone/home.rank","path":"Patient.telecom.rank","min":1}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","telecom":[{"system":"email","value":"a@example.org"},{"system":"phone","use":"home","value":"1","rank":1}]}"""));
        Issues.AssertOne(await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","telecom":[{"system":"phone","use":"home","value":"1"}]}"""), "Patient.telecom[0].rank", "required");
        Assert.Contains(
            await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","telecom":[{"system":"phone","use":"home","value":"1","rank":1},{"system":"phone","use":"work","value":"2"}]}"""),
            static issue => issue is { Expression: "Patient.telecom[1]", Code: "structure" });
    }

    [Fact]
    public async Task Slices_lie_within_slices()
    {
        const string elements = """
            {"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"open"}},
            {"id":"Observation.component:systolic","path":"Observation.component","sliceName":"systolic","min":1,"max":"1"},
            {"id":"Observation.component:systolic.code","path":"Observation.component.code","patternCodeableConcept":{"coding":[{"code":"s"}]}},
            {"id":"Observation.component:systolic.interpretation","path":"Observation.component.interpretation","slicing":{"discriminator":[{"type":"value","path":"text"}],"rules":"open"}},
            {"id":"Observation.component:systolic.interpretation:high","path":"Observation.component.interpretation","sliceName":"high","min":1,"max":"1"},
            {"id":"Observation.component:systolic.interpretation:high.text","path":"Observation.component.interpretation.text","min":1,"fixedString":"high"}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", elements, Observation("high")));
        Issues.AssertOne(await Issues.ErrorsAsync("Observation", elements, Observation("low")), "Observation.component[1].interpretation", "required");

        static string Observation(string text) => $$"""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[
            {"code":{"coding":[{"system":"http://example.org/c","code":"d"}]},"valueString":"1"},
            {"code":{"coding":[{"system":"http://example.org/c","code":"s"}]},"valueString":"1","interpretation":[{"text":"{{text}}"}]}]}
            """;
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","active":true}""")]
    [InlineData("""{"resourceType":"Patient","identifier":[{"system":"urn:m","use":"usual"}]}""")]
    public async Task Required_slices_of_a_slice_and_of_the_rest_are_missed_with_and_without_other_repetitions(string patient)
    {
        var errors = await Issues.ErrorsAsync("Patient", """
            {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
            {"id":"Patient.identifier:m","path":"Patient.identifier","sliceName":"m","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},
            {"id":"Patient.identifier:m.system","path":"Patient.identifier.system","min":1,"fixedUri":"urn:m"},
            {"id":"Patient.identifier:m/o","path":"Patient.identifier","sliceName":"m/o","min":1},
            {"id":"Patient.identifier:m/o.use","path":"Patient.identifier.use","min":1,"fixedCode":"official"},
            {"id":"Patient.identifier:@default","path":"Patient.identifier","sliceName":"@default","min":1}
            """, patient);

        Assert.All(errors, static issue => Assert.Equal(("Patient.identifier", "required"), (issue.Expression, issue.Code)));
        Assert.Equal(["Patient.identifier:@default", "Patient.identifier:m/o"], errors.Select(static issue => issue.Message!.Arguments[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_required_slice_of_codings_tells_the_slice_of_the_code()
    {
        var errors = await Issues.ErrorsAsync("Observation", """
            {"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"closed"}},
            {"id":"Observation.component:a","path":"Observation.component","sliceName":"a"},
            {"id":"Observation.component:a.code.coding","path":"Observation.component.code.coding","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"open"}},
            {"id":"Observation.component:a.code.coding:x","path":"Observation.component.code.coding","sliceName":"x","min":1},
            {"id":"Observation.component:a.code.coding:x.code","path":"Observation.component.code.coding.code","min":1,"fixedCode":"c"}
            """, """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[
            {"code":{"coding":[{"system":"http://example.org/c","code":"b"},{"system":"http://example.org/c","code":"c"}]},"valueString":"1"},
            {"code":{"coding":[{"system":"http://example.org/c","code":"d"}]},"valueString":"1"}]}
            """);

        Issues.AssertOne(errors, "Observation.component[1]", "structure");
    }

    [Fact]
    public async Task A_slice_that_nothing_tells_apart_is_said_to_be_unchecked()
    {
        var issues = await TestResources.Of(ProfileText.Of("Patient", """
            {"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},
            {"id":"Patient.name:x","path":"Patient.name","sliceName":"x","min":0,"max":"1"}
            """)).ValidateAsync("""{"resourceType":"Patient","name":[{"text":"a"},{"text":"b"}]}""", Issues.Profile);

        var issue = Assert.Single(issues, static issue => issue.Detail?.Code == "slice-not-told");
        Assert.Equal(IssueSeverity.Warning, issue.Severity);
        Issues.AssertNone(Issues.Errors(issues));
    }
}
