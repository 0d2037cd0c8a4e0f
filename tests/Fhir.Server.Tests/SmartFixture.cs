// A real server under FhirHub:Auth:Mode=Smart, with clients and accounts that tests make, and tokens without a browser.

using System.Net.Http.Headers;
using FhirHub.Smart;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests;

/// <summary>A running server that asks for tokens. <see cref="ServerFixture.Client"/> has none; <see cref="ClientAsync"/> makes those that have.</summary>
public partial class SmartFixture : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Auth:Mode=Smart", "--FhirHub:Auth:TokenRequestsPerMinute=1000000", "--FhirHub:Auth:SignInsPerMinute=1000000"];

    public SmartService Smart => Services.GetRequiredService<FhirServer>().Smart!;

    /// <summary>The root of the server without a slash at the end.</summary>
    public string Root => Base[..^"/fhir".Length];

    /// <summary>Keeps a client; a public one of the authorization code flow unless the test says otherwise.</summary>
    public async Task<Client> AddClientAsync(string id, Func<Client, Client>? change = null)
    {
        var client = new Client
        {
            Id = id,
            Name = $"Client {id}",
            Status = ClientStatus.Active,
            RedirectUris = ["http://127.0.0.1:9/callback"],
            LaunchUris = ["http://127.0.0.1:9/launch"],
            Scope = "openid fhirUser launch launch/patient launch/encounter offline_access online_access patient/*.cruds user/*.cruds system/*.cruds",
        };
        client = change?.Invoke(client) ?? client;
        await Smart.State.Clients.AddAsync(id, client);
        return client;
    }

    /// <summary>A token with these scopes, granted to a client and an account that are made if need be.</summary>
    public async Task<string> TokenAsync(string scope, string? patient = null, AccountRole? role = AccountRole.Practitioner, string? fhirUser = null, string? organization = null)
    {
        if (await Smart.State.Clients.FindAsync("test", default) is null)
            await AddClientAsync("test");
        string? accountId = null;
        if (role is { } kind)
        {
            accountId = $"test-{kind}-{fhirUser}-{organization}";
            await Smart.State.Accounts.AddAsync(accountId, new Account { Id = accountId, UserName = accountId, Role = kind, FhirUser = fhirUser, Organization = organization });
        }

        var grant = await Smart.Grants.CreateAsync(
            new Grant { ClientId = "test", AccountId = accountId, Scope = scope, Context = new LaunchContext { Patient = patient } }, null, default);
        return await Smart.Grants.IssueAsync(grant, scope, TimeSpan.FromHours(1), hasIdToken: false, default);
    }

    /// <summary>A client of the FHIR API with a token of <see cref="TokenAsync"/>.</summary>
    public async Task<HttpClient> ClientAsync(string scope, string? patient = null, AccountRole? role = AccountRole.Practitioner, string? fhirUser = null, string? organization = null)
    {
        var client = new HttpClient { BaseAddress = new Uri($"{Base}/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(scope, patient, role, fhirUser, organization));
        return client;
    }
}
