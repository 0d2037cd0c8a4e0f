// Makes launches: their context is checked as far as it can be before the user authorizes.

using System.Text.Json.Nodes;

namespace FhirHub.Smart;

/// <summary>Launches from an EHR (SMART App Launch 2.2.0, app-launch.html#launch-app-ehr-launch).</summary>
/// <param name="state">What is kept.</param>
/// <param name="options">The configuration.</param>
/// <param name="clock">The clock.</param>
internal sealed class Launches(SmartState state, SmartOptions options, TimeProvider clock)
{
    private const int LongestText = 256;

    /// <summary>Whether a client can be launched: it is active, has an address to begin at, and is registered for <c>launch</c>.</summary>
    public static bool IsLaunchable(Client client) =>
        client is { Status: ClientStatus.Active, LaunchUris.Count: > 0 } && client.GrantTypes.Contains(Client.AuthorizationCode) && ScopeSet.Parse(client.Scope).Has("launch");

    /// <summary>The address at which a launch begins; one of the server's own client may be below the issuer.</summary>
    public static string AddressOf(Client client, string launchUri, string issuer) => client.IsBuiltIn && launchUri is ['/', ..] ? issuer + launchUri : launchUri;

    /// <summary>What is wrong with a context that somebody sent; null if nothing is.</summary>
    /// <param name="body">The members as the token response has them.</param>
    /// <param name="context">The context, if nothing is wrong.</param>
    public static string? Read(JsonObject body, out LaunchContext context)
    {
        context = LaunchContext.None;
        string? Text(string name) => body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        foreach (var name in (string[])["patient", "encounter"])
        {
            if (body[name] is not null && !FhirContexts.IsId(Text(name)))
                return $"{name} must be the id of a resource.";
        }

        if (body["encounter"] is not null && body["patient"] is null)
            return "An encounter needs its patient.";
        foreach (var name in (string[])["intent", "tenant"])
        {
            if (body[name] is not null && Text(name) is not { Length: > 0 and <= LongestText })
                return $"{name} must be a text of at most {LongestText} characters.";
        }

        bool? banner = null;
        if (body["need_patient_banner"] is { } node)
        {
            if (node is not JsonValue value || !value.TryGetValue<bool>(out var needs))
                return "need_patient_banner must be true or false.";
            banner = needs;
        }

        var style = Text("smart_style_url");
        if (body["smart_style_url"] is not null && !(style is { Length: <= 2_048 } && Uri.TryCreate(style, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            return "smart_style_url must be an http or https address.";
        if (FhirContexts.Read(body["fhirContext"], out var items) is { } problem)
            return problem;
        context = new LaunchContext
        {
            Patient = Text("patient"),
            Encounter = Text("encounter"),
            FhirContext = items,
            Intent = Text("intent"),
            NeedPatientBanner = banner,
            SmartStyleUrl = style,
            Tenant = Text("tenant"),
        };
        return null;
    }

    /// <summary>Keeps a launch of a client for an account.</summary>
    /// <returns>The <c>launch</c> parameter: used once, for a few minutes, by that client and account only.</returns>
    public async Task<string> CreateAsync(string clientId, string accountId, LaunchContext context, CancellationToken cancel)
    {
        var secret = Secret.Create();
        await state.Launches.AddAsync(
            Secret.HashOf(secret), new Launch { ClientId = clientId, AccountId = accountId, Context = context }, accountId, clock.GetUtcNow() + options.LaunchLife, cancel);
        return secret;
    }
}
