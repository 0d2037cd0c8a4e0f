// What happened to an instance: a row of the change feed, written in the same transaction as the change.

namespace FhirHub.Dicomweb;

/// <summary>What happened to an instance.</summary>
public enum ImageChangeAction
{
    /// <summary>It was stored.</summary>
    Create,

    /// <summary>It was stored with other content.</summary>
    Update,

    /// <summary>It was deleted.</summary>
    Delete,
}

/// <summary>A change. Numbers rise by the order of commits, and none is left out or comes later.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="Time">When it was committed.</param>
/// <param name="Action">What happened.</param>
/// <param name="Path">To which instance.</param>
/// <param name="Version">The version that was made or deleted.</param>
/// <param name="Patient">The id of the FHIR Patient that the study is linked to now; null for nobody.</param>
public sealed record ImageChange(long Sequence, DateTimeOffset Time, ImageChangeAction Action, ImagePath Path, long Version, string? Patient);
