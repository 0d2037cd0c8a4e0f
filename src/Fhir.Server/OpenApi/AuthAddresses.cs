// The addresses of the authorization server: the endpoints of OAuth and OpenID Connect for programs, and pages for people.

using static FhirHub.Server.OpenApi.Address;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes what is mapped below <c>/auth</c> and the discovery documents.</summary>
internal static class AuthAddresses
{
    private const string Protocol = "Authorization";
    private const string Discovery = "Discovery";
    private const string Clients = "Registration";
    private const string Launch = "Launch";
    private const string Pages = "Pages for people";
    private const string Administration = "Pages for administrators";
    private const string Json = "application/json";

    private static readonly (int, string)[] s_refusals = [(400, "The request is not good."), (401, "The client, or the token, did not prove who it is."), (429, "Too many requests; Retry-After says when to ask again.")];

    private static readonly AddressField[] s_request =
    [
        new("response_type", "code.", IsRequired: true),
        new("client_id", "The client.", IsRequired: true),
        new("redirect_uri", "As it was registered.", IsRequired: true),
        new("scope", "What the app needs, separated by blanks.", IsRequired: true),
        new("state", "Comes back as it is.", IsRequired: true),
        new("aud", "The FHIR base of this server.", IsRequired: true),
        new("code_challenge", "SHA-256 of the verifier (RFC 7636).", IsRequired: true),
        new("code_challenge_method", "S256.", IsRequired: true),
        new("launch", "The launch, where an EHR opened the app."),
        new("nonce", "Comes back in the id_token."),
        new("prompt", "none, login, consent or select_account."),
        new("max_age", "Seconds since the sign-in, at most."),
    ];

    private static readonly AddressField[] s_client = [new("client_id", "The client."), new("client_secret", "Of a confidential client; or HTTP Basic."), new("client_assertion_type", "For private_key_jwt."), new("client_assertion", "A JWT that the client signed.")];

    private static readonly AddressField[] s_metadata =
    [
        new("client_name", "What users call it.", IsRequired: true),
        new("redirect_uris", "Where codes go, a list."),
        new("scope", "What it may ask for."),
        new("grant_types", "authorization_code, refresh_token, client_credentials; a list."),
        new("token_endpoint_auth_method", "none, client_secret_basic or private_key_jwt."),
        new("jwks_uri", "Where its keys are."),
        new("jwks", "Its keys."),
        new("initiate_login_uri", "Where an EHR opens it."),
    ];

