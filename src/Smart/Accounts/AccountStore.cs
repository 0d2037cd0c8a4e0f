// What ASP.NET Core Identity asks of accounts, over the records of the server.

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace FhirHub.Smart;

/// <summary>
/// The accounts of ASP.NET Core Identity. A name belongs to the account that its record names: the conditional write of that record decides between
/// two that want it.
/// </summary>
/// <param name="state">What is kept.</param>
/// <param name="authenticatorKeys">Protects the keys of authenticators, which must be read again.</param>
internal sealed partial class AccountStore(SmartState state, Func<IDataProtector> authenticatorKeys) : IUserPasswordStore<AccountUser>, IUserSecurityStampStore<AccountUser>
{
    public Task<string> GetUserIdAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.Id);

    public Task<string?> GetUserNameAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.UserName);

    // A name is given once: others know the person by it.
    public Task SetUserNameAsync(AccountUser user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException("Names of accounts don't change.");

    public Task<string?> GetNormalizedUserNameAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(UserName.Fold(user.Account.UserName));

    public Task SetNormalizedUserNameAsync(AccountUser user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IdentityResult> CreateAsync(AccountUser user, CancellationToken cancellationToken)
    {
        if (!await TakeNameAsync(UserName.Fold(user.Account.UserName), user.Account.Id, cancellationToken))
            return IdentityResult.Failed(new IdentityErrorDescriber().DuplicateUserName(user.Account.UserName));
        if (await state.Accounts.AddAsync(user.Account.Id, user.Account, cancel: cancellationToken) is not { } kept)
            return IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());
        user.Kept = kept;
        return IdentityResult.Success;
    }

    public async Task<IdentityResult> UpdateAsync(AccountUser user, CancellationToken cancellationToken)
    {
        if (await state.Accounts.PutAsync(user.Kept with { Value = user.Account }, cancellationToken) is not { } kept)
            return IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());
        user.Kept = kept;
        return IdentityResult.Success;
    }

    // What an account did is told by its id for ever, so accounts are disabled.
    public Task<IdentityResult> DeleteAsync(AccountUser user, CancellationToken cancellationToken) => throw new NotSupportedException("Accounts are disabled, not deleted.");

    public async Task<AccountUser?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        await state.Accounts.FindAsync(userId, cancellationToken) is { } kept ? new AccountUser(kept) : null;

    public async Task<AccountUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        await state.AccountNames.FindAsync(normalizedUserName, cancellationToken) is { } name ? await FindByIdAsync(name.Value.AccountId, cancellationToken) : null;

    public Task<string?> GetPasswordHashAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.PasswordHash);

    public Task<bool> HasPasswordAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.PasswordHash is not null);

    public Task SetPasswordHashAsync(AccountUser user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.Account = user.Account with { PasswordHash = passwordHash };
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.SecurityStamp);

    public Task SetSecurityStampAsync(AccountUser user, string stamp, CancellationToken cancellationToken)
    {
        user.Account = user.Account with { SecurityStamp = stamp };
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        // There is nothing of its own.
    }

    // A process that dies between the two writes leaves a name without its account, which the next one who wants it may have.
    private async Task<bool> TakeNameAsync(string name, string accountId, CancellationToken cancel)
    {
        if (await state.AccountNames.AddAsync(name, new AccountName(accountId), cancel: cancel) is not null)
            return true;
        return await state.AccountNames.FindAsync(name, cancel) is { } taken
            && await state.Accounts.FindAsync(taken.Value.AccountId, cancel) is null
            && await state.AccountNames.PutAsync(taken with { Value = new AccountName(accountId) }, cancel) is not null;
    }
}

/// <summary>Whose a name is.</summary>
/// <param name="AccountId">The account's id.</param>
internal sealed record AccountName(string AccountId);
