// Records of synthetic patients, by HTTP and by import: every resource arrives, and every reference among them is resolved.

using System.Net.Http.Headers;
using System.Text.Json;
using Xunit.Abstractions;

namespace FhirHub.Tests.CommandLine;

public class SyntheaTests(ITestOutputHelper output)
{
    // Of the 617 bundles; all of them are loaded when performance is measured.
    private const int SampleSize = 12;

    [Fact]
    public async Task Bundles_arrive_whole_by_http()
    {
        if (Sample() is not { } sample)
            return;
        using var data = new TemporaryFolder();
        using var server = await ServerProcess.StartAsync(data.Path);
        await Parallel.ForEachAsync(sample, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (file, stop) =>
        {
            using var content = new StreamContent(File.OpenRead(file));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
            using var answer = await server.Client.PostAsync("", content, stop);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(stop));
        });
        await CheckAsync(server.Client, sample);
    }

    [Fact]
    public async Task Bundles_arrive_whole_by_import()
    {
        if (Sample() is not { } sample)
            return;
        using var data = new TemporaryFolder();
        var (exit, printed) = await ServerProcess.RunAsync(["import", .. sample, "--data", data.Path]);
        Assert.True(exit == 0, printed);
        output.WriteLine(printed.Trim());
        using var server = await ServerProcess.StartAsync(data.Path);
        await CheckAsync(server.Client, sample);
    }

    private List<string>? Sample()
    {
        if (SharedMaterial.Folder("synthea-smart") is not { } folder)
        {
            output.WriteLine("The bundles are not there (../shared); nothing was tested.");
            return null;
        }

        // Every 50th file by size: large and small ones.
        return [.. Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).OrderBy(f => new FileInfo(f).Length).Chunk(50).Select(c => c[0]).Take(SampleSize)];
    }

    private async Task CheckAsync(HttpClient client, List<string> sample)
    {
        var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in sample)
        {
            using var bundle = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
            foreach (var entry in bundle.RootElement.GetProperty("entry").EnumerateArray())
            {
                var type = entry.GetProperty("resource").GetProperty("resourceType").GetString()!;
                expected[type] = expected.GetValueOrDefault(type) + 1;
            }
        }

        foreach (var (type, count) in expected)
        {
            var found = 0;
            for (var page = $"{type}?_count=500"; page is not null;)
            {
                var text = await client.GetStringAsync(page);
                Assert.DoesNotContain("urn:uuid:", text, StringComparison.Ordinal);
                using var bundle = JsonDocument.Parse(text);
                found += bundle.RootElement.TryGetProperty("entry", out var entries) ? entries.GetArrayLength() : 0;
                page = bundle.RootElement.GetProperty("link").EnumerateArray()
                    .Where(l => l.GetProperty("relation").GetString() == "next")
                    .Select(l => l.GetProperty("url").GetString())
                    .FirstOrDefault();
            }

            Assert.Equal((type, count), (type, found));
        }

        output.WriteLine($"{expected.Values.Sum()} resources of {expected.Count} types.");
    }
}
