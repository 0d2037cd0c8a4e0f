// What a validator says of the resources that these tests write.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

/// <summary>Validates with messages by their kinds.</summary>
internal static class RuleCheck
{
    public static async Task<Issue> OnlyAsync(string kind, string json, params IReadOnlyList<string> others)
    {
        var issues = await FindAsync(kind, json, others);
        return Assert.Single(issues);
    }

    public static async Task<IReadOnlyList<Issue>> FindAsync(string kind, string json, params IReadOnlyList<string> others)
    {
        var resources = others.Count == 0 ? TestResources.R4 : TestResources.Of(others);
        return [.. (await resources.ValidateAsync(json)).Where(issue => issue.Detail?.Code == kind)];
    }
}
