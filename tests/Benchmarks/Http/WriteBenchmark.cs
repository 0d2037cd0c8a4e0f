// Durable create and update of a Patient by id at 16 and 64 clients.

namespace FhirHub.Benchmarks.Http;

public static class WriteBenchmark
{
    public static async Task<int> RunAsync(Options options)
    {
        await using var server = await ServerProcess.StartFhirHubAsync();
        var time = TimeSpan.FromSeconds(options.Seconds);
        long number = 0;
        for (var round = 0; round <= options.Rounds; round++)
        {
            foreach (var clients in new[] { 16, 64 })
            {
                var create = await LoadDriver.RunAsync(server.Port, clients, time, (_, _) =>
                    LoadDriver.Request("POST", "/fhir/Patient", SamplePatient.Json(Interlocked.Increment(ref number)), "Prefer: return=minimal"));
                var revision = round * 2;
                var update = await LoadDriver.RunAsync(server.Port, clients, time, (client, i) =>
                {
                    var n = (client * 100) + (i % 100);
                    return LoadDriver.Request("PUT", $"/fhir/Patient/u{n}", SamplePatient.Json(n, $"u{n}", (int)(i / 100) + (revision * 1000)), "Prefer: return=minimal");
                });
                if (round == 0)
                    continue; // the first round warms up
                Console.WriteLine($"create {clients,2} clients  {create}");
                Console.WriteLine($"update {clients,2} clients  {update}");
            }
        }

        Console.WriteLine($"server memory {server.Memory.Now:F0} MB, peak {server.Memory.Peak:F0} MB");
        return 0;
    }
}
