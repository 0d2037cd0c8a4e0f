// Faults of authorization: SMART App Launch 2.0, RFC 6749, RFC 6750, RFC 7662.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class SmartFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Fault.OfRefusal("unauthorized-let-through", "A request without a token is let through.", "requests without a token answered with 401", static (request, answer) =>
            IsData(request) && answer.Status == 401 && request.Headers.Find("Authorization") is null && LetThrough(request)),
        Fault.OfRefusal("wrong-token-let-through", "A request with a token that is none is let through.", "requests with a token answered with 401", static (request, answer) =>
            IsData(request) && answer.Status == 401 && request.Headers.Find("Authorization") is not null && LetThrough(request)),
        Fault.OfRefusal("scopes-not-enforced", "Scopes are not enforced.", "requests with a token answered with 403", static (request, answer) =>
            IsData(request) && answer.Status == 403 && HasLesserToken(request) && LetThrough(request)),
        Fault.OfRefusal("compartment-not-enforced", "What is of other patients is found and read.", "reads and searches with a lesser token answered with 200 or 404", static (request, answer) =>
            IsData(request) && request.Method == "GET" && answer.Status is 200 or 404 && HasLesserToken(request) && LetThrough(request)),
        Fault.OfAnswer("www-authenticate-missing", "A refused request is not told how to come again.", "answers 401 with WWW-Authenticate", static (_, answer) => answer.Headers.Drop("WWW-Authenticate")),
        Discovery("discovery-token-endpoint-missing", "The discovery has no token_endpoint.", static json => json.Remove("token_endpoint")),
        Discovery("discovery-authorization-endpoint-missing", "The discovery has no authorization_endpoint.", static json => json.Remove("authorization_endpoint")),
        Discovery("discovery-capabilities-missing", "The discovery has no capabilities.", static json => json.Remove("capabilities")),
        Discovery("discovery-capability-missing", "The discovery has lost capabilities.", static json => json["capabilities"] is JsonArray { Count: > 1 } list && Halve(list)),
        Discovery("discovery-pkce-missing", "The discovery has no code_challenge_methods_supported.", static json => json.Remove("code_challenge_methods_supported")),
        Discovery("discovery-pkce-plain", "The discovery allows plain challenges.", static json => json["code_challenge_methods_supported"] is JsonArray list && Add(list, "plain")),
        Discovery("discovery-grants-missing", "The discovery has no grant_types_supported.", static json => json.Remove("grant_types_supported")),
        Discovery("discovery-scopes-missing", "The discovery has no scopes_supported.", static json => json.Remove("scopes_supported")),
        Discovery("discovery-keys-missing", "The discovery has no jwks_uri.", static json => json.Remove("jwks_uri")),
        Discovery("discovery-issuer-other", "The discovery names another issuer.", static json => json.ChangeText("issuer", static issuer => $"{issuer}/other")),
        Token("token-missing", "A token answer has no token.", static json => json.Remove("access_token")),
        Token("token-type-missing", "A token answer has no token_type.", static json => json.Remove("token_type")),
        Token("token-expiry-missing", "A token answer does not say how long it holds.", static json => json.Remove("expires_in")),
        Token("token-expiry-long", "A token holds for a year.", static json => json.AddTo("expires_in", 31_536_000)),
        Token("token-scope-missing", "A token answer does not say what was granted.", static json => json.Remove("scope")),
        Token("token-scope-other", "A token answer names more scopes than were granted.", static json => json.ChangeText("scope", static scope => $"{scope} system/*.cruds")),
        Fault.OfAnswer("token-cached", "Token answers may be cached.", "token answers with Cache-Control", static (_, answer) => answer.Json?.ContainsKey("access_token") == true && answer.Headers.Drop("Cache-Control") | answer.Headers.Drop("Pragma")),
        Fault.OfAnswer("token-error-other", "The error of a token endpoint is another.", "errors of OAuth", static (request, answer) =>
            request.Interaction == Interaction.Other && answer.Status >= 400 && answer.Edit(static json => json.ChangeText("error", static error => error == "server_error" ? "invalid_scope" : "server_error"))),
        Fault.OfAnswer("introspection-flipped", "Introspection tells the other.", "introspection", static (request, answer) => request.Interaction == Interaction.Other && answer.Edit(static json => json.Flip("active"))),
    ];

    private static Fault Discovery(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, ".well-known", (request, answer) =>
        answer.IsSuccess && request.Segments.Contains(".well-known") && answer.Edit(change));

    private static Fault Token(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "token answers", (_, answer) =>
        answer.IsSuccess && answer.Json?.ContainsKey("access_token") == true && answer.Edit(change));

    private static bool IsData(ProxiedRequest request) => request.IsFhir || request.IsDicom;

    private static bool HasLesserToken(ProxiedRequest request) =>
        request.Headers.Find("Authorization") is { } own && request.Token is { } token && own != $"Bearer {token}";

    private static bool LetThrough(ProxiedRequest request)
    {
        if (request.Token is not { } token)
            return false;
        request.Headers.Set("Authorization", $"Bearer {token}");
        return true;
    }

    private static bool Halve(JsonArray list)
    {
        for (var i = list.Count / 2; i > 0; i--)
            list.RemoveAt(0);
        return true;
    }

    private static bool Add(JsonArray list, string text)
    {
        list.Add(JsonValue.Create(text));
        return true;
    }
}
