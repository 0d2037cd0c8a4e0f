// FhirHub:Dicomweb and FhirHub:Blobs, as the host reads them: the image service, and how its studies are linked to patients.

using FhirHub.Dicomweb;

namespace FhirHub.Server.Imaging;

/// <summary>The configuration of images.</summary>
public sealed record ImagingOptions
{
    /// <summary><c>FhirHub:Dicomweb:Enabled</c>: false to serve no images.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>What the service itself goes by.</summary>
    public DicomwebOptions Service { get; init; } = new() { Path = "./data/images" };

    /// <summary>
    /// <c>FhirHub:Dicomweb:Address</c>: the address of the service for <c>Endpoint.address</c>; null for the one beside the FHIR base.
    /// </summary>
    public string? Address { get; init; }

    /// <summary><c>FhirHub:Dicomweb:PatientIssuers:[issuer]</c>: the identifier system for Patient IDs of an issuer (PS3.3 C.7.1.1, 0010,0021).</summary>
    public IReadOnlyDictionary<string, string> PatientIssuers { get; init; } = new Dictionary<string, string>();

    /// <summary><c>FhirHub:Dicomweb:TimeZone</c>: the zone of times that come without Timezone Offset From UTC (PS3.3 C.12.1.1.8).</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary><c>FhirHub:Dicomweb:PatientSystem</c>: the identifier system for Patient IDs without an issuer; null if there is no such system.</summary>
    public string? PatientSystem { get; init; }
}
