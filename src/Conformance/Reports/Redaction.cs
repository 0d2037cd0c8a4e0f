// What reports must not tell: tokens, passwords, cookies. Reports are mailed and kept by build servers, where far more people read them than may use a token.
// The engine hides the secrets that a run has met; here goes what looks like one, wherever it is from.

using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FhirHub.Conformance;

/// <summary>Replaces secrets in texts. Safe to use from several threads.</summary>
public sealed partial class Redaction
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Mask = "***";

    // Shorter ones would be found in words that have nothing to do with them.
    private const int ShortestSecret = 8;

    private static readonly HashSet<string> s_headers = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "DPoP", "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Amz-Security-Token", "Ocp-Apim-Subscription-Key",
    };

    private readonly ConcurrentDictionary<string, bool> _secrets = new(StringComparer.Ordinal);

    /// <summary>Hides a text wherever it comes from now on, such as a token that the run uses.</summary>
    public void Add(string? secret)
    {
        if (secret is { Length: >= ShortestSecret })
            _secrets.TryAdd(secret, true);
    }

    /// <summary>A text without secrets: those that were added, JSON Web Tokens, and values of properties, form fields and query parameters that hold secrets (RFC 6749, RFC 7523, OpenID Connect).</summary>
    public string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var secret in _secrets.Keys)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        text = Jwt().Replace(text, Mask);
        text = Property().Replace(text, $"$1{Mask}$2");
        return Field().Replace(Bearer().Replace(text, $"$1{Mask}"), $"$1{Mask}");
    }

    /// <summary>The value of a header field.</summary>
    public string Header(string name, string value) => HideIn(name, value) ?? Text(value);

    /// <summary>What may be told of a header field that holds a secret by its nature; null for any other field.</summary>
    public static string? HideIn(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!s_headers.Contains(name))
            return null;

        // The scheme, or the name of the cookie, tells what was tried and is no secret.
        var end = value.IndexOfAny([' ', '=']);
        return end > 0 && end < value.Length - 1 ? $"{value[..(end + 1)]}{Mask}" : Mask;
    }

    [GeneratedRegex("""eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*""", RegexOptions.NonBacktracking)]
    private static partial Regex Jwt();

    [GeneratedRegex("""((?:^|[^A-Za-z])(?:Bearer|Basic) )[A-Za-z0-9._~+/-]{8,}=*""", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    [GeneratedRegex("""("(?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|code_verifier|password|registration_access_token|subject_token)"\s*:\s*")(?:[^"\\]|\\.)*(")""", RegexOptions.NonBacktracking)]
    private static partial Regex Property();

    [GeneratedRegex("""((?:^|[?&\s])(?:access_token|refresh_token|id_token|token|client_secret|client_assertion|assertion|code_verifier|password|subject_token)=)[^&\s"'<>]+""", RegexOptions.NonBacktracking)]
    private static partial Regex Field();
}
