// Why an authorization request is not answered with a code (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6).

namespace FhirHub.Smart;

/// <summary>An error that the client is told.</summary>
/// <param name="Code">The <c>error</c>.</param>
/// <param name="Description">The <c>error_description</c>: printable ASCII without quotes and backslashes, as the standard has it; it says what to do.</param>
internal sealed record AuthorizationError(string Code, string Description)
{
    public const string InvalidRequest = "invalid_request";
    public const string InvalidScope = "invalid_scope";
    public const string AccessDenied = "access_denied";
    public const string LoginRequired = "login_required";
    public const string ConsentRequired = "consent_required";
    public const string InteractionRequired = "interaction_required";

    public static AuthorizationError Invalid(string description) => new(InvalidRequest, description);
}
