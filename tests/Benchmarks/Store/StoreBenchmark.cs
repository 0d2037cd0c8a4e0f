// The store without HTTP: durable creates, import of bundles, reads, bytes per resource, and what a write costs as the store grows.

using System.Diagnostics;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Benchmarks.Store;

public static class StoreBenchmark
{
    private const int Prepared = 15_000;

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null)
        {
            Console.WriteLine("The store benchmark needs --folder with Synthea's bundles.");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        try
        {
            var synthea = new SyntheaResources(options.Folder);
            await using var store = SqliteResourceStore.Open(new SqliteStoreOptions
            {
                Path = Path.Combine(folder, "store.db"),
                Extract = synthea.Extract,
                ExtractContained = synthea.ExtractContained,
            });
            await RunAsync(store, synthea, folder, options);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task RunAsync(SqliteResourceStore store, SyntheaResources synthea, string folder, Options options)
    {
        var watch = Stopwatch.StartNew();
        var bundles = new List<PutResource[]>();
        var count = 0;
        foreach (var bundle in synthea.Bundles())
        {
            bundles.Add(bundle);
            count += bundle.Length;
            if (count >= Prepared)
                break;
        }

        Console.WriteLine($"prepare         {count / watch.Elapsed.TotalSeconds,10:N0} resources/s (parse, extract; one core)");

        watch.Restart();
        var processor = Environment.CpuUsage.TotalTime;
        foreach (var bundle in bundles)
            await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = bundle }, CancellationToken.None);
        processor = Environment.CpuUsage.TotalTime - processor;
        Console.WriteLine($"import          {count / watch.Elapsed.TotalSeconds,10:N0} resources/s, one bundle after the other; {processor.TotalMicroseconds / count,6:N1} us of processor each");
        await SizeAsync(store, folder, count);

        var writes = bundles.SelectMany(static bundle => bundle).ToArray();
        var rows = (int)Math.Round(writes.Average(static write => (double)write.Resource.Entries.Count));
        var body = new byte[600];
        Random.Shared.NextBytes(body);
        foreach (var clients in new[] { 1, 16, 64 })
        {
            var rate = await CreateAsync(store, writes, clients, options.Seconds);
            using var bare = new BareSqlite(Path.Combine(folder, $"bare{clients}.db"));
            var limit = bare.Run(clients, rows, body, options.Seconds);
            Console.WriteLine($"create at {clients,2}    {rate,10:N0} resources/s; bare ADO.NET with {rows} rows each {limit,7:N0}; ratio {rate / limit:N2}");
        }

        await ReadAsync(store, writes, options.Seconds);
        await GrowAsync(store, synthea, folder, options);
    }

    private static async Task<double> CreateAsync(SqliteResourceStore store, PutResource[] writes, int clients, double seconds)
    {
        var watch = Stopwatch.StartNew();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            for (var i = client; watch.Elapsed.TotalSeconds < seconds; i += clients)
            {
                var write = writes[i % writes.Length];
                var create = write with { Key = write.Key with { Id = Guid.CreateVersion7().ToString() } };
                await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [create] }, CancellationToken.None);
                Interlocked.Increment(ref done);
            }
        })));
        return done / watch.Elapsed.TotalSeconds;
    }

    private static async Task ReadAsync(SqliteResourceStore store, PutResource[] writes, double seconds)
    {
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var done = 0;
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            if (await store.ReadAsync(AccessScope.Full, writes[random.Next(writes.Length)].Key, CancellationToken.None) is null)
                throw new InvalidOperationException("A written resource is not there.");
            done++;
        }

        processor = Environment.CpuUsage.TotalTime - processor;
        Console.WriteLine($"read            {done / watch.Elapsed.TotalSeconds,10:N0} resources/s, one thread; {processor.TotalMicroseconds / done,6:N1} us of processor each");
    }

    private static async Task GrowAsync(SqliteResourceStore store, SyntheaResources synthea, string folder, Options options)
    {
        if (options.Limit == int.MaxValue)
            return;
        var count = (await store.CountAsync(AccessScope.Full, CancellationToken.None)).Values.Sum();
        var next = count;
        var written = 0L;
        var time = TimeSpan.Zero;
        foreach (var bundle in synthea.Bundles())
        {
            // Processor time and not the clock's: whatever else runs on the machine does not count.
            var start = Environment.CpuUsage.TotalTime;
            await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = bundle }, CancellationToken.None);
            time += Environment.CpuUsage.TotalTime - start;
            written += bundle.Length;
            count += bundle.Length;
            if (count < next)
                continue;
            Console.WriteLine($"at {count,11:N0}  {time.TotalMicroseconds / written,10:N1} us of processor for each write; {Environment.WorkingSet >> 20} MB of memory");
            (next, written, time) = (next + Math.Max(50_000, options.Limit / 20), 0, TimeSpan.Zero);
            if (count >= options.Limit)
                break;
        }

        await SizeAsync(store, folder, count);
    }

    private static async Task SizeAsync(SqliteResourceStore store, string folder, long count)
    {
        await store.CheckpointAsync(CancellationToken.None);
        var size = new FileInfo(Path.Combine(folder, "store.db")).Length;
        Console.WriteLine($"size            {(double)size / count,10:N0} bytes for each of {count:N0} resources, indexes included");
    }
}
