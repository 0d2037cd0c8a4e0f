// Where tests find the material that lies beside the project (../shared) and is never part of it.

using System.Diagnostics;

namespace FhirHub.Tests;

/// <summary>Test material outside the project; a test that does not find it says so and passes.</summary>
public static class SharedMaterial
{
    /// <summary>The folder that holds FhirHub.sln.</summary>
    public static string ProjectRoot { get; } = FindProjectRoot();

    /// <summary>The folder of an archive such as <c>r4-examples</c>, unpacked on first use; null if there is none.</summary>
    public static string? Folder(string archive)
    {
        var script = Path.GetFullPath(Path.Combine(ProjectRoot, "..", "shared", "unpack.sh"));
        if (!File.Exists(script))
            return null;
        using var process = Process.Start(new ProcessStartInfo(script, [archive]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var folder = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 && Directory.Exists(folder) ? folder : null;
    }

    private static string FindProjectRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FhirHub.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("FhirHub.sln is in no folder above the tests.");
    }
}
