// Finds, makes and changes accounts, with the rules of ASP.NET Core Identity.

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FhirHub.Smart;

/// <summary>The accounts.</summary>
public sealed partial class AccountRegistry : IDisposable
{
    private readonly SmartService _smart;
    private readonly AccountStore _store;
    private readonly UserManager<AccountUser> _users;

    /// <summary>Wires the rules.</summary>
    /// <param name="smart">The server.</param>
    public AccountRegistry(SmartService smart)
    {
        ArgumentNullException.ThrowIfNull(smart);
        _smart = smart;
        var hasher = new PasswordHasher<AccountUser>(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
        _store = new AccountStore(smart.State, () => smart.Protector("authenticator keys"));
        _users = new UserManager<AccountUser>(
            _store, Options.Create(new IdentityOptions()), hasher, [new NameRule()], [new PasswordRules(smart.Options.PasswordLength)], new NameForm(), new IdentityErrorDescriber(), null!,
            NullLogger<UserManager<AccountUser>>.Instance);
        _users.RegisterTokenProvider(AuthenticatorProvider, new AuthenticatorTokenProvider<AccountUser>());
        _nobody = new Lazy<string>(() => hasher.HashPassword(Nobody, Secret.Create()));
    }

    /// <summary>The account of that id; null if there is none.</summary>
    public async ValueTask<Account?> FindAsync(string id, CancellationToken cancel) => (await _smart.State.Accounts.FindAsync(id, cancel))?.Value;

    /// <summary>The account of that name, however it is written; null if there is none.</summary>
    public async Task<Account?> FindByNameAsync(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return (await FindUserAsync(name))?.Account;
    }

    /// <summary>Makes an account.</summary>
    /// <param name="account">The account; an empty id is replaced by a new one.</param>
    /// <param name="password">Its password.</param>
    /// <returns>The account, or what is wrong with it.</returns>
    public async Task<(Account? Account, IReadOnlyList<IdentityError> Errors)> CreateAsync(Account account, string password)
    {
        ArgumentNullException.ThrowIfNull(account);
        var id = account.Id.Length == 0 ? Guid.CreateVersion7().ToString("N") : account.Id;
        var user = new AccountUser(account with { Id = id, CreatedAt = _smart.Clock.GetUtcNow() });
        if (user.Account.Role == AccountRole.Administrator)
            await AddAdministratorAsync(id, CancellationToken.None);
        var made = await _users.CreateAsync(user, password);
        return made.Succeeded ? (user.Account, []) : (null, [.. made.Errors]);
    }

    /// <summary>Changes an account; the change is asked again if another one came between.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="change">The change; null to change nothing.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The account as it is now; null if there is none, or if nothing was to be changed.</returns>
    internal async Task<Account?> ChangeAsync(string id, Func<Account, Account?> change, CancellationToken cancel)
    {
        while (await _smart.State.Accounts.FindAsync(id, cancel) is { } kept)
        {
            if (change(kept.Value) is not { } changed)
                return null;
            if (await _smart.State.Accounts.PutAsync(kept with { Value = changed }, cancel) is { } written)
                return written.Value;
        }

        return null;
    }

    /// <summary>Changes an account, and ends with the same write every session of it; then what apps were granted.</summary>
    internal async Task EndEverythingAsync(string id, Func<Account, Account> change, string reason, CancellationToken cancel)
    {
        await ChangeAsync(id, account => change(account) with { SecurityStamp = Secret.Create() }, cancel);
        await ForgetAsync(id, reason, cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _users.Dispose();
        _store.Dispose();
        _hashing.Dispose();
    }

    private async Task ForgetAsync(string id, string reason, CancellationToken cancel)
    {
        foreach (var session in await _smart.State.Sessions.ListAsync(id, "", 1_000, cancel))
            await _smart.State.Sessions.RemoveAsync(session.Id, cancel);
        await _smart.Grants.EndAllOfAccountAsync(id, reason, cancel);
    }

    private async Task<AccountUser?> FindUserAsync(string name) => name.Length <= 2 * UserName.Longest ? await _users.FindByNameAsync(name) : null;

    private sealed class NameForm : ILookupNormalizer
    {
        public string? NormalizeName(string? name) => name is null ? null : UserName.Fold(name);

        public string? NormalizeEmail(string? email) => email;
    }

    private sealed class NameRule : IUserValidator<AccountUser>
    {
        public Task<IdentityResult> ValidateAsync(UserManager<AccountUser> manager, AccountUser user) => Task.FromResult(
            UserName.IsGood(user.Account.UserName) ? IdentityResult.Success : IdentityResult.Failed(manager.ErrorDescriber.InvalidUserName(user.Account.UserName)));
    }
}
