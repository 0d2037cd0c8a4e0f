// The address of the service as the client sees it: what absolute URLs in answers begin with.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>The root of the service by the request's own scheme and host, which behind a proxy are those that it forwards.</summary>
internal static class RequestBase
{
    /// <summary>The address without a slash at the end, such as <c>https://images.example/dicomweb</c>.</summary>
    public static string Of(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}{http.Request.PathBase.ToUriComponent()}{DicomwebService.Root}";
}
