// The addresses of the authorization server, in one place: what discovery says, what the CapabilityStatement says and what is mapped can't differ.

namespace FhirHub.Smart;

/// <summary>The absolute addresses of a server.</summary>
/// <param name="Issuer">The issuer, without a slash at the end.</param>
/// <param name="FhirBase">The FHIR base.</param>
public sealed record SmartAddresses(string Issuer, string FhirBase)
{
    /// <summary>The path of the SMART configuration below the FHIR base.</summary>
    public const string SmartConfigurationPath = "/.well-known/smart-configuration";

    /// <summary>The path of the configuration of OpenID Connect below the issuer.</summary>
    public const string OpenIdConfigurationPath = "/.well-known/openid-configuration";

    /// <summary>The path of the metadata of RFC 8414 below the issuer.</summary>
    public const string AuthorizationServerPath = "/.well-known/oauth-authorization-server";

    /// <summary>The authorization endpoint.</summary>
    public string Authorize => At("/authorize");

    /// <summary>The token endpoint.</summary>
    public string Token => At("/token");

    /// <summary>The introspection endpoint.</summary>
    public string Introspect => At("/introspect");

    /// <summary>The revocation endpoint.</summary>
    public string Revoke => At("/revoke");

    /// <summary>The registration endpoint.</summary>
    public string Register => At("/register");

    /// <summary>The page on which users see what apps may do, and end it.</summary>
    public string Manage => At("/apps");

    /// <summary>The endpoint that tells who the user is.</summary>
    public string UserInfo => At("/userinfo");

    /// <summary>The public keys.</summary>
    public string Jwks => At("/jwks");

    /// <summary>The Bundle of brands.</summary>
    public string Brands => At("/brands");

    private string At(string path) => Issuer + SmartService.Root + path;
}
