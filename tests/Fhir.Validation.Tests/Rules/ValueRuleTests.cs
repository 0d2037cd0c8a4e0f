using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

public class ValueRuleTests
{
    [Theory]
    [InlineData("1799-12-31", "date-range")]
    [InlineData("2999", "date-range")]
    [InlineData("0198-05-06", "date-range")]
    public async Task A_year_that_is_hardly_meant_is_a_warning(string date, string kind)
    {
        var issue = await RuleCheck.OnlyAsync(kind, $$"""{"resourceType":"Patient","birthDate":"{{date}}"}""");
        Assert.Equal((IssueSeverity.Warning, "Patient.birthDate"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public async Task A_birth_in_the_future_is_a_warning()
    {
        var next = DateTime.UtcNow.AddYears(1).ToString("yyyy-MM-dd");
        Assert.Equal("Patient.birthDate", (await RuleCheck.OnlyAsync("date-in-future", $$"""{"resourceType":"Patient","birthDate":"{{next}}"}""")).Expression);
        Assert.Equal("Patient.deceased", (await RuleCheck.OnlyAsync("date-in-future", $$"""{"resourceType":"Patient","deceasedDateTime":"{{next}}"}""")).Expression);
        Assert.Empty(await RuleCheck.FindAsync("date-in-future", $$"""{"resourceType":"Patient","birthDate":"{{DateTime.UtcNow:yyyy-MM-dd}}"}"""));
        Assert.Empty(await RuleCheck.FindAsync("date-in-future", $$"""{"resourceType":"Patient","birthDate":"{{DateTime.UtcNow:yyyy}}"}"""));
    }

    [Fact]
    public async Task A_death_before_the_birth_is_a_warning()
    {
        var json = """{"resourceType":"Patient","birthDate":"1980-05-06","deceasedDateTime":"1979-01-01T10:00:00Z"}""";
        Assert.Equal("Patient.deceased", (await RuleCheck.OnlyAsync("death-before-birth", json)).Expression);
        Assert.Empty(await RuleCheck.FindAsync("death-before-birth", json.Replace("1979-01-01T10:00:00Z", "1980", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("\"family\":\" Wang\"", 1)]
    [InlineData("\"family\":\"Wang\\n\"", 1)]
    [InlineData("\"family\":\"van der Berg\"", 0)]
    [InlineData("\"family\":\"\\u738b\"", 0)]
    public async Task White_space_around_a_text_is_a_warning(string family, int expected) =>
        Assert.Equal(expected, (await RuleCheck.FindAsync("padded-string", $$"""{"resourceType":"Patient","name":[{{{family}}}]}""")).Count);

    [Theory]
    [InlineData("mg", "mg", null)]
    [InlineData("milligrams", "mg", null)]
    [InlineData("degrees", "{degree}", null)]
    [InlineData("C", "Cel", null)]
    [InlineData("tabs", "tablet", "ucum-code")]
    [InlineData("ml/hr", "ml/hr", "ucum-code")]
    [InlineData("g", "mg", "unit-text")]
    [InlineData("mg/g creatinine", "mg/g{creat}", "ucum-annotation")]
    public async Task A_unit_has_to_be_one_of_UCUM(string unit, string code, string? kind)
    {
        var issues = await TestResources.R4.ValidateAsync(
            $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"unit":"{{{unit}}}","system":"http://unitsofmeasure.org","code":"{{{code}}}"}}""");
        Assert.Equal(kind, issues.SingleOrDefault(issue => issue.Detail?.Code is "ucum-code" or "unit-text" or "ucum-annotation")?.Detail?.Code);
        Assert.Equal(kind == "ucum-code", issues.Any(issue => issue.Severity == IssueSeverity.Error));
    }

    [Theory]
    [InlineData("mmHg", "mm[Hg]")]
    [InlineData("beats/minute", "/min")]
    [InlineData("MMOL/L", "mmol/l")]
    [InlineData("mcg", "ug")]
    [InlineData("片", "{tbl}")]
    [InlineData("(score)", "{score}")]
    public async Task A_unit_that_people_write_is_answered_with_the_code_that_is_meant(string code, string meant)
    {
        var issue = await RuleCheck.OnlyAsync(
            "ucum-code", $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"{{{code}}}"}}""");

        Assert.Contains($"'{meant}'", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void All_units_that_are_suggested_are_of_UCUM() => Assert.DoesNotContain(CommonUnits.All, static unit => !Ucum.IsValid(unit));

    [Fact]
    public async Task Size_and_hash_of_an_attachment_are_those_of_its_data()
    {
        const string Right = """{"resourceType":"Patient","photo":[{"contentType":"text/plain","data":"SGVsbG8=","size":5,"hash":"9/+ei3uy4Jtwk1pdeF4MxdnQq/A="}]}""";
        Assert.DoesNotContain(await TestResources.R4.ValidateAsync(Right), issue => issue.Expression?.Contains("photo", StringComparison.Ordinal) == true);
        var size = await RuleCheck.OnlyAsync("attachment-size", Right.Replace("5,", "6,", StringComparison.Ordinal));
        Assert.Equal((IssueSeverity.Error, "Patient.photo[0].size"), (size.Severity, size.Expression));
        var hash = await RuleCheck.OnlyAsync("attachment-hash", Right.Replace("9/+", "8/+", StringComparison.Ordinal));
        Assert.Equal((IssueSeverity.Error, "Patient.photo[0].hash"), (hash.Severity, hash.Expression));
        Assert.Single(await RuleCheck.FindAsync("media-type", Right.Replace("text/plain", "plain", StringComparison.Ordinal)));
        Assert.Single(await RuleCheck.FindAsync("base64-space", Right.Replace("SGVsbG8=", "SGVs bG8=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Coding_system_is_an_absolute_uri_and_no_value_set()
    {
        var relative = await RuleCheck.OnlyAsync("coding-system", Marital("marital"));
        Assert.Equal((IssueSeverity.Error, "Patient.maritalStatus.coding[0].system"), (relative.Severity, relative.Expression));
        Assert.Equal(IssueSeverity.Error, (await RuleCheck.OnlyAsync("value-set-as-system", Marital("http://hl7.org/fhir/ValueSet/marital-status"))).Severity);
        Assert.Empty(await RuleCheck.FindAsync("value-set-as-system", Marital("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus")));

        static string Marital(string system) => $$$"""{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"{{{system}}}","code":"M"}]}}""";
    }

    [Theory]
    [InlineData("email", "someone", "contact-email")]
    [InlineData("email", "someone@example.org", null)]
    [InlineData("url", "www.example.org", "contact-url")]
    [InlineData("url", "https://example.org", null)]
    [InlineData("phone", "reception", "contact-phone")]
    [InlineData("phone", "+86 10 6552 9988", null)]
    public async Task Contact_points_look_like_what_they_are(string system, string value, string? kind)
    {
        var issues = await TestResources.R4.ValidateAsync($$"""{"resourceType":"Patient","telecom":[{"system":"{{system}}","value":"{{value}}"}]}""");
        var found = issues.SingleOrDefault(issue => issue.Expression == "Patient.telecom[0].value");
        Assert.Equal(kind, found?.Detail?.Code);
        Assert.NotEqual(IssueSeverity.Error, found?.Severity);
    }

    [Theory]
    [InlineData("urn:oid:1.2.3", null)]
    [InlineData("urn:oid:1.2.03", "oid")]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", null)]
    [InlineData("urn:uuid:c757873d", "uuid")]
    [InlineData("urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "capital-uuid")]
    public async Task Oids_and_uuids_have_their_forms_in_any_uri(string uri, string? kind)
    {
        var issues = await TestResources.R4.ValidateAsync($$"""{"resourceType":"Patient","implicitRules":"{{uri}}"}""");
        Assert.Equal(kind, issues.SingleOrDefault(issue => issue.Expression == "Patient.implicitRules")?.Detail?.Code);
    }

    [Fact]
    public async Task The_narrative_is_in_the_language_of_the_resource()
    {
        const string Json = """{"resourceType":"Patient","language":"zh-CN","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">A</div>"}}""";
        Assert.Equal("Patient.text.div", (await RuleCheck.OnlyAsync("narrative-language", Json)).Expression);
        Assert.Empty(await RuleCheck.FindAsync("narrative-language", Json.Replace("en\\\"", "zh-CN\\\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_label_that_is_there_twice_is_a_warning()
    {
        var issue = await RuleCheck.OnlyAsync("duplicate-label", """
            {"resourceType":"Patient","meta":{"tag":[{"system":"http://example.org/t","code":"a"},{"system":"http://example.org/t","code":"b"},{"system":"http://example.org/t","code":"a"}]}}
            """);
        Assert.Equal((IssueSeverity.Warning, "Patient.meta.tag[2]"), (issue.Severity, issue.Expression));
    }

    [Theory]
    [InlineData("1 2 3 4", 1, null)]
    [InlineData("1 E U L", 2, null)]
    [InlineData("1 2 x 4", 1, "sampled-value")]
    [InlineData("1 2 3", 2, "sampled-count")]
    public async Task Samples_are_numbers_and_whole_points(string data, int dimensions, string? kind)
    {
        var issues = await TestResources.R4.ValidateAsync(
            $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueSampledData":{"origin":{"value":0},"period":1,"dimensions":{{{dimensions}}},"data":"{{{data}}}"}}""");
        Assert.Equal(kind, issues.SingleOrDefault(issue => issue.Detail?.Code.StartsWith("sampled", StringComparison.Ordinal) == true)?.Detail?.Code);
    }
}
