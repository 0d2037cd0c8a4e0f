// Whose images these are, or why that is for a person to say.

using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>Codes of <c>https://fhirhub.dev/fhir/CodeSystem/image-reconciliation</c>: why a study is linked to nobody, or how it came to be linked.</summary>
internal static class ReconciliationReason
{
    /// <summary>The code system.</summary>
    public const string System = "https://fhirhub.dev/fhir/CodeSystem/image-reconciliation";

    /// <summary>The images have no Patient ID.</summary>
    public const string NoPatientId = "no-patient-id";

    /// <summary>No issuer that is known here gave the Patient ID.</summary>
    public const string UnknownIssuer = "unknown-issuer";

    /// <summary>No live Patient has the identifier.</summary>
    public const string Unmatched = "unmatched";

    /// <summary>Several live Patients have it.</summary>
    public const string Ambiguous = "ambiguous";

    /// <summary>The Patient was born on another day, or is of the other sex, or has another name where nothing else agrees.</summary>
    public const string Contradicting = "contradicting";

    /// <summary>The images contradict each other.</summary>
    public const string Inconsistent = "inconsistent";

    /// <summary>The Patient ID has no issuer, and nothing else says that the Patient who has that number is the right one.</summary>
    public const string Unconfirmed = "unconfirmed";

    /// <summary>Somebody said that the link was wrong.</summary>
    public const string Unlinked = "unlinked";

    /// <summary>The study could not be read.</summary>
    public const string Failed = "failed";

    /// <summary>It was linked by the identifier.</summary>
    public const string Matched = "matched";

    /// <summary>Somebody said whose it is.</summary>
    public const string ByHand = "by-hand";
}

/// <summary>Whose images these are.</summary>
/// <param name="Patient">The Patient; null if that is for a person to say.</param>
/// <param name="Reason">Why: a code of <see cref="ReconciliationReason"/>.</param>
/// <param name="System">The identifier system of the Patient ID, if it is known.</param>
internal sealed record PatientMatch(StoredVersion? Patient, string Reason, string? System)
{
    /// <summary>Patients who may be meant.</summary>
    public IReadOnlyList<ResourceKey> Candidates { get; init; } = [];
}
