// The Cosmos store over the emulator of the tests beside the embedded store: the same work, one after the other, and the requests it takes.

using System.Diagnostics;
using FhirHub.Cosmos.City;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Benchmarks.Store;

public static class CosmosBenchmark
{
    private const int TransactionSize = 20;

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null)
        {
            Console.WriteLine("The Cosmos benchmark needs --folder with Synthea's bundles.");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        try
        {
            var synthea = new SyntheaResources(options.Folder);
            await using var sqlite = SqliteResourceStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "store.db"), Extract = synthea.Extract, ExtractContained = synthea.ExtractContained });
            await using var city = await CityStore.OpenAsync(CancellationToken.None);
            var writes = synthea.Bundles().SelectMany(static bundle => bundle).Take(600).ToArray();
            Console.WriteLine("| | SQLite | Cosmos over the emulator | ratio | requests |\n|---|---|---|---|---|");
            await CompareAsync("create", sqlite, city, options, (store, i) => CommitAsync(store, writes, i, 1));
            await CompareAsync($"transaction of {TransactionSize}", sqlite, city, options, (store, i) => CommitAsync(store, writes, i, TransactionSize));
            var first = writes[0] with { Key = new ResourceKey("Patient", "first") };
            foreach (var store in new[] { sqlite, city.Store })
                await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [first] }, CancellationToken.None);
            await CompareAsync("read", sqlite, city, options, async (store, _) => await store.ReadAsync(AccessScope.Full, first.Key, CancellationToken.None));
            var search = await city.ParseAsync("Observation?patient=Patient/first&code=http://loinc.org|8302-2", CancellationToken.None);
            await CompareAsync("search of one patient", sqlite, city, options, (store, _) => store.SearchAsync(AccessScope.Full, search, CancellationToken.None));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task CompareAsync(string name, SqliteResourceStore sqlite, CityStore city, Options options, Func<IResourceStore, int, Task> operation)
    {
        await operation(sqlite, 0);
        await operation(city.Store, 0);
        var embedded = await RateAsync(sqlite, options.Seconds, operation);
        var remote = await RateAsync(city.Store, options.Seconds, operation);
        var cost = await city.MeasureAsync((measured, _) => operation(measured.Store, 1), CancellationToken.None);
        Console.WriteLine($"| {name} | {embedded:N0}/s | {remote:N1}/s | {embedded / remote:N0} : 1 | {cost.Count} |");
    }

    private static async Task<double> RateAsync(IResourceStore store, double seconds, Func<IResourceStore, int, Task> operation)
    {
        var (watch, done) = (Stopwatch.StartNew(), 0);
        while (watch.Elapsed.TotalSeconds < seconds)
            await operation(store, done++);
        return done / watch.Elapsed.TotalSeconds;
    }

    private static Task<CommitResult> CommitAsync(IResourceStore store, PutResource[] writes, int turn, int count) => store.CommitAsync(
        AccessScope.Full,
        new ResourceTransaction
        {
            Writes = [.. Enumerable.Range(0, count).Select(i => writes[((turn * count) + i) % writes.Length]).Select(static write => write with { Key = write.Key with { Id = Guid.CreateVersion7().ToString() } })],
        },
        CancellationToken.None);
}
