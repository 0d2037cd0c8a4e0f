// Reading headers, modelling and writing DICOM files, against reading the same bytes with File.

using System.Diagnostics;
using FhirHub.Dicom;

namespace FhirHub.Benchmarks.Dicom;

/// <summary>Headers and megabytes per second of the DICOM toolkit, on one thread.</summary>
public static class DicomBenchmark
{
    public static async Task<int> RunAsync(Options options)
    {
        if (options.Folder is not { } folder)
        {
            Console.WriteLine("Tell a folder of DICOM files with --folder.");
            return 2;
        }

        var files = new List<(string Path, byte[] Bytes, DicomFile File)>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(options.Limit))
        {
            var bytes = await File.ReadAllBytesAsync(path);
            try
            {
                files.Add((path, bytes, DicomFile.Read(bytes)));
            }
            catch (DicomException)
            {
                // Folders hold manifests and broken files too.
            }
        }

        var size = files.Sum(file => (double)file.Bytes.Length);
        Console.WriteLine($"{files.Count} files, {size / 1e6:N1} MB, {files.Sum(file => (long)file.File.Dataset.Elements.Count):N0} elements at their roots");
        if (files.Count == 0)
            return 2;
        var models = new DicomModelOptions { BulkDataUri = (path, _) => path };
        await MeasureAsync("File.ReadAllBytes", async file => await File.ReadAllBytesAsync(file.Path));
        await MeasureAsync("read from a file", async file =>
        {
            await using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            await DicomFile.ReadAsync(stream);
        });
        await MeasureAsync("read in memory", file => Done(() => DicomFile.Read(file.Bytes)));
        await MeasureAsync("JSON", file => Done(() => DicomJsonWriter.ToUtf8(file.File.Dataset, models)));
        await MeasureAsync("XML", file => Done(() => NativeXmlWriter.ToUtf8(file.File.Dataset, models)));
        await MeasureAsync("write", file => DicomWriter.WriteAsync(file.File, Stream.Null));
        return 0;

        static Task Done(Action action)
        {
            action();
            return Task.CompletedTask;
        }

        async Task MeasureAsync(string name, Func<(string Path, byte[] Bytes, DicomFile File), Task> work)
        {
            foreach (var file in files)
                await work(file);
            var best = 0.0;
            var allocated = 0L;
            for (var round = 0; round < options.Rounds; round++)
            {
                var (clock, count, before) = (Stopwatch.StartNew(), 0L, GC.GetTotalAllocatedBytes());
                while (clock.Elapsed.TotalSeconds < options.Seconds / options.Rounds)
                {
                    foreach (var file in files)
                        await work(file);
                    count += files.Count;
                }

                allocated = (GC.GetTotalAllocatedBytes() - before) / count;
                best = Math.Max(best, count / clock.Elapsed.TotalSeconds);
            }

            Console.WriteLine($"{name,-18} {best,12:N0} files/s {best * size / files.Count / 1e6,12:N0} MB/s {allocated,12:N0} bytes allocated each");
        }
    }
}
