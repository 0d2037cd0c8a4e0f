// An authorization request that was found good, as it is kept while its user signs in, chooses and consents.

namespace FhirHub.Smart;

/// <summary>
/// A request for authorization (RFC 6749, 4.1.1; SMART App Launch 2.2.0, app-launch.html#obtain-authorization-code). It lives until it is answered, and
/// only the session that it is bound to can answer it.
/// </summary>
public sealed record AuthorizationRequest
{
    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>redirect_uri</c>, as it came.</summary>
    public required string RedirectUri { get; init; }

    /// <summary><c>state</c>.</summary>
    public required string State { get; init; }

    /// <summary><c>scope</c>, as it came.</summary>
    public required string Scope { get; init; }

    /// <summary><c>code_challenge</c>, S256.</summary>
    public required string CodeChallenge { get; init; }

    /// <summary>The FHIR base that it is for (<c>aud</c>).</summary>
    public required string Audience { get; init; }

    /// <summary><c>nonce</c>.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>prompt</c>, its words.</summary>
    public IReadOnlyList<string> Prompt { get; init; } = [];

    /// <summary><c>max_age</c>, in seconds.</summary>
    public int? MaxAge { get; init; }

    /// <summary>The hash of <c>launch</c>; null for a standalone launch.</summary>
    public string? LaunchHash { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The account that answers it; null before somebody has signed in.</summary>
    public string? AccountId { get; init; }

    /// <summary>The session that answers it.</summary>
    public string? SessionId { get; init; }

    /// <summary>The context that the EHR launched the app with, once the launch was used up for this request.</summary>
    public LaunchContext? Launched { get; init; }

    /// <summary>The patient in context: of the launch, of the user, or chosen.</summary>
    public string? Patient { get; init; }

    /// <summary>The encounter in context.</summary>
    public string? Encounter { get; init; }

    /// <summary>True once the user was asked for the encounter, or there was none to ask for.</summary>
    public bool EncounterAsked { get; init; }

    /// <summary>What the user looks for to choose a patient; it is kept here so that it is in no address.</summary>
    public PatientCriteria? Search { get; init; }

    /// <summary>Whether <c>prompt</c> has a word.</summary>
    public bool Prompts(string word) => Prompt.Contains(word, StringComparer.Ordinal);
}

/// <summary>What a user looks for to find a patient.</summary>
/// <param name="Name">A name, or its pinyin.</param>
/// <param name="Identifier">An identifier.</param>
/// <param name="BirthDate">A date of birth, as FHIR writes it.</param>
public sealed record PatientCriteria(string Name, string Identifier, string BirthDate)
{
    /// <summary>True if it asks for nothing.</summary>
    public bool IsEmpty => Name.Length == 0 && Identifier.Length == 0 && BirthDate.Length == 0;
}
