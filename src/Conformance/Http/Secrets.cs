// What a run must not tell: tokens, passwords and codes, wherever they turn up.

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace FhirHub.Conformance;

/// <summary>The secrets that one run has met, and texts and exchanges without them.</summary>
internal sealed class Secrets
{
    private const string Hidden = Redaction.Mask;
    private const int MaxSecrets = 1000;

    // Shorter ones would take words out of texts; where such a one stands in a form or an answer, others of its kind are long.
    private const int MinLength = 8;

    // RFC 6749, RFC 7521, RFC 7591, RFC 7636.
    private static readonly HashSet<string> Fields = new(StringComparer.Ordinal)
    {
        "access_token", "assertion", "client_assertion", "client_secret", "code_verifier", "id_token", "password", "refresh_token", "registration_access_token", "subject_token",
    };

    // Elsewhere these are search parameters of FHIR.
    private static readonly HashSet<string> OAuthFields = new(StringComparer.Ordinal) { "code", "token" };

    private readonly List<string> _secrets = [];
    private readonly ConditionalWeakTable<Exchange, Exchange> _masked = [];

    /// <summary>The header field as it may be told.</summary>
    public static KeyValuePair<string, string> Hide(KeyValuePair<string, string> header) =>
        Redaction.HideIn(header.Key, header.Value) is { } shown ? new(header.Key, shown) : header;

    /// <summary>Keeps a value that must not be told.</summary>
    public void Learn(string secret)
    {
        secret = secret.Trim();
        if (secret.Length < MinLength || _secrets.Count >= MaxSecrets || _secrets.Contains(secret))
            return;
        _secrets.Add(secret);

        // The longer first, so that what holds another is not left half told.
        _secrets.Sort(static (a, b) => b.Length.CompareTo(a.Length));
    }

    /// <summary>Keeps the secrets of an address and of a form.</summary>
    public void LearnFromRequest(string url, Payload body)
    {
        LearnFromForm(url.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? url[(at + 1)..] : "", isOAuth: false);
        if (body.MediaType == "application/x-www-form-urlencoded")
            LearnFromForm(body.Text, isOAuth: body.Text.Contains("grant_type=", StringComparison.Ordinal) || body.Text.StartsWith("token=", StringComparison.Ordinal));
    }

    /// <summary>Keeps the secrets of a token answer and of a redirect.</summary>
    public void LearnFromResponse(Response response)
    {
        if (response.Header("Location") is { } location && location.IndexOfAny(['?', '#']) is var at and >= 0)
            LearnFromForm(location[(at + 1)..], isOAuth: true);
        foreach (var (name, value) in response.Headers)
        {
            if (name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
                Learn(value.Split(';')[0].Split('=', 2)[^1]);
        }

        if (response.Body.MediaType != "application/json" || response.Body.Bytes.Length > 1024 * 1024)
            return;
        try
        {
            using var json = JsonDocument.Parse(response.Body.Bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return;
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (Fields.Contains(member.Name) && member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is { } value)
                    Learn(value);
            }
        }
        catch (JsonException)
        {
            // No token answer then; asserts will say what it should have been.
        }
    }

    /// <summary>The text without secrets.</summary>
    public string Mask(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        return text;
    }

    /// <summary>The exchange without secrets, the same one each time.</summary>
    public Exchange Mask(Exchange exchange) => _masked.GetValue(exchange, MaskNew);

    private Exchange MaskNew(Exchange exchange) => exchange with
    {
        Url = Mask(exchange.Url),
        RequestHeaders = Mask(exchange.RequestHeaders),
        RequestBody = Mask(exchange.RequestBody),
        Response = exchange.Response is { } response ? response with { Headers = Mask(response.Headers), Body = Mask(response.Body) } : null,
    };

    private List<KeyValuePair<string, string>> Mask(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        [.. headers.Select(header => new KeyValuePair<string, string>(header.Key, Mask(header.Value)))];

    private Payload Mask(Payload body)
    {
        var holds = _secrets.Exists(secret => body.Bytes.Span.IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0);
        return holds ? new Payload(Encoding.UTF8.GetBytes(Mask(body.Text)), body.ContentType) : body;
    }

    private void LearnFromForm(string form, bool isOAuth)
    {
        foreach (var pair in form.Split('&'))
        {
            if (pair.Split('=', 2) is not [var name, var value] || !(Fields.Contains(name) || (isOAuth && OAuthFields.Contains(name))))
                continue;
            Learn(value);
            Learn(Uri.UnescapeDataString(value.Replace('+', ' ')));
        }
    }
}
