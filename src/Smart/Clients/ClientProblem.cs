// What is wrong with the metadata of a client.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>A reason not to register a client as it is.</summary>
/// <param name="Error">The error of RFC 7591, 3.2.2.</param>
/// <param name="Member">The member that is wrong.</param>
/// <param name="Message">What to do.</param>
internal sealed record ClientProblem(string Error, string Member, Label Message)
{
    /// <summary>A redirect address can't be used.</summary>
    public const string InvalidRedirectUri = "invalid_redirect_uri";

    /// <summary>A member can't be used.</summary>
    public const string InvalidMetadata = "invalid_client_metadata";

    /// <summary>There is a software statement, and none is approved here.</summary>
    public const string UnapprovedStatement = "unapproved_software_statement";
}
