// From an ImagingStudy to its images: an address that only needs the id of the resource, and leads to the viewer.

using System.Text.Json;
using FhirHub.Samples.ImagingViewer;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary><c>/viewer/ImagingStudy/[id]</c>.</summary>
public static class StudyLink
{
    // R4 imagingstudy.html: the identifier of this system is the Study Instance UID, written as a URN.
    private const string UidSystem = "urn:dicom:uid";
    private const string UidPrefix = "urn:oid:";

    // PS3.5, 9.1.
    private const int LongestUid = 64;

    /// <summary>Maps the address.</summary>
    /// <param name="endpoints">The addresses of the host.</param>
    /// <param name="server">Where the resources are.</param>
    public static void Map(IEndpointRouteBuilder endpoints, FhirServer server) =>
        endpoints.MapGet($"{ViewerEndpoint.Root}/ImagingStudy/{{id}}", (HttpContext http, string id) => AnswerAsync(server, http, id));

    private static async Task AnswerAsync(FhirServer server, HttpContext http, string id)
    {
        if (await StudyInstanceUidAsync(server, id, http.RequestAborted) is not { } uid)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync($"There is no ImagingStudy of that id with a Study Instance UID (an identifier of the system {UidSystem}).", http.RequestAborted);
            return;
        }

        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Redirect(http.Request.PathBase.ToUriComponent() + ViewerEndpoint.AddressOf(uid));
    }

    // A browser that is led here sends no token, so where tokens are asked for no record is looked at: the answer tells nobody which there are. The
    // id of an ImagingStudy of images here is its UID (ImagingStudyContent.KeyOf), and the viewer asks for them with the token.
    private static async ValueTask<string?> StudyInstanceUidAsync(FhirServer server, string id, CancellationToken cancel)
    {
        if (server.Smart is not null)
            return id.Length <= LongestUid && id.Contains('.', StringComparison.Ordinal) && id.All(static c => char.IsAsciiDigit(c) || c == '.') ? id : null;
        return await server.Repository.ReadAsync(AccessScope.Full, new ResourceKey("ImagingStudy", id), cancel) is { IsSuccess: true, Version: { } version }
            ? StudyInstanceUid(version.Body.ToArray(version))
            : null;
    }

    private static string? StudyInstanceUid(ReadOnlyMemory<byte> json)
    {
        using var study = JsonDocument.Parse(json);
        return !study.RootElement.TryGetProperty("identifier", out var identifiers)
            ? null
            : identifiers.EnumerateArray()
                .Where(static identifier => identifier.TryGetProperty("system", out var system) && system.ValueEquals(UidSystem))
                .Select(static identifier => identifier.TryGetProperty("value", out var value) ? value.GetString() : null)
                .Where(static value => value is not null && value.StartsWith(UidPrefix, StringComparison.Ordinal))
                .Select(static value => value![UidPrefix.Length..])
                .FirstOrDefault();
    }
}
