// read by id and 304 against a bare endpoint that returns the same bytes, in turn, on the same machine.

namespace FhirHub.Benchmarks.Http;

public static class ReadBenchmark
{
    private const int Patients = 12_000;

    public static async Task<int> RunAsync(Options options)
    {
        await using var server = await ServerProcess.StartFhirHubAsync();
        var puts = Enumerable.Range(0, Patients).Select(i => LoadDriver.Request("PUT", $"/fhir/Patient/p{i}", SamplePatient.Json(i, $"p{i}"))).ToArray();
        var seeded = await LoadDriver.RunAsync(server.Port, 16, TimeSpan.FromMinutes(2), (client, i) => (i * 16) + client is var n && n < Patients ? (ReadOnlyMemory<byte>?)puts[n] : null);
        Console.WriteLine($"seed      {seeded}");

        using var client = new HttpClient();
        var body = await client.GetByteArrayAsync($"http://127.0.0.1:{server.Port}/fhir/Patient/p1");
        await using var bare = await ServerProcess.StartBareAsync(body);
        Console.WriteLine($"body {body.Length} bytes, {options.Clients} clients, {options.Rounds} rounds of {options.Seconds} s");

        var reads = Enumerable.Range(0, Patients).Select(i => LoadDriver.Request("GET", $"/fhir/Patient/p{i}")).ToArray();
        var conditional = Enumerable.Range(0, Patients).Select(i => LoadDriver.Request("GET", $"/fhir/Patient/p{i}", null, "If-None-Match: W/\"1\"")).ToArray();
        var time = TimeSpan.FromSeconds(options.Seconds);
        var ratios = new List<(double Read, double NotModified)>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            var bareRead = await Run(bare.Port, reads);
            var read = await Run(server.Port, reads);
            var bare304 = await Run(bare.Port, conditional);
            var read304 = await Run(server.Port, conditional);
            if (round == 0)
                continue; // the first round warms both up
            ratios.Add((read.PerSecond / bareRead.PerSecond, read304.PerSecond / bare304.PerSecond));
            Console.WriteLine($"bare 200  {bareRead}");
            Console.WriteLine($"read 200  {read}  ratio {ratios[^1].Read:F2}");
            Console.WriteLine($"bare 304  {bare304}");
            Console.WriteLine($"read 304  {read304}  ratio {ratios[^1].NotModified:F2}");
        }

        Console.WriteLine($"median ratio: read {Median(ratios.Select(r => r.Read)):F2}, 304 {Median(ratios.Select(r => r.NotModified)):F2}; server memory {server.Memory.Now:F0} MB, peak {server.Memory.Peak:F0} MB");
        return 0;

        // A stride that is coprime to the number of patients touches all of them in an order that no cache likes.
        Task<LoadResult> Run(int port, byte[][] requests) =>
            LoadDriver.RunAsync(port, options.Clients, time, (c, i) => requests[((i * 7919) + (c * 751)) % Patients]);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
