// What the walk itself says.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the walk.</summary>
internal static class WalkMessages
{
    public static readonly MessageTemplate FurtherIssues = new(
        "further-issues",
        "{0} further issues are not listed; correct those above and validate again.",
        "另有 {0} 个问题未列出；请先改正以上问题，然后重新校验。");
}
