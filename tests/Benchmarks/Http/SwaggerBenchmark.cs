// What the OpenAPI documents cost: the start and reads of a server that has them against one that has not, in turn, and the documents themselves.

using System.Diagnostics;

namespace FhirHub.Benchmarks.Http;

public static class SwaggerBenchmark
{
    private const string Off = "--FhirHub:Swagger:Enabled=false";
    private const int Patients = 1_000;

    public static async Task<int> RunAsync(Options options)
    {
        var starts = new List<(double With, double Without)>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            var (with, without) = (await StartAsync(), await StartAsync(Off));
            if (round == 0)
                continue; // the files come into the system's cache
            starts.Add((with, without));
            Console.WriteLine($"ready after {with:F0} ms with, {without:F0} ms without");
        }

        Console.WriteLine($"median: {Median(starts.Select(static one => one.With)):F0} ms with, {Median(starts.Select(static one => one.Without)):F0} ms without");

        await using var swagger = await ServerProcess.StartFhirHubAsync();
        await using var plain = await ServerProcess.StartFhirHubAsync(null, false, Off);
        await ReadDocumentsAsync(swagger);
        await ReadPatientsAsync(swagger, plain, options);
        return 0;
    }

    private static async Task<double> StartAsync(params string[] settings)
    {
        await using var server = await ServerProcess.StartFhirHubAsync(null, false, settings);
        return server.TimeToFirstAnswer.TotalMilliseconds;
    }

    private static async Task ReadDocumentsAsync(ServerProcess server)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/swagger/") };
        Console.WriteLine($"memory {server.Memory.Now:F0} MB before the documents");
        foreach (var name in (string[])["fhir", "operations", "dicomweb", "admin", "fhirhub"])
        {
            var (first, size) = await TimeAsync(name);
            var (second, _) = await TimeAsync(name);
            Console.WriteLine($"{name,-10} {size:N0} bytes, first {first:F0} ms, then {second:F1} ms");
        }

        Console.WriteLine($"memory {server.Memory.Now:F0} MB with them");

        async Task<(double Milliseconds, int Bytes)> TimeAsync(string name)
        {
            var clock = Stopwatch.StartNew();
            var body = await client.GetByteArrayAsync($"{name}/swagger.json");
            return (clock.Elapsed.TotalMilliseconds, body.Length);
        }
    }

    private static async Task ReadPatientsAsync(ServerProcess swagger, ServerProcess plain, Options options)
    {
        var puts = Enumerable.Range(0, Patients).Select(static i => LoadDriver.Request("PUT", $"/fhir/Patient/p{i}", SamplePatient.Json(i, $"p{i}"))).ToArray();
        var reads = Enumerable.Range(0, Patients).Select(static i => LoadDriver.Request("GET", $"/fhir/Patient/p{i}")).ToArray();
        foreach (var server in (ServerProcess[])[swagger, plain])
            _ = await LoadDriver.RunAsync(server.Port, 16, TimeSpan.FromMinutes(1), (client, i) => (i * 16) + client is var n && n < Patients ? (ReadOnlyMemory<byte>?)puts[n] : null);

        var ratios = new List<double>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            var with = await ReadAsync(swagger);
            var without = await ReadAsync(plain);
            if (round == 0)
                continue; // the first round warms both up
            ratios.Add(with.PerSecond / without.PerSecond);
            Console.WriteLine($"read with     {with}");
            Console.WriteLine($"read without  {without}  ratio {ratios[^1]:F2}");
        }

        Console.WriteLine($"median ratio {Median(ratios):F2}");

        Task<LoadResult> ReadAsync(ServerProcess server) =>
            LoadDriver.RunAsync(server.Port, options.Clients, TimeSpan.FromSeconds(options.Seconds), (client, i) => reads[((i * 7919) + (client * 751)) % Patients]);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
