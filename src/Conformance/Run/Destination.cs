// A server that scripts are run against.

namespace FhirHub.Conformance;

/// <summary>A server under test, and as whom it is asked.</summary>
/// <param name="FhirBase">Its FHIR base, such as <c>http://127.0.0.1:8080/fhir</c>, without a slash at its end.</param>
public sealed record Destination(Uri FhirBase)
{
    /// <summary>The root of its DICOMweb service (PS3.18), without a slash at its end; null if it has none.</summary>
    public Uri? DicomwebBase { get; init; }

    /// <summary>
    /// Gives the access token for a request, a new one when the last has expired; null where nobody is asked for one. The token goes to addresses of
    /// <see cref="FhirBase"/>'s and <see cref="DicomwebBase"/>'s origins alone.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? AccessToken { get; init; }

    /// <summary>
    /// The backend service whose token <see cref="AccessToken"/> is, where scripts may have assertions of it (<c>${$assertion}</c>) and so tokens with all that it
    /// may ask for; null where they may not, as wherever others than the owner of the key choose the scripts.
    /// </summary>
    public ClientCredentials? Client { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = FhirBase.ToString();
}
