// The image archive without HTTP, against the least that puts the same bytes on disk: appending with fsync, and a file each with fsync.

using System.Diagnostics;
using FhirHub.Dicom;
using FhirHub.Dicomweb;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>Stores of instances of 8 KB and of 512 KB by 1, 4 and 16 writers, each waiting until its instance is on disk.</summary>
public static class ArchiveBenchmark
{
    private const int InstancesPerStudy = 300;

    public static async Task<int> RunAsync(Options options)
    {
        Console.WriteLine($"{"instances",-12} {"writers",8} {"archive /s",12} {"MB/s",8} {"us CPU each",12} {"append+fsync /s",16} {"ratio",7} {"file+fsync /s",14} {"ratio",7}");
        foreach (var side in new[] { 60, 512 })
        {
            var slice = await CtSlice.CreateAsync(side);
            foreach (var writers in new[] { 1, 4, 16 })
            {
                // Turns, so that a slow minute of the machine falls on all.
                var (archive, append, files, time) = (0.0, 0.0, 0.0, 0.0);
                for (var round = 0; round < options.Rounds; round++)
                {
                    var (rate, cost) = await ArchiveAsync(slice, writers, options);
                    archive += rate / options.Rounds;
                    time += cost / options.Rounds;
                    append += await AppendAsync(slice, writers, options) / options.Rounds;
                    files += await FilesAsync(slice, writers, options) / options.Rounds;
                }

                Console.WriteLine($"{slice.Length,12:N0} {writers,8} {archive,12:N0} {archive * slice.Length / 1e6,8:N0} {time,12:N0} {append,16:N0} {archive / append,7:F2} {files,14:N0} {archive / files,7:F2}");
            }
        }

        return 0;
    }

    private static async Task<(double Rate, double Microseconds)> ArchiveAsync(CtSlice slice, int writers, Options options)
    {
        var folder = Folder(options);
        try
        {
            await using var archive = ImageArchive.Open(new DicomwebOptions { Path = folder }, TimeProvider.System);

            // The first stores wait for their code to be compiled.
            await RunAsync(slice, writers, 0.5, 500_000, StoreAsync);
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var rate = await RunAsync(slice, writers, options.Seconds / options.Rounds, 0, StoreAsync);
            var spent = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds;
            return (rate, spent / (rate * options.Seconds / options.Rounds));

            async Task StoreAsync(ReadOnlyMemory<byte> bytes, int number)
            {
                await using var upload = archive.BeginUpload();
                for (var at = 0; at < bytes.Length; at += 64 * 1024)
                    await upload.AppendAsync(bytes.Slice(at, Math.Min(64 * 1024, bytes.Length - at)), CancellationToken.None);
                var result = await archive.StoreAsync(ImageScope.Full, upload, DicomFile.Read(bytes), null, CancellationToken.None);
                if (result.Outcome != StoreOutcome.Created)
                    throw new InvalidOperationException($"Instance {number} was answered {result.Outcome}.");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> AppendAsync(CtSlice slice, int writers, Options options)
    {
        var folder = Folder(options);
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, "bytes"), FileMode.CreateNew, FileAccess.ReadWrite);
            var tail = 0L;
            return await RunAsync(slice, writers, options.Seconds / options.Rounds, 0, (bytes, _) => Task.Run(() =>
            {
                RandomAccess.Write(file, bytes.Span, Interlocked.Add(ref tail, bytes.Length) - bytes.Length);
                RandomAccess.FlushToDisk(file);
            }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> FilesAsync(CtSlice slice, int writers, Options options)
    {
        var folder = Folder(options);
        try
        {
            return await RunAsync(slice, writers, options.Seconds / options.Rounds, 0, (bytes, number) => Task.Run(() =>
            {
                using var file = File.OpenHandle(Path.Combine(folder, $"{number}"), FileMode.CreateNew, FileAccess.Write);
                RandomAccess.Write(file, bytes.Span, 0);
                RandomAccess.FlushToDisk(file);
            }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> RunAsync(CtSlice slice, int writers, double seconds, int first, Func<ReadOnlyMemory<byte>, int, Task> store)
    {
        var next = first;
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var bytes = new byte[slice.Length];
            var count = 0;
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                var number = Interlocked.Increment(ref next);
                slice.CopyTo(bytes, number / InstancesPerStudy, number);
                await store(bytes, number);
                count++;
            }

            return count;
        })));
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static string Folder(Options options) =>
        options.Data is { } data ? Directory.CreateDirectory(Path.Combine(data, Guid.NewGuid().ToString("N"))).FullName : Directory.CreateTempSubdirectory("fhirhub-archive-").FullName;
}
