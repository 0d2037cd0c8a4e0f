// A request to the token endpoint or one like it that is refused, as the standards name the reasons (RFC 6749, 5.2).

using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FhirHub.Smart;

/// <summary>The refusal of a request.</summary>
/// <param name="error">The code of RFC 6749, 5.2, such as <c>invalid_grant</c>.</param>
/// <param name="description"><c>error_description</c>: what to do, in ASCII, and without anything that the request held.</param>
internal sealed class OAuthException(string error, string description) : Exception(description)
{
    /// <summary>The code.</summary>
    public string Error { get; } = error;

    /// <summary>The status; 400 unless something else is said.</summary>
    public int Status { get; init; } = StatusCodes.Status400BadRequest;

    /// <summary><c>WWW-Authenticate</c>; null for none.</summary>
    public string? Challenge { get; init; }

    /// <summary>When to try again; null to say nothing of it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True if it may be one of many guesses, and counts as such.</summary>
    public bool IsGuess { get; init; }

    /// <summary>The request is malformed.</summary>
    public static OAuthException InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>The code or the refresh token is not good.</summary>
    public static OAuthException InvalidGrant(string description) => new("invalid_grant", description) { IsGuess = true };

    /// <summary>The scopes are none or too many.</summary>
    public static OAuthException InvalidScope(string description) => new("invalid_scope", description);

    /// <summary>The client did not prove who it is. It is told nothing of which clients there are.</summary>
    /// <param name="description">What to do.</param>
    /// <param name="byHeader">True if it tried by the header <c>Authorization</c>: then the answer is a 401 with the scheme that it used.</param>
    public static OAuthException InvalidClient(string description, bool byHeader = false) => new("invalid_client", description)
    {
        Status = byHeader ? StatusCodes.Status401Unauthorized : StatusCodes.Status400BadRequest,
        Challenge = byHeader ? "Basic realm=\"FhirHub\", charset=\"UTF-8\"" : null,
        IsGuess = true,
    };

    /// <summary>Answers with it.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString();
        await OAuthAnswer.WriteAsync(http, json =>
        {
            json.WriteString("error", Error);
            json.WriteString("error_description", Message);
        });
    }
}

/// <summary>Answers that no cache may keep (RFC 6749, 5.1).</summary>
internal static class OAuthAnswer
{
    /// <summary>Answers with a JSON object.</summary>
    /// <param name="http">The request; its status is set before.</param>
    /// <param name="members">Writes the members.</param>
    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> members)
    {
        SetHeaders(http);
        http.Response.ContentType = "application/json";
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), http.RequestAborted);
    }

    /// <summary>Sets the headers that forbid keeping it.</summary>
    public static void SetHeaders(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Pragma = "no-cache";
        http.Response.Headers.XContentTypeOptions = "nosniff";

        // The length of an answer that is compressed may tell of the secrets in it.
        if (http.Features.Get<IHttpsCompressionFeature>() is { } compression)
            compression.Mode = HttpsCompressionMode.DoNotCompress;
    }
}
