// The way of an authorization request: read, kept, signed in, patient and encounter chosen, consented, answered.

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FhirHub.Smart;

/// <summary>
/// Answers the authorization endpoint (RFC 6749, 3.1; SMART App Launch 2.2.0, app-launch.html#obtain-authorization-code). What a request asks for is kept
/// under a secret, which the addresses of the pages name: nothing of it can be changed on the way, and it survives the sign-in.
/// </summary>
/// <param name="smart">The server.</param>
internal sealed partial class AuthorizationFlow(SmartService smart)
{
    /// <summary>The parameter that names a request that is kept.</summary>
    public const string Pending = "pending";

    private const string AuthorizePath = SmartService.Root + "/authorize";
    private const string PatientPath = SmartService.Root + "/patient";
    private const string ConsentPath = SmartService.Root + "/consent";
    private const int MostBytes = 64 * 1024;
    private const int MostTries = 5;

    // Long enough for somebody who has to look for the second factor, and then for the patient.
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(30);

    private static readonly FormOptions s_limits = new() { BufferBodyLengthLimit = MostBytes, KeyLengthLimit = 256, ValueLengthLimit = MostBytes, ValueCountLimit = 64 };

    /// <summary>A request by GET: a new one, or one that is kept.</summary>
    public Task HandleGetAsync(HttpContext http) =>
        http.Request.Query[Pending] is [{ Length: > 0 } secret] ? ContinueAsync(http, secret) : BeginAsync(http, new AuthorizationParameters(http.Request.Query));

    /// <summary>A request by POST of a form, which comes from another site and so carries no token of ours; it changes nothing yet.</summary>
    public async Task HandlePostAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        http.Features.Set<IFormFeature>(new FormFeature(http.Request, s_limits));
        IFormCollection? form = null;
        try
        {
            if (string.Equals(http.Request.GetTypedHeaders().ContentType?.MediaType.Value, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
                form = await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            // Answered below: it is not a form that could be read.
        }

        if (form is null)
            await RefuseAsync(http, AuthorizationLabels.BadForm);
        else
            await BeginAsync(http, new AuthorizationParameters(form));
    }

    /// <summary>The sources that <c>form-action</c> of a page must name whose form leads back to a request that is kept; empty for other addresses.</summary>
    /// <param name="address">Where the form's answer leads, on this server.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<string> FormActionOfAsync(string address, CancellationToken cancel)
    {
        const string Prefix = AuthorizePath + "?" + Pending + "=";
        return address.StartsWith(Prefix, StringComparison.Ordinal) && await smart.State.AuthorizationRequests.FindAsync(Secret.HashOf(address[Prefix.Length..]), cancel) is { } kept
            ? RedirectUris.SourceOf(kept.Value.RedirectUri)
            : "";
    }

    private static string AddressOf(string path, string secret) => $"{path}?{Pending}={Uri.EscapeDataString(secret)}";

    private static Task RefuseAsync(HttpContext http, Html.Label reason) =>
        SmartPage.AnswerAsync(http, StatusCodes.Status400BadRequest, AuthorizationLabels.Refused, page =>
        {
            page.Html.Element("p", reason, ("role", "alert"), ("class", "problem"));
            page.Html.Element("p", AuthorizationLabels.NothingHappened);
        });

    private static void SeeOther(HttpContext http, string address)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = address;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    // Before it is sure that the client is a known one and the address its own, nobody is sent anywhere (RFC 6749, 4.1.2.1; RFC 9700, 4.11.2).
    private async Task BeginAsync(HttpContext http, AuthorizationParameters parameters)
    {
        if (parameters["client_id"] is not { Length: <= 256 } clientId
            || await smart.State.Clients.FindAsync(clientId, http.RequestAborted) is not { Value: { Status: ClientStatus.Active } client })
        {
            await RefuseAsync(http, AuthorizationLabels.UnknownClient);
            return;
        }

        if (parameters["redirect_uri"] is not { Length: <= 2_048 } address || !RedirectUris.IsRegistered(client, address, smart.IssuerOf(http)))
        {
            await RefuseAsync(http, AuthorizationLabels.UnknownRedirect);
            return;
        }

        if (parameters.Read(client, smart.FhirBaseOf(http), out var request) is { } error)
        {
            SeeOther(http, AnswerOf(http, address, parameters["state"], error));
            return;
        }

        var now = smart.Clock.GetUtcNow();
        var secret = Secret.Create();
        await smart.State.AuthorizationRequests.AddAsync(Secret.HashOf(secret), request! with { CreatedAt = now }, expires: now + s_life, cancel: http.RequestAborted);

        // By an address of its own, also after a POST: only a GET of the browser carries the cookie of its session, which is SameSite=Lax.
        SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
    }

    private async Task ContinueAsync(HttpContext http, string secret)
    {
        if (await StepAsync(http, secret) is not { } step)
            return;
        switch (step)
        {
            case Step.Choose when step.Request.Prompts("none"):
                await FailAsync(http, step.Kept, new AuthorizationError(AuthorizationError.InteractionRequired, "The user has to choose a patient or an encounter."));
                break;
            case Step.Choose:
                SeeOther(http, http.Request.PathBase + AddressOf(PatientPath, secret));
                break;
            case Step.Consent consent:
                await ConsentAsync(http, secret, consent);
                break;
        }
    }

    // The answer of an error; the request is used up with it.
    private async Task FailAsync(HttpContext http, Kept<AuthorizationRequest> kept, AuthorizationError error)
    {
        await smart.State.AuthorizationRequests.RemoveAsync(kept.Id, http.RequestAborted);
        SeeOther(http, AnswerOf(http, kept.Value.RedirectUri, kept.Value.State, error));
    }

    // RFC 9207: the issuer tells a client that knows several servers which of them answered.
    private string AnswerOf(HttpContext http, string address, string? state, AuthorizationError error) =>
        RedirectUris.With(address, ("error", error.Code), ("error_description", error.Description), ("state", state), ("iss", smart.IssuerOf(http)));
}
