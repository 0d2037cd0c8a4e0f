// What the scopes of a token grant, as the filter that every method of the store takes.

using System.Collections.Concurrent;
using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>
/// The access scope of a token: what any of its scopes grants, within what the user's role and account, or the client, allow in the first place
/// (SMART App Launch 2.2.0, scopes-and-launch-context.html#scopes-for-requesting-fhir-resources). Each filter is made once for a token.
/// </summary>
public sealed class SmartAccessScope : AccessScope
{
    private readonly ConcurrentDictionary<(string Type, AccessLetter Letter), SearchExpression> _filters = new();
    private readonly ConcurrentDictionary<(string Type, string Patient), SearchExpression> _compartments = new();
    private readonly ScopeConstraints _constraints;
    private readonly IReadOnlyList<SmartScope> _scopes;
    private readonly IReadOnlyList<SmartScope>? _ceiling;
    private readonly string? _patient;
    private readonly Account? _account;

    private SmartAccessScope(ScopeConstraints constraints, IReadOnlyList<SmartScope> scopes, string? patient, Account? account, AccessSubject subject)
    {
        _constraints = constraints;
        _scopes = scopes;
        _ceiling = account?.Scopes is { } ceiling ? ScopeSet.Parse(ceiling).Resources : null;
        _patient = patient;
        _account = account;
        Subject = subject with { IsAdministrator = IsEverythingAnAdministratorHas() };
    }

    /// <summary>Nothing at all: what a request may see before its token was looked at.</summary>
    public static SmartAccessScope Nothing { get; } = new(ScopeConstraints.Standard, [], null, null, new AccessSubject(""));

    /// <inheritdoc/>
    public override bool IsFull => false;

    /// <inheritdoc/>
    public override AccessSubject Subject { get; }

    /// <summary>The access scope of a token.</summary>
    public static SmartAccessScope Of(ScopeConstraints constraints, ScopeSet scopes, Grant grant, Client client, Account? account)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(client);
        return new SmartAccessScope(constraints, scopes.Resources, grant.Context.Patient, account, new AccessSubject(client.Id)
        {
            AccountId = account?.Id,
            FhirUser = account?.FhirUser,
            Organization = account is null ? client.Organization : account.Organization,
        });
    }

    /// <inheritdoc/>
    public override SearchExpression FilterFor(string resourceType, AccessLetter letter)
    {
        // Lookups are most of what is asked, and need no closure.
        return _filters.TryGetValue((resourceType, letter), out var filter) ? filter : _filters.GetOrAdd((resourceType, letter), Filter(resourceType, letter));
    }

    private SearchExpression Filter(string type, AccessLetter letter)
    {
        var filter = Union(_scopes, type, letter);
        if (_account is null || filter is SearchExpression.None)
            return filter;
        filter = Conditions.Both(filter, OfRole(_account, type, letter));
        return _ceiling is null ? filter : Conditions.Both(filter, Union(_ceiling, type, letter));
    }

    private SearchExpression Union(IReadOnlyList<SmartScope> scopes, string type, AccessLetter letter)
    {
        var union = Conditions.None;
        foreach (var scope in scopes)
        {
            if ((scope.ResourceType ?? type) == type && scope.Letters.HasFlag(letter) && !IsTooNarrow(scope, type, letter))
                union = Conditions.Either(union, Conditions.Both(OfLevel(scope.Level, type, letter), OfConstraint(scope, type)));
        }

        return union;
    }

    private static bool IsTooNarrow(SmartScope scope, string type, AccessLetter letter) =>
        letter is AccessLetter.Read or AccessLetter.Search && TypesOfData.IsOfAnyData(type) && scope is not { ResourceType: null, Constraint: null };

    // Whoever has no account acts for nobody, and whoever has one acts for no system.
    private SearchExpression OfLevel(ScopeLevel level, string type, AccessLetter letter) => (level, _account) switch
    {
        (ScopeLevel.System, null) or (ScopeLevel.User, not null) => Conditions.All,
        (ScopeLevel.Patient, not null) when _patient is not null => OfPatient(_patient, type, letter),
        _ => Conditions.None,
    };

    private SearchExpression OfConstraint(SmartScope scope, string type) =>
        scope.Constraint is null ? Conditions.All : _constraints.Find(type, scope.Constraint) ?? Conditions.None;

    // The same condition each time, so that it is seen to be the same where it comes in by scope and by role.
    private SearchExpression OfPatient(string patient, string type, AccessLetter letter) =>
        letter is not (AccessLetter.Read or AccessLetter.Search) && TypesOfData.IsReadOnlyToPatients(type) ? Conditions.None
        : TypesOfData.IsShared(type) ? Conditions.All
        : _compartments.GetOrAdd((type, patient), static (key, parameters) => PatientCompartment.Of(key.Type, key.Patient, parameters), _constraints.Parameters);

    // What a role may do whatever it was granted (row 119: "underlying system policies and permissions"). Who a patient is, an institution says: by
    // the identifiers of another, a patient's own app would draw that one's images and matches to itself.
    private SearchExpression OfRole(Account account, string type, AccessLetter letter) => account.Role switch
    {
        AccountRole.Administrator => Conditions.All,
        AccountRole.Practitioner => letter is AccessLetter.Read or AccessLetter.Search || !TypesOfData.IsAdministered(type) ? Conditions.All : Conditions.None,
        _ when type == "Patient" && letter is not (AccessLetter.Read or AccessLetter.Search) => Conditions.None,
        _ => PatientOf(account) is { } own ? OfPatient(own, type, letter) : Conditions.None,
    };

    private static string? PatientOf(Account account) =>
        account.FhirUser is ['P', 'a', 't', 'i', 'e', 'n', 't', '/', .. { Length: > 0 } id] ? id : null;

    private bool IsEverythingAnAdministratorHas()
    {
        return _account switch
        {
            null => Grants(_scopes, ScopeLevel.System),
            { Role: AccountRole.Administrator } => Grants(_scopes, ScopeLevel.User) && (_ceiling is null || Grants(_ceiling, ScopeLevel.User)),
            _ => false,
        };

        // A list of single letters would do as well, but whoever wants everything can say so.
        static bool Grants(IReadOnlyList<SmartScope> scopes, ScopeLevel level) =>
            scopes.Any(scope => scope is { ResourceType: null, Letters: SmartScope.AllLetters, Constraint: null } && scope.Level == level);
    }
}
