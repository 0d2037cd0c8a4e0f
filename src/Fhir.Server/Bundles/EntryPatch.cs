// The patch document of an entry: Bundles carry it as a resource (R4 http.html#patch).

namespace FhirHub.Server;

/// <summary>Reads a patch document of a media type; the answer is the patch, or why there is none.</summary>
internal delegate (PatchApplication? Patch, InteractionResult? Refusal) PatchReader(string mediaType, ReadOnlyMemory<byte> document);

/// <summary>Patches of Bundle entries: a Binary with JSON Patch or XML Patch, or Parameters with FHIRPath Patch.</summary>
internal static class EntryPatch
{
    /// <summary>The media type and the document of an entry's patch; null with a reason if it can't be read.</summary>
    public static (string MediaType, ReadOnlyMemory<byte> Document)? Document(BundleEntry entry, out InteractionResult? refusal)
    {
        refusal = null;
        if (entry.Resource.Type.Name == "Parameters")
            return ("application/fhir+json", entry.Resource.Json);
        try
        {
            var data = Convert.FromBase64String(entry.Resource.ChildValue("data") ?? "");
            return (entry.Resource.ChildValue("contentType") ?? "", data);
        }
        catch (FormatException)
        {
            refusal = InteractionResult.Refused(400, "value", "The data of the Binary is not base64.", "Binary.data");
            return null;
        }
    }

    /// <summary>The patch of an entry, or why it can't be applied.</summary>
    public static (PatchApplication? Patch, InteractionResult? Refusal) Read(BundleEntry entry, PatchReader reader) =>
        Document(entry, out var refusal) is var (mediaType, document) ? reader(mediaType, document) : (null, refusal);
}
