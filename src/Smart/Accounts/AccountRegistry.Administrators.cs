// Administrators: the first one is made by the server itself, and the last one can't go.

namespace FhirHub.Smart;

/// <summary>Who the administrators are.</summary>
/// <param name="Ids">The ids of their accounts; of some that are none any more too.</param>
internal sealed record AdministratorList(IReadOnlyList<string> Ids);

/// <content>Administrators.</content>
public sealed partial class AccountRegistry
{
    /// <summary>The name of the first administrator.</summary>
    public const string FirstAdministrator = "admin";

    private const string AdministratorRecord = "all";

    /// <summary>
    /// Makes the first administrator if there is no account, with a password that is printed and must be changed. As long as it has not been used, each
    /// start prints a new one: what was printed may be lost.
    /// </summary>
    /// <returns>The password to print; null if there is nothing to print.</returns>
    public async Task<string?> EnsureAdministratorAsync(CancellationToken cancel)
    {
        var accounts = await _smart.State.Accounts.ListAsync(null, "", 2, cancel);
        if (accounts.Count == 0)
        {
            var password = CreateOneTimePassword();
            var first = new Account
            {
                Id = "",
                UserName = FirstAdministrator,
                DisplayName = "Administrator",
                Role = AccountRole.Administrator,
                MustChangePassword = true,
                PasswordExpires = _smart.Clock.GetUtcNow() + OneTimePasswordLife,
            };
            var (made, errors) = await CreateAsync(first, password);

            // Another server of the same database may have made it at the same moment.
            return made is not null || errors.Any(static error => error.Code == nameof(Microsoft.AspNetCore.Identity.IdentityErrorDescriber.DuplicateUserName))
                ? made is null ? null : password
                : throw new InvalidOperationException(errors[0].Description);
        }

        return accounts is [{ Value: { UserName: FirstAdministrator, Role: AccountRole.Administrator, MustChangePassword: true, LastSignIn: null, IsDisabled: false } unused }]
            ? await ResetPasswordAsync(unused.Id, cancel)
            : null;
    }

    /// <summary>Notes that an account is about to be an administrator.</summary>
    internal async Task AddAdministratorAsync(string id, CancellationToken cancel)
    {
        while (await ListAsync(cancel) is var list && !list.Value.Ids.Contains(id))
        {
            if (await _smart.State.Administrators.PutAsync(list with { Value = new AdministratorList([.. list.Value.Ids, id]) }, cancel) is not null)
                return;
        }
    }

    /// <summary>Notes that an account is about to be no administrator any more, or is disabled. The write of the one list decides, so of the last two that go at once one stays.</summary>
    /// <returns>False if it is the last one.</returns>
    internal async Task<bool> RemoveAdministratorAsync(string id, CancellationToken cancel)
    {
        while (true)
        {
            var list = await ListAsync(cancel);
            var others = new List<string>();
            foreach (var other in list.Value.Ids.Where(other => other != id))
            {
                if (await FindAsync(other, cancel) is { Role: AccountRole.Administrator, IsDisabled: false })
                    others.Add(other);
            }

            if (others.Count == 0)
                return false;
            if (await _smart.State.Administrators.PutAsync(list with { Value = new AdministratorList(others) }, cancel) is not null)
                return true;
        }
    }

    private async Task<Kept<AdministratorList>> ListAsync(CancellationToken cancel) =>
        await _smart.State.Administrators.FindAsync(AdministratorRecord, cancel) ?? new Kept<AdministratorList>(AdministratorRecord, new AdministratorList([]));
}
