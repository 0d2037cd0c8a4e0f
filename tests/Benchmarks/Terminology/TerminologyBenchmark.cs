// Terminology operations over HTTP on 100,000 concepts: rates, latencies and memory, one operation after the other.

using System.Diagnostics;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Terminology;

public static class TerminologyBenchmark
{
    // Requests that are made beforehand for each operation; the clients go through them in turn.
    private const int Variety = 8192;

    private static readonly string[] Contents = ["CodeSystem/drugs", "ValueSet/all-kinds", "ConceptMap/map"];

    public static async Task<int> RunAsync(Options options)
    {
        await using var server = await ServerProcess.StartFhirHubAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/fhir/") };
        var bodies = new[] { SyntheticTerminology.CodeSystem(), SyntheticTerminology.ValueSet(), SyntheticTerminology.ConceptMap() };
        foreach (var (path, body) in Contents.Zip(bodies))
        {
            var clock = Stopwatch.StartNew();
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/fhir+json");
            using var answer = await http.PutAsync(path, content);
            answer.EnsureSuccessStatusCode();
            Console.WriteLine($"{path}: {body.Length / 1e6:F1} MB created in {clock.Elapsed.TotalMilliseconds:F0} ms");
        }

        Console.WriteLine($"{options.Clients} clients, {options.Seconds} s each; before that as long for all of them, to warm up");
        var operations = Operations().Where(o => options.Filter is null || o.Name.Contains(options.Filter, StringComparison.Ordinal))
            .Select(o => (o.Name, o.Paths, Requests: o.Paths.Select(path => LoadDriver.Request("GET", $"/fhir/{path}")).ToArray())).ToList();
        var first = new Dictionary<string, double>();
        foreach (var (name, paths, requests) in operations)
        {
            var clock = Stopwatch.StartNew();
            await CheckAsync(http, name, paths[0]);
            first.Add(name, clock.Elapsed.TotalMilliseconds);
            await RunAsync(server, options, requests);
        }

        foreach (var (name, _, requests) in operations)
        {
            var before = server.ProcessorTime;
            var result = await RunAsync(server, options, requests);
            var processor = (server.ProcessorTime - before).TotalMicroseconds / result.Requests;
            Console.WriteLine($"{name,-32} {result}  {processor,6:F0} us of the server's processor each  first {first[name],6:F0} ms  {server.Memory.Now,5:F0} MB");
        }

        Console.WriteLine($"memory {server.Memory.Now:F0} MB, peak {server.Memory.Peak:F0} MB");
        return 0;
    }

    private static Task<LoadResult> RunAsync(ServerProcess server, Options options, byte[][] requests) => LoadDriver.RunAsync(
        server.Port, options.Clients, TimeSpan.FromSeconds(options.Seconds), (c, i) => requests[((i * 7919) + (c * 751)) % requests.Length]);

    // A rate of refusals would be no rate.
    private static async Task CheckAsync(HttpClient http, string name, string path)
    {
        using var answer = await http.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode || body.Contains("\"name\":\"result\",\"valueBoolean\":false", StringComparison.Ordinal))
            throw new InvalidOperationException($"{name}: {path} answers {(int)answer.StatusCode} {body}");
    }

    private static IEnumerable<(string Name, string[] Paths)> Operations()
    {
        const string System = SyntheticTerminology.System;
        const string IsA = SyntheticTerminology.IsA;
        yield return ("lookup", Paths(n => $"CodeSystem/$lookup?system={System}&code={Code(n)}"));
        yield return ("validate-code CodeSystem", Paths(n => $"CodeSystem/$validate-code?url={System}&code={Code(n)}&display={Uri.EscapeDataString(SyntheticTerminology.Display(n))}"));
        yield return ("validate-code ValueSet is-a", Paths(n => $"ValueSet/$validate-code?url={IsA}&system={System}&code={Code(n)}"));
        yield return ("translate", Paths(n => $"ConceptMap/$translate?url={SyntheticTerminology.Map}&system={System}&code={Code(n % SyntheticTerminology.Mapped)}"));
        yield return ("subsumes", Paths(n => $"CodeSystem/$subsumes?system={System}&codeA={Code(SyntheticTerminology.Ancestor(n))}&codeB={Code(n)}"));
        yield return ("expand filter", [.. Filters().Select(f => $"ValueSet/$expand?url={IsA}&count=20&filter={Uri.EscapeDataString(f)}")]);
        yield return ("expand is-a count 100 offset 0", [$"ValueSet/$expand?url={IsA}&count=100&offset=0"]);
        yield return ("expand is-a count 100 offset 90000", [$"ValueSet/$expand?url={IsA}&count=100&offset=90000"]);
    }

    private static string[] Paths(Func<int, string> path)
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, Variety).Select(_ => path(random.Next(SyntheticTerminology.Concepts)))];
    }

    // Few texts come twice, so that no answer is one that was kept.
    private static List<string> Filters()
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, 4 * Variety).Select(_ => SyntheticTerminology.Filter(random))];
    }

    private static string Code(int concept) => SyntheticTerminology.Code(concept);
}
