// Asserts on bodies: resources, fixtures within them, links, FHIRPath and paths.

namespace FhirHub.Conformance.Tests;

public class ContentAssertsTests
{
    private const string Patient =
        """
        {"resourceType":"Patient","id":"p1","meta":{"lastUpdated":"2024-02-03T04:05:06.000Z"},"active":true,"birthDate":"1980-05-06","gender":"male",
         "name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},{"use":"usual","given":["Jim"]}],
         "telecom":[{"system":"phone","value":"1"},{"system":"phone","value":"2"}],"multipleBirthInteger":2,
         "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Hello  World</p></div>"}}
        """;

    private const string Observation =
        """
        {"resourceType":"Observation","id":"o1","status":"final","code":{"text":"a"},"effectiveDateTime":"2024-02-03T04:05:06+08:00",
         "valueQuantity":{"value":5.50,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}
        """;

    [Theory]
    [InlineData("\"resource\":\"Patient\"", StepResult.Pass)]
    [InlineData("\"resource\":\"Bundle\"", StepResult.Fail)]
    [InlineData("\"operator\":\"notEquals\",\"resource\":\"Bundle\"", StepResult.Pass)]
    [InlineData("\"operator\":\"in\",\"resource\":\"Bundle,Patient\"", StepResult.Pass)]
    [InlineData("\"direction\":\"request\",\"resource\":\"Observation\"", StepResult.Pass)]
    [InlineData("\"sourceId\":\"sent\",\"resource\":\"Observation\"", StepResult.Pass)]
    [InlineData("\"sourceId\":\"came\",\"resource\":\"Patient\"", StepResult.Pass)]
    [InlineData("\"sourceId\":\"came\",\"direction\":\"request\",\"resource\":\"Observation\"", StepResult.Pass)]
    [InlineData("\"sourceId\":\"group\",\"resource\":\"Group\"", StepResult.Pass)]
    public async Task A_resource_is_told_by_its_type(string assert, StepResult expected)
    {
        var run = new JudgedRun("""
            "contained":[{"resourceType":"Group","id":"g","type":"person","actual":true}],
            "fixture":[{"id":"group","autocreate":false,"autodelete":false,"resource":{"reference":"#g"}}]
            """).Answered(200, Patient, requestBody: Observation, requestId: "sent", responseId: "came");

        Assert.Equal(expected, (await run.JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("", "application/fhir+json", "The resource of the response should be 'Patient'; found nothing. The body is empty.")]
    [InlineData("<html></html>", "text/html; charset=utf-8", "The resource of the response should be 'Patient'; found nothing. The body is text/html (13 bytes).")]
    [InlineData("{\"resourceType\":\"Cat\"}", "application/fhir+json", "The resource of the response should be 'Patient'; found nothing. The body is application/fhir+json (22 bytes) that is no FHIR resource: ")]
    public async Task A_body_that_is_no_resource_is_told(string body, string type, string message)
    {
        var step = await new JudgedRun().Answered(200, body, type).JudgeAsync("""{"resource":"Patient","warningOnly":false}""");

        Assert.Equal(StepResult.Fail, step.Result);
        Assert.StartsWith(message, step.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", null)]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"Chalmers","given":["James"]}],"active":true}""", null)]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["Jim"]},{"given":["James","Peter"]}]}""", null)]
    [InlineData("""{"resourceType":"Patient","telecom":[{"system":"phone"},{"value":"1"}]}""", null)]
    [InlineData("""{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Hello\nWorld</p></div>"}}""", null)]
    [InlineData("""{"resourceType":"Group","type":"person","actual":true}""", "a Group was expected, found a Patient")]
    [InlineData("""{"resourceType":"Patient","active":false}""", "Patient.active should be 'false'; found 'true'")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true}""", "Patient.deceasedBoolean is missing ('true')")]
    [InlineData("""{"resourceType":"Patient","meta":{"source":"a"}}""", "Patient.meta.source is missing ('a')")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"Chalmers","given":["Jim"]}]}""", "Patient.name[0] is none of the 2 that were found; in the closest one Patient.name[0].given[0] ('Jim') is none of the 2 that were found")]
    [InlineData("""{"resourceType":"Patient","telecom":[{"system":"phone"},{"system":"phone"},{"system":"phone"}]}""", "Patient.telecom[2] is none of the 2 that were found; in the closest one all is there, but another needs it")]
    [InlineData("""{"resourceType":"Patient","telecom":[{"value":"2"},{"value":"2"}]}""", "Patient.telecom[1] is none of the 2 that were found; in the closest one all is there, but another needs it")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":3}""", "Patient.multipleBirthInteger should be '3'; found '2'")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://example.org/time","valueDateTime":"2024"}]}}""", "Patient.birthDate.extension is missing")]
    public async Task A_minimum_is_contained_in_any_order(string minimum, string? missing)
    {
        var run = new JudgedRun($$$"""
            "contained":[{{{minimum.Replace("{\"resourceType\":", "{\"id\":\"m\",\"resourceType\":", StringComparison.Ordinal)}}}],
            "fixture":[{"id":"least","autocreate":false,"autodelete":false,"resource":{"reference":"#m"}}]
            """).Answered(200, Patient.Replace("\"id\":\"p1\"", "\"id\":\"m\"", StringComparison.Ordinal));

        var step = await run.JudgeAsync("""{"minimumId":"least","warningOnly":false}""");
        var opposite = await run.JudgeAsync("""{"operator":"notContains","minimumId":"least","warningOnly":false}""");

        Assert.Equal(missing is null ? "The response contains 'least'." : $"The response should contain 'least': {missing}.", step.Message);
        Assert.Equal(missing is null ? StepResult.Pass : StepResult.Fail, step.Result);
        Assert.Equal(missing is null ? StepResult.Fail : StepResult.Pass, opposite.Result);
    }

    [Fact]
    public async Task A_minimum_in_JSON_is_contained_in_XML_and_in_other_JSON()
    {
        var xml = new JudgedRun().Answered(200, """{"resourceType":"Patient","name":[{"family":"A"}]}""", responseId: "least")
            .Answered(200, """<Patient xmlns="http://hl7.org/fhir"><name><family value="B"/></name><name><family value="A"/></name></Patient>""", "application/fhir+xml");
        var dicom = new JudgedRun().Answered(200, """{"00100020":{"vr":"LO","Value":["A"]}}""", "application/dicom+json", responseId: "least")
            .Answered(200, """{"00100020":{"vr":"LO","Value":["A","B"]},"00100010":{"vr":"PN"}}""", "application/dicom+json");
        var list = new JudgedRun().Answered(200, """[{"a":1},2]""", "application/json", responseId: "least")
            .Answered(200, """[3,2,{"a":1.0}]""", "application/json");

        Assert.Equal(StepResult.Pass, (await xml.JudgeAsync("""{"minimumId":"least","warningOnly":false}""")).Result);
        Assert.Equal(StepResult.Pass, (await dicom.JudgeAsync("""{"minimumId":"least","warningOnly":false}""")).Result);
        Assert.Equal("The response should contain 'least': $.[][0] is none of the 3 that were found; in the closest one $.[][0].a is missing ('1').", (await list.JudgeAsync("""{"minimumId":"least","warningOnly":false}""")).Message);
    }

    [Fact]
    public async Task A_minimum_that_would_be_compared_for_ever_is_given_up()
    {
        // Each of the fixture's fits nearly all of the body's but for its last part.
        string Contacts(int count, string last) => string.Join(',', Enumerable.Range(0, count).Select(_ => $$"""{"telecom":[{{string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"value":"{{i}}"}"""))}},{"value":"{{last}}"}]}"""));
        var run = new JudgedRun().Answered(200, $$"""{"resourceType":"Patient","contact":[{{Contacts(150, "x")}}]}""", responseId: "least")
            .Answered(200, $$"""{"resourceType":"Patient","contact":[{{Contacts(150, "y")}}]}""");

        var step = await run.JudgeAsync("""{"minimumId":"least","warningOnly":false}""");

        Assert.Contains(step.Result, (StepResult[])[StepResult.Fail, StepResult.Error]);
        Assert.True(step.Message.Length < 1000);
    }

    [Theory]
    [InlineData("self first last next", 10, StepResult.Pass, "")]
    [InlineData("self first next", 10, StepResult.Fail, "last is missing")]
    [InlineData("self", 10, StepResult.Fail, "first and last and next are missing")]
    [InlineData("self first last", 10, StepResult.Fail, "next is missing")]
    [InlineData("self first last", 1, StepResult.Pass, "")]
    [InlineData("last=self first self", 10, StepResult.Pass, "")]
    public async Task Navigation_links_are_first_last_and_next(string links, int total, StepResult expected, string message)
    {
        var written = string.Join(',', links.Split(' ').Select(static link => $$"""{"relation":"{{link.Split('=')[0]}}","url":"http://server.example/fhir?{{link.Split('=')[^1]}}"}"""));
        var run = new JudgedRun().Answered(200, $$$"""{"resourceType":"Bundle","type":"searchset","total":{{{total}}},"link":[{{{written}}}],"entry":[{"resource":{"resourceType":"Patient"},"search":{"mode":"match"}}]}""");

        var step = await run.JudgeAsync("""{"navigationLinks":true,"warningOnly":false}""");

        Assert.Equal(expected, step.Result);
        Assert.Contains(message, step.Message, StringComparison.Ordinal);
        Assert.Equal(StepResult.Pass, (await run.JudgeAsync("""{"navigationLinks":false,"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"expression\":\"Patient.active\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count() = 3\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.photo\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.birthDate\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name\"", StepResult.Fail)]
    [InlineData("\"operator\":\"eval\",\"expression\":\"Patient.name.count() = 2\"", StepResult.Pass)]
    [InlineData("\"operator\":\"eval\",\"expression\":\"Patient.active.not()\"", StepResult.Fail)]
    [InlineData("\"operator\":\"eval\",\"expression\":\"Patient.active.not()\",\"value\":\"false\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count() > 1\",\"value\":\"true\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count() > 1\",\"value\":\"false\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"value\":\"2\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"value\":\"2.0\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"value\":\"two\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"operator\":\"greaterThan\",\"value\":\"1\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"operator\":\"greaterThan\",\"value\":\"2\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"operator\":\"lessThan\",\"value\":\"10\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.count()\",\"operator\":\"lessThan\",\"value\":\"ten\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"value\":\"Peter\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given\",\"value\":\"Jim\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given\",\"value\":\"jim\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"notEquals\",\"value\":\"Jim\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"notEquals\",\"value\":\"Ann\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"in\",\"value\":\"Peter,James,Jim\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"in\",\"value\":\"Peter,James\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.photo.url\",\"operator\":\"in\",\"value\":\"a,b\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"notIn\",\"value\":\"Ann,Jim\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"notIn\",\"value\":\"Ann,Bob\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"contains\",\"value\":\"ete\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"notContains\",\"value\":\"ete\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.photo\",\"operator\":\"empty\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name\",\"operator\":\"empty\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name\",\"operator\":\"notEmpty\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.photo\",\"operator\":\"notEmpty\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"value\":\"1980-05-06\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"value\":\"1980\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"operator\":\"greaterThan\",\"value\":\"1980-05-05\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"operator\":\"lessThan\",\"value\":\"1980-05-06\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"operator\":\"greaterThan\",\"value\":\"1980\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"operator\":\"greaterThan\",\"value\":\"1979\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.meta.lastUpdated\",\"value\":\"2024-02-03T12:05:06.000+08:00\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.meta.lastUpdated\",\"value\":\"2024-02-03T04:05:06Z\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.meta.lastUpdated\",\"operator\":\"greaterThan\",\"value\":\"2024-02-03T12:05:05+08:00\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.active\",\"operator\":\"greaterThan\",\"value\":\"1\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.gender\",\"operator\":\"greaterThan\",\"value\":\"female\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.gender\",\"operator\":\"notEquals\"", StepResult.Error)]
    [InlineData("\"expression\":\"Patient.gender\",\"operator\":\"contains\"", StepResult.Error)]
    [InlineData("\"expression\":\"Patient.(\"", StepResult.Error)]
    [InlineData("\"expression\":\"Patient.name.given.substring(1) = 'a'\"", StepResult.Error)]
    [InlineData("\"expression\":\"Patient.nothing()\"", StepResult.Error)]
    public async Task An_expression_is_compared_by_the_operator(string assert, StepResult expected)
    {
        Assert.Equal(expected, (await new JudgedRun().Answered(200, Patient).JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"expression\":\"Observation.value\",\"value\":\"5.5 'mg'\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Observation.value\",\"value\":\"5500 'ug'\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Observation.value\",\"value\":\"5.5\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Observation.value\",\"operator\":\"greaterThan\",\"value\":\"1 'ug'\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Observation.value\",\"operator\":\"lessThan\",\"value\":\"0.005 'g'\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Observation.value\",\"operator\":\"lessThan\",\"value\":\"10 's'\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Observation.value.value\",\"value\":\"5.5\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Observation.value.value\",\"value\":\"5.50\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Observation.value.value\",\"operator\":\"greaterThan\",\"value\":\"5.4999\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Observation.effective\",\"operator\":\"lessThan\",\"value\":\"2024-02-02T20:05:07Z\"", StepResult.Pass)]
    [InlineData("\"path\":\"Observation/valueQuantity/value\",\"operator\":\"greaterThan\",\"value\":\"5.4\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.valueQuantity.value\",\"value\":\"5.50\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.valueQuantity.value\",\"value\":\"5.5\"", StepResult.Fail)]
    [InlineData("\"path\":\"$.effectiveDateTime\",\"operator\":\"greaterThan\",\"value\":\"2024-02-03T04:05:05+08:00\"", StepResult.Pass)]
    public async Task Numbers_quantities_and_times_are_compared_as_such(string assert, StepResult expected)
    {
        Assert.Equal(expected, (await new JudgedRun().Answered(200, Observation).JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"path\":\"fhir:Patient/fhir:name/fhir:given/@value\",\"value\":\"Peter\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/id\",\"value\":\"p1\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/id\",\"value\":\"p2\"", StepResult.Fail)]
    [InlineData("\"path\":\"Patient/name/given\",\"operator\":\"in\",\"value\":\"Peter,James,Jim\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/name/given\",\"operator\":\"notIn\",\"value\":\"Ann\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/photo\",\"operator\":\"empty\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/name\",\"operator\":\"notEmpty\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/name\"", StepResult.Pass)]
    [InlineData("\"path\":\"Patient/photo\"", StepResult.Fail)]
    [InlineData("\"path\":\"count(//f:name) = 2\"", StepResult.Pass)]
    [InlineData("\"path\":\"count(//f:name) = 3\"", StepResult.Fail)]
    [InlineData("\"path\":\"count(//f:name)\",\"value\":\"2\"", StepResult.Pass)]
    [InlineData("\"operator\":\"eval\",\"path\":\"count(//f:name) = 2\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.name[?(@.use == 'usual')].given[0]\",\"value\":\"Jim\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.name[0].given[*]\",\"operator\":\"contains\",\"value\":\"ames\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.active\",\"value\":\"true\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.active\"", StepResult.Pass)]
    [InlineData("\"path\":\"$.photo\"", StepResult.Fail)]
    [InlineData("\"path\":\"$.[\"", StepResult.Error)]
    public async Task A_path_is_compared_by_the_operator(string assert, StepResult expected)
    {
        Assert.Equal(expected, (await new JudgedRun().Answered(200, Patient).JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"expression\":\"Patient.name.given\",\"compareToSourceExpression\":\"Patient.name.given\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given.first()\",\"compareToSourceExpression\":\"Patient.name.given\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"compareToSourceExpression\":\"Patient.name.given.first()\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.given\",\"operator\":\"contains\",\"compareToSourceExpression\":\"Patient.name.given.first()\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.given.last()\",\"operator\":\"in\",\"compareToSourceExpression\":\"Patient.name.given\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name.family\",\"operator\":\"in\",\"compareToSourceExpression\":\"Patient.name.given\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.name.family\",\"operator\":\"notIn\",\"compareToSourceExpression\":\"Patient.name.given\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.name\",\"compareToSourceExpression\":\"Patient.name\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.birthDate\",\"operator\":\"notEquals\",\"compareToSourceExpression\":\"Patient.birthDate\"", StepResult.Fail)]
    [InlineData("\"expression\":\"Patient.multipleBirth\",\"operator\":\"lessThan\",\"compareToSourceExpression\":\"Patient.multipleBirth + 1\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.multipleBirth\",\"operator\":\"lessThan\",\"compareToSourceExpression\":\"Patient.name.given\"", StepResult.Error)]
    [InlineData("\"expression\":\"Patient.photo\",\"compareToSourceExpression\":\"Patient.photo\"", StepResult.Error)]
    [InlineData("\"path\":\"fhir:Patient/fhir:name/fhir:given/@value\",\"compareToSourcePath\":\"fhir:Patient/fhir:name/fhir:given/@value\"", StepResult.Pass)]
    [InlineData("\"compareToSourceExpression\":\"Patient.name.first().family\"", StepResult.Pass)]
    [InlineData("\"compareToSourcePath\":\"$.name[0].family\"", StepResult.Pass)]
    [InlineData("\"compareToSourcePath\":\"$.name[0].family\",\"operator\":\"notEquals\"", StepResult.Fail)]
    [InlineData("\"path\":\"$.birthDate\",\"compareToSourceExpression\":\"Patient.birthDate\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"X-Id\",\"compareToSourceExpression\":\"Patient.id\"", StepResult.Pass)]
    [InlineData("\"expression\":\"Patient.id\",\"value\":\"p1\",\"compareToSourceExpression\":\"Patient.photo\"", StepResult.Pass)]
    public async Task Values_are_compared_with_those_of_another_source(string assert, StepResult expected)
    {
        var run = new JudgedRun().Answered(201, "", requestBody: Patient, requestId: "sent").Answered(200, Patient, headers: [("X-Id", "p1")]);

        Assert.Equal(expected, (await run.JudgeAsync($$"""{ {{assert}},"compareToSourceId":"sent","warningOnly":false}""")).Result);
        Assert.Equal(StepResult.Error, (await run.JudgeAsync("""{"expression":"Patient.id","compareToSourceExpression":"Patient.id","compareToSourceId":"nobody","warningOnly":false}""")).Result);
    }

    [Fact]
    public async Task Messages_name_what_was_expected_and_found_and_stay_short()
    {
        var run = new JudgedRun().Answered(200, $$"""{"resourceType":"Patient","name":[{"family":"{{new string('x', 100_000)}}","given":["a\nb","c","d","e","f","g"]}]}""");

        Assert.Equal("'Patient.name.given' in the response should be 'z'; found 'a b', 'c', 'd', 'e', 'f' and 1 more.", (await run.JudgeAsync("""{"expression":"Patient.name.given","value":"z","warningOnly":false}""")).Message);
        Assert.Equal($"'Patient.name.family' in the response should be 'z'; found '{new string('x', 200)}…' (100000 characters).", (await run.JudgeAsync("""{"expression":"Patient.name.family","value":"z","warningOnly":false}""")).Message);
        Assert.Equal("'Patient.photo' in the response should be true; found nothing.", (await run.JudgeAsync("""{"expression":"Patient.photo","warningOnly":false}""")).Message);
    }

    [Theory]
    [InlineData("repeat(descendants()).repeat(descendants()).repeat(descendants()).count() > 0")]
    [InlineData("descendants().select(%resource.descendants().select(%resource.descendants().where($this ~ 'a'))).exists()")]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')")]
    public async Task An_expression_that_costs_too_much_ends(string expression)
    {
        var names = string.Join(',', Enumerable.Range(0, 300).Select(static i => $$"""{"given":["{{i}}","b"]}"""));
        var run = new JudgedRun().Answered(200, $$"""{"resourceType":"Patient","name":[{{names}}]}""");

        var step = await run.JudgeAsync($$"""{"expression":"{{expression}}","warningOnly":false}""");

        Assert.NotEqual(StepResult.Pass, step.Result);
        Assert.NotEmpty(step.Message);
    }
}
