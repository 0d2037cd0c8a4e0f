// What many loaded packages cost: time to load each, memory of the server with all of them, asleep and after all were used.

using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Packages;

public static class PackagesBenchmark
{
    private const int Packages = 20;

    private const string Canonical = "http://hl7.org/fhir/us/core";

    /// <summary>Copies of the package in <c>--folder</c> (US Core) under other names are loaded into a server that runs.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is null || Directory.GetFiles(options.Folder, "package.json", SearchOption.AllDirectories).FirstOrDefault() is not { } manifest)
        {
            Console.WriteLine("Name the folder of the unpacked package hl7.fhir.us.core with --folder.");
            return 2;
        }

        var count = Math.Min(options.Limit, Packages);
        var data = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        var profiles = new List<(string Type, string Url)>();
        try
        {
            await using (var server = await ServerProcess.StartFhirHubAsync(data, keepData: true))
            {
                using var http = Client(server);
                Console.WriteLine($"at the start {Memory(server)}");
                var clock = Stopwatch.StartNew();
                for (var number = 1; number <= count; number++)
                {
                    using var content = new ByteArrayContent(Pack(Path.GetDirectoryName(manifest)!, number, profiles));
                    content.Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
                    var start = clock.Elapsed;
                    using var answer = await http.PostAsync("ImplementationGuide/$install", content);
                    answer.EnsureSuccessStatusCode();
                    if (number is 1 || number == count)
                        Console.WriteLine($"package {number}: {(clock.Elapsed - start).TotalMilliseconds:F0} ms, {Memory(server)}");
                }

                Console.WriteLine($"{count} packages in {clock.Elapsed.TotalSeconds:F1} s");
                await UseAsync(http, server, profiles);
            }

            await using (var server = await ServerProcess.StartFhirHubAsync(data, keepData: true))
            {
                using var http = Client(server);
                Console.WriteLine($"started again in {server.TimeToFirstAnswer.TotalMilliseconds:F0} ms, {Memory(server)}");
                await UseAsync(http, server, profiles);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return 0;
    }

    // Each profile once, so that all of them are compiled.
    private static async Task UseAsync(HttpClient http, ServerProcess server, List<(string Type, string Url)> profiles)
    {
        using var statement = await http.GetAsync("metadata");
        statement.EnsureSuccessStatusCode();
        var clock = Stopwatch.StartNew();
        foreach (var (type, url) in profiles)
        {
            using var content = new StringContent($$"""{"resourceType":"{{type}}","id":"x"}""", Encoding.UTF8, "application/fhir+json");
            using var answer = await http.PostAsync($"{type}/$validate?profile={url}", content);
            answer.EnsureSuccessStatusCode();
        }

        Console.WriteLine($"each of {profiles.Count} profiles validated by once in {clock.Elapsed.TotalSeconds:F1} s, {Memory(server)}");
    }

    private static HttpClient Client(ServerProcess server) => new() { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/fhir/"), Timeout = TimeSpan.FromMinutes(5) };

    private static string Memory(ServerProcess server)
    {
        var (now, peak, mapped) = server.Memory;
        return $"{now:F0} MB (peak {peak:F0} MB, {mapped:F0} MB of them pages of files)";
    }

    // Names, canonical URLs and ids are those of another package.
    private static byte[] Pack(string folder, int number, List<(string Type, string Url)> profiles)
    {
        var output = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)))
        {
            foreach (var file in Directory.GetFiles(folder, "*.json"))
            {
                var text = File.ReadAllText(file)
                    .Replace(Canonical, $"{Canonical}{number}", StringComparison.Ordinal)
                    .Replace("hl7.fhir.us.core", $"hl7.fhir.us.core{number}", StringComparison.Ordinal)
                    .Replace("\"id\":\"us-core-", $"\"id\":\"us-core{number}-", StringComparison.Ordinal);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"package/{Path.GetFileName(file)}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
                if (Path.GetFileName(file).StartsWith("StructureDefinition", StringComparison.Ordinal) && JsonNode.Parse(text) is { } profile && (string?)profile["type"] is { } type and not "Extension")
                    profiles.Add((type, (string)profile["url"]!));
            }
        }

        return output.ToArray();
    }
}
