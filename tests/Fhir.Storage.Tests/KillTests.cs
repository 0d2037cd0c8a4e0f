// A process that writes is killed at a random moment, five times over on the same file; whatever it had acknowledged is there, and what it
// had acknowledged as revoked is not good again.

using System.Diagnostics;
using System.Text;
using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests;

public sealed class KillTests(ITestOutputHelper output)
{
    private const int Rounds = 5;

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill_and_no_transaction_is_halved()
    {
        var folder = Directory.CreateTempSubdirectory("fhirhub-kill-").FullName;
        try
        {
            var path = Path.Combine(folder, "fhirhub.db");
            var acknowledged = new List<string>();
            var seed = TestSeed.Take();
            output.WriteLine($"seed {seed}");
            var random = new Random(seed);
            for (var round = 1; round <= Rounds; round++)
            {
                var lines = await WriteUntilKilledAsync(path, round, random);
                output.WriteLine($"round {round}: {lines.Count} acknowledged");
                acknowledged.AddRange(lines);
                await CheckAsync(path, acknowledged);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<string>> WriteUntilKilledAsync(string path, int round, Random random)
    {
        var writer = Path.Combine(AppContext.BaseDirectory, "Fhir.Storage.Tests.Writer.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [writer, path, $"{round}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;

        // By the number of acknowledgements and not by time, so that a slow machine tests the same.
        var killAfter = random.Next(50, 3_000);
        var killed = false;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (!killed && lines.Count >= killAfter)
            {
                process.Kill();
                killed = true;
            }
        }

        await process.WaitForExitAsync();
        Assert.True(killed, "The writer ended before it was killed.");

        // The last line may have been cut by the kill.
        if (!lines[^1].EndsWith(" .", StringComparison.Ordinal))
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static async Task CheckAsync(string path, List<string> acknowledged)
    {
        await using var store = SqliteResourceStore.Open(new SqliteStoreOptions { Path = path, Extract = TestResource.Extract });
        Assert.Empty(await store.VerifyAsync(CancellationToken.None));

        foreach (var line in acknowledged)
        {
            var parts = line.Split(' ');
            if (parts[0] == "grant")
            {
                var record = await store.FindAsync("grant", parts[1], CancellationToken.None);
                Assert.Equal(parts[2], record is null ? "removed" : Encoding.UTF8.GetString(record.Body.Span));
                continue;
            }

            await AcknowledgedWrites.CheckAsync(store, line);
        }

        await AcknowledgedWrites.CheckTransactionsAsync(store);
    }
}
