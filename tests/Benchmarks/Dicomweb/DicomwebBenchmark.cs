// The image service beside Orthanc: the same requests to both in turn, in one run, on loopback.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>STOW-RS, QIDO-RS and WADO-RS of both servers with made-up CT slices; 4 clients unless told otherwise.</summary>
public static class DicomwebBenchmark
{
    private const int Studies = 253;
    private const int Slices = 300;
    private const int BigStudy = 900_000;
    private const string Boundary = "benchmark-boundary";

    /// <summary>Runs it; <see cref="Options.Filter"/> picks steps by the beginning of their names, <c>--limit 1</c> leaves Orthanc out.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        var clients = options.Clients == 16 ? 4 : options.Clients;
        var large = await CtSlice.CreateAsync(512);
        var small = await CtSlice.CreateAsync(60);
        await using var ours = await ServerProcess.StartFhirHubAsync(null, false, "--FhirHub:Exchange:Package=false");
        await using var orthanc = options.Limit == 1 ? null : await OrthancProcess.StartAsync();
        (string Name, int Port)[] servers = orthanc is null ? [("FhirHub", ours.Port)] : [("FhirHub", ours.Port), ("Orthanc", orthanc.Port)];
        foreach (var (name, port) in servers)
        {
            var clock = Stopwatch.StartNew();
            await FillAsync(port, small, large);
            Console.WriteLine($"{name}: {Studies} studies of one instance and one of {Slices} slices stored in {clock.Elapsed.TotalSeconds:F1} s");
        }

        Console.WriteLine($"\n{"step",-34} {"FhirHub",12} {"p50 ms",8} {"p99 ms",8} {"Orthanc",12} {"p50 ms",8} {"p99 ms",8} {"ratio",7}");
        foreach (var step in Steps(clients, small, large).Where(step => options.Filter is null || step.Name.StartsWith(options.Filter, StringComparison.Ordinal)))
        {
            // Turns, so that a slow minute of the machine falls on both.
            var results = servers.Select(static _ => new List<LoadResult>()).ToArray();
            for (var round = 0; round < options.Rounds; round++)
            {
                for (var server = 0; server < servers.Length; server++)
                {
                    // What the other server left to the system to write would be written while this one waits for the disk.
                    await SyncAsync();
                    var next = step.Requests();
                    results[server].Add(await LoadDriver.RunAsync(servers[server].Port, step.Clients, TimeSpan.FromSeconds(options.Seconds), next));
                }
            }

            Print(step, results);
        }

