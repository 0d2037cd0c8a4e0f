// How searches of the image index grow with the studies in it: the same questions to small and large indexes that were generated.

using System.Diagnostics;
using FhirHub.Benchmarks.Http;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicomweb;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>QIDO-RS over HTTP on loopback, without the rest of the host.</summary>
public static class QidoBenchmark
{
    private static readonly int[] Steps = [1_000, 10_000, 100_000];

    /// <summary>Runs it: <c>--step N</c> measures one size, <c>--filter TEXT</c> one question.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        var root = options.Data ?? Directory.CreateTempSubdirectory("fhirhub-qido-").FullName;
        var sizes = Steps.Where(size => options.Step is null || size == options.Step).ToArray();
        var latencies = new Dictionary<(string, int), LoadResult>();
        var rates = new Dictionary<(string, int), LoadResult>();
        try
        {
            foreach (var size in sizes)
                await MeasureAsync(Path.Combine(root, $"{size}"), size, options, latencies, rates);
        }
        finally
        {
            if (options.Data is null)
                Directory.Delete(root, recursive: true);
        }

        Console.WriteLine($"\n{"search",-36} {"studies",9} {"p50 ms",8} {"p99 ms",8} {"growth",7} {"answers/s",10}");
        foreach (var ((name, size), result) in latencies.OrderBy(pair => Array.FindIndex(Questions(1_000), question => question.Name == pair.Key.Item1)).ThenBy(pair => pair.Key.Item2))
        {
            var growth = latencies.TryGetValue((name, sizes[0]), out var least) ? result.P50 / least.P50 : 1;
            Console.WriteLine($"{name,-36} {size,9:N0} {result.P50,8:F3} {result.P99,8:F3} {growth,7:F2} {rates[(name, size)].PerSecond,10:N0}");
        }

        return 0;
    }

    private static async Task MeasureAsync(string folder, int size, Options options, Dictionary<(string, int), LoadResult> latencies, Dictionary<(string, int), LoadResult> rates)
    {
        var archiveOptions = new DicomwebOptions { Path = folder };
        if (!File.Exists(Path.Combine(folder, "index.db")))
        {
            var clock = Stopwatch.StartNew();
            await ImageArchive.Open(archiveOptions, TimeProvider.System).DisposeAsync();
            GeneratedIndex.Write(folder, size);
            Console.WriteLine($"{size:N0} studies generated in {clock.Elapsed.TotalSeconds:F1} s, {new FileInfo(Path.Combine(folder, "index.db")).Length / 1e6:N0} MB of index");
        }

        await using var archive = ImageArchive.Open(archiveOptions, TimeProvider.System);
        var service = new DicomwebService(archiveOptions, archive, PixelCodecs.Managed, static _ => ImageScope.Full, NullLogger.Instance);
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        service.Map(app);
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        foreach (var (name, address) in Questions(size).Where(question => options.Filter is null || question.Name.Contains(options.Filter, StringComparison.Ordinal)))
        {
            ReadOnlyMemory<byte>? Next(int client, long i) => LoadDriver.Request("GET", "/dicomweb/" + address((int)(((client * 7_919) + (i * 31)) % size)), null, "Accept: application/dicom+json");
            await LoadDriver.RunAsync(port, 1, TimeSpan.FromSeconds(Math.Min(1, options.Seconds)), Next);
            latencies[(name, size)] = await LoadDriver.RunAsync(port, 1, TimeSpan.FromSeconds(options.Seconds), Next);
            rates[(name, size)] = await LoadDriver.RunAsync(port, 4, TimeSpan.FromSeconds(options.Seconds), Next);
            if (latencies[(name, size)].Statuses.Keys.Any(status => status != 200))
                throw new InvalidOperationException($"{name} was answered with {latencies[(name, size)]}");
        }
    }

    private static (string Name, Func<int, string> Address)[] Questions(int size) =>
    [
        ("all studies, limit=100", static _ => "studies?limit=100"),
        ("PatientID", static i => $"studies?PatientID={GeneratedIndex.PatientId(i)}"),
        ("StudyDate of a day, 50 matches", static i => $"studies?StudyDate={GeneratedIndex.Day(i)}"),
        ("PatientName with a star, 3 matches", static i => $"studies?PatientName={GeneratedIndex.Family(i)}*"),
        ("AccessionNumber", static i => $"studies?AccessionNumber=ACC{i:D8}"),
        ("ModalitiesInStudy, limit=100", static _ => "studies?ModalitiesInStudy=MR&limit=100"),
        ("series of a study", static i => $"studies/{GeneratedIndex.StudyUid(i)}/series"),
        ("300 instances of a study", static _ => $"studies/{GeneratedIndex.StudyUid(0)}/series/{GeneratedIndex.StudyUid(0)}.1/instances"),
        ("a page in the middle, limit=100", _ => $"studies?limit=100&offset={size / 2}"),
        ("PatientName=S*, limit=100", static _ => "studies?PatientName=S*&limit=100"),
        ("PatientName=*000012*, all looked at", static _ => "studies?PatientName=*000012*"),
    ];
}
