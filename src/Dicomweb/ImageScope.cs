// Whose images a request may see: what every method of the archive takes, and without which none can be called.

namespace FhirHub.Dicomweb;

/// <summary>
/// The studies that exist for one request. Access follows the patient: a study belongs to the FHIR Patient that it was linked to, and one that is
/// linked to nobody is there for a full scope only.
/// </summary>
public sealed class ImageScope
{
    private ImageScope(IReadOnlySet<string>? patients) => Patients = patients;

    /// <summary>Everything: <c>FhirHub:Auth:Mode=Open</c>, the command line and the server's own work.</summary>
    public static ImageScope Full { get; } = new(null);

    /// <summary>Ids of the FHIR Patients whose studies exist; null for all studies.</summary>
    public IReadOnlySet<string>? Patients { get; }

    /// <summary>True if nothing is filtered.</summary>
    public bool IsFull => Patients is null;

    /// <summary>The studies of some patients.</summary>
    public static ImageScope Of(IReadOnlySet<string> patients) => new(patients);

    /// <summary>Whether a study that is linked to a patient, or to nobody, exists.</summary>
    public bool Grants(string? patient) => Patients is null || (patient is not null && Patients.Contains(patient));
}
