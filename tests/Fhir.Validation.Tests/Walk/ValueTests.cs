// Fixed values, patterns, bounds and lengths.

namespace FhirHub.Validation.Tests.Walk;

public sealed class ValueTests
{
    private static string Observation(string members) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},{{members}}}""";

    private static Task<List<FhirHub.Model.Issue>> CodeAsync(string rule, string code) => Issues.ErrorsAsync(
        "Observation", $$"""{"id":"Observation.code","path":"Observation.code",{{rule}}}""", $$"""{"resourceType":"Observation","status":"final","code":{{code}}}""");

    [Theory]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"3137-7"}]}""", true)]
    [InlineData("""{"coding":[{"code":"3137-7","system":"http://loinc.org"}]}""", true)]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"3137-7","display":"Body height"}]}""", false)]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"3137-7"}],"text":"height"}""", false)]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"3141-9"}]}""", false)]
    [InlineData("""{"text":"height"}""", false)]
    public async Task A_fixed_value_is_met_by_exactly_that_value(string code, bool isRight)
    {
        var errors = await CodeAsync("""  "fixedCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"3137-7"}]}  """, code);

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Observation.code", "value");
    }

    [Theory]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"3137-7","display":"Body height"}],"text":"height"}""", true)]
    [InlineData("""{"coding":[{"system":"http://example.org/local","code":"h"},{"code":"3137-7","system":"http://loinc.org"}]}""", true)]
    [InlineData("""{"coding":[{"system":"http://loinc.org"},{"code":"3137-7"}]}""", false)]
    [InlineData("""{"text":"height"}""", false)]
    public async Task A_pattern_is_met_by_a_value_that_has_its_parts_among_others(string code, bool isRight)
    {
        var errors = (await CodeAsync("""  "patternCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"3137-7"}]}  """, code))
            .FindAll(static issue => issue.Detail?.Code == "value-not-pattern");

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Observation.code", "value");
    }

    [Fact]
    public async Task A_value_that_differs_is_shown_on_one_line()
    {
        var errors = await CodeAsync(
            """  "patternCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"3137-7"}]}  """,
            """
            {
              "text": "height of body"
            }
            """);

        Assert.Contains("""is {"text":"height of body"}:""", Issues.AssertOne(errors, "Observation.code", "value").Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.00", false)]
    [InlineData("1", false)]
    public async Task A_fixed_number_has_the_same_digits(string value, bool isRight)
    {
        var errors = await Issues.ErrorsAsync(
            "Observation",
            """{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"}]},{"id":"Observation.value[x].value","path":"Observation.value[x].value","fixedDecimal":1.0}""",
            Observation($$"""  "valueQuantity":{"value":{{value}},"unit":"x"}  """));

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Observation.value.value", "value");
    }

    [Theory]
    [InlineData("2020-01-01", true)]
    [InlineData("2019-12-31", false)]
    [InlineData("2021-06-30", true)]
    [InlineData("2021-07-01", false)]
    public async Task A_date_lies_within_its_bounds(string date, bool isRight)
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", """{"id":"Patient.birthDate","path":"Patient.birthDate","minValueDate":"2020-01-01","maxValueDate":"2021-06-30"}""",
            $$"""{"resourceType":"Patient","birthDate":"{{date}}"}""");

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Patient.birthDate", "value");
    }

    [Theory]
    [InlineData("""{"value":1.5,"unit":"m","system":"http://unitsofmeasure.org","code":"m"}""", true)]
    [InlineData("""{"value":150,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}""", true)]
    [InlineData("""{"value":350,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}""", false)]
    [InlineData("""{"value":2,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}""", false)]
    public async Task A_quantity_is_measured_in_whatever_unit(string quantity, bool isRight)
    {
        var errors = await Issues.ErrorsAsync(
            "Observation",
            """{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"}],"maxValueQuantity":{"value":3,"unit":"m","system":"http://unitsofmeasure.org","code":"m"}}""",
            Observation($$"""  "valueQuantity":{{quantity}}  """));

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Observation.value", "value");
    }

    [Theory]
    [InlineData(-10, true)]
    [InlineData(-400, false)]
    public async Task A_bound_may_be_a_span_of_time_from_now(int days, bool isRight)
    {
        var errors = await Issues.ErrorsAsync(
            "Patient",
            """{"id":"Patient.birthDate","path":"Patient.birthDate","minValueQuantity":{"value":1,"unit":"a","system":"http://unitsofmeasure.org","code":"a"}}""",
            $$"""{"resourceType":"Patient","birthDate":"{{DateTime.UtcNow.AddDays(days):yyyy-MM-dd}}"}""");

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Patient.birthDate", "value");
    }

    [Theory]
    [InlineData("李小龙", true)]
    [InlineData("Wang 🐉🐉", false)]
    [InlineData("🐉🐉🐉🐉🐉", true)]
    public async Task A_text_has_no_more_characters_than_allowed(string text, bool isRight)
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", """{"id":"Patient.name.text","path":"Patient.name.text","maxLength":5}""", $$"""{"resourceType":"Patient","name":[{"text":"{{text}}"}]}""");

        if (isRight)
            Issues.AssertNone(errors);
        else
            Issues.AssertOne(errors, "Patient.name[0].text", "too-long");
    }

    [Fact]
    public async Task An_invariant_that_two_profiles_share_is_told_once()
    {
        const string rule = """{"id":"Patient","path":"Patient","constraint":[{"key":"p-1","severity":"error","human":"A name is there","expression":"name.exists()"}]}""";
        var issues = await TestResources.Of(Named("a"), Named("b")).ValidateAsync(
            """{"resourceType":"Patient","active":true}""", "http://example.org/StructureDefinition/a", "http://example.org/StructureDefinition/b");

        Assert.Single(Issues.Errors(issues));

        static string Named(string name) =>
            ProfileText.Of("Patient", rule, name).Replace("""{"id":"Patient","path":"Patient"},{"id":"Patient","path":"Patient",""", """{"id":"Patient","path":"Patient",""", StringComparison.Ordinal);
    }
}
