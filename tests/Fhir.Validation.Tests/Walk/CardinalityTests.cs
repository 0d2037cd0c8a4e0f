// Cardinality of elements that a profile narrows.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

public sealed class CardinalityTests
{
    private const string Profile = "http://example.org/StructureDefinition/p";

    [Fact]
    public async Task A_resource_without_faults_has_no_errors()
    {
        var issues = await TestResources.R4.ValidateAsync("""{"resourceType":"Patient","name":[{"family":"Wang"}],"gender":"male"}""");

        Assert.DoesNotContain(issues, static issue => issue.Severity == IssueSeverity.Error);
    }

    [Fact]
    public async Task An_element_that_a_profile_requires_is_missed_where_it_should_be()
    {
        var resources = TestResources.Of(ProfileText.Of("Patient", """{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}"""));

        var issues = await resources.ValidateAsync("""{"resourceType":"Patient","active":true}""", Profile);

        var issue = Assert.Single(issues, static issue => issue.Severity == IssueSeverity.Error);
        Assert.Equal(("Patient.birthDate", "required"), (issue.Expression, issue.Code));
        Assert.Contains(Profile, issue.Diagnostics, StringComparison.Ordinal);
    }
}
