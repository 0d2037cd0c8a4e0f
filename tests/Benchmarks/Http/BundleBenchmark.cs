// Synthea transaction bundles over HTTP: resources per second, bytes per resource, memory.

using System.Text.Json;

namespace FhirHub.Benchmarks.Http;

public static class BundleBenchmark
{
    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null)
        {
            Console.Error.WriteLine("Say where the bundles are: --folder FOLDER.");
            return 2;
        }

        await using var server = await ServerProcess.StartFhirHubAsync();
        var files = Directory.EnumerateFiles(options.Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(options.Limit).ToArray();
        long resources = 0, bytes = 0;
        var next = -1;
        var result = await LoadDriver.RunAsync(server.Port, options.Clients, TimeSpan.FromMinutes(30), (_, _) =>
        {
            var at = Interlocked.Increment(ref next);
            if (at >= files.Length)
                return null;
            var body = File.ReadAllBytes(files[at]);
            Interlocked.Add(ref bytes, body.Length);
            Interlocked.Add(ref resources, CountEntries(body));
            return LoadDriver.Request("POST", "/fhir", body, "Prefer: return=minimal");
        });
        var stored = new DirectoryInfo(server.DataPath!).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        Console.WriteLine($"bundles   {result}");
        Console.WriteLine($"{resources:N0} resources, {bytes / 1e6:F0} MB: {resources / result.Seconds:N0} resources/s, {stored / (double)resources:F0} bytes per resource on disk (write-ahead log included); server memory {server.Memory.Now:F0} MB, peak {server.Memory.Peak:F0} MB");
        return 0;
    }

    private static int CountEntries(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var count = 0;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("entry"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    count++;
                    reader.Skip();
                }
            }
        }

        return count;
    }
}
