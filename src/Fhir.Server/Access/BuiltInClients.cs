// The clients that the server itself makes: those of the viewer, of the pages of conformance tests, of the sample app and of the page at /swagger, which it
// serves beside them.

using FhirHub.Samples.ImagingViewer;
using FhirHub.Samples.SmartApp;
using FhirHub.Server.Conformance;
using FhirHub.Server.OpenApi;
using FhirHub.Smart;

namespace FhirHub.Server;

/// <summary>Public clients whose redirect addresses are paths below the issuer.</summary>
internal static class BuiltInClients
{
    private const string Viewer = "imaging-viewer";
    private const string ViewerScope = "openid fhirUser online_access user/ImagingStudy.rs user/ImagingStudy.c";

    /// <summary>In whose name administrators run scripts from the pages of conformance tests: nobody else is granted anything for it, as it has no redirect address.</summary>
    public static Client Conformance { get; } = new()
    {
        Id = "conformance",
        Name = "FhirHub Conformance",
        IsBuiltIn = true,
        Status = ClientStatus.Active,
        Authentication = ClientAuthentication.None,
        Scope = "user/*.cruds",
        ClientUri = ConformancePage.Root,
    };

    /// <summary>How the viewer signs its users in.</summary>
    public static ViewerSignIn SignIn(SmartService smart) => new(Viewer, ViewerScope, smart.IssuerOf, $"{SmartService.Root}/logout", smart.FhirBaseOf);

    /// <summary>
    /// Makes the clients of what is served, brings those of an earlier version up to date, and removes those of what is not. One that an administrator
    /// has disabled stays so.
    /// </summary>
    public static async Task KeepAsync(SmartService smart, FhirHubOptions options, ILogger log, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(smart);
        ArgumentNullException.ThrowIfNull(options);
        await KeepAsync(smart, ViewerClient(), options.Imaging.Enabled, log, cancel);
        await KeepAsync(smart, Conformance, true, log, cancel);
        await KeepAsync(smart, SmartAppClient(), options.SmartApp, log, cancel);
        await KeepAsync(smart, SwaggerClient(), options.Swagger, log, cancel);
    }

    private static async Task KeepAsync(SmartService smart, Client wanted, bool isServed, ILogger log, CancellationToken cancel)
    {
        // A second server over the same store may be doing this too, so a write that came too late is decided anew.
        for (var isDone = false; !isDone;)
        {
            var kept = await smart.State.Clients.FindAsync(wanted.Id, cancel);
            if (kept is { Value.IsBuiltIn: false })
            {
                log.LogWarning("The client {Client} was registered by somebody, so the server does not make its own of that name; users can't sign in to what it serves for it.", wanted.Id);
                return;
            }

            isDone = (kept, isServed) switch
            {
                (null, false) => true,
                (null, true) => await smart.State.Clients.AddAsync(wanted.Id, wanted with { CreatedAt = smart.Clock.GetUtcNow() }, cancel: cancel) is not null,
                (_, false) => await smart.State.Clients.RemoveAsync(kept, cancel),
                _ => await smart.State.Clients.PutAsync(kept with { Value = wanted with { Status = kept.Value.Status, CreatedAt = kept.Value.CreatedAt } }, cancel) is not null,
            };
        }
    }

    private static Client ViewerClient() => new()
    {
        Id = Viewer,
        Name = "FhirHub Viewer",
        IsBuiltIn = true,
        Status = ClientStatus.Active,
        Authentication = ClientAuthentication.None,
        RedirectUris = [$"{ViewerEndpoint.Root}/callback", $"{ViewerEndpoint.Root}/silent-refresh.html"],
        Scope = ViewerScope,
        ClientUri = $"{ViewerEndpoint.Root}/",
    };

    private static Client SmartAppClient() => new()
    {
        Id = SmartAppEndpoint.ClientId,
        Name = "FhirHub Summary",
        IsBuiltIn = true,
        Status = ClientStatus.Active,
        Authentication = ClientAuthentication.None,
        RedirectUris = [$"{SmartAppEndpoint.Root}/"],
        LaunchUris = [SmartAppEndpoint.Launch],
        Scope = "openid fhirUser launch launch/patient launch/encounter offline_access online_access patient/*.rs user/*.rs",
        ClientUri = $"{SmartAppEndpoint.Root}/",
    };

    private static Client SwaggerClient() => new()
    {
        Id = SwaggerEndpoint.ClientId,
        Name = "FhirHub API",
        IsBuiltIn = true,
        Status = ClientStatus.Active,
        Authentication = ClientAuthentication.None,
        RedirectUris = [SwaggerEndpoint.Redirect],
        Scope = string.Join(' ', SecuritySchemes.Scopes.Keys),
        ClientUri = $"{SwaggerEndpoint.Root}/index.html",
    };
}
