// The scale ladder: the same queries on 1,000, 8,000 and 64,000 patients, one client and sixteen, and all of them mixed.

using System.Diagnostics;
using System.Threading.Channels;
using FhirHub.Benchmarks.Http;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Server;
using FhirHub.Storage;

namespace FhirHub.Benchmarks.Search;

public static class SearchBenchmark
{
    private static readonly int[] s_steps = [1_000, 8_000, 64_000];

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null)
        {
            Console.Error.WriteLine("The search benchmark needs --folder with Synthea's bundles.");
            return 2;
        }

        var population = new Population(options.Folder);
        var data = options.Data ?? Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        var first = new Dictionary<LadderQuery, double>();
        try
        {
            foreach (var patients in options.Step is { } only ? [only] : s_steps.Where(step => step <= options.Limit))
            {
                await LoadAsync(population, data, patients);
                await MeasureAsync(population, data, patients, options, first);
            }
        }
        finally
        {
            if (options.Data is null)
                Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    // Full text is indexed in the background and has a benchmark of its own; here it would only take the processor from what is measured.
    // The data of one step is the beginning of the next, so a folder that is kept goes on where it was.
    private static async Task LoadAsync(Population population, string data, int patients)
    {
        await using var server = FhirServer.Open(new FhirHubOptions { DataPath = data, FullText = false });
        var counts = await server.Store.CountAsync(AccessScope.Full, CancellationToken.None);
        var from = (int)counts.GetValueOrDefault("Patient");
        if (from >= patients)
            return;

        var watch = Stopwatch.StartNew();
        var before = counts.Values.Sum();
        var prepared = Channel.CreateBounded<PutResource[]>(64);
        var producing = Task.WhenAll(Enumerable.Range(0, 2).Select(producer => Task.Run(async () =>
        {
            for (var number = from + producer; number < patients; number += 2)
                await prepared.Writer.WriteAsync([.. population.Resources(number).Select(resource => Prepare(server, resource))]);
        })));
        _ = producing.ContinueWith(_ => prepared.Writer.Complete(), TaskScheduler.Default);
        var done = from;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
        {
            await foreach (var writes in prepared.Reader.ReadAllAsync())
            {
                await server.Store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, CancellationToken.None);
                if (Interlocked.Increment(ref done) % 4_000 == 0)
                    Console.WriteLine($"  {done:N0} patients after {watch.Elapsed.TotalSeconds:N0} s");
            }
        })));
        await producing;
        var after = (await server.Store.CountAsync(AccessScope.Full, CancellationToken.None)).Values.Sum();
        Console.WriteLine($"loaded {after - before:N0} resources in {watch.Elapsed.TotalSeconds:N0} s, {(after - before) / watch.Elapsed.TotalSeconds:N0}/s; {after:N0} in all");
    }

    private static PutResource Prepare(FhirServer server, PopulationResource resource)
    {
        var root = ResourceParser.ParseJson(resource.Json).Tree!.Root;
        return new PutResource(new ResourceKey(resource.Type, resource.Id), server.Repository.Preparer.Prepare(root, resource.Type).Resource!, WriteMethod.Put);
    }

    private static async Task MeasureAsync(Population population, string data, int patients, Options options, Dictionary<LadderQuery, double> first)
    {
        await using var server = await ServerProcess.StartFhirHubAsync(data, keepData: true, "--FhirHub:Search:FullText=false");
        Console.WriteLine();
        Console.WriteLine($"| {patients:N0} patients | 1 client: p50 | p99 | growth | 16 clients: rate | p50 | p99 | answers |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        var selected = LadderQuery.All.Where(query => options.Filter is null || query.Path.Contains(options.Filter, StringComparison.Ordinal) || query.Class == options.Filter).ToList();

        // Code is compiled and pages are in memory before anything counts: a server is not asked for its second second, but for its days.
        await DriveAsync(server.Port, 16, Math.Max(10, options.Seconds * 4), (random, i) => selected[(int)(i % selected.Count)].For(population.Patient(random.Next(patients))));
        foreach (var query in selected)
        {
            var crowd = await DriveAsync(server.Port, 16, options.Seconds, (random, _) => query.For(population.Patient(random.Next(patients))));
            var alone = await DriveAsync(server.Port, 1, options.Seconds, (random, _) => query.For(population.Patient(random.Next(patients))));
            first.TryAdd(query, alone.P50);
            Console.WriteLine($"| {query.Class}: `{query.Path}` | {alone.P50:F2} | {alone.P99:F2} | {alone.P50 / first[query]:F2} | {crowd.PerSecond:N0}/s | {crowd.P50:F2} | {crowd.P99:F2} | {string.Join(' ', crowd.Statuses.Select(s => $"{s.Key}:{s.Value}"))} |");
        }

        if (options.Filter is null)
        {
            var mix = await DriveAsync(server.Port, 16, options.Seconds * 4, (random, _) => selected[random.Next(selected.Count)].For(population.Patient(random.Next(patients))));
            Console.WriteLine($"| all, mixed | | | | {mix.PerSecond:N0}/s | {mix.P50:F2} | {mix.P99:F2} | {string.Join(' ', mix.Statuses.Select(s => $"{s.Key}:{s.Value}"))} |");
        }

        Console.WriteLine($"memory {server.Memory.Now - server.Memory.Mapped:F0} MB, and {server.Memory.Mapped:F0} MB of pages of files as its maps count them; {new FileInfo(Path.Combine(data, "fhir.db")).Length / 1e9:F1} GB on disk");
    }

    private static Task<LoadResult> DriveAsync(int port, int clients, double seconds, Func<Random, long, string> address)
    {
        var randoms = Enumerable.Range(0, clients).Select(client => new Random(client)).ToArray();
        return LoadDriver.RunAsync(port, clients, TimeSpan.FromSeconds(seconds), (client, i) => LoadDriver.Request("GET", "/fhir/" + address(randoms[client], i)));
    }
}
