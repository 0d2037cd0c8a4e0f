// A process that stores and deletes is killed at a random moment, several times over on the same folder; whatever it had acknowledged is so.

using System.Diagnostics;
using System.Security.Cryptography;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class KillTests(ITestOutputHelper output)
{
    private const int Rounds = 5;
    private const string Gone = "gone";

    // For each instance the state that was acknowledged last, and those that were begun since.
    private readonly Dictionary<string, string> _acknowledged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _begun = new(StringComparer.Ordinal);

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill_in_the_middle_of_stores_and_deletes()
    {
        var folder = Directory.CreateTempSubdirectory("fhirhub-kill-").FullName;
        try
        {
            var seed = TestSeed.Take();
            output.WriteLine($"seed {seed}");
            var random = new Random(seed);
            for (var round = 1; round <= Rounds; round++)
            {
                var acknowledged = await WriteUntilKilledAsync(folder, round, random);
                await CheckAsync(folder);
                output.WriteLine($"round {round}: {acknowledged} acknowledged");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> WriteUntilKilledAsync(string folder, int round, Random random)
    {
        var writer = Path.Combine(AppContext.BaseDirectory, "Dicomweb.Tests.Writer.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [writer, folder, $"{round}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;

        // By the number of lines and not by time, so that a slow machine tests the same.
        var killAfter = random.Next(100, 1_500);
        var killed = false;
        var lines = 0;
        var acknowledged = 0;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line may have been cut by the kill.
            if (!line.EndsWith(" .", StringComparison.Ordinal))
                continue;
            Note(line.Split(' '));
            acknowledged += line.StartsWith("done", StringComparison.Ordinal) ? 1 : 0;
            if (!killed && ++lines >= killAfter)
            {
                process.Kill();
                killed = true;
            }
        }

        await process.WaitForExitAsync();
        Assert.True(killed, "The writer ended before it was killed.");
        return acknowledged;
    }

    private void Note(string[] words)
    {
        var isDone = words[0] == "done";
        var state = words[1] == "store" ? words[5] : Gone;
        IEnumerable<string> keys = words[4] == "*"
            ? [.. _begun.Keys.Where(key => key.StartsWith($"{words[2]} {words[3]} ", StringComparison.Ordinal))]
            : [$"{words[2]} {words[3]} {words[4]}"];
        foreach (var key in keys)
        {
            if (!_begun.TryGetValue(key, out var begun))
                _begun[key] = begun = [];
            if (!isDone)
            {
                begun.Add(state);
                continue;
            }

            _acknowledged[key] = state;
            begun.Clear();
        }
    }

    private async Task CheckAsync(string folder)
    {
        await using var archive = ImageArchive.Open(new DicomwebOptions { Path = folder }, TimeProvider.System);
        Assert.Empty(await archive.VerifyAsync(default));
        foreach (var (key, begun) in _begun)
        {
            var uids = key.Split(' ');
            var found = await archive.FindAsync(ImageScope.Full, new(uids[0], uids[1], uids[2]), default);
            var state = found.Count == 0 ? Gone : Convert.ToHexString(SHA256.HashData(await TestInstance.ReadAsync(archive, found[0])));
            Assert.True(
                state == _acknowledged.GetValueOrDefault(key, Gone) || begun.Contains(state),
                $"Instance {key} is {state}, and {_acknowledged.GetValueOrDefault(key, Gone)} was acknowledged.");

            // What this round left is what the next begins with.
            _acknowledged[key] = state;
            begun.Clear();
        }
    }
}
