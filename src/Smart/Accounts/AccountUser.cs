// An account as ASP.NET Core Identity works on it: changed step by step, and then written if nobody else has written it meanwhile.

namespace FhirHub.Smart;

/// <summary>An account that is being changed.</summary>
/// <param name="kept">The account as it was read.</param>
internal sealed class AccountUser(Kept<Account> kept)
{
    /// <summary>A new account.</summary>
    public AccountUser(Account account)
        : this(new Kept<Account>(account.Id, account))
    {
    }

    /// <summary>As it was read.</summary>
    public Kept<Account> Kept { get; set; } = kept;

    /// <summary>As it is to be written.</summary>
    public Account Account { get; set; } = kept.Value;
}
