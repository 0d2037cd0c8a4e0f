// Types that packages have no examples of, and that every server can store.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>Small resources for types that have no profile of their own.</summary>
internal static class Seeds
{
    private static readonly Dictionary<string, Example> s_seeds = new(StringComparer.Ordinal)
    {
        ["Binary"] = Of("""{"resourceType":"Binary","id":"ex-binary","contentType":"text/plain","data":"Rmhpckh1Yg=="}"""),
        ["Endpoint"] = Of(
            """
            {"resourceType":"Endpoint","id":"ex-endpoint","status":"active",
             "connectionType":{"system":"http://terminology.hl7.org/CodeSystem/endpoint-connection-type","code":"dicom-wado-rs"},
             "name":"Images","payloadType":[{"text":"DICOM"}],"payloadMimeType":["application/dicom"],"address":"https://images.example.org/dicomweb"}
            """),
    };

    /// <summary>The resource for a type; null if there is none.</summary>
    public static Example? Find(string type) => s_seeds.GetValueOrDefault(type);

    private static Example Of(string json)
    {
        var resource = JsonNode.Parse(json)!.AsObject();
        return new Example($"{(string)resource["resourceType"]!}/{(string)resource["id"]!}", resource);
    }
}
