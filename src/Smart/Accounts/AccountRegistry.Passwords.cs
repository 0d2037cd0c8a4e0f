// Passwords of accounts: checked without telling who exists, and set.

using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace FhirHub.Smart;

/// <content>Passwords.</content>
public sealed partial class AccountRegistry
{
    /// <summary>How long a password that was printed or chosen by another is good.</summary>
    public static readonly TimeSpan OneTimePasswordLife = TimeSpan.FromDays(7);

    // Neither vowels nor what is read as something else.
    private const string OneTimeAlphabet = "bcdfghjkmnpqrstvwxz23456789";

    private static readonly AccountUser Nobody = new(new Account { Id = "", UserName = "" });

    private readonly Lazy<string> _nobody;

    // A hash takes a processor for a tenth of a second: whoever tries many must not take them all from the records.
    private readonly SemaphoreSlim _hashing = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>A password to be printed: 75 random bits.</summary>
    public static string CreateOneTimePassword()
    {
        var letters = RandomNumberGenerator.GetString(OneTimeAlphabet, 16);
        return $"{letters[..4]}-{letters[4..8]}-{letters[8..12]}-{letters[12..]}";
    }

    /// <summary>
    /// The account of that name if the password is right and it may sign in. One that is not there takes a hash too, so neither the answer nor its time
    /// says which names there are.
    /// </summary>
    internal async Task<Account?> FindByPasswordAsync(string name, string password, CancellationToken cancel)
    {
        var user = await FindUserAsync(name);
        return await IsPasswordAsync(user, password, cancel) ? user!.Account : null;
    }

    /// <summary>True if that is the account's password, and it may sign in.</summary>
    internal Task<bool> IsPasswordAsync(Account account, string password, CancellationToken cancel) => IsPasswordAsync(new AccountUser(account), password, cancel);

    /// <summary>Sets a password, and ends every session and all that apps were granted.</summary>
    /// <param name="id">The account's id.</param>
    /// <param name="password">The password.</param>
    /// <param name="isOneTime">True if another chose it: it must be changed at the next sign-in.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The account, or what is wrong with the password.</returns>
    internal async Task<(Account? Account, IReadOnlyList<IdentityError> Errors)> SetPasswordAsync(string id, string password, bool isOneTime, CancellationToken cancel)
    {
        if (await _users.FindByIdAsync(id) is not { } user)
            return (null, [_users.ErrorDescriber.DefaultError()]);
        foreach (var rule in _users.PasswordValidators)
        {
            if (await rule.ValidateAsync(_users, user, password) is { Succeeded: false } refused)
                return (null, [.. refused.Errors]);
        }

        var hash = _users.PasswordHasher.HashPassword(user, password);
        var changed = await ChangeAsync(
            id,
            account => account with
            {
                PasswordHash = hash,
                MustChangePassword = isOneTime,
                PasswordExpires = isOneTime ? _smart.Clock.GetUtcNow() + OneTimePasswordLife : null,
                SecurityStamp = Secret.Create(),
            },
            cancel);
        await ForgetAsync(id, "password changed", cancel);
        return (changed, []);
    }

    /// <summary>Gives an account a password that is printed once.</summary>
    internal async Task<string> ResetPasswordAsync(string id, CancellationToken cancel)
    {
        var password = CreateOneTimePassword();
        var (account, errors) = await SetPasswordAsync(id, password, isOneTime: true, cancel);
        return account is null ? throw new InvalidOperationException($"A password that the server made was refused: {string.Join(", ", errors.Select(static error => error.Code))}.") : password;
    }

    private async Task<bool> IsPasswordAsync(AccountUser? user, string password, CancellationToken cancel)
    {
        await _hashing.WaitAsync(cancel);
        PasswordVerificationResult found;
        try
        {
            found = _users.PasswordHasher.VerifyHashedPassword(user ?? Nobody, user?.Account.PasswordHash ?? _nobody.Value, password);
        }
        finally
        {
            _hashing.Release();
        }

        if (found == PasswordVerificationResult.SuccessRehashNeeded && user is not null)
        {
            // The rounds were raised since it was set.
            var old = user.Account.PasswordHash;
            var hash = _users.PasswordHasher.HashPassword(user, password);
            await ChangeAsync(user.Account.Id, account => account.PasswordHash == old ? account with { PasswordHash = hash } : null, cancel);
        }

        return found != PasswordVerificationResult.Failed && user is { Account: { PasswordHash: not null, IsDisabled: false } account } && !(account.PasswordExpires <= _smart.Clock.GetUtcNow());
    }
}
