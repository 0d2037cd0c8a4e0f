// Rendered images over HTTP: 512 x 512 CT slices from disk to JPEG, PNG and GIF, thumbnails, and images that the client has already.

using System.Text;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>Rendered resources of a running server, 4 clients unless told otherwise.</summary>
public static class RenderedBenchmark
{
    private const int Slices = 40;
    private const string Boundary = "benchmark-boundary";

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        var clients = options.Clients == 16 ? 4 : options.Clients;
        var slice = await CtSlice.CreateAsync(512);
        await using var server = await ServerProcess.StartFhirHubAsync(null, false, "--FhirHub:Exchange:Package=false");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/") };
        for (var i = 0; i < Slices; i++)
            await StoreAsync(http, slice, i);

        string Instance(int client, long i) => $"/dicomweb/studies/{CtSlice.StudyUid(0)}/series/{CtSlice.SeriesUid(0)}/instances/{CtSlice.InstanceUid((int)(((client * 7) + i) % Slices))}";
        var tag = await TagAsync(http, Instance(0, 0) + "/rendered");
        await RunAsync("JPEG", (c, i) => Get(Instance(c, i) + "/rendered", "image/jpeg"));
        await RunAsync("JPEG, window and viewport 256", (c, i) => Get(Instance(c, i) + "/rendered?window=40,400,linear&viewport=256,256", "image/jpeg"));
        await RunAsync("PNG", (c, i) => Get(Instance(c, i) + "/rendered", "image/png"));
        await RunAsync("GIF", (c, i) => Get(Instance(c, i) + "/rendered", "image/gif"));
        await RunAsync("thumbnail, made anew", (c, i) => Get(Instance(c, i) + $"/thumbnail?viewport={64 + (i % 100)},{64 + (((c * 10_000) + i) / 100 % 1000)}", "image/jpeg"));
        await RunAsync("thumbnail, made before", (c, i) => Get(Instance(c, i) + "/thumbnail", "image/jpeg"));
        await RunAsync("304", (_, _) => LoadDriver.Request("GET", Instance(0, 0) + "/rendered", null, "Accept: image/jpeg", $"If-None-Match: {tag}"));
        var (now, peak, _) = server.Memory;
        Console.WriteLine($"memory: {now:N0} MB, at its peak {peak:N0} MB");
        return 0;

        async Task RunAsync(string name, Func<int, long, ReadOnlyMemory<byte>?> next)
        {
            if (options.Filter is not null && !name.StartsWith(options.Filter, StringComparison.Ordinal))
                return;
            var best = default(LoadResult);
            for (var round = 0; round < options.Rounds; round++)
            {
                var result = await LoadDriver.RunAsync(server.Port, clients, TimeSpan.FromSeconds(options.Seconds), next);
                best = best is null || result.PerSecond > best.PerSecond ? result : best;
            }

            Console.WriteLine($"{name,-32} {best}");
        }

        static ReadOnlyMemory<byte>? Get(string path, string accept) => LoadDriver.Request("GET", path, null, $"Accept: {accept}");
    }

    private static async Task<string> TagAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path.TrimStart('/'));
        request.Headers.Add("Accept", "image/jpeg");
        using var answer = await http.SendAsync(request);
        return answer.EnsureSuccessStatusCode().Headers.ETag!.Tag;
    }

    private static async Task StoreAsync(HttpClient http, CtSlice slice, int instance)
    {
        var file = new byte[slice.Length];
        slice.CopyTo(file, 0, instance);
        using var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n"), .. file, .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n")]);
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/related; type=\"application/dicom\"; boundary={Boundary}");
        using var answer = await http.PostAsync("dicomweb/studies", content);
        answer.EnsureSuccessStatusCode();
    }
}