        Console.WriteLine($"\nmemory at its peak: FhirHub {Peak(ours.Id):N0} MB{(orthanc is null ? "" : $", Orthanc {Peak(orthanc.Id):N0} MB")}");
        return 0;
    }

    private static IEnumerable<Step> Steps(int clients, CtSlice small, CtSlice large)
    {
        var big = $"/dicomweb/studies/{CtSlice.StudyUid(BigStudy)}";
        var series = $"{big}/series/{CtSlice.SeriesUid(BigStudy)}";
        string Instance(int client, long i) => $"{series}/instances/{CtSlice.InstanceUid(BigStudy + (int)(((client * 75) + i) % Slices))}";
        Step Get(string name, Func<int, long, string> path, string accept, int? by = null, double unit = 1, string unitName = "/s") =>
            new(name, by ?? clients, () => (client, i) => LoadDriver.Request("GET", path(client, i), null, $"Accept: {accept}"), unit, unitName);

        const string Json = "application/dicom+json";
        yield return Get("qido studies limit=25", static (_, _) => "/dicomweb/studies?limit=25", Json);
        yield return Get("qido PatientID", static (c, i) => $"/dicomweb/studies?PatientID={CtSlice.PatientId((int)((c + (i * 4)) % Studies))}", Json);
        yield return Get("qido PatientName=DOE*", static (_, _) => "/dicomweb/studies?PatientName=DOE*", Json);
        yield return Get("qido StudyDate of a month", static (_, _) => "/dicomweb/studies?StudyDate=20250201-20250228", Json);
        yield return Get("qido 300 instances", (_, _) => $"{big}/instances", Json);
        yield return Get("metadata of 300 instances", (_, _) => $"{big}/metadata", Json);
        yield return new Step("metadata of 300 instances, gzip", clients, () => (_, _) => LoadDriver.Request("GET", $"{big}/metadata", null, $"Accept: {Json}", "Accept-Encoding: gzip"), 1, "/s");
        yield return Get("instance", Instance, "multipart/related; type=\"application/dicom\"; transfer-syntax=*");
        yield return Get("frame", (c, i) => Instance(c, i) + "/frames/1", "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*");
        yield return Get("whole study", (_, _) => big, "multipart/related; type=\"application/dicom\"; transfer-syntax=*", 1, Slices * large.Length / 1e6, "MB/s");

        // Another window each time, so that nothing can be answered from what was rendered before.
        string Window(int client, long i) => string.Create(CultureInfo.InvariantCulture, $"?window={1000 + (i % 400) + (i / 400 * 0.001)},{400 + client},linear");
        yield return Get("rendered JPEG", (c, i) => Instance(c, i) + "/rendered" + Window(c, i), "image/jpeg");
        yield return Get("rendered JPEG, same again", (c, i) => Instance(c, i) + "/rendered", "image/jpeg");
        yield return Get("rendered PNG", (c, i) => Instance(c, i) + "/rendered" + Window(c, i), "image/png");
        yield return Store("stow 1 a request", clients, large, 1, 1_000_000);
        yield return Store("stow 20 a request", clients, large, 20, 2_000_000);
        yield return Store("stow 8 KB, 8 a request", clients, small, 8, 4_000_000);
    }

    // Every instance is stored once on each server; a study takes up to 300.
    private static Step Store(string name, int clients, CtSlice slice, int each, int first)
    {
        var round = 0;
        return new Step(name, clients, () =>
        {
            var buffers = new byte[clients][];
            var start = first + (round++ * 100_000);
            return (client, i) =>
            {
                var buffer = buffers[client] ??= Post(slice, each);
                var from = start + (client * 25_000) + ((int)i * each);
                Fill(buffer, slice, each, k => ((from + k) / Slices, from + k));
                return buffer;
            };
        }, each, "instances/s");
    }

    private static async Task FillAsync(int port, CtSlice small, CtSlice large)
    {
        using var connection = await RawConnection.OpenAsync(port);
        var one = Post(small, 1);
        for (var study = 0; study < Studies; study++)
        {
            Fill(one, small, 1, _ => (study, study));
            await SendAsync(connection, one);
        }

        var ten = Post(large, 10);
        for (var slice = 0; slice < Slices; slice += 10)
        {
            Fill(ten, large, 10, k => (BigStudy, BigStudy + slice + k));
            await SendAsync(connection, ten);
        }
    }

    private static async Task SendAsync(RawConnection connection, byte[] request)
    {
        if (await connection.SendAsync(request) is var status && status != 200)
            throw new InvalidOperationException($"A store request was answered {status}.");
    }

    // The request of that many instances, to be filled in.
    private static byte[] Post(CtSlice slice, int count)
    {
        var part = Part();
        var end = Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n");
        var length = (count * (part.Length + slice.Length)) + end.Length;
        var head = Encoding.ASCII.GetBytes(
            $"POST /dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/dicom+json\r\nContent-Type: multipart/related; type=\"application/dicom\"; boundary={Boundary}\r\nContent-Length: {length}\r\n\r\n");
        var request = new byte[head.Length + length];
        head.CopyTo(request, 0);
        for (var i = 0; i < count; i++)
            part.CopyTo(request, head.Length + (i * (part.Length + slice.Length)));
        end.CopyTo(request, request.Length - end.Length);
        return request;
    }

    private static void Fill(byte[] request, CtSlice slice, int count, Func<int, (int Study, int Instance)> number)
    {
        var end = $"\r\n--{Boundary}--\r\n".Length;
        var part = Part().Length;
        var start = request.Length - end - (count * (part + slice.Length));
        for (var i = 0; i < count; i++)
        {
            var (study, instance) = number(i);
            slice.CopyTo(request.AsSpan(start + (i * (part + slice.Length)) + part), study, instance);
        }
    }

    private static byte[] Part() => Encoding.ASCII.GetBytes($"\r\n--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");

    private static void Print(Step step, List<LoadResult>[] results)
    {
        var line = new StringBuilder($"{step.Name,-34} ");
        var rates = results.Select(rounds => rounds.Average(static r => r.PerSecond) * step.Unit).ToArray();
        for (var i = 0; i < rates.Length; i++)
            line.Append(CultureInfo.InvariantCulture, $"{rates[i],12:N1} {results[i].Average(static r => r.P50),8:F2} {results[i].Average(static r => r.P99),8:F2} ");
        if (rates.Length > 1)
            line.Append(CultureInfo.InvariantCulture, $"{rates[0] / rates[1],7:F1}");
        line.Append(CultureInfo.InvariantCulture, $" {step.UnitName}");
        foreach (var bad in results.SelectMany(static r => r).SelectMany(static r => r.Statuses).Where(static s => s.Key != 200).GroupBy(static s => s.Key))
            line.Append(CultureInfo.InvariantCulture, $" [{bad.Key}: {bad.Sum(static s => s.Value)}]");
        Console.WriteLine(line);
    }

    private static async Task SyncAsync()
    {
        using var sync = Process.Start("sync");
        await sync.WaitForExitAsync();
    }

    private static double Peak(int process) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(static l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private sealed record Step(string Name, int Clients, Func<Func<int, long, ReadOnlyMemory<byte>?>> Requests, double Unit, string UnitName);
}
