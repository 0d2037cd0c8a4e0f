// What an app is answered with its tokens: the launch context stands beside them (SMART App Launch 2.2.0, scopes-and-launch-context.html).

using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Writes token responses (RFC 6749, 5.1).</summary>
/// <param name="smart">The server.</param>
internal sealed class TokenAnswer(SmartService smart)
{
    private readonly IdTokens _idTokens = new(smart);

    /// <summary>Answers with tokens.</summary>
    public async Task WriteAsync(HttpContext http, IssuedTokens tokens, bool withIdToken)
    {
        var idToken = withIdToken ? await _idTokens.CreateAsync(http, tokens) : null;
        await OAuthAnswer.WriteAsync(http, json =>
        {
            json.WriteString("access_token", tokens.AccessToken);
            json.WriteString("token_type", "Bearer");
            json.WriteNumber("expires_in", (long)tokens.Life.TotalSeconds);
            json.WriteString("scope", tokens.Scope);
            if (tokens.RefreshToken is not null)
                json.WriteString("refresh_token", tokens.RefreshToken);
            if (idToken is not null)
                json.WriteString("id_token", idToken);
            WriteContext(json, tokens.Grant.Context);
        });
    }

    /// <summary>Writes the launch context as members of the answer.</summary>
    public static void WriteContext(Utf8JsonWriter json, LaunchContext context)
    {
        foreach (var (name, value) in ((string, string?)[])[
            ("patient", context.Patient), ("encounter", context.Encounter), ("intent", context.Intent), ("smart_style_url", context.SmartStyleUrl), ("tenant", context.Tenant)])
        {
            if (value is not null)
                json.WriteString(name, value);
        }

        if (context.NeedPatientBanner is { } banner)
            json.WriteBoolean("need_patient_banner", banner);
        if (context.FhirContext is { Count: > 0 } items)
        {
            json.WritePropertyName("fhirContext");
            items.WriteTo(json);
        }
    }
}
