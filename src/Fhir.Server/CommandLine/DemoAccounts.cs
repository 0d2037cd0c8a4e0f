// Who can sign in to a demonstration: one of each role, with passwords that belong to the folder.

using System.Security.Cryptography;
using System.Text.Json;
using FhirHub.Smart;

namespace FhirHub.Server;

/// <summary>An account of a demonstration.</summary>
/// <param name="UserName">The name to sign in with.</param>
/// <param name="Password">The password that it was made with.</param>
/// <param name="Who">Whom it stands for.</param>
internal sealed record DemoAccount(string UserName, string Password, string Who);

/// <summary>The accounts of a demonstration.</summary>
/// <param name="File">The file that keeps their passwords.</param>
/// <param name="All">The accounts.</param>
/// <param name="Token">An access token of the doctor.</param>
/// <param name="TokenLife">How long it is good.</param>
internal sealed record DemoAccounts(string File, IReadOnlyList<DemoAccount> All, string Token, TimeSpan TokenLife)
{
    private const string Administrator = "admin";
    private const string Doctor = "doctor";
    private const string Patient = "patient";
    private const string Requests = "demo-requests";
    private const string RequestScope = "user/*.cruds";

    // Letters and digits that nobody takes for another one.
    private const string Characters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Makes the accounts that are not there yet, and a token for requests.</summary>
    /// <param name="server">The server.</param>
    /// <param name="found">Whom the region has.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="IOException">The file of the passwords can't be read.</exception>
    public static async Task<DemoAccounts?> KeepAsync(FhirServer server, DemoFindings found, CancellationToken cancel)
    {
        if (server.Smart is not { } smart)
            return null;
        var file = Path.Combine(server.Options.DataPath, "demo-accounts.json");
        var passwords = Passwords(file);
        var patient = found.ImagedPatient ?? found.Patient;
        var all = new List<DemoAccount>
        {
            await MakeAsync(smart, passwords, "an administrator", new Account { Id = "", UserName = Administrator, DisplayName = "Administrator", Role = AccountRole.Administrator }),
        };
        if (found.Doctor is { } doctor)
        {
            all.Add(await MakeAsync(smart, passwords, $"{doctor.Name}, a doctor of {doctor.OrganizationName}", new Account
            {
                Id = "",
                UserName = Doctor,
                DisplayName = doctor.Name,
                Role = AccountRole.Practitioner,
                FhirUser = doctor.Practitioner,
                PractitionerRole = doctor.Role,
                Organization = doctor.Organization,
            }));
        }

        if (patient is not null)
        {
            all.Add(await MakeAsync(smart, passwords, $"{patient.Name}, a patient", new Account
            {
                Id = "",
                UserName = Patient,
                DisplayName = patient.Name,
                Role = AccountRole.Patient,
                FhirUser = $"Patient/{patient.Id}",
            }));
        }

        return new DemoAccounts(file, all, await TokenAsync(smart, found.Doctor is null ? Administrator : Doctor, cancel), smart.Options.AccessTokenLife);
    }

    private static async Task<DemoAccount> MakeAsync(SmartService smart, Dictionary<string, string> passwords, string who, Account account)
    {
        var password = passwords[account.UserName];
        if (await smart.Accounts.FindByNameAsync(account.UserName) is null && await smart.Accounts.CreateAsync(account, password) is { Account: null, Errors: var errors })
            throw new IOException($"The account '{account.UserName}' could not be made: {string.Join(' ', errors.Select(static error => error.Description))}");
        return new DemoAccount(account.UserName, password, who);
    }

    // What a reader copies into a terminal, without the browser that a real app would ask the doctor by.
    private static async Task<string> TokenAsync(SmartService smart, string userName, CancellationToken cancel)
    {
        await smart.State.Clients.AddAsync(
            Requests,
            new Client { Id = Requests, Name = "Requests of the demonstration", IsBuiltIn = true, Status = ClientStatus.Active, GrantTypes = [], Scope = RequestScope, CreatedAt = smart.Clock.GetUtcNow() },
            cancel: cancel);
        var now = smart.Clock.GetUtcNow();
        var account = (await smart.Accounts.FindByNameAsync(userName))!;
        var grant = await smart.Grants.CreateAsync(
            new Grant { ClientId = Requests, AccountId = account.Id, Scope = RequestScope, AuthenticatedAt = now, CreatedAt = now, LastUsed = now }, now + smart.Options.AccessTokenLife, cancel);
        return await smart.Grants.IssueAsync(grant, RequestScope, smart.Options.AccessTokenLife, hasIdToken: false, cancel);
    }

    // Written before the accounts are made, so that there is no account whose password nobody knows.
    private static Dictionary<string, string> Passwords(string file)
    {
        try
        {
            if (System.IO.File.Exists(file) && JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllBytes(file)) is { } kept
                && new[] { Administrator, Doctor, Patient }.All(kept.ContainsKey))
            {
                return kept;
            }
        }
        catch (JsonException fault)
        {
            throw new IOException($"'{file}' can't be read; delete the folder to make the demonstration anew.", fault);
        }

        var passwords = new[] { Administrator, Doctor, Patient }.ToDictionary(static name => name, static _ => NewPassword(), StringComparer.Ordinal);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        JsonSerializer.Serialize(stream, passwords);
        stream.Flush(flushToDisk: true);
        return passwords;
    }

    // 79 bits.
    private static string NewPassword() => $"{Part()}-{Part()}-{Part()}-{Part()}";

    private static string Part() => RandomNumberGenerator.GetString(Characters, 4);
}
