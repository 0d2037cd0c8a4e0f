// The keys under FhirHub:Auth:Brand.

using FhirHub.Smart;

namespace FhirHub.Server;

/// <content>The user-access brand.</content>
public static partial class ConfigurationReader
{
    private const string BrandKey = "FhirHub:Auth:Brand";

    private static BrandOptions Brand(IConfiguration configuration)
    {
        var defaults = new BrandOptions();
        return new BrandOptions
        {
            Name = Text(configuration, $"{BrandKey}:Name", defaults.Name),
            Aliases = List(configuration[$"{BrandKey}:Aliases"], ';'),
            Website = WebAddress(configuration, $"{BrandKey}:Website"),
            Identifiers = [.. List(configuration[$"{BrandKey}:Identifiers"], ' ').Select(static text => Pair($"{BrandKey}:Identifiers", text))],
            Category = configuration[$"{BrandKey}:Category"] is { } category ? Pair($"{BrandKey}:Category", category) : defaults.Category,
            Address = configuration[$"{BrandKey}:Address"],
            Contact = configuration[$"{BrandKey}:Contact"],
            Logo = WebAddress(configuration, $"{BrandKey}:Logo"),
            LogoLicense = WebAddress(configuration, $"{BrandKey}:LogoLicense"),
            PortalName = configuration[$"{BrandKey}:PortalName"],
            PortalDescription = configuration[$"{BrandKey}:PortalDescription"],
            PortalUrl = WebAddress(configuration, $"{BrandKey}:PortalUrl"),
            PortalLogo = WebAddress(configuration, $"{BrandKey}:PortalLogo"),
            Organizations = List(configuration[$"{BrandKey}:Organizations"], ' '),
        };
    }

    private static string[] List(string? text, char separator) => text?.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static (string System, string Code) Pair(string key, string text) => text.Split('|') is [{ Length: > 0 } system, { Length: > 0 } code]
        ? (system, code)
        : throw new ConfigurationException($"{key} holds '{text}'; it must be system|value, such as urn:oid:2.16.156|1234.");

    private static string? WebAddress(IConfiguration configuration, string key)
    {
        if (configuration[key] is not { } value)
            return null;
        return Uri.TryCreate(value, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" }
            ? value
            : throw new ConfigurationException($"{key} is '{value}'; it must be an http or https address.");
    }
}
