// The keys under FhirHub:Auth:Issuers.

using FhirHub.Smart;

namespace FhirHub.Server;

/// <content>Other issuers.</content>
public static partial class ConfigurationReader
{
    private static List<ExternalIssuer> Issuers(IConfiguration configuration, string key)
    {
        var issuers = new List<ExternalIssuer>();
        foreach (var section in configuration.GetSection(key).GetChildren())
        {
            string At(string name) => $"{section.Path}:{name}";
            string Needed(string name) => section[name] is { Length: > 0 } value ? value : throw new ConfigurationException($"{At(name)} is missing.");
            var issuer = new ExternalIssuer { Issuer = Needed("Issuer"), Audience = Needed("Audience") };
            if (!Uri.TryCreate(issuer.Issuer, UriKind.Absolute, out var address) || address is not { Scheme: "https" or "http" } || issuers.Exists(other => other.Issuer == issuer.Issuer))
                throw new ConfigurationException($"{At("Issuer")} is '{issuer.Issuer}'; it must be the https address that the issuer's tokens name, each once.");
            var claims = section.GetSection("Claims");
            issuers.Add(issuer with
            {
                Metadata = section["Metadata"],
                ClientId = section["ClientId"],
                ClientSecret = section["ClientSecret"],
                Algorithms = Algorithms(section["Algorithms"], At("Algorithms")),
                IntrospectionLife = TimeSpan.FromSeconds(Number(configuration, At("IntrospectionSeconds"), 10, 0, 300)),
                FhirUserClaim = claims["fhirUser"] ?? issuer.FhirUserClaim,
                ScopeClaim = claims["scope"] ?? issuer.ScopeClaim,
                PatientClaim = claims["patient"] ?? issuer.PatientClaim,
                EncounterClaim = claims["encounter"] ?? issuer.EncounterClaim,
                OrganizationClaim = claims["organization"],
                RolesClaim = claims["roles"],
                Roles = Roles(section.GetSection("Roles")),
                DefaultRole = section["DefaultRole"] is null ? null : Choice(configuration, At("DefaultRole"), AccountRole.Patient),
                Required = Pairs(section.GetSection("Required")),
                Scopes = Pairs(section.GetSection("Scopes")),
                Services = Flag(configuration, At("Services"), issuer.Services),
            });
        }

        return issuers;
    }

    private static IReadOnlyList<string> Algorithms(string? text, string key)
    {
        if (text is null)
            return ExternalIssuer.AllAlgorithms;
        var algorithms = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return algorithms.Length > 0 && algorithms.All(static algorithm => ExternalIssuer.AllAlgorithms.Contains(algorithm, StringComparer.Ordinal))
            ? algorithms
            : throw new ConfigurationException($"{key} is '{text}'; it must be some of {string.Join(' ', ExternalIssuer.AllAlgorithms)}.");
    }

    private static Dictionary<AccountRole, string> Roles(IConfigurationSection section) => section.GetChildren().ToDictionary(
        static role => Enum.TryParse<AccountRole>(role.Key, ignoreCase: true, out var known) && !char.IsAsciiDigit(role.Key[0])
            ? known
            : throw new ConfigurationException($"{role.Path} names no role; it must be {string.Join(" or ", Enum.GetNames<AccountRole>())}."),
        static role => role.Value ?? "");

    private static Dictionary<string, string> Pairs(IConfigurationSection section) =>
        section.GetChildren().ToDictionary(static pair => pair.Key, static pair => pair.Value ?? "", StringComparer.Ordinal);
}
