// What tests ask of the issues of a validation.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

/// <summary>Issues by what a user would look for.</summary>
internal static class Issues
{
    /// <summary>The URL of the profile that <see cref="ProfileText.Of"/> makes unless it is told another name.</summary>
    public const string Profile = "http://example.org/StructureDefinition/p";

    /// <summary>The errors of a resource against the profile <c>p</c> whose differential has these elements.</summary>
    public static async Task<List<Issue>> ErrorsAsync(string type, string elements, string resource, params string[] others) =>
        Errors(await TestResources.Of([ProfileText.Of(type, elements), .. others]).ValidateAsync(resource, Profile));

    /// <summary>The errors.</summary>
    public static List<Issue> Errors(IReadOnlyList<Issue> issues) => [.. issues.Where(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)];

    /// <summary>Asserts that there is one error, and that it is said there with that code and names the profile.</summary>
    public static Issue AssertOne(List<Issue> errors, string expression, string code, string profile = Profile)
    {
        var issue = Assert.Single(errors);
        Assert.Equal((expression, code), (issue.Expression, issue.Code));
        Assert.Contains(profile, issue.Diagnostics, StringComparison.Ordinal);
        return issue;
    }

    /// <summary>Asserts that there are none, and shows those that there are.</summary>
    public static void AssertNone(List<Issue> errors) => Assert.True(errors.Count == 0, string.Join('\n', errors.Select(static issue => $"{issue.Expression}: {issue.Diagnostics}")));
}
