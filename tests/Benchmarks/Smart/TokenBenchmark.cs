// What it costs to find what a bearer token stands for: every request to the FHIR API and to the image service does it.

using System.Diagnostics;
using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Benchmarks.Smart;

internal static class TokenBenchmark
{
    private const int Tokens = 1_000;
    private const int Batch = 1_000;

    public static async Task<int> RunAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("fhirhub-tokens-");
        try
        {
            await using var store = SqliteResourceStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "fhir.db"), Extract = static (_, _) => [] });
            var parser = new SearchParser(SearchParameterRegistry.R4);
            var state = new SmartState(store);
            Grants Open() => new(state, new ScopeConstraints(() => parser), new SmartOptions { KeyFile = "" }, TimeProvider.System);
            var grants = Open();
            var tokens = await FillAsync(state, grants);
            for (var round = 1; round <= options.Rounds; round++)
            {
                grants = Open();
                var clock = Stopwatch.StartNew();
                foreach (var token in tokens)
                    await FindAsync(grants, token);
                Console.WriteLine($"round {round}: read of its records {clock.Elapsed.TotalMicroseconds / tokens.Count:F1} µs");

                clock.Restart();
                long count = 0;
                while (clock.Elapsed.TotalSeconds < options.Seconds)
                {
                    for (var i = 0; i < Batch; i++)
                        await FindAsync(grants, tokens[(int)(count++ % tokens.Count)]);
                }

                Console.WriteLine($"round {round}: kept                {clock.Elapsed.TotalMicroseconds / count:F2} µs ({tokens.Count} tokens in turn)");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static async ValueTask FindAsync(Grants grants, string token)
    {
        if (await grants.FindAsync(token, CancellationToken.None) is null)
            throw new InvalidOperationException("A token is not good.");
    }

    private static async Task<IReadOnlyList<string>> FillAsync(SmartState state, Grants grants)
    {
        await state.Clients.AddAsync("app", new Client { Id = "app", Name = "App", Status = ClientStatus.Active });
        var making = Enumerable.Range(0, Tokens).Select(async number =>
        {
            var account = $"account-{number}";
            await state.Accounts.AddAsync(account, new Account { Id = account, UserName = account, Role = AccountRole.Practitioner });
            var grant = await grants.CreateAsync(new Grant { ClientId = "app", AccountId = account, Scope = "openid fhirUser user/*.rs" }, null, CancellationToken.None);
            return await grants.IssueAsync(grant, "openid fhirUser user/*.rs", TimeSpan.FromHours(1), hasIdToken: true, CancellationToken.None);
        });
        return await Task.WhenAll(making);
    }
}
