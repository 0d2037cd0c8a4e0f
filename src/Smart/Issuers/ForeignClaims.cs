// The claims of a token of another issuer, whichever way they came.

using System.Text.Json;

namespace FhirHub.Smart;

/// <summary>Claims as JSON.</summary>
/// <param name="json">An object.</param>
internal sealed class ForeignClaims(JsonElement json)
{
    private const int MaxText = 4_096;

    // Their users' ids are opaque here; OpenID Connect Core, 2 bounds them.
    private const int MaxSubject = 255;

    /// <summary><c>iss</c>.</summary>
    public string? Issuer => Text("iss");

    /// <summary><c>sub</c>.</summary>
    public string? Subject => Text("sub") is { Length: <= MaxSubject } subject ? subject : null;

    /// <summary>The client that the token was issued to.</summary>
    public string? ClientId => Text("client_id") ?? Text("azp") ?? Text("appid");

    /// <summary>Whether a claim is there.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A claim that is a text; null if there is none.</summary>
    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } claim && claim.GetString() is { Length: > 0 and <= MaxText } text ? text : null;

    /// <summary>A claim of several texts: an array, or one text with blanks.</summary>
    public IReadOnlyList<string> Texts(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)],
        _ => [],
    };

    /// <summary>Whether <c>aud</c> holds a value: a token for somebody else is not good here (RFC 9700, 2.3).</summary>
    public bool IsFor(string audience) => Find("aud") switch
    {
        { ValueKind: JsonValueKind.String } one => one.ValueEquals(audience),
        { ValueKind: JsonValueKind.Array } several => several.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(audience)),
        _ => false,
    };

    /// <summary>A claim that is a time; null if there is none, or it is no number.</summary>
    public DateTimeOffset? Time(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Number } claim && claim.TryGetDouble(out var seconds) && seconds is >= 0 and < 253_402_300_000 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    /// <summary>Whether a claim has just this value.</summary>
    public bool Is(string name, string value) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.ValueEquals(value),
        { ValueKind: JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number } other => other.GetRawText() == value,
        _ => false,
    };

    // A name as it is; else one with dots is a way into objects, as Keycloak's realm_access.roles.
    private JsonElement? Find(string name)
    {
        if (json.TryGetProperty(name, out var claim))
            return claim;
        var at = json;
        foreach (var step in name.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                return null;
        }

        return at;
    }
}
