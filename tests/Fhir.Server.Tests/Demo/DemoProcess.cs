// The verb demo as a process, on a port that the system chooses.

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace FhirHub.Tests.Demo;

/// <summary>A running demonstration.</summary>
internal sealed class DemoProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;

    private DemoProcess(Process process, StringBuilder output) => (_process, _output) = (process, output);

    /// <summary>A client for absolute addresses, with the token that was printed.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>Where it listens, as it prints.</summary>
    public string Address => Output.Split('\n').Single(static line => line.Contains("what runs here", StringComparison.Ordinal)).Trim().Split("/ ")[0];

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts it and waits until it has said what to try.</summary>
    public static async Task<DemoProcess> StartAsync(string dataPath, params string[] arguments)
    {
        var demo = Launch(dataPath, arguments);
        await demo.WaitAsync(() => demo.Output.Contains("$translate", StringComparison.Ordinal));
        if (demo.Lines("TOKEN=").SingleOrDefault() is { } token)
            demo.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token["TOKEN=".Length..]);
        return demo;
    }

    /// <summary>Starts it.</summary>
    public static DemoProcess Launch(string dataPath, params string[] arguments)
    {
        var (process, output) = ServerProcess.Launch(["demo", "--urls=http://127.0.0.1:0", $"--FhirHub:DataPath={dataPath}", .. arguments]);
        return new DemoProcess(process, output);
    }

    /// <summary>The printed lines that begin so, without the blanks before that.</summary>
    public IEnumerable<string> Lines(string beginning) => Output.Split('\n').Select(static line => line.Trim()).Where(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Waits for something that it does.</summary>
    public async Task WaitAsync(Func<bool> isSo)
    {
        for (var waited = Stopwatch.StartNew(); !isSo(); await Task.Delay(20))
            Assert.True(!_process.HasExited && waited.Elapsed < TimeSpan.FromMinutes(3), Output);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Client.Dispose();
    }
}
