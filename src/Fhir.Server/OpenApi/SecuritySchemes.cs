// How a request shows who it is from: a SMART sign-in, or a token that the client has already.

using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>The security schemes of documents, where requests need a token.</summary>
internal static class SecuritySchemes
{
    /// <summary>The name of the scheme by which the page signs users in.</summary>
    public const string Smart = "smart";

    /// <summary>The name of the scheme for a token at hand.</summary>
    public const string Bearer = "bearer";

    /// <summary>What the page may ask for, with what it means; users choose among them.</summary>
    public static IReadOnlyDictionary<string, string> Scopes { get; } = new Dictionary<string, string>
    {
        ["openid"] = "who you are",
        ["fhirUser"] = "your own record or practitioner",
        ["launch/patient"] = "a patient whom you choose",
        ["patient/*.rs"] = "read and search the records of that patient",
        ["patient/*.cruds"] = "read, search and change the records of that patient",
        ["user/*.rs"] = "read and search all that you may see",
        ["user/*.cruds"] = "read, search and change all that you may",
    };

    /// <summary>Adds the schemes, and that one of them is needed.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        document.Components!.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            // What an app asks for must name the FHIR base (SMART App Launch 2.2.0, app-launch.html#obtain-authorization-code).
            [Smart] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description = "SMART App Launch 2.2.0: sign in and choose what this page may do. PKCE is used; there is no client secret.",
                Flows = new OpenApiOAuthFlows
                {
                    AuthorizationCode = new OpenApiOAuthFlow
                    {
                        AuthorizationUrl = new Uri($"{WrittenDocument.IssuerMark}/auth/authorize?aud={WrittenDocument.AudienceMark}"),
                        TokenUrl = new Uri($"{WrittenDocument.IssuerMark}/auth/token"),
                        Scopes = new Dictionary<string, string>(Scopes),
                    },
                },
            },
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An access token that you have already, such as one of a backend service." },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Smart, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
        ];
    }
}
