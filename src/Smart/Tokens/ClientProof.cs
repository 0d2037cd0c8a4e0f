// Which client a request to the token endpoint is from, and how it proves that (RFC 6749, 2.3).

using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Finds the client of a request. A client proves who it is in the one way that it is registered for.</summary>
/// <param name="smart">The server.</param>
internal sealed class ClientProof(SmartService smart)
{
    /// <summary>What is told to all that fail: it says nothing of which clients there are.</summary>
    public const string NotProved = "The client is not known, or it did not prove by its registered method that it is this one.";

    private const string Scheme = "Basic ";
    private const int LongestId = 512;

    private readonly ClientAssertion _assertion = new(smart);

    /// <summary>The client of a request; null if it says nothing of one.</summary>
    /// <exception cref="OAuthException">It is not known, did not prove who it is, or may not be used.</exception>
    public async Task<Client?> FindAsync(HttpContext http, OAuthForm form)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count > 1 || (header is [{ } value] && !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)))
            throw OAuthException.InvalidClient("The header Authorization must have the scheme Basic here.", byHeader: true);
        if ((header.Count > 0 ? 1 : 0) + (form["client_secret"] is null ? 0 : 1) + (form["client_assertion"] is null && form["client_assertion_type"] is null ? 0 : 1) > 1)
            throw OAuthException.InvalidRequest("The client authenticates in more than one way; use one.");
        Client client;
        if (header.Count > 0)
            client = await BasicAsync(header.ToString()[Scheme.Length..], form, http.RequestAborted);
        else if (form["client_assertion"] is not null || form["client_assertion_type"] is not null)
            client = await AssertionAsync(http, form);
        else if (form["client_id"] is { } id)
            client = await FindAsync(id, http.RequestAborted) is { } found && IsProved(found, form["client_secret"]) ? found : throw OAuthException.InvalidClient(NotProved);
        else if (form["client_secret"] is not null)
            throw OAuthException.InvalidRequest("The parameter 'client_id' is missing.");
        else
            return null;
        return IsActive(client) ? client : throw OAuthException.InvalidClient("The client is not active; an administrator has to approve it.", header.Count > 0);
    }

    /// <summary>The client to which something was issued, where a request says nothing of itself: only a public one need not prove who it is.</summary>
    /// <exception cref="OAuthException">It is not public, or may not be used.</exception>
    public async Task<Client> PublicAsync(string? id, CancellationToken cancel) =>
        id is not null && await FindAsync(id, cancel) is { Authentication: ClientAuthentication.None } client && IsActive(client) ? client : throw OAuthException.InvalidClient(NotProved);

    private async Task<Client> BasicAsync(string credentials, OAuthForm form, CancellationToken cancel)
    {
        string id, secret;
        try
        {
            var text = new UTF8Encoding(false, true).GetString(Convert.FromBase64String(credentials.Trim()));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                throw OAuthException.InvalidClient(NotProved, byHeader: true);

            // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
            (id, secret) = (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
        }
        catch (Exception malformed) when (malformed is FormatException or DecoderFallbackException)
        {
            throw OAuthException.InvalidClient(NotProved, byHeader: true);
        }

        if ((form["client_id"] ?? id) != id)
            throw OAuthException.InvalidRequest("client_id differs from the name in the header Authorization.");
        return await FindAsync(id, cancel) is { Authentication: ClientAuthentication.Secret } client && IsProved(client, secret)
            ? client
            : throw OAuthException.InvalidClient(NotProved, byHeader: true);
    }

    private Task<Client> AssertionAsync(HttpContext http, OAuthForm form)
    {
        if (form["client_assertion_type"] != ClientAssertion.Type)
            throw OAuthException.InvalidClient($"client_assertion_type must be {ClientAssertion.Type}.");
        return _assertion.VerifyAsync(form.Need("client_assertion"), form["client_id"], smart.Discovery.AddressesOf(smart.IssuerOf(http)), http.RequestAborted);
    }

    private static bool IsProved(Client client, string? secret) => client.Authentication switch
    {
        ClientAuthentication.None => secret is null,
        ClientAuthentication.Secret => secret is not null && client.SecretHash is { } hash && Secret.AreEqual(Secret.HashOf(secret), hash),
        _ => false,
    };

    private static bool IsActive(Client client) => client.Status == ClientStatus.Active;

    private async ValueTask<Client?> FindAsync(string id, CancellationToken cancel) =>
        id.Length <= LongestId ? (await smart.State.Clients.FindAsync(id, cancel))?.Value : null;
}