    private static readonly Dictionary<string, Address> s_addresses = new(StringComparer.Ordinal)
    {
        ["GET /auth/authorize"] = new(Protocol, "Ask a user for access") { Query = s_request, Answers = ["text/html"], Failures = [(302, "Back to the app, with a code or an error."), (400, "The client or its address is not known.")] },
        ["POST /auth/authorize"] = new(Protocol, "Ask a user for access by a form") { Form = s_request, Answers = ["text/html"], Failures = [(302, "Back to the app, with a code or an error."), (400, "The client or its address is not known.")] },
        ["POST /auth/token"] = new(Protocol, "Get tokens")
        {
            Form =
            [
                new("grant_type", "authorization_code, refresh_token or client_credentials.", IsRequired: true), new("code", "Of authorization_code."), new("redirect_uri", "Of authorization_code."), new("code_verifier", "Of authorization_code."),
                new("refresh_token", "Of refresh_token."), new("scope", "Of client_credentials; less than before, of refresh_token."), .. s_client,
            ],
            Answers = [Json],
            Answered =
            [
                new("access_token", "The token.", IsRequired: true), new("token_type", "Bearer.", IsRequired: true), new("scope", "What was granted.", IsRequired: true), new("refresh_token", "For the next token."), new("id_token", "Who the user is."),
                new("patient", "The patient of the launch."), new("encounter", "The visit of the launch."),
            ],
            Failures = s_refusals,
            Failure = AddressFailure.OAuth,
        },
        ["POST /auth/introspect"] = new(Protocol, "What a token stands for (RFC 7662)") { Form = [new("token", "The token.", IsRequired: true), .. s_client], Answers = [Json], Answered = [new("scope", "What it grants."), new("client_id", "Whose it is."), new("sub", "The user."), new("patient", "The patient of the launch.")], Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["POST /auth/revoke"] = new(Protocol, "End a token (RFC 7009)") { Form = [new("token", "The token.", IsRequired: true), new("token_type_hint", "access_token or refresh_token."), .. s_client], Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["GET /auth/userinfo"] = new(Protocol, "Who the user of a token is") { NeedsToken = true, Answers = [Json], Answered = [new("sub", "The account."), new("fhirUser", "The user's own resource.")], Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["POST /auth/userinfo"] = new(Protocol, "Who the user of a token is") { NeedsToken = true, Answers = [Json], Answered = [new("sub", "The account."), new("fhirUser", "The user's own resource.")], Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["GET /auth/jwks"] = new(Discovery, "The public keys of id_tokens") { Answers = [Json] },
        ["GET /fhir/.well-known/smart-configuration"] = new(Discovery, "How apps ask for access (SMART App Launch 2.2.0)") { Answers = [Json] },
        ["GET /.well-known/openid-configuration"] = new(Discovery, "The same for OpenID Connect") { Answers = [Json] },
        ["GET /.well-known/oauth-authorization-server"] = new(Discovery, "The same for OAuth (RFC 8414)") { Answers = [Json] },
        ["GET /auth/brands"] = new(Discovery, "The exchange as users find it: a Bundle of its brands") { Answers = ["application/fhir+json"] },
        ["GET /auth/style.json"] = new(Discovery, "Colours and sizes for apps (smart_style_url)") { Answers = [Json] },
        ["POST /auth/register"] = new(Clients, "Ask to register a client (RFC 7591)") { Members = s_metadata, Status = 201, Answers = [Json], Failures = [.. s_refusals, (403, "Clients are registered by administrators.")], Failure = AddressFailure.OAuth },
        ["GET /auth/register/{id}"] = new(Clients, "What is registered (RFC 7592)") { NeedsToken = true, Answers = [Json], Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["PUT /auth/register/{id}"] = new(Clients, "Change what is registered") { NeedsToken = true, Members = s_metadata, Answers = [Json], Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["DELETE /auth/register/{id}"] = new(Clients, "Forget a client and all that was granted to it") { NeedsToken = true, Status = 204, Failures = s_refusals, Failure = AddressFailure.OAuth },
        ["GET /auth/launch"] = Page(Launch, "The launcher: open an app for a patient"),
        ["POST /auth/launch"] = new(Launch, "Open an app from another EHR; the launcher's own form comes here too")
        {
            NeedsToken = true,
            Members = [new("client_id", "The app.", IsRequired: true), new("launch_uri", "Which of its addresses."), new("sub", "The account of the user, with a token of the EHR itself."), new("patient", "The patient."), new("encounter", "The visit."), new("intent", "What for."), new("need_patient_banner", "Whether the app shows who the patient is."), new("fhirContext", "Further resources.")],
            Bodies = ["application/x-www-form-urlencoded"],
            Status = 201,
            Answers = [Json],
            Answered = [new("launch", "The launch.", IsRequired: true), new("launch_url", "What to open in the user's browser.", IsRequired: true)],
            Failures = [.. s_refusals, (403, "The client may not launch others.")],
            Failure = AddressFailure.OAuth,
        },
        ["POST /auth/consent"] = Submit(Pages, "What the user grants"),
        ["GET /auth/patient"] = Page(Pages, "Choose a patient"),
        ["POST /auth/patient"] = Submit(Pages, "Choose a patient"),
        ["GET /auth/language/{language}"] = Page(Pages, "Choose the language of the pages"),
        ["GET /auth/login"] = Page(Pages, "Sign in"),
        ["POST /auth/login"] = Submit(Pages, "Sign in"),
        ["GET /auth/login/code"] = Page(Pages, "The second factor"),
        ["POST /auth/login/code"] = Submit(Pages, "The second factor"),
        ["GET /auth/login/password"] = Page(Pages, "A password that must be changed"),
        ["POST /auth/login/password"] = Submit(Pages, "A password that must be changed"),
        ["GET /auth/login/authenticator"] = Page(Pages, "A second factor that must be set up"),
        ["POST /auth/login/authenticator"] = Submit(Pages, "A second factor that must be set up"),
        ["GET /auth/logout"] = Page(Pages, "Sign out"),
        ["POST /auth/logout"] = Submit(Pages, "Sign out"),
        ["GET /auth/account"] = Page(Pages, "Your account"),
        ["POST /auth/account/sessions"] = Submit(Pages, "End a session"),
        ["GET /auth/password"] = Page(Pages, "Change your password"),
        ["POST /auth/password"] = Submit(Pages, "Change your password"),
        ["GET /auth/account/authenticator"] = Page(Pages, "Your authenticator app"),
        ["POST /auth/account/authenticator/start"] = Submit(Pages, "Set up an authenticator app"),
        ["POST /auth/account/authenticator/confirm"] = Submit(Pages, "Confirm an authenticator app"),
        ["POST /auth/account/authenticator/recovery-codes"] = Submit(Pages, "Make new recovery codes"),
        ["POST /auth/account/authenticator/remove"] = Submit(Pages, "Remove an authenticator app"),
        ["GET /auth/account/recovery-codes"] = Page(Pages, "Recovery codes, once"),
        ["GET /auth/apps"] = Page(Pages, "What apps may do in your name"),
        ["POST /auth/apps/end"] = Submit(Pages, "End what an app may do"),
        ["POST /auth/apps/end-all"] = Submit(Pages, "End what all apps may do"),
        ["GET /auth/admin"] = Page(Administration, "What administrators do"),
        ["GET /auth/admin/accounts"] = Page(Administration, "Accounts"),
        ["GET /auth/admin/accounts/new"] = Page(Administration, "A new account"),
        ["POST /auth/admin/accounts/new"] = Submit(Administration, "Create an account"),
        ["GET /auth/admin/accounts/{id}"] = Page(Administration, "An account"),
        ["POST /auth/admin/accounts/{id}"] = Submit(Administration, "Change an account"),
        ["POST /auth/admin/accounts/{id}/disable"] = Submit(Administration, "Disable an account"),
        ["POST /auth/admin/accounts/{id}/enable"] = Submit(Administration, "Enable an account"),
        ["POST /auth/admin/accounts/{id}/password"] = Submit(Administration, "Give an account a one-time password"),
        ["POST /auth/admin/accounts/{id}/authenticator"] = Submit(Administration, "Remove the second factor of an account"),
        ["POST /auth/admin/accounts/{id}/sessions"] = Submit(Administration, "End the sessions of an account"),
        ["GET /auth/admin/tokens"] = Page(Administration, "What was granted to apps"),
        ["POST /auth/admin/tokens/end"] = Submit(Administration, "End what was granted to an app"),
        ["GET /auth/admin/clients"] = Page(Administration, "Clients"),
        ["GET /auth/admin/clients/new"] = Page(Administration, "A new client"),
        ["POST /auth/admin/clients/new"] = Submit(Administration, "Register a client"),
        ["GET /auth/admin/clients/{id}"] = Page(Administration, "A client"),
        ["POST /auth/admin/clients/{id}"] = Submit(Administration, "Change a client"),
        ["POST /auth/admin/clients/{id}/approve"] = Submit(Administration, "Approve a client that asked to be registered"),
        ["POST /auth/admin/clients/{id}/disable"] = Submit(Administration, "Disable a client"),
        ["POST /auth/admin/clients/{id}/secret"] = Submit(Administration, "Give a client a new secret"),
    };

    /// <summary>The description of a mapped address; null if there is none.</summary>
    public static Address? Of(string method, string route) => s_addresses.GetValueOrDefault($"{method} {route}");
}
