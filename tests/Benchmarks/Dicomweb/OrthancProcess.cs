// Debian's Orthanc with its DICOMweb plugin on a free loopback port, with its data in a temporary folder that goes with it.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace FhirHub.Benchmarks.Dicomweb;

public sealed class OrthancProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private OrthancProcess(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>Starts it as Debian installs it, but for the address and what keeps it from serving: it stores as durably as it does by default.</summary>
    public static async Task<OrthancProcess> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("orthanc-bench-").FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var configuration = Path.Combine(folder, "orthanc.json");
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["StorageDirectory"] = Path.Combine(folder, "storage"),
            ["IndexDirectory"] = Path.Combine(folder, "index"),
            ["HttpPort"] = port,
            ["DicomServerEnabled"] = false,
            ["RemoteAccessAllowed"] = false,
            ["AuthenticationEnabled"] = false,
            ["Plugins"] = new[] { "/usr/share/orthanc/plugins/libOrthancDicomWeb.so" },
            ["DicomWeb"] = new Dictionary<string, object> { ["Enable"] = true, ["Root"] = "/dicomweb/" },
        }));
        var process = Process.Start(new ProcessStartInfo("Orthanc", [configuration]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var client = new HttpClient();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60);)
        {
            try
            {
                using var answer = await client.GetAsync($"http://127.0.0.1:{port}/dicomweb/studies?limit=1");
                if (answer.IsSuccessStatusCode)
                    return new OrthancProcess(process, folder, port);
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(50);
            }
        }

        process.Kill();
        throw new InvalidOperationException("Orthanc did not answer within a minute.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
