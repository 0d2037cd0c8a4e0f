using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

public class IdentifierRuleTests
{
    private const string Resident = "urn:oid:2.16.156.10011.1.3";

    [Theory]
    [InlineData(Resident, "11010519491231002X")]
    [InlineData(Resident, "110105491231002")]
    [InlineData("https://example.org/organizations/uscc", "91350100M000100Y43")]
    [InlineData("http://hl7.org/fhir/sid/us-npi", "1234567893")]
    [InlineData("http://hl7.org/fhir/sid/us-ssn", "123-45-6789")]
    [InlineData("http://hl7.org/fhir/sid/us-ssn", "999-12-3456")]
    [InlineData("https://fhir.nhs.uk/Id/nhs-number", "9434765919")]
    [InlineData("urn:ietf:rfc:3986", "urn:oid:1.2.3")]
    [InlineData("urn:ietf:rfc:3986", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520")]
    [InlineData("urn:ietf:rfc:3986", "urn:isbn:978-3-16-148410-0")]
    [InlineData("https://doi.org", "10.1000/182")]
    [InlineData("http://hospital.example.org/mrn", "anything")]
    public async Task A_value_that_fits_its_system_is_left_alone(string system, string value)
    {
        var issues = await TestResources.R4.ValidateAsync(PatientWith(system, value));
        Assert.DoesNotContain(issues, issue => issue.Expression?.Contains("identifier", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(Resident, "110105194912310021", "resident-id")]
    [InlineData(Resident, "11010519491331002X", "resident-id")]
    [InlineData(Resident, "1101051949", "resident-id")]
    [InlineData("https://example.org/organizations/uscc", "91350100M000100Y44", "social-credit-code")]
    [InlineData("https://example.org/organizations/uscc", "91350100O000100Y43", "social-credit-code")]
    [InlineData("http://hl7.org/fhir/sid/us-npi", "1234567894", "npi")]
    [InlineData("https://fhir.nhs.uk/Id/nhs-number", "9434765918", "nhs-number")]
    [InlineData("http://ns.electronichealth.net.au/id/hi/ihi/1.0", "8003601234567891", "ihi")]
    [InlineData("urn:ietf:rfc:3986", "1.2.3", "identifier-uri")]
    [InlineData("urn:ietf:rfc:3986", "urn:oid:1.02.3", "oid")]
    [InlineData("urn:ietf:rfc:3986", "urn:uuid:123", "uuid")]
    [InlineData("urn:ietf:rfc:3986", "urn:isbn:978-3-16-148410-1", "isbn")]
    public async Task A_value_that_breaks_the_rule_of_its_system_is_an_error(string system, string value, string kind)
    {
        var issue = await RuleCheck.OnlyAsync(kind, PatientWith(system, value));
        Assert.Equal(IssueSeverity.Error, issue.Severity);
        Assert.Equal("Patient.identifier[0].value", issue.Expression);
        Assert.Contains(value, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/sid/us-ssn", "000-12-3456", "ssn")]
    [InlineData("http://hl7.org/fhir/sid/us-ssn", "XXX-XX-3456", "ssn")]
    [InlineData("http://hl7.org/fhir/sid/us-npi", "9999999459", "npi-range")]
    [InlineData("http://hl7.org/fhir/sid/us-npi", "160", "npi-range")]
    [InlineData("https://doi.org", "182", "doi")]
    public async Task A_value_that_is_only_unlikely_is_a_warning(string system, string value, string kind) =>
        Assert.Equal(IssueSeverity.Warning, (await RuleCheck.OnlyAsync(kind, PatientWith(system, value))).Severity);

    [Fact]
    public async Task The_type_of_an_identifier_says_that_it_is_a_resident_id()
    {
        var issue = await RuleCheck.OnlyAsync("resident-id", """
            {"resourceType":"Patient","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"NNCHN"}]},"value":"110105194912310021"}]}
            """);
        Assert.Equal(IssueSeverity.Error, issue.Severity);
    }

    [Fact]
    public async Task A_wrong_check_character_is_said_in_Chinese_too()
    {
        var issue = await RuleCheck.OnlyAsync("resident-id", PatientWith(Resident, "110105194912310021"));
        Assert.Contains("居民身份证号", issue.Message!.In(MessageLanguage.Chinese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_that_is_no_absolute_uri_is_an_error()
    {
        var issue = await RuleCheck.OnlyAsync("identifier-system", PatientWith("mrn", "1"));
        Assert.Equal((IssueSeverity.Error, "Patient.identifier[0].system"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public async Task Birth_date_and_gender_that_differ_from_those_of_the_resident_id_are_told()
    {
        var json = """
            {"resourceType":"Patient","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"11010519491231002X"}],"birthDate":"1950-01-01","gender":"male"}
            """;
        Assert.Equal(IssueSeverity.Warning, (await RuleCheck.OnlyAsync("resident-id-date", json)).Severity);
        Assert.Equal(IssueSeverity.Information, (await RuleCheck.OnlyAsync("resident-id-gender", json)).Severity);
        Assert.Empty(await RuleCheck.FindAsync("resident-id-date", json.Replace("1950-01-01", "1949-12", StringComparison.Ordinal)));
    }

    private static string PatientWith(string system, string value) =>
        $$"""{"resourceType":"Patient","identifier":[{"system":"{{system}}","value":"{{value}}"}]}""";
}
