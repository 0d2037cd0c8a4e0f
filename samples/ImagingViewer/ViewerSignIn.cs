// How the users of the viewer sign in, where the image service asks for tokens.

using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Samples.ImagingViewer;

/// <summary>What OHIF must know of the OpenID provider (OpenID Connect Core 1.0, 3.1.2.1).</summary>
/// <param name="ClientId">The client that stands for the viewer; its redirect address is <c>/viewer/callback</c>.</param>
/// <param name="Scope">The scopes that it asks for.</param>
/// <param name="Issuer">The issuer, as a request sees it.</param>
/// <param name="SignOutPath">The path below the issuer where users sign out.</param>
/// <param name="Audience">The <c>aud</c> of authorization requests (SMART App Launch 2.2.0, app-launch.html#obtain-authorization-code), as a request sees it.</param>
public sealed record ViewerSignIn(string ClientId, string Scope, Func<HttpContext, string> Issuer, string SignOutPath, Func<HttpContext, string> Audience)
{
    /// <summary>An object of JavaScript; what is told by the request is escaped in it.</summary>
    internal string DescribeFor(HttpContext http) =>
        JsonSerializer.Serialize(new { authority = Issuer(http), client_id = ClientId, scope = Scope, aud = Audience(http), sign_out = Issuer(http) + SignOutPath });
}
