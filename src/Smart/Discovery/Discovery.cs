// What the authorization server says of itself: the SMART configuration, that of OpenID Connect, and the metadata of RFC 8414.

using System.Text.Json.Nodes;

namespace FhirHub.Smart;

/// <summary>The documents of discovery (SMART App Launch 2.2.0 conformance.html; OpenID Connect Discovery 1.0; RFC 8414).</summary>
/// <param name="options">The configuration.</param>
public sealed class Discovery(SmartOptions options)
{
    /// <summary>What the token endpoint takes a client's signature in.</summary>
    internal static readonly IReadOnlyList<string> SigningAlgorithms = ["RS384", "ES384"];

    private static readonly string[] s_scopes =
    [
        "openid", "profile", "fhirUser", "launch", "launch/patient", "launch/encounter", Grants.OfflineAccess, Grants.OnlineAccess,
        "patient/*.cruds", "patient/*.rs", "user/*.cruds", "user/*.rs", "system/*.cruds", "system/*.rs",
        "patient/*.read", "patient/*.write", "patient/*.*", "user/*.read", "user/*.write", "user/*.*", "system/*.read", "system/*.write", "system/*.*",
    ];

    private static readonly string[] s_capabilities =
    [
        "launch-ehr", "launch-standalone", "authorize-post",
        "client-public", "client-confidential-symmetric", "client-confidential-asymmetric",
        "sso-openid-connect", "context-banner", "context-style",
        "context-ehr-patient", "context-ehr-encounter", "context-standalone-patient", "context-standalone-encounter",
        "permission-offline", "permission-online", "permission-patient", "permission-user", "permission-v1", "permission-v2",
    ];

    private static readonly string[] s_methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];

    /// <summary>The addresses below an issuer.</summary>
    public SmartAddresses AddressesOf(string issuer) => new(issuer, issuer + options.FhirPath);

    /// <summary><c>/.well-known/smart-configuration</c> below the FHIR base.</summary>
    /// <param name="issuer">The issuer, as the client sees it.</param>
    public JsonObject SmartConfiguration(string issuer)
    {
        var addresses = AddressesOf(issuer);
        var document = Shared(addresses);
        document["capabilities"] = Strings(s_capabilities);

        // The two that SMART names, and no public clients' "none": it has a capability for them.
        document["grant_types_supported"] = Strings([Client.AuthorizationCode, Client.ClientCredentials]);
        document["token_endpoint_auth_methods_supported"] = Strings(s_methods);
        document["management_endpoint"] = addresses.Manage;
        document["user_access_brand_bundle"] = addresses.Brands;
        document["user_access_brand_identifier"] = new JsonObject { ["system"] = BrandOptions.AddressSystem, ["value"] = options.Brand.PrimaryIdentifier(issuer) };
        if (options.ImagesPath is { } images)
        {
            document["associated_endpoints"] = new JsonArray(new JsonObject
            {
                ["url"] = issuer + images,
                ["capabilities"] = Strings([.. s_capabilities.Where(static capability => capability.StartsWith("permission-", StringComparison.Ordinal))]),
            });
        }

        return document;
    }

    /// <summary><c>/.well-known/oauth-authorization-server</c> below the issuer (RFC 8414).</summary>
    /// <param name="issuer">The issuer, as the client sees it.</param>
    public JsonObject AuthorizationServer(string issuer)
    {
        var addresses = AddressesOf(issuer);
        var document = Shared(addresses);
        document["grant_types_supported"] = Strings([Client.AuthorizationCode, Client.RefreshToken, Client.ClientCredentials]);
        document["response_modes_supported"] = Strings(["query"]);
        document["token_endpoint_auth_methods_supported"] = Strings([.. s_methods, "none"]);
        foreach (var endpoint in (string[])["introspection", "revocation"])
        {
            document[$"{endpoint}_endpoint_auth_methods_supported"] = Strings(endpoint == "revocation" ? [.. s_methods, "none"] : s_methods);
            document[$"{endpoint}_endpoint_auth_signing_alg_values_supported"] = Strings(SigningAlgorithms);
        }

        document["service_documentation"] = addresses.FhirBase + "/metadata";
        document["ui_locales_supported"] = Strings(["en", "zh"]);
        return document;
    }

    /// <summary><c>/.well-known/openid-configuration</c> below the issuer.</summary>
    /// <param name="issuer">The issuer, as the client sees it.</param>
    public JsonObject OpenIdConfiguration(string issuer)
    {
        var document = AuthorizationServer(issuer);
        document["userinfo_endpoint"] = AddressesOf(issuer).UserInfo;
        document["subject_types_supported"] = Strings(["public"]);
        document["id_token_signing_alg_values_supported"] = Strings(["RS256"]);
        document["claim_types_supported"] = Strings(["normal"]);
        document["claims_supported"] = Strings(["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "fhirUser", "profile", "name", "preferred_username"]);
        document["claims_parameter_supported"] = false;
        document["request_parameter_supported"] = false;
        document["request_uri_parameter_supported"] = false;
        return document;
    }

    // What all of them say is written once, so that they say the same.
    private JsonObject Shared(SmartAddresses addresses)
    {
        var document = new JsonObject
        {
            ["issuer"] = addresses.Issuer,
            ["jwks_uri"] = addresses.Jwks,
            ["authorization_endpoint"] = addresses.Authorize,
            ["token_endpoint"] = addresses.Token,
            ["introspection_endpoint"] = addresses.Introspect,
            ["revocation_endpoint"] = addresses.Revoke,
            ["scopes_supported"] = Strings(s_scopes),
            ["response_types_supported"] = Strings(["code"]),
            ["code_challenge_methods_supported"] = Strings(["S256"]),
            ["token_endpoint_auth_signing_alg_values_supported"] = Strings(SigningAlgorithms),
            ["authorization_response_iss_parameter_supported"] = true,
        };
        if (options.Registration)
            document["registration_endpoint"] = addresses.Register;
        return document;
    }

    private static JsonArray Strings(IReadOnlyList<string> values) => new([.. values.Select(static value => (JsonNode)value)]);
}
