// Finds, makes and changes accounts, with the rules of ASP.NET Core Identity.

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FhirHub.Smart;

/// <summary>The accounts.</summary>
public sealed class AccountRegistry : IDisposable
{
    private readonly SmartService _smart;
    private readonly UserManager<AccountUser> _users;

    /// <summary>Wires the rules.</summary>
    /// <param name="smart">The server.</param>
    public AccountRegistry(SmartService smart)
    {
        ArgumentNullException.ThrowIfNull(smart);
        _smart = smart;
        var hasher = new PasswordHasher<AccountUser>(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
        _users = new UserManager<AccountUser>(
            new AccountStore(smart.State), Options.Create(new IdentityOptions()), hasher, [new NameRule()], [], new NameForm(), new IdentityErrorDescriber(), null!,
            NullLogger<UserManager<AccountUser>>.Instance);
    }

    /// <summary>The account of that id; null if there is none.</summary>
    public async ValueTask<Account?> FindAsync(string id, CancellationToken cancel) => (await _smart.State.Accounts.FindAsync(id, cancel))?.Value;

    /// <summary>The account of that name, however it is written; null if there is none.</summary>
    public async Task<Account?> FindByNameAsync(string name) => (await _users.FindByNameAsync(name))?.Account;

    /// <summary>Makes an account.</summary>
    /// <param name="account">The account; an empty id is replaced by a new one.</param>
    /// <param name="password">Its password.</param>
    /// <returns>The account, or what is wrong with it.</returns>
    public async Task<(Account? Account, IReadOnlyList<IdentityError> Errors)> CreateAsync(Account account, string password)
    {
        ArgumentNullException.ThrowIfNull(account);
        var id = account.Id.Length == 0 ? Guid.CreateVersion7().ToString("N") : account.Id;
        var user = new AccountUser(account with { Id = id, CreatedAt = _smart.Clock.GetUtcNow() });
        var made = await _users.CreateAsync(user, password);
        return made.Succeeded ? (user.Account, []) : (null, [.. made.Errors]);
    }

    /// <summary>The account of that name if the password is right, and it may sign in.</summary>
    internal async Task<Account?> FindByPasswordAsync(string name, string password) =>
        await _users.FindByNameAsync(name) is { Account.IsDisabled: false } user && await _users.CheckPasswordAsync(user, password) ? user.Account : null;

    /// <inheritdoc/>
    public void Dispose() => _users.Dispose();

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
