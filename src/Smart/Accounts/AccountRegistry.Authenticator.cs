// The second factor: codes of an authenticator (TOTP, RFC 6238, by ASP.NET Core Identity), each good once, and recovery codes.

using Microsoft.AspNetCore.Identity;

namespace FhirHub.Smart;

/// <content>The second factor.</content>
public sealed partial class AccountRegistry
{
    private const string AuthenticatorProvider = "Authenticator";
    private const int RecoveryCodeCount = 10;

    // ASP.NET Core Identity takes the codes of two steps of 30 s before and after the present one.
    private static readonly TimeSpan CodeWindow = TimeSpan.FromMinutes(3);

    /// <summary>Gives an account a new key that is not in force until a code of it was shown; null if it has one in force.</summary>
    internal async Task<string?> BeginAuthenticatorAsync(string id)
    {
        while (await _users.FindByIdAsync(id) is { Account.TwoFactor: false } user)
        {
            var key = _users.GenerateNewAuthenticatorKey();
            await _store.SetAuthenticatorKeyAsync(user, key, CancellationToken.None);
            if ((await _users.UpdateAsync(user)).Succeeded)
                return key;
        }

        return null;
    }

    /// <summary>The key that waits for its first code; null if there is none.</summary>
    internal async Task<string?> PendingAuthenticatorAsync(Account account) =>
        account.TwoFactor ? null : await _store.GetAuthenticatorKeyAsync(new AccountUser(account), CancellationToken.None);

    /// <summary>Puts the key in force if the code is one of it. It is a change of privilege, so all sessions are over.</summary>
    /// <returns>The account and its recovery codes, to be shown once; null if the code is not good.</returns>
    internal async Task<(Account Account, IReadOnlyList<string> RecoveryCodes)?> ConfirmAuthenticatorAsync(string id, string code, CancellationToken cancel)
    {
        while (await _users.FindByIdAsync(id) is { Account: { TwoFactor: false, AuthenticatorKey: not null } } user && await IsCodeAsync(user, code))
        {
            user.Account = user.Account with { TwoFactor = true, SecurityStamp = Secret.Create() };
            Note(user, code);
            var codes = await _users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodeCount);
            if (codes is null)
                continue;
            await ForgetSessionsAsync(id, cancel);
            return (user.Account, [.. codes]);
        }

        return null;
    }

    /// <summary>Makes new recovery codes; the old ones are good no more.</summary>
    internal async Task<IReadOnlyList<string>> RenewRecoveryCodesAsync(string id)
    {
        while (await _users.FindByIdAsync(id) is { Account.TwoFactor: true } user)
        {
            if (await _users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodeCount) is { } codes)
                return [.. codes];
        }

        return [];
    }

    /// <summary>Takes the second factor away. It is a change of privilege, so all sessions are over.</summary>
    internal async Task<Account?> RemoveAuthenticatorAsync(string id, CancellationToken cancel)
    {
        var account = await ChangeAsync(
            id, static account => account with { TwoFactor = false, AuthenticatorKey = null, RecoveryCodes = [], UsedCodes = [], SecurityStamp = Secret.Create() }, cancel);
        await ForgetSessionsAsync(id, cancel);
        return account;
    }

    /// <summary>Uses up a code of the account's authenticator, or one of its recovery codes.</summary>
    /// <returns>False if it is not good, or was used before.</returns>
    internal async Task<bool> UseCodeAsync(string id, string code)
    {
        // Each round ends with a conditional write of the account, so of two that bring the same code one succeeds.
        while (await _users.FindByIdAsync(id) is { Account: { TwoFactor: true, IsDisabled: false } } user)
        {
            IdentityResult written;
            if (await IsCodeAsync(user, code))
            {
                Note(user, code);
                written = await _users.UpdateAsync(user);
            }
            else
            {
                var recovery = RecoveryForm(code);
                if (recovery is null)
                    return false;
                written = await _users.RedeemTwoFactorRecoveryCodeAsync(user, recovery);
                if (written.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.RecoveryCodeRedemptionFailed)))
                    return false;
            }

            if (written.Succeeded)
                return true;
        }

        return false;
    }

    private async Task<bool> IsCodeAsync(AccountUser user, string code)
    {
        var digits = DigitsOf(code);
        var now = _smart.Clock.GetUtcNow();
        return digits is not null
            && !user.Account.UsedCodes.Any(used => now - used.At < CodeWindow && Secret.AreEqual(used.Code, digits))
            && await _users.VerifyTwoFactorTokenAsync(user, AuthenticatorProvider, digits);
    }

    private void Note(AccountUser user, string code)
    {
        var now = _smart.Clock.GetUtcNow();
        user.Account = user.Account with { UsedCodes = [.. user.Account.UsedCodes.Where(used => now - used.At < CodeWindow), new UsedCode(DigitsOf(code)!, now)] };
    }

    private async Task ForgetSessionsAsync(string id, CancellationToken cancel)
    {
        foreach (var session in await _smart.State.Sessions.ListAsync(id, "", 1_000, cancel))
            await _smart.Sessions.EndAsync(id, session.Id, cancel);
    }

    // Identity reads any way to write the number, and a code is used up in one way only.
    private static string? DigitsOf(string code)
    {
        var digits = UserName.Fold(code).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 6 && digits.All(char.IsAsciiDigit) ? digits : null;
    }

    private static string? RecoveryForm(string code)
    {
        var letters = new string([.. UserName.Fold(code).ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]);
        return letters.Length == 10 ? $"{letters[..5]}-{letters[5..]}" : null;
    }
}
