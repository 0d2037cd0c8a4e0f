// Which resource of a server a fixture or a response is.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Type, id and version of a resource on a server (R4 http.html#general).</summary>
internal sealed record ResourceIdentity(string Type, string Id, string? VersionId)
{
    /// <summary>The resource that an address ends in: <c>[type]/[id]</c> or <c>[type]/[id]/_history/[vid]</c>; null if it ends in none.</summary>
    public static ResourceIdentity? OfAddress(string address)
    {
        var path = address.Split('?', '#')[0].TrimEnd('/').Split('/');
        string? version = null;
        if (path is [.., _, "_history", var vid])
        {
            version = vid;
            path = path[..^2];
        }

        return path is [.., var type, var id] && ResourceId.IsValid(id) && Schema.R4.FindType(type) is { IsResource: true } ? new ResourceIdentity(type, id, version) : null;
    }

    /// <summary>The resource of a body; null if it has no id.</summary>
    public static ResourceIdentity? OfBody(Payload body) => body.Resource is { Id: { } id } tree
        ? new ResourceIdentity(tree.ResourceType, id, tree.Root.Child("meta") is { Exists: true } meta ? meta.ChildValue("versionId") : null)
        : null;

    /// <summary>
    /// The resource that a response is about: the one of its <c>Location</c>, which is there though the body may be another's (R4 http.html#create), else that
    /// of its body, else the one that was asked for.
    /// </summary>
    public static ResourceIdentity? OfResponse(Exchange exchange)
    {
        if (exchange.Response is not { Status: >= 200 and < 300 } response)
            return null;
        var identity = OfAddress(response.Header("Location") ?? "")
            ?? (response.Body.Resource is { ResourceType: not "OperationOutcome" } ? OfBody(response.Body) : null)
            ?? OfAddress(exchange.Url);
        return identity is { VersionId: null } && response.Header("ETag") is { } tag ? identity with { VersionId = VersionOf(tag) } : identity;
    }

    // A weak tag (R4 http.html#versioning); strong ones are met too.
    private static string? VersionOf(string tag)
    {
        var version = (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"');
        return version.Length == 0 ? null : version;
    }
}
