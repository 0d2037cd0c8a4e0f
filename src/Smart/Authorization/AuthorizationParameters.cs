// Reads the parameters of an authorization request and holds them to RFC 6749, RFC 7636, RFC 9700, OpenID Connect and SMART.

using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace FhirHub.Smart;

/// <summary>The parameters of an authorization request, as they came.</summary>
/// <param name="values">The query of a GET, the form of a POST.</param>
internal sealed class AuthorizationParameters(IEnumerable<KeyValuePair<string, StringValues>> values)
{
    private const int LongestValue = 2_048;
    private const int LongestScope = 16_384;
    private const int MostScopes = 150;
    private static readonly SearchValues<char> s_base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly string[] s_prompts = ["none", "login", "consent", "select_account"];

    private readonly Dictionary<string, StringValues> _values = new(values, StringComparer.Ordinal);

    /// <summary>A parameter that came once and is not empty; RFC 6749, 3.1: one without a value is as if it were not there.</summary>
    public string? this[string name] => _values.TryGetValue(name, out var found) && found is [{ Length: > 0 } value] ? value : null;

    /// <summary>True if a parameter came more than once.</summary>
    public bool IsRepeated(string name) => _values.TryGetValue(name, out var found) && found.Count > 1;

    /// <summary>What is wrong with the request of a known client whose redirect address is known too; null if nothing is.</summary>
    /// <param name="client">The client.</param>
    /// <param name="fhirBase">The FHIR base, which <c>aud</c> must name.</param>
    /// <param name="request">The request, if nothing is wrong.</param>
    public AuthorizationError? Read(Client client, string fhirBase, out AuthorizationRequest? request)
    {
        request = null;
        if (_values.FirstOrDefault(static value => value.Value.Count > 1).Key is { } repeated)
            return AuthorizationError.Invalid($"The parameter {Printable(repeated)} is there more than once.");
        if (_values.Any(static value => value.Key != "scope" && value.Value.ToString().Length > LongestValue) || this["scope"]?.Length > LongestScope)
            return AuthorizationError.Invalid("A parameter is too long.");
        if (this["request"] is not null)
            return new AuthorizationError("request_not_supported", "Send the parameters themselves: this server takes no request objects.");
        if (this["request_uri"] is not null)
            return new AuthorizationError("request_uri_not_supported", "Send the parameters themselves: this server takes no request objects.");
        if (this["registration"] is not null)
            return new AuthorizationError("registration_not_supported", "Register the client first; a request can't do it.");
        if (this["response_type"] is not { } responseType)
            return AuthorizationError.Invalid("The parameter response_type is missing; it must be code.");
        if (responseType != "code")
            return new AuthorizationError("unsupported_response_type", "The response_type must be code.");
        if (this["response_mode"] is not (null or "query"))
            return AuthorizationError.Invalid("The response_mode must be query.");
        if (!client.GrantTypes.Contains(Client.AuthorizationCode, StringComparer.Ordinal))
            return new AuthorizationError("unauthorized_client", "This client is not registered for the grant authorization_code.");
        if (this["state"] is not { } state)
            return AuthorizationError.Invalid("The parameter state is missing; SMART App Launch requires it.");
        if (AudienceError(fhirBase) is { } audience)
            return audience;
        if (ChallengeError() is { } challenge)
            return challenge;
        if (this["scope"] is not { } scope)
            return new AuthorizationError(AuthorizationError.InvalidScope, "The parameter scope is missing; name what the app needs.");
        if (scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length > MostScopes)
            return new AuthorizationError(AuthorizationError.InvalidScope, $"The request names more than {MostScopes} scopes.");
        var prompt = this["prompt"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (prompt.Except(s_prompts, StringComparer.Ordinal).Any() || (prompt.Length > 1 && prompt.Contains("none", StringComparer.Ordinal)))
            return AuthorizationError.Invalid("The prompt must be none, or one or more of login, consent and select_account.");
        int? maxAge = null;
        if (this["max_age"] is { } age)
        {
            if (!int.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return AuthorizationError.Invalid("The max_age must be a number of seconds.");
            maxAge = seconds;
        }

        var launch = this["launch"];
        if (launch is not null && !ScopeSet.Parse(scope).Has("launch"))
            return AuthorizationError.Invalid("The parameter launch needs the scope launch.");
        request = new AuthorizationRequest
        {
            ClientId = client.Id,
            RedirectUri = this["redirect_uri"]!,
            State = state,
            Scope = scope,
            CodeChallenge = this["code_challenge"]!,
            Audience = fhirBase,
            Nonce = this["nonce"],
            Prompt = prompt,
            MaxAge = maxAge,
            LaunchHash = launch is null ? null : Secret.HashOf(launch),
        };
        return null;
    }

    // A token for another server's app must not be had here by telling the user another address (SMART: the aud parameter; RFC 8707: resource).
    private AuthorizationError? AudienceError(string fhirBase)
    {
        var (aud, resource) = (this["aud"], this["resource"]);
        if (aud is null && resource is null)
            return AuthorizationError.Invalid("The parameter aud is missing; it must be the FHIR base of this server.");
        if (aud is not null && resource is not null && aud != resource)
            return AuthorizationError.Invalid("The parameters aud and resource differ; send one of them.");
        return string.Equals(RemoveSlash(aud ?? resource!), fhirBase, StringComparison.Ordinal)
            ? null
            : new AuthorizationError(aud is null ? "invalid_target" : AuthorizationError.InvalidRequest, "The parameter aud is not the FHIR base of this server.");
    }

    private AuthorizationError? ChallengeError()
    {
        if (this["code_challenge"] is not { } challenge)
            return AuthorizationError.Invalid("The parameter code_challenge is missing; PKCE with S256 is required.");

        // Without a method plain would be meant (RFC 7636, 4.3).
        if (this["code_challenge_method"] != "S256")
            return AuthorizationError.Invalid("The code_challenge_method must be S256.");
        return challenge.Length == 43 && !challenge.AsSpan().ContainsAnyExcept(s_base64Url)
            ? null
            : AuthorizationError.Invalid("The code_challenge must be the SHA-256 of the verifier as 43 characters of base64url.");
    }

    private static string RemoveSlash(string address) => address.EndsWith('/') ? address[..^1] : address;

    private static string Printable(string name) =>
        name.Length <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? name : "of the request";
}
