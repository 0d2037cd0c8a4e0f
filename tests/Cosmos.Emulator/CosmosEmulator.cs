// The Cosmos DB of the tests: one of npm in memory, a process of Node for each test process, or the one the environment names.

using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Cosmos.Emulator;

/// <summary>Where the tests have their Cosmos DB.</summary>
public static class CosmosEmulator
{
    private static readonly string[] s_programs = ["node", "npm"];
    private static readonly Lazy<Task<Uri>> s_server = new(StartAsync);
    private static readonly Lazy<Task<CosmosGateway>> s_gateway = new(() => GatewayAsync());

    /// <summary>The key of the server in memory, which looks at none.</summary>
    public static string Key => External is null ? Convert.ToBase64String("any key will do"u8) : Environment.GetEnvironmentVariable("FHIRHUB_COSMOS_KEY") ?? "";

    /// <summary>The account that the environment names: Azure's or Microsoft's emulator; null if it names none.</summary>
    public static Uri? External { get; } = Environment.GetEnvironmentVariable("FHIRHUB_COSMOS_ENDPOINT") is { Length: > 0 } text ? new Uri(text) : null;

    /// <summary>Why a test can't run here; null if it can.</summary>
    public static string? Lacks(bool needsGateway)
    {
        if (External is not null)
            return needsGateway ? "It counts requests or makes them fail, which needs the server in memory: FHIRHUB_COSMOS_ENDPOINT is set." : null;
        var missing = s_programs.FirstOrDefault(static program => Find(program) is null);
        return missing is null ? null : $"{missing} is missing; install Node 20, or set FHIRHUB_COSMOS_ENDPOINT and FHIRHUB_COSMOS_KEY.";
    }

    /// <summary>The address of the account, through a gateway that all tests without needs of their own share.</summary>
    public static async Task<Uri> EndpointAsync() => External ?? (await s_gateway.Value).Endpoint;

    /// <summary>A gateway of the test's own to the server in memory: it counts and fails only what comes through it.</summary>
    /// <param name="consistency">What the account document says is the account's default.</param>
    /// <param name="regions">The regions of the account, the first of which is written to; one if none is named.</param>
    public static async Task<CosmosGateway> GatewayAsync(string consistency = "Strong", params string[] regions) =>
        await CosmosGateway.StartAsync(await s_server.Value, consistency, regions is [] ? ["West Europe"] : regions);

    /// <summary>A name that no database has.</summary>
    public static string FreshDatabase() => $"test-{Guid.NewGuid():N}";

    /// <summary>Deletes a database that a test created; nothing happens if it is not there.</summary>
    public static async Task DeleteAsync(string database, CancellationToken cancel = default)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(External ?? await s_server.Value, $"dbs/{database}"));
        var date = DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
        var signature = HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes($"delete\ndbs\ndbs/{database}\n{date}\n\n"));
        request.Headers.TryAddWithoutValidation("authorization", Uri.EscapeDataString($"type=master&ver=1.0&sig={Convert.ToBase64String(signature)}"));
        request.Headers.TryAddWithoutValidation("x-ms-date", date);
        request.Headers.TryAddWithoutValidation("x-ms-version", "2018-12-31");
        using var answer = await client.SendAsync(request, cancel);
        if (!answer.IsSuccessStatusCode && answer.StatusCode != System.Net.HttpStatusCode.NotFound)
            throw new InvalidOperationException($"The database {database} was not deleted: {(int)answer.StatusCode}.");
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task<Uri> StartAsync()
    {
        if (Lacks(true) is { } missing)
            throw new InvalidOperationException(missing);
        var folder = await InstallAsync();
        var process = Start(Find("node")!, folder, "server.mjs");

        // It ends when its input does, which is when this process does.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.StandardInput.Close();
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var address = await process.StandardOutput.ReadLineAsync();
        return new Uri(address ?? throw new InvalidOperationException("The Cosmos DB server of npm did not start."));
    }

    // Several test projects may start at once: one of them installs, the others wait for it.
    private static async Task<string> InstallAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "cosmosdb-server");
        var target = typeof(CosmosEmulator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static attribute => attribute.Key == "InstallFolder").Value!;
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            target = source;
        Directory.CreateDirectory(target);
        await using var held = await LockAsync($"{target}.lock");
        foreach (var file in target == source ? [] : Directory.GetFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(target, "package-lock.json"))));
        var mark = Path.Combine(target, "node_modules", ".installed");
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
            return target;
        using var install = Start(Find("npm")!, target, "ci", "--no-audit", "--no-fund");
        install.StandardInput.Close();
        install.OutputDataReceived += static (_, _) => { };
        install.BeginOutputReadLine();
        var errors = await install.StandardError.ReadToEndAsync();
        await install.WaitForExitAsync();
        if (install.ExitCode != 0)
            throw new InvalidOperationException($"npm ci failed: {errors}");
        await File.WriteAllTextAsync(mark, wanted);
        return target;
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (since.Elapsed < TimeSpan.FromMinutes(5))
            {
                await Task.Delay(100);
            }
        }
    }

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var info = new ProcessStartInfo(program) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }
}
