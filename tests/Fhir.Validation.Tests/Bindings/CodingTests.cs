// Codings against their own code systems, whatever they are bound to.

using FhirHub.Model;

namespace FhirHub.Validation.Tests;

public sealed class CodingTests
{
    private const string Here = "http://example.org/fhir";

    private static readonly IConformanceResources Resources = TestResources.Of(
        $$$"""
        {"resourceType":"CodeSystem","url":"{{{Here}}}/CodeSystem/colours","version":"2","status":"active","content":"complete","caseSensitive":true,
         "property":[{"code":"status","type":"code"},{"code":"notSelectable","type":"boolean"}],"concept":[
          {"code":"warm","display":"Warm colours","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
            {"code":"red","display":"Red","designation":[{"language":"zh","value":"红"}]}]},
          {"code":"mauve","display":"Mauve","property":[{"code":"status","valueCode":"retired"}]},
          {"code":"beige","property":[{"code":"status","valueCode":"deprecated"}]},
          {"code":"silent"}]}
        """,
        $$$"""{"resourceType":"CodeSystem","url":"{{{Here}}}/CodeSystem/part","status":"active","content":"fragment","concept":[{"code":"a","display":"A"}]}""",
        $$$"""{"resourceType":"CodeSystem","url":"{{{Here}}}/CodeSystem/named","status":"active","content":"not-present"}""");

    [Theory]
    [InlineData("red", "Red")]
    [InlineData("red", " RED ")]
    [InlineData("red", "红")]
    [InlineData("silent", "Whatever")]
    public async Task A_code_that_its_system_has_under_one_of_its_names_is_right(string code, string display) =>
        Assert.Empty(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/colours","version":"2","code":"{{{code}}}","display":"{{{display}}}"}"""));

    [Fact]
    public async Task A_code_that_its_complete_system_does_not_have_is_an_error()
    {
        var issue = Assert.Single(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/colours","code":"pink"}"""));

        Assert.Equal((IssueSeverity.Error, "code-invalid", "code-unknown"), (issue.Severity, issue.Code, issue.Message!.Template.Id));
        Assert.Equal("Observation.code.coding[0]", issue.Expression);
        Assert.Contains($"{Here}/CodeSystem/colours|2", issue.Diagnostics);
    }

    [Fact]
    public async Task A_code_in_the_wrong_case_is_told_the_right_one()
    {
        var issue = Assert.Single(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/colours","code":"Red"}"""));

        Assert.Equal(IssueSeverity.Error, issue.Severity);
        Assert.Contains("it has 'red'", issue.Diagnostics);
    }

    [Fact]
    public async Task A_wrong_display_is_a_warning_that_says_the_right_ones()
    {
        var issue = Assert.Single(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/colours","code":"red","display":"Blue"}"""));

        Assert.Equal((IssueSeverity.Warning, "Observation.code.coding[0].display"), (issue.Severity, issue.Expression));
        Assert.Contains("'Red', '红'", issue.Diagnostics);
    }

    [Theory]
    [InlineData("mauve", IssueSeverity.Warning, "code-inactive")]
    [InlineData("warm", IssueSeverity.Warning, "code-abstract")]
    [InlineData("beige", IssueSeverity.Information, "code-deprecated")]
    public async Task A_code_that_should_not_be_used_is_told(string code, IssueSeverity severity, string id)
    {
        var issue = Assert.Single(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/colours","code":"{{{code}}}"}"""));

        Assert.Equal((severity, id), (issue.Severity, issue.Message!.Template.Id));
    }

    [Theory]
    [InlineData("part")]
    [InlineData("named")]
    public async Task Nothing_is_said_of_a_code_that_the_part_at_hand_lacks(string system) =>
        Assert.Empty(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/{{{system}}}","code":"b","display":"B"}"""));

    [Fact]
    public async Task A_system_that_is_not_known_is_a_warning_once()
    {
        var issue = Assert.Single(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/none","code":"a"},{"system":"{{{Here}}}/CodeSystem/none","code":"b"}"""));

        Assert.Equal((IssueSeverity.Warning, "code-system-unknown"), (issue.Severity, issue.Message!.Template.Id));
    }

    [Fact]
    public async Task A_version_that_is_not_known_is_a_warning_that_names_the_one_that_is()
    {
        var issue = Assert.Single(await CodingAsync($$$"""{"system":"{{{Here}}}/CodeSystem/colours","version":"1","code":"pink"}"""));

        Assert.Equal((IssueSeverity.Warning, "code-system-version-unknown"), (issue.Severity, issue.Message!.Template.Id));
        Assert.Contains($"{Here}/CodeSystem/colours|2", issue.Diagnostics);
    }

    [Fact]
    public async Task A_code_without_a_system_is_a_warning()
    {
        var issue = Assert.Single(await CodingAsync("""{"code":"red"}"""));

        Assert.Equal((IssueSeverity.Warning, "coding-without-system"), (issue.Severity, issue.Message!.Template.Id));
    }

    private static async Task<IReadOnlyList<Issue>> CodingAsync(string codings)
    {
        var issues = await Resources.ValidateAsync($$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{{{codings}}}]}}""");
        return [.. issues.Where(static issue => issue.Message?.Template.Id is
            "code-unknown" or "code-inactive" or "code-deprecated" or "code-abstract" or "code-system-unknown" or "code-system-version-unknown" or "coding-without-system" or "display-wrong")];
    }
}
