// How an EHR of the region launches an app: it tells the context here and gets the launch parameter for the user's browser.

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FhirHub.Smart;

/// <summary>
/// The launch API. A confidential client whom an administrator lets launch sends, with a token of its own, who launches which app and in what context. It
/// opens nothing by itself: the user who is named has to sign in here and authorize, and then the context is checked with that user's own access.
/// </summary>
internal static class LaunchApi
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Answers a POST of JSON.</summary>
    public static async Task HandleAsync(SmartService smart, Launches launches, HttpContext http)
    {
        const string Scheme = "Bearer ";
        http.Response.Headers.CacheControl = "no-store";
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || await smart.AccessOfAsync(header[Scheme.Length..].Trim(), http.RequestAborted) is not { } access)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            await AnswerAsync(http, StatusCodes.Status401Unauthorized, "invalid_token", "Send a bearer token of a client that may launch.");
            return;
        }

        if (access.Client is not { MayLaunch: true, Authentication: not ClientAuthentication.None })
        {
            await AnswerAsync(http, StatusCodes.Status403Forbidden, "unauthorized_client", "This client may not launch others; an administrator can let a confidential client do so.");
            return;
        }

        if (await ReadAsync(http) is not { } body)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, AuthorizationError.InvalidRequest, "Send a JSON object of at most 64 KB.");
            return;
        }

        // A token of a user launches for that user; one of the EHR itself says for whom.
        var accountId = access.Account?.Id ?? Text(body, "sub");
        if (accountId is not { Length: > 0 and <= 256 } || await smart.State.Accounts.FindAsync(accountId, http.RequestAborted) is not { Value.IsDisabled: false })
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, AuthorizationError.InvalidRequest, "sub must be the account of the user who launches, as id_token and introspection tell it.");
            return;
        }

        if (Text(body, "client_id") is not { Length: > 0 and <= 256 } clientId
            || await smart.State.Clients.FindAsync(clientId, http.RequestAborted) is not { Value: var client }
            || !Launches.IsLaunchable(client)
            || (Text(body, "launch_uri") ?? client.LaunchUris[0]) is not { } launchUri
            || !client.LaunchUris.Contains(launchUri, StringComparer.Ordinal))
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, AuthorizationError.InvalidRequest, "client_id must be an active client with a launch address and the scope launch; launch_uri, if sent, one of its addresses.");
            return;
        }

        if (Launches.Read(body, out var context) is { } problem)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, AuthorizationError.InvalidRequest, problem);
            return;
        }

        var launch = await launches.CreateAsync(client.Id, accountId, context, http.RequestAborted);
        var address = RedirectUris.With(Launches.AddressOf(client, launchUri, smart.IssuerOf(http)), ("iss", smart.FhirBaseOf(http)), ("launch", launch));
        http.Response.StatusCode = StatusCodes.Status201Created;
        await http.Response.WriteAsJsonAsync(
            new JsonObject { ["launch"] = launch, ["launch_url"] = address, ["expires_in"] = (int)smart.Options.LaunchLife.TotalSeconds }, http.RequestAborted);
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, documentOptions: new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false }, cancellationToken: http.RequestAborted) as JsonObject;
        }
        catch (Exception fault) when (fault is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject body, string name) => body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static Task AnswerAsync(HttpContext http, int status, string error, string description)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new JsonObject { ["error"] = error, ["error_description"] = description }, http.RequestAborted);
    }
}
