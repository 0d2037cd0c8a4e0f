// WADO-RS against a bare Kestrel endpoint that sends the same bytes from a file with SendFileAsync, in turn, on the same machine.

using System.Text;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>An instance, a frame, a study of 300 slices and its metadata; 4 clients unless told otherwise.</summary>
public static class RetrieveBenchmark
{
    private const int Slices = 300;
    private const int Study = 700_000;
    private const string Boundary = "benchmark-boundary";

    /// <summary>Runs it; <see cref="Options.Filter"/> picks steps by the beginning of their names.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        var clients = options.Clients == 16 ? 4 : options.Clients;
        var slice = await CtSlice.CreateAsync(512);
        await using var ours = await ServerProcess.StartFhirHubAsync(null, false, "--FhirHub:Exchange:Package=false");
        await StoreAsync(ours.Port, slice);
        var copy = Path.GetTempFileName();
        try
        {
            await WriteCopyAsync(copy, slice);
            await using var bare = await ServerProcess.StartBareFileAsync(copy);
            Console.WriteLine($"{Slices} slices of {slice.Length:N0} bytes, {clients} clients, {options.Rounds} rounds of {options.Seconds} s\n{"step",-28} {"FhirHub",12} {"p50 ms",8} {"p99 ms",8} {"MB/s",8} {"SendFile",12} {"ratio",7}");
            foreach (var step in Steps(slice.Length, clients).Where(step => options.Filter is null || step.Name.StartsWith(options.Filter, StringComparison.Ordinal)))
                await RunAsync(step, ours.Port, bare.Port, options);
        }
        finally
        {
            File.Delete(copy);
        }

        Console.WriteLine($"memory: {ours.Memory.Now:N0} MB, at its peak {ours.Memory.Peak:N0} MB");
        return 0;
    }

    private static async Task RunAsync(Step step, int ours, int bare, Options options)
    {
        var time = TimeSpan.FromSeconds(options.Seconds);
        var (rates, ceilings, results) = (new List<double>(), new List<double>(), new List<LoadResult>());
        for (var round = 0; round <= options.Rounds; round++)
        {
            var result = await LoadDriver.RunAsync(ours, step.Clients, time, (client, i) => LoadDriver.Request("GET", step.Path(client, i), null, step.Headers));
            var ceiling = step.Bare is { } path ? await LoadDriver.RunAsync(bare, step.Clients, time, (client, i) => LoadDriver.Request("GET", path(client, i))) : null;
            if (round == 0)
                continue; // the first round warms both up
            results.Add(result);
            rates.Add(result.PerSecond);
            ceilings.Add(ceiling?.PerSecond ?? 0);
        }

        var bad = string.Join(' ', results.SelectMany(static r => r.Statuses).Where(static s => s.Key != 200).Select(static s => $"[{s.Key}: {s.Value}]"));
        var rate = rates.Average();
        Console.WriteLine(
            $"{step.Name,-28} {rate,12:N1} {results.Average(static r => r.P50),8:F2} {results.Average(static r => r.P99),8:F2} {(step.Bytes > 0 ? $"{rate * step.Bytes / 1e6,8:N0}" : "        ")} {(step.Bare is null ? "" : $"{ceilings.Average(),12:N1} {rate / ceilings.Average(),7:F2}")} {bad}");
    }

    private static IEnumerable<Step> Steps(int length, int clients)
    {
        var study = $"/dicomweb/studies/{CtSlice.StudyUid(Study)}";
        var series = $"{study}/series/{CtSlice.SeriesUid(Study)}";
        static int Of(int client, long i) => (int)(((client * 75) + i) % Slices);
        string Instance(int client, long i) => $"{series}/instances/{CtSlice.InstanceUid(Study + Of(client, i))}";
        const string AnySyntax = "Accept: multipart/related; type=\"application/dicom\"; transfer-syntax=*";
        string Slice(int client, long i) => $"/{(long)Of(client, i) * length}/{length}";
        const int FrameBytes = 512 * 512 * 2;
        yield return new("instance", clients, Instance, [AnySyntax], Slice, length);
        yield return new("instance alone", clients, Instance, ["Accept: application/dicom; transfer-syntax=*"], Slice, length);
        yield return new("frame", clients, (c, i) => Instance(c, i) + "/frames/1", ["Accept: multipart/related; type=\"application/octet-stream\"; transfer-syntax=*"], (c, i) => $"/{((long)Of(c, i) * length) + length - FrameBytes}/{FrameBytes}", FrameBytes);
        yield return new("whole study, 1 client", 1, (_, _) => study, [AnySyntax], (_, _) => $"/0/{(long)Slices * length}", (double)Slices * length);
        yield return new("whole study", clients, (_, _) => study, [AnySyntax], (_, _) => $"/0/{(long)Slices * length}", (double)Slices * length);
        yield return new("whole study as ZIP", 1, (_, _) => study, ["Accept: application/zip"], null, (double)Slices * length);
        yield return new("metadata of 300, gzip", clients, (_, _) => study + "/metadata", ["Accept: application/dicom+json", "Accept-Encoding: gzip"], null, 0);
        yield return new("metadata of 300, plain", clients, (_, _) => study + "/metadata", ["Accept: application/dicom+json"], null, 0);
        yield return new("metadata of an instance", clients, (c, i) => Instance(c, i) + "/metadata", ["Accept: application/dicom+json"], null, 0);
    }

    private static async Task StoreAsync(int port, CtSlice slice)
    {
        using var connection = await RawConnection.OpenAsync(port);
        var part = Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
        var end = Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n");
        var length = part.Length + slice.Length + end.Length;
        var head = Encoding.ASCII.GetBytes(
            $"POST /dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/dicom+json\r\nContent-Type: multipart/related; type=\"application/dicom\"; boundary={Boundary}\r\nContent-Length: {length}\r\n\r\n");
        byte[] request = [.. head, .. part, .. new byte[slice.Length], .. end];
        for (var i = 0; i < Slices; i++)
        {
            slice.CopyTo(request.AsSpan(head.Length + part.Length), Study, Study + i);
            if (await connection.SendAsync(request) is var status && status != 200)
                throw new InvalidOperationException($"A store request was answered {status}.");
        }
    }

    private static async Task WriteCopyAsync(string path, CtSlice slice)
    {
        var file = new byte[slice.Length];
        await using var copy = File.Create(path);
        for (var i = 0; i < Slices; i++)
        {
            slice.CopyTo(file, Study, Study + i);
            await copy.WriteAsync(file);
        }
    }

    private sealed record Step(string Name, int Clients, Func<int, long, string> Path, string[] Headers, Func<int, long, string>? Bare, double Bytes);
}
