// What a user has chosen so far on the launcher page.

namespace FhirHub.Smart;

/// <summary>A launch that is being put together, one for each session.</summary>
public sealed record LaunchDraft
{
    /// <summary>What the user looks for to choose a patient; it is kept here so that it is in no address.</summary>
    public PatientCriteria? Search { get; init; }

    /// <summary>The patient; null before one is chosen.</summary>
    public string? Patient { get; init; }
}
