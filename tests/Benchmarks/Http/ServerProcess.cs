// A server in a process of its own on a free loopback port, with its data in a temporary folder that goes with it.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace FhirHub.Benchmarks.Http;

public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string? _dataPath;
    private readonly bool _keepData;

    private ServerProcess(Process process, int port, string? dataPath, bool keepData, TimeSpan started)
    {
        _process = process;
        _dataPath = dataPath;
        _keepData = keepData;
        Port = port;
        TimeToFirstAnswer = started;
    }

    public int Port { get; }

    public int Id => _process.Id;

    public string? DataPath => _dataPath;

    public TimeSpan TimeToFirstAnswer { get; }

    /// <summary>Resident memory in MB, now and at its peak, and how much of that of now are pages of files, which each map counts anew.</summary>
    public (double Now, double Peak, double Mapped) Memory
    {
        get
        {
            var status = File.ReadAllLines($"/proc/{_process.Id}/status");
            double Field(string name) => double.Parse(status.First(l => l.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
            return (Field("VmRSS"), Field("VmHWM"), Field("RssFile"));
        }
    }

    /// <summary>Processor time that it has taken so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>FhirHub as built beside the benchmarks.</summary>
    public static Task<ServerProcess> StartFhirHubAsync(string? dataPath = null, bool keepData = false, params string[] settings)
    {
        var port = FreePort();
        dataPath ??= Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "FhirHub.dll"),
            $"--urls=http://127.0.0.1:{port}", $"--FhirHub:DataPath={dataPath}", "--FhirHub:Auth:Mode=Open", "--Logging:LogLevel:Default=Warning", .. settings,
        ];
        return StartAsync(arguments, port, "/health/ready", dataPath, null, keepData);
    }

    /// <summary>The bare endpoint with that body.</summary>
    public static Task<ServerProcess> StartBareAsync(byte[] body)
    {
        var port = FreePort();
        return StartAsync([Assembly.GetExecutingAssembly().Location, "bare", $"{port}"], port, "/", null, body);
    }

    /// <summary>The bare endpoint of a file.</summary>
    public static Task<ServerProcess> StartBareFileAsync(string file)
    {
        var port = FreePort();
        return StartAsync([Assembly.GetExecutingAssembly().Location, "bare-file", $"{port}", file], port, "/", null, null);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_dataPath is not null && !_keepData)
            Directory.Delete(_dataPath, recursive: true);
    }

    private static async Task<ServerProcess> StartAsync(string[] arguments, int port, string probe, string? dataPath, byte[]? input, bool keepData = false)
    {
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
            await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while (clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            try
            {
                using var answer = await client.GetAsync(probe);
                if (answer.IsSuccessStatusCode)
                    return new ServerProcess(process, port, dataPath, keepData, clock.Elapsed);
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(10);
            }
        }

        process.Kill();
        throw new InvalidOperationException("The server did not answer within a minute.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
