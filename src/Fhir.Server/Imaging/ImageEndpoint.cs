// The Endpoint that ImagingStudies name: where viewers reach the images.

using System.Text.Json.Nodes;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>The Endpoint of this server's image service (R4 endpoint.html).</summary>
internal static class ImageEndpoint
{
    /// <summary>The resource.</summary>
    public static readonly ResourceKey Key = new("Endpoint", "dicomweb");

    /// <summary>Its content.</summary>
    /// <param name="address">The root of the DICOMweb service.</param>
    /// <param name="isComplete">False while what is in the archive is still being brought into the store: the service is then suspended for those who read FHIR.</param>
    public static JsonObject Compose(string address, bool isComplete) => new()
    {
        ["resourceType"] = "Endpoint",
        ["id"] = Key.Id,
        ["status"] = isComplete ? "active" : "suspended",
        ["connectionType"] = new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type", ["code"] = "dicom-wado-rs" },
        ["name"] = "DICOMweb",
        ["payloadType"] = new JsonArray(new JsonObject { ["text"] = "DICOM" }),
        ["payloadMimeType"] = new JsonArray("application/dicom"),
        ["address"] = address,
    };
}
