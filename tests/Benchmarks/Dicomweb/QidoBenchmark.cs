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
        var indexes = new List<RunningIndex>();
        try
        {
            foreach (var size in Steps.Where(size => options.Step is null || size == options.Step))
                indexes.Add(await RunningIndex.StartAsync(Path.Combine(root, $"{size}"), size));
            var questions = Questions(1_000).Select(question => question.Name).Where(name => options.Filter is null || name.Contains(options.Filter, StringComparison.Ordinal)).ToArray();

            // Code is compiled anew while it gets warm, which would count against whoever is first.
            foreach (var question in questions)
            {
                foreach (var index in indexes)
                    await AskAsync(index, question, 2, Math.Min(1, options.Seconds));
            }

            Console.WriteLine($"\n{"search",-36} {"studies",9} {"p50 ms",8} {"p99 ms",8} {"growth",7} {"answers/s",10}");
            foreach (var question in questions)
                await MeasureAsync(question, indexes, options);
        }
        finally
        {
            foreach (var index in indexes)
                await index.DisposeAsync();
            if (options.Data is null)
                Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    // In turns, so that a slow second of the machine falls on all sizes; printed is the median of the rounds.
    private static async Task MeasureAsync(string question, List<RunningIndex> indexes, Options options)
    {
        var alone = indexes.ConvertAll(static _ => new List<LoadResult>());
        var together = indexes.ConvertAll(static _ => new List<LoadResult>());
        for (var round = 0; round < options.Rounds; round++)
        {
            for (var i = 0; i < indexes.Count; i++)
            {
                alone[i].Add(await AskAsync(indexes[i], question, 1, options.Seconds));
                together[i].Add(await AskAsync(indexes[i], question, 4, options.Seconds));
            }
        }

        for (var i = 0; i < indexes.Count; i++)
        {
            var p50 = Median(alone[i].Select(result => result.P50));
            Console.WriteLine(
                $"{question,-36} {indexes[i].Studies,9:N0} {p50,8:F3} {Median(alone[i].Select(result => result.P99)),8:F3} {p50 / Median(alone[0].Select(result => result.P50)),7:F2} {Median(together[i].Select(result => result.PerSecond)),10:N0}");
        }
    }

    private static async Task<LoadResult> AskAsync(RunningIndex index, string question, int clients, double seconds)
    {
        var address = Array.Find(Questions(index.Studies), other => other.Name == question).Address;
        var result = await LoadDriver.RunAsync(index.Port, clients, TimeSpan.FromSeconds(seconds), (client, i) =>
            LoadDriver.Request("GET", "/dicomweb/" + address((int)(((client * 7_919) + (i * 31)) % index.Studies)), null, "Accept: application/dicom+json"));
        return result.Statuses.Keys.All(status => status == 200) ? result : throw new InvalidOperationException($"{question} was answered with {result}");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
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

    /// <summary>A service over a generated index.</summary>
    private sealed class RunningIndex(int studies, int port, WebApplication app, ImageArchive archive) : IAsyncDisposable
    {
        public int Studies => studies;

        public int Port => port;

        public static async Task<RunningIndex> StartAsync(string folder, int studies)
        {
            var options = new DicomwebOptions { Path = folder };
            if (!File.Exists(Path.Combine(folder, "index.db")))
            {
                var clock = Stopwatch.StartNew();
                await ImageArchive.Open(options, TimeProvider.System).DisposeAsync();
                GeneratedIndex.Write(folder, studies);
                Console.WriteLine($"{studies:N0} studies generated in {clock.Elapsed.TotalSeconds:F1} s, {new FileInfo(Path.Combine(folder, "index.db")).Length / 1e6:N0} MB of index");
            }

            var archive = ImageArchive.Open(options, TimeProvider.System);
            var service = new DicomwebService(options, archive, PixelCodecs.Managed, static _ => ImageScope.Full, NullLogger.Instance);
            var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
            builder.Logging.ClearProviders();
            var app = builder.Build();
            service.Map(app);
            await app.StartAsync();
            return new(studies, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port, app, archive);
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            await archive.DisposeAsync();
        }
    }
}
