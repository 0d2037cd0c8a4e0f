// What FhirHub:Validation:OnWrite=Profiles costs: two servers that differ in nothing else get the same writes in turn.

using System.Text;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Validation;

internal static class WriteValidationBenchmark
{
    // Bundles sent in one round.
    private const int BundlesAtOnce = 20;

    public static async Task<int> RunAsync(Options options)
    {
        await using var structure = await ServerProcess.StartFhirHubAsync();
        await using var profiles = await ServerProcess.StartFhirHubAsync(null, false, "--FhirHub:Validation:OnWrite=Profiles");
        var files = options.Folder is null
            ? []
            : Directory.EnumerateFiles(options.Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(Math.Min(options.Limit, BundlesAtOnce)).Select(ReadBundle).ToArray();
        var ratios = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var round = 0; round <= options.Rounds; round++)
        {
            await CompareAsync("create", server => CreateAsync(server, options));
            if (files.Length > 0)
                await CompareAsync("bundles", server => SendAsync(server, files, options));

            async Task CompareAsync(string what, Func<ServerProcess, Task<LoadResult>> run)
            {
                var (without, with) = (await run(structure), await run(profiles));

                // The first round warms up.
                if (round == 0)
                    return;
                Console.WriteLine($"{what,-8} Structure {without}");
                Console.WriteLine($"{what,-8} Profiles  {with}  ratio {with.PerSecond / without.PerSecond:F2}");
                if (!ratios.TryGetValue(what, out var list))
                    ratios.Add(what, list = []);
                list.Add(with.PerSecond / without.PerSecond);
            }
        }

        foreach (var (what, list) in ratios)
        {
            list.Sort();
            Console.WriteLine($"{what}: Profiles writes {list[list.Count / 2]:F2} of the rate of Structure (median of {list.Count})");
        }

        Console.WriteLine($"server memory: Structure {structure.Memory.Now:F0} MB, Profiles {profiles.Memory.Now:F0} MB");
        return 0;
    }

    private static Task<LoadResult> CreateAsync(ServerProcess server, Options options)
    {
        long number = 0;
        return LoadDriver.RunAsync(server.Port, options.Clients, TimeSpan.FromSeconds(options.Seconds), (_, _) =>
            LoadDriver.Request("POST", "/fhir/Patient", SamplePatient.Json(Interlocked.Increment(ref number)), "Prefer: return=minimal"));
    }

    private static Task<LoadResult> SendAsync(ServerProcess server, byte[][] bundles, Options options)
    {
        var next = -1;
        return LoadDriver.RunAsync(server.Port, Math.Min(options.Clients, 4), TimeSpan.FromMinutes(1), (_, _) =>
        {
            var at = Interlocked.Increment(ref next);
            if (at >= bundles.Length)
                return null;
            return LoadDriver.Request("POST", "/fhir", bundles[at], "Prefer: return=minimal");
        });
    }

    // What Synthea writes for provider identifiers and for the unit of scores is none, and would be refused; the content is else as it is.
    private static byte[] ReadBundle(string file) => Encoding.UTF8.GetBytes(File.ReadAllText(file)
        .Replace("http://hl7.org/fhir/sid/us-npi", "https://example.org/provider", StringComparison.Ordinal)
        .Replace("\"(score)\"", "\"{score}\"", StringComparison.Ordinal));
}
