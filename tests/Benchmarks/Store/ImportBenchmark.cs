// Import of a generated region by the verb, into the embedded store and into Cosmos over the emulator of the tests, in turn.

using System.Diagnostics;
using FhirHub.Cosmos.Emulator;

namespace FhirHub.Benchmarks.Store;

public static class ImportBenchmark
{
    public static async Task<int> RunAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        try
        {
            var patients = Math.Min(options.Limit, 100);
            await RunAsync(["demo", "--patients", $"{patients}", "--write", Path.Combine(folder, "region")], []);
            await using var gateway = await CosmosEmulator.GatewayAsync();
            for (var round = 1; round <= options.Rounds; round++)
            {
                Console.WriteLine($"SQLite: {await ImportAsync(Path.Combine(folder, $"sqlite-{round}"), [])}");
                var database = CosmosEmulator.FreshDatabase();
                using var recording = gateway.Record();
                Console.WriteLine($"Cosmos: {await ImportAsync(Path.Combine(folder, $"cosmos-{round}"), Settings(gateway.Endpoint, database, Path.Combine(folder, "blobs")))}");
                Console.WriteLine($"        {recording.Requests.Count:N0} requests");
                await CosmosEmulator.DeleteAsync(database);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Task<string> ImportAsync(string data, (string Name, string Value)[] settings) => RunAsync(["import", Path.Combine(folder, "region"), "--data", data], settings);
    }

    private static (string Name, string Value)[] Settings(Uri endpoint, string database, string blobs) =>
    [
        ("FhirHub__Storage__Provider", "Cosmos"),
        ("FhirHub__Storage__Cosmos__Endpoint", endpoint.ToString()),
        ("FhirHub__Storage__Cosmos__Key", CosmosEmulator.Key),
        ("FhirHub__Storage__Cosmos__Database", database),
        ("FhirHub__Storage__Cosmos__Blobs__Folder", blobs),
    ];

    // The last line that the verb says, which has the rate.
    private static async Task<string> RunAsync(string[] arguments, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FhirHub.dll"), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim().Split('\n')[^1]
            : throw new InvalidOperationException($"{arguments[0]} ended with {process.ExitCode}.");
    }
}
