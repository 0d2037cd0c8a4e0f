// The keys under FhirHub:Auth.

using System.Net;
using FhirHub.Smart;

namespace FhirHub.Server;

/// <content>Authorization.</content>
public static partial class ConfigurationReader
{
    private static SmartOptions Smart(IConfiguration configuration, string dataPath)
    {
        var defaults = new SmartOptions { KeyFile = Path.Combine(dataPath, "auth.key") };
        return defaults with
        {
            Issuer = Issuer(configuration),
            KeyFile = Text(configuration, "FhirHub:Auth:KeyFile", defaults.KeyFile),
            ResetKeys = Flag(configuration, "FhirHub:Auth:ResetKeys", defaults.ResetKeys),
            AccessTokenLife = TimeSpan.FromSeconds(Number(configuration, "FhirHub:Auth:AccessTokenSeconds", (int)defaults.AccessTokenLife.TotalSeconds, 60, 3600)),
            TokenRequestsPerMinute = Number(configuration, "FhirHub:Auth:TokenRequestsPerMinute", defaults.TokenRequestsPerMinute, 10, 1_000_000),
            RefreshRetry = TimeSpan.FromSeconds(Number(configuration, "FhirHub:Auth:RefreshRetrySeconds", (int)defaults.RefreshRetry.TotalSeconds, 0, 60)),
            RefreshTokenLife = TimeSpan.FromDays(Number(configuration, "FhirHub:Auth:RefreshTokenDays", (int)defaults.RefreshTokenLife.TotalDays, 1, 3650)),
            SessionLife = TimeSpan.FromMinutes(Number(configuration, "FhirHub:Auth:SessionMinutes", (int)defaults.SessionLife.TotalMinutes, 1, 24 * 60)),
            LongestSession = TimeSpan.FromHours(Number(configuration, "FhirHub:Auth:SessionHours", (int)defaults.LongestSession.TotalHours, 1, 24)),
            PasswordLength = Number(configuration, "FhirHub:Auth:PasswordLength", defaults.PasswordLength, 8, 64),
            AdministratorTotp = Flag(configuration, "FhirHub:Auth:AdministratorTotp", defaults.AdministratorTotp),
            SignInsPerMinute = Number(configuration, "FhirHub:Auth:SignInsPerMinute", defaults.SignInsPerMinute, 1, 1_000_000),
            Registration = Flag(configuration, "FhirHub:Auth:Registration", defaults.Registration),
            InitialAccessToken = InitialAccessToken(configuration),
            RegistrationsPerHour = Number(configuration, "FhirHub:Auth:RegistrationsPerHour", defaults.RegistrationsPerHour, 1, 100_000),
            FetchPrivate = Networks(configuration, "FhirHub:Auth:FetchPrivate"),
            Brand = Brand(configuration),
            Issuers = Issuers(configuration, "FhirHub:Auth:Issuers"),
        };
    }

    private static string? InitialAccessToken(IConfiguration configuration)
    {
        const string Key = "FhirHub:Auth:InitialAccessToken";
        return configuration[Key] is not { } value ? null
            : value.Length >= 32 ? value
            : throw new ConfigurationException($"{Key} must be at least 32 characters that nobody can guess.");
    }

    private static IPNetwork[] Networks(IConfiguration configuration, string key)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in (configuration[key] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            networks.Add(IPNetwork.TryParse(text, out var network)
                ? network
                : throw new ConfigurationException($"{key} holds '{text}'; it must be networks separated by blanks, such as 10.20.0.0/16 or 127.0.0.1/32."));
        }

        return [.. networks];
    }

    private static string? Issuer(IConfiguration configuration)
    {
        const string Key = "FhirHub:Auth:Issuer";
        if (configuration[Key] is not { } value)
            return null;
        return Uri.TryCreate(value, UriKind.Absolute, out var address) && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)) && address.Query.Length == 0 && address.Fragment.Length == 0
            ? value.TrimEnd('/')
            : throw new ConfigurationException($"{Key} is '{value}'; it must be the address of this server as its clients see it, by https unless it is this machine, such as https://fhir.example.org.");
    }
}
