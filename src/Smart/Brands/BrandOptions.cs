// The configuration of the user-access brand: as what users of apps find this exchange.

namespace FhirHub.Smart;

/// <summary><c>FhirHub:Auth:Brand</c> (SMART App Launch 2.2.0, brands.html).</summary>
public sealed record BrandOptions
{
    /// <summary>The system of identifiers that are addresses.</summary>
    public const string AddressSystem = "urn:ietf:rfc:3986";

    /// <summary><c>Name</c>: the name of the primary brand.</summary>
    public string Name { get; init; } = "FhirHub";

    /// <summary><c>Aliases</c>: other names, separated by semicolons.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary><c>Website</c>: its address on the web; null for the issuer.</summary>
    public string? Website { get; init; }

    /// <summary><c>Identifiers</c>: further identifiers, as <c>system|value</c>.</summary>
    public IReadOnlyList<(string System, string Value)> Identifiers { get; init; } = [];

    /// <summary><c>Category</c>: what kind of organization it is, as <c>system|code</c>.</summary>
    public (string System, string Code) Category { get; init; } = ("http://terminology.hl7.org/CodeSystem/organization-type", "prov");

    /// <summary><c>Address</c>: where it is, as text; null for none.</summary>
    public string? Address { get; init; }

    /// <summary><c>Contact</c>: a mail or web address for technical questions about the endpoint; null for the website.</summary>
    public string? Contact { get; init; }

    /// <summary><c>Logo</c>: the address of its logo; null for none.</summary>
    public string? Logo { get; init; }

    /// <summary><c>LogoLicense</c>: the address of the license of the logo; null for none.</summary>
    public string? LogoLicense { get; init; }

    /// <summary><c>PortalName</c>: the name of the portal for patients; null for that of the brand.</summary>
    public string? PortalName { get; init; }

    /// <summary><c>PortalDescription</c>: what the portal is, as markdown; null for nothing.</summary>
    public string? PortalDescription { get; init; }

    /// <summary><c>PortalUrl</c>: the address of the portal; null for the page of apps.</summary>
    public string? PortalUrl { get; init; }

    /// <summary><c>PortalLogo</c>: the address of the logo of the portal; null for none.</summary>
    public string? PortalLogo { get; init; }

    /// <summary><c>Organizations</c>: ids of Organizations of the store that are brands of this server too, such as the hospitals of a group.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>
    /// The value of the identifier of the primary brand, which the SMART configuration names: its website without <c>www.</c> and without a path.
    /// </summary>
    public string PrimaryIdentifier(string issuer)
    {
        var uri = new Uri(Website ?? issuer);
        var authority = uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}";
        return $"{uri.Scheme}://{(authority.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? authority["www.".Length..] : authority)}";
    }
}
