// What came of loading a package.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>The result of loading a package.</summary>
/// <param name="Id">The package.</param>
/// <param name="Resources">Its resources that are live.</param>
/// <param name="Changed">Those of them that were not there before in this form.</param>
/// <param name="Issues">
/// Errors: resources that could not be loaded. Information: what was left out, and what is stored and not used.
/// </param>
/// <param name="Waiting">URLs of its search parameters that can be searched by after a reindex.</param>
public sealed record PackageReport(PackageId Id, int Resources, int Changed, IReadOnlyList<Issue> Issues, IReadOnlyList<string> Waiting)
{
    /// <summary>True if resources could not be loaded.</summary>
    public bool HasFaults => Issues.Any(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
}
