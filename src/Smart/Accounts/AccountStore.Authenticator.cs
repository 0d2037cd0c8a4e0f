// The keys of authenticators and the recovery codes of accounts, as ASP.NET Core Identity asks for them.

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace FhirHub.Smart;

/// <content>The second factor.</content>
internal sealed partial class AccountStore : IUserTwoFactorStore<AccountUser>, IUserAuthenticatorKeyStore<AccountUser>, IUserTwoFactorRecoveryCodeStore<AccountUser>
{
    // A recovery code has 45 random bits, too few for one round of a hash if the database is stolen.
    private const int Rounds = 50_000;

    public Task SetTwoFactorEnabledAsync(AccountUser user, bool enabled, CancellationToken cancellationToken)
    {
        user.Account = user.Account with { TwoFactor = enabled };
        return Task.CompletedTask;
    }

    public Task<bool> GetTwoFactorEnabledAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.TwoFactor);

    public Task SetAuthenticatorKeyAsync(AccountUser user, string key, CancellationToken cancellationToken)
    {
        user.Account = user.Account with { AuthenticatorKey = authenticatorKeys().Protect(key) };
        return Task.CompletedTask;
    }

    public Task<string?> GetAuthenticatorKeyAsync(AccountUser user, CancellationToken cancellationToken) =>
        Task.FromResult(user.Account.AuthenticatorKey is { } key ? authenticatorKeys().Unprotect(key) : null);

    public Task ReplaceCodesAsync(AccountUser user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken)
    {
        user.Account = user.Account with { RecoveryCodes = [.. recoveryCodes.Select(code => HashOf(user.Account, code))] };
        return Task.CompletedTask;
    }

    public Task<bool> RedeemCodeAsync(AccountUser user, string code, CancellationToken cancellationToken)
    {
        var hash = HashOf(user.Account, code);
        var left = user.Account.RecoveryCodes.Where(kept => !Secret.AreEqual(kept, hash)).ToList();
        var isGood = left.Count < user.Account.RecoveryCodes.Count;
        user.Account = user.Account with { RecoveryCodes = left };
        return Task.FromResult(isGood);
    }

    public Task<int> CountCodesAsync(AccountUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.RecoveryCodes.Count);

    // The account's id is the salt, so that one derivation is compared with all codes of the account.
    private static string HashOf(Account account, string code) => Convert.ToBase64String(
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(code.ToUpperInvariant()), Encoding.UTF8.GetBytes(account.Id), Rounds, HashAlgorithmName.SHA256, 32));
}
