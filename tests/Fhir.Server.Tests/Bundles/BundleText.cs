// Bundles for the tests of this folder.

using System.Text;
using FhirHub.Model;
using FhirHub.Server;

namespace FhirHub.Tests.Bundles;

/// <summary>Short ways to write a Bundle.</summary>
internal static class BundleText
{
    public static string Transaction(params string[] entries) => Bundle("transaction", entries);

    public static string Batch(params string[] entries) => Bundle("batch", entries);

    public static string Bundle(string type, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""";

    public static string Entry(string method, string url, string? resource = null, string? fullUrl = null, string more = "") =>
        "{" + (fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",") + (resource is null ? "" : $"\"resource\":{resource},")
        + $"\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\"{(more.Length > 0 ? "," + more : "")}}}}}";

    public static BundleRequest Read(string json, string? baseUrl = "http://here/fhir")
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));
        Assert.Empty(parsed.Issues);
        return BundleReader.Read(parsed.Tree!.Root, parsed.Tree.Root.ChildValue("type") == "transaction", baseUrl);
    }
}
