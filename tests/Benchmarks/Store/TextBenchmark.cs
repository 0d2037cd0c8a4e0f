// What full-text search costs: writes with and without its index, its size, how long it takes to catch up, and searches.

using System.Diagnostics;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Benchmarks.Store;

public static class TextBenchmark
{
    private static readonly (string Name, IReadOnlyList<TextTerm> Terms)[] s_queries =
    [
        ("a rare word", [new("appendectomy")]),
        ("a frequent word", [new("pressure")]),
        ("a phrase", [new("diastolic blood pressure")]),
        ("two words", [new("pressure"), new("panel")]),
        ("a word, not another", [new("blood"), new("pressure", IsExcluded: true)]),
        ("a prefix of 4", [new("hype", IsPrefix: true)]),
        ("a prefix of 1", [new("a", IsPrefix: true)]),
        ("nothing", [new("高血压")]),
    ];

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null)
        {
            Console.WriteLine("The text benchmark needs --folder with Synthea's bundles.");
            return 2;
        }

        var synthea = new SyntheaResources(options.Folder);
        var limit = Math.Min(options.Limit, 100_000);
        foreach (var fullText in (bool[])[false, true, false, true])
            await RunAsync(synthea, fullText, limit, options);
        return 0;
    }

    private static async Task RunAsync(SyntheaResources synthea, bool fullText, int limit, Options options)
    {
        var folder = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        try
        {
            await using var store = SqliteResourceStore.Open(new SqliteStoreOptions
            {
                Path = Path.Combine(folder, "store.db"),
                Extract = synthea.Extract,
                Text = fullText ? static json => ResourceText.Of(ResourceParser.ParseJson(json).Tree!.Root) : null,
            });
            var written = new List<PutResource>();
            var time = TimeSpan.Zero;
            foreach (var bundle in synthea.Bundles())
            {
                var start = Stopwatch.GetTimestamp();
                await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = bundle }, CancellationToken.None);
                time += Stopwatch.GetElapsedTime(start);
                written.AddRange(bundle);
                if (written.Count >= limit)
                    break;
            }

            Console.WriteLine($"full text {(fullText ? "on " : "off")}   import {written.Count / time.TotalSeconds,8:N0} resources/s, create at 16 {await CreateAsync(store, written, options.Seconds),8:N0} resources/s");
            if (fullText)
                await SearchAsync(store, folder, written.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> CreateAsync(SqliteResourceStore store, List<PutResource> writes, double seconds)
    {
        var watch = Stopwatch.StartNew();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            for (var i = client; watch.Elapsed.TotalSeconds < seconds; i += 16)
            {
                var write = writes[i % writes.Count];
                var create = write with { Key = write.Key with { Id = Guid.CreateVersion7().ToString() } };
                await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [create] }, CancellationToken.None);
                Interlocked.Increment(ref done);
            }
        })));
        return done / watch.Elapsed.TotalSeconds;
    }

    private static async Task SearchAsync(SqliteResourceStore store, string folder, int count)
    {
        var watch = Stopwatch.StartNew();
        await FindAsync(store, s_queries[0].Terms);
        var total = (await store.CountAsync(AccessScope.Full, CancellationToken.None)).Values.Sum();
        Console.WriteLine($"  caught up after {watch.Elapsed.TotalSeconds,6:N1} s, {total:N0} resources, of them {count:N0} imported");
        foreach (var (name, terms) in s_queries)
        {
            var times = new List<double>();
            long? found = 0;
            for (var i = 0; i < 30; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await FindAsync(store, terms);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            var counted = Stopwatch.GetTimestamp();
            found = (await FindAsync(store, terms, TotalMode.Accurate)).Total;
            times.Sort();
            Console.WriteLine($"  {name,-20} p50 {times[15],7:N2} ms, max {times[^1],7:N2} ms; {found,7:N0} found and counted in {Stopwatch.GetElapsedTime(counted).TotalMilliseconds:N0} ms");
        }

        await store.DisposeAsync();
        Console.WriteLine($"  size {(double)new FileInfo(Path.Combine(folder, "text.db")).Length / total,6:N0} bytes for each resource, beside {(double)new FileInfo(Path.Combine(folder, "store.db")).Length / total:N0}");
    }

    private static Task<SearchPage> FindAsync(SqliteResourceStore store, IReadOnlyList<TextTerm> terms, TotalMode total = TotalMode.None) => store.SearchAsync(
        AccessScope.Full,
        new SearchQuery
        {
            ResourceTypes = ["Observation"],
            Expression = new SearchExpression.Text(TextPart.Content, new TextQuery([terms])),
            Total = total,
        },
        CancellationToken.None);
}
