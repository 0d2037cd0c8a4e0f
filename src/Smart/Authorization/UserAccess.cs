// What a user may see while they choose what an app is to see: never more than the account itself may.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>The access of users on the pages of the authorization server.</summary>
internal static class UserAccess
{
    private static readonly ScopeSet s_readAll = ScopeSet.Parse("user/*.rs");

    /// <summary>What an account may read at all.</summary>
    public static AccessScope Of(SmartService smart, Client client, Account account) => Of(smart.Constraints, s_readAll, null, client, account);

    /// <summary>What an account may do by some scopes.</summary>
    public static AccessScope Of(ScopeConstraints constraints, ScopeSet scopes, string? patient, Client client, Account account) =>
        SmartAccessScope.Of(constraints, scopes, new Grant { ClientId = client.Id, AccountId = account.Id, Scope = scopes.ToString(), Context = new LaunchContext { Patient = patient } }, client, account);

    /// <summary>The patient that an account is of; null for one that is of no patient.</summary>
    public static string? PatientOf(Account account) =>
        account is { Role: AccountRole.Patient, FhirUser: ['P', 'a', 't', 'i', 'e', 'n', 't', '/', .. { Length: > 0 } id] } ? id : null;
}
