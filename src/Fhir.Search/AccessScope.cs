// What a request may see and do: the filter that every store method takes, and without which none can be called.

namespace FhirHub.Search;

/// <summary>The letters of SMART v2 scopes (SMART App Launch 2.2.0, scopes-and-launch-context).</summary>
[Flags]
public enum AccessLetter
{
#pragma warning disable CS1591 // The names are the standard's and say it all.
    None = 0,
    Create = 1,
    Read = 2,
    Update = 4,
    Delete = 8,
    Search = 16,
#pragma warning restore CS1591
}

/// <summary>What one request may see and do. Until tokens limit it, it is <see cref="Full"/>.</summary>
public abstract class AccessScope
{
    /// <summary>Everything: <c>FhirHub:Auth:Mode=Open</c>, the command line and the server's own work.</summary>
    public static AccessScope Full { get; } = new FullScope();

    /// <summary>True if nothing is filtered, so that a store may take its shortest way.</summary>
    public abstract bool IsFull { get; }

    /// <summary>Who asks; null for the server's own work and under <c>FhirHub:Auth:Mode=Open</c>, where nobody says who they are.</summary>
    public virtual AccessSubject? Subject => null;

    /// <summary>
    /// The condition that a resource of the type must meet for the letter:
    /// <see cref="SearchExpression.All"/> for no limit, <see cref="SearchExpression.None"/> for not granted.
    /// </summary>
    public abstract SearchExpression FilterFor(string resourceType, AccessLetter letter);

    /// <summary>True if what changes the server itself may be asked for.</summary>
    public bool IsAdministrators => IsFull || Subject is { IsAdministrator: true };

    /// <summary>True if no resource of the type is filtered for the letter: deleted ones too are told of then, as without a scope.</summary>
    public bool IsUnfiltered(string resourceType, AccessLetter letter) => IsFull || FilterFor(resourceType, letter) is SearchExpression.All;

    /// <summary>True if some resources of the type may be there for the letter.</summary>
    public bool IsGranted(string resourceType, AccessLetter letter) => IsFull || FilterFor(resourceType, letter) is not SearchExpression.None;

    /// <summary>The same scope for whoever reads in order to write: what exists is what the letter grants, whatever the client may read.</summary>
    public AccessScope By(AccessLetter letter) => IsFull ? this : new LetterScope(this, letter);

    private sealed class LetterScope(AccessScope scope, AccessLetter letter) : AccessScope
    {
        public override bool IsFull => false;

        public override AccessSubject? Subject => scope.Subject;

        public override SearchExpression FilterFor(string resourceType, AccessLetter asked) => scope.FilterFor(resourceType, letter);
    }

    private sealed class FullScope : AccessScope
    {
        private static readonly SearchExpression Everything = new SearchExpression.All();

        public override bool IsFull => true;

        public override SearchExpression FilterFor(string resourceType, AccessLetter letter) => Everything;
    }
}

/// <summary>Who asks, as the token tells.</summary>
/// <param name="ClientId">The client.</param>
public sealed record AccessSubject(string ClientId)
{
    /// <summary>The user's account; null for a backend service.</summary>
    public string? AccountId { get; init; }

    /// <summary>The resource that stands for the user, such as <c>Practitioner/1</c>; null for none.</summary>
    public string? FhirUser { get; init; }

    /// <summary>The institution in whose name the request is made, such as <c>Organization/1</c>; null for none.</summary>
    public string? Organization { get; init; }

    /// <summary>True if the user runs the exchange, or the client is a backend service that is granted everything: what changes the server itself needs it.</summary>
    public bool IsAdministrator { get; init; }
}
