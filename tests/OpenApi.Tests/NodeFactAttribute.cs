// Tests that need Node say what they lack and are skipped where it is missing.

using System.Diagnostics;

namespace FhirHub.OpenApi.Tests;

/// <summary>A test that needs Node 20 and npm.</summary>
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        foreach (var program in new[] { "node", "npm" })
        {
            if (NodeTools.Find(program) is null)
                Skip = $"{program} is missing; install Node 20.";
        }
    }
}

/// <summary>The programs of the folder <c>npm</c>, installed from its lock file when they are first used.</summary>
internal static class NodeTools
{
    private static readonly Lazy<Task> s_installed = new(InstallAsync);

    /// <summary>The folder.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "npm");

    /// <summary>Where a program is; null if it is not on the path.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs a script of the folder; what it writes is the answer, and a failure fails the test.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        await s_installed.Value;
        return await RunAsync("node", arguments);
    }

    private static async Task InstallAsync()
    {
        var (installed, locked) = (new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json")), new FileInfo(Path.Combine(Folder, "package-lock.json")));
        if (!installed.Exists || installed.LastWriteTimeUtc < locked.LastWriteTimeUtc)
            await RunAsync("npm", ["ci", "--no-audit", "--no-fund"]);
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(Find(program)!) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{output}\n{await errors}");
        return output;
    }
}
