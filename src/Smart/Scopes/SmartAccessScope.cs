// What the scopes of a token grant, as the filter that every method of the store takes.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>The access scope of a token.</summary>
public sealed class SmartAccessScope : AccessScope
{
    private static readonly SearchExpression s_all = new SearchExpression.All();
    private static readonly SearchExpression s_none = new SearchExpression.None();

    private readonly IReadOnlyList<SmartScope> _scopes;
    private readonly string? _patient;

    private SmartAccessScope(IReadOnlyList<SmartScope> scopes, string? patient, AccessSubject subject)
    {
        _scopes = scopes;
        _patient = patient;
        Subject = subject;
    }

    /// <summary>Nothing at all: what a request may see before its token was looked at.</summary>
    public static SmartAccessScope Nothing { get; } = new([], null, new AccessSubject(""));

    /// <inheritdoc/>
    public override bool IsFull => false;

    /// <inheritdoc/>
    public override AccessSubject Subject { get; }

    /// <summary>The access scope of a token.</summary>
    public static SmartAccessScope Of(ScopeSet scopes, Grant grant, Client client, Account? account)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(client);
        return new SmartAccessScope(scopes.Resources, grant.Context.Patient, new AccessSubject(client.Id)
        {
            AccountId = account?.Id,
            FhirUser = account?.FhirUser,
            Organization = account?.Organization ?? client.Organization,
            IsAdministrator = account is { Role: AccountRole.Administrator },
        });
    }

    /// <inheritdoc/>
    public override SearchExpression FilterFor(string resourceType, AccessLetter letter)
    {
        var filters = new List<SearchExpression>();
        foreach (var scope in _scopes)
        {
            if ((scope.ResourceType ?? resourceType) != resourceType || !scope.Letters.HasFlag(letter) || scope.Constraint is not null)
                continue;
            if (scope.Level != ScopeLevel.Patient)
                return s_all;
            if (_patient is not null)
                filters.Add(new SearchExpression.InCompartment("Patient", _patient));
        }

        return filters.Count switch { 0 => s_none, 1 => filters[0], _ => new SearchExpression.Or(filters) };
    }
}
