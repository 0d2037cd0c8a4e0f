// What a page costs: the first, the second (which lists the matches), and one far on, by number of matches, at rest and after changes.

using System.Diagnostics;
using FhirHub.Benchmarks.Http;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Benchmarks.Store;

public static class PagesBenchmark
{
    private const int DefaultLimit = 100_000;
    private const int Changes = 1_000;
    private const int Runs = 9;

    private static readonly IndexExtractor s_extractor = new(SearchParameterRegistry.R4);
    private static long s_written;

    public static async Task<int> RunAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        try
        {
            await using var store = SqliteResourceStore.Open(new SqliteStoreOptions
            {
                Path = Path.Combine(folder, "fhir.db"),
                Extract = static (_, json) => s_extractor.Extract(ResourceParser.ParseJson(json).Tree!.Root).Entries,
            });
            Console.WriteLine("milliseconds, median         matches   first page  second page   far page   second after 1,000 changes");
            var limit = options.Limit == int.MaxValue ? DefaultLimit : options.Limit;
            for (var size = Math.Min(limit, 1_000); size <= limit; size = size == limit ? limit + 1 : Math.Min(limit, size * 10))
            {
                await GrowAsync(store, size);
                await MeasureAsync(store, "all, by creation", new SearchExpression.All());
                await MeasureAsync(store, "gender=male, by creation", Male);
                await MeasureAsync(store, "gender=male, by birthdate", Male, "birthdate");
                await MeasureAsync(store, "gender=male, by family", Male, "family");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static SearchExpression Male => new SearchExpression.Parameter(Parameter("gender"), new TokenPredicate(null, "male"));

    private static SearchParameter Parameter(string code) => SearchParameterRegistry.R4.Find("Patient", code)!;

    private static async Task MeasureAsync(SqliteResourceStore store, string name, SearchExpression expression, string? sort = null)
    {
        var query = new SearchQuery
        {
            ResourceTypes = ["Patient"],
            Expression = expression,
            Sort = sort is null ? [] : [new SortKey(sort, Parameter(sort), Descending: false)],
        };
        var (first, second, far, changed) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var matches = (await SearchAsync(store, query with { Total = TotalMode.Accurate }, [])).Total;
        for (var run = 0; run < Runs; run++)
        {
            // A commit to a resource of another type makes the next list a new one, without a change that matters to it.
            await WriteAsync(store, "Basic", 0, 1);
            var page = await SearchAsync(store, query, first);
            page = await SearchAsync(store, query with { Cursor = page.Next }, second);
            for (var i = 0; i < 5; i++)
                page = await SearchAsync(store, query with { Cursor = page.Next }, far);
        }

        for (var run = 0; run < Runs / 3; run++)
        {
            var page = await SearchAsync(store, query, []);
            await WriteAsync(store, "Patient", 0, Changes);
            await SearchAsync(store, query with { Cursor = page.Next }, changed);
        }

        Console.WriteLine($"{name,-26}{matches,10:N0}{Median(first),13:N2}{Median(second),13:N2}{Median(far),11:N2}{Median(changed),15:N0}");
    }

    private static async Task<SearchPage> SearchAsync(SqliteResourceStore store, SearchQuery query, List<double> times)
    {
        var start = Stopwatch.GetTimestamp();
        var page = await store.SearchAsync(AccessScope.Full, query, CancellationToken.None);
        times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return page;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task GrowAsync(SqliteResourceStore store, int size)
    {
        var count = (await store.CountAsync(AccessScope.Full, CancellationToken.None)).GetValueOrDefault("Patient");
        for (; count < size; count += 1_000)
            await WriteAsync(store, "Patient", count, 1_000);
    }

    private static async Task WriteAsync(SqliteResourceStore store, string type, long from, int count)
    {
        var writes = new List<ResourceWrite>(count);
        for (var number = from; number < from + count; number++)
        {
            var json = type == "Patient"
                ? SamplePatient.Json(number, $"p{number}", (int)++s_written)
                : System.Text.Encoding.UTF8.GetBytes($$$"""{"resourceType":"Basic","id":"b","code":{"text":"{{{++s_written}}}"}}""");
            var root = ResourceParser.ParseJson(json).Tree!.Root;
            var (entries, references) = s_extractor.Extract(root);
            writes.Add(new PutResource(new ResourceKey(type, type == "Patient" ? $"p{number}" : "b"), new PreparedResource(ResourceBody.From(root), entries, references), WriteMethod.Put));
        }

        await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, CancellationToken.None);
    }
}
