// The built server as a process of its own, on a free port of the loopback interface.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FhirHub.Tests;

/// <summary>A server process with its data folder.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;

    private ServerProcess(Process process, StringBuilder output, Uri address)
    {
        _process = process;
        _output = output;
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>A client of <c>/fhir/</c>.</summary>
    public HttpClient Client { get; }

    /// <summary>What the process printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts the server and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string dataPath, params string[] settings)
    {
        // Another process may take the port between the choice and the start, so a failed start is tried again.
        for (var tries = 1; ; tries++)
        {
            var port = FreePort();
            var (process, output) = Launch(["serve", $"--urls=http://127.0.0.1:{port}", "--FhirHub:Auth:Mode=Open", $"--FhirHub:DataPath={dataPath}", .. settings]);
            var server = new ServerProcess(process, output, new Uri($"http://127.0.0.1:{port}/fhir/"));
            if (await server.IsReadyAsync())
                return server;
            var printed = server.Output;
            server.Dispose();
            if (tries == 3)
                throw new InvalidOperationException($"The server did not start: {printed}");
        }
    }

    /// <summary>Runs the command line to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => RunWithAsync([], arguments);

    /// <summary>The same with settings of the environment, such as <c>FhirHub__Integrity</c>.</summary>
    public static async Task<(int ExitCode, string Output)> RunWithAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        var (process, output) = Launch(arguments, environment);
        using (process)
        {
            await process.WaitForExitAsync();
            lock (output)
                return (process.ExitCode, output.ToString());
        }
    }

    /// <summary>Starts the command line.</summary>
    public static (Process Process, StringBuilder Output) Launch(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FhirHub.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        void Add(object sender, DataReceivedEventArgs line)
        {
            lock (output)
                output.AppendLine(line.Data);
        }

        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return (process, output);
    }

    /// <summary>Ends the process as a power cut would: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Client.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60) && !_process.HasExited;)
        {
            try
            {
                using var answer = await Client.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode)
                    return true;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        return false;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder's path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;

    /// <summary>A path below it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file below it.</summary>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
