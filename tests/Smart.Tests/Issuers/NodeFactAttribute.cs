// Tests that start a server of npm say what they lack and are skipped where Node is missing.

namespace FhirHub.Smart.Tests;

/// <summary>A test that needs Node 20 and npm.</summary>
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        foreach (var program in new[] { "node", "npm" })
        {
            if (Find(program) is null)
                Skip = $"{program} is missing; install Node 20.";
        }
    }

    /// <summary>Where a program is; null if it is not on the path.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
