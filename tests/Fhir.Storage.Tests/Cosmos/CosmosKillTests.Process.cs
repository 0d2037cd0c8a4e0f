// A process that writes with 16 writers is killed at a step of the commit protocol, again and again on the same database.

using System.Diagnostics;
using System.Globalization;
using FhirHub.Cosmos.Emulator;

namespace FhirHub.Storage.Tests.Cosmos;

/// <content>Processes.</content>
public sealed partial class CosmosKillTests
{
    // Under load, so not the first of its kind.
    private const int After = 12;

    [CosmosFact(NeedsGateway = true)]
    public async Task What_a_killed_process_had_acknowledged_is_there_and_no_transaction_is_halved()
    {
        (CosmosOperation Operation, string Container, CosmosMoment Moment)[] steps =
        [
            (CosmosOperation.Create, "resources", CosmosMoment.After),
            (CosmosOperation.Create, "log", CosmosMoment.Before),
            (CosmosOperation.Create, "log", CosmosMoment.After),
            (CosmosOperation.Create, "history", CosmosMoment.After),
            (CosmosOperation.Patch, "resources", CosmosMoment.After),
            (CosmosOperation.Create, "ids", CosmosMoment.After),
            (CosmosOperation.Replace, "control", CosmosMoment.Before),
            (CosmosOperation.Replace, "control", CosmosMoment.After),
        ];
        await using var servers = await CosmosServers.StartAsync();
        var (survivor, _) = await servers.OpenAsync();
        var acknowledged = new List<string>();
        for (var round = 0; round < steps.Length; round++)
        {
            var step = steps[round];
            var lines = await WriteUntilKilledAsync(servers, round, request => (request.Operation, request.Container) == (step.Operation, step.Container), step.Moment);
            output.WriteLine($"killed {step.Moment} {step.Operation} in {step.Container}: {lines.Count} acknowledged");
            acknowledged.AddRange(lines);

            // As it was left, and after somebody has brought it to an end.
            await AcknowledgedWrites.CheckTransactionsAsync(survivor);
            await survivor.SweepAsync(CancellationToken.None);
            await AcknowledgedWrites.CheckTransactionsAsync(survivor);
            foreach (var line in lines)
                await AcknowledgedWrites.CheckAsync(survivor, line);
        }

        foreach (var line in acknowledged)
            await AcknowledgedWrites.CheckAsync(survivor, line);
    }

    // The lines of resources that it wrote; the step is counted by the gateway, so that a slow machine tests the same.
    private static async Task<List<string>> WriteUntilKilledAsync(CosmosServers servers, int round, Func<CosmosRequest, bool> isStep, CosmosMoment moment)
    {
        var client = await servers.Gateway.AddClientAsync();
        var writer = Path.Combine(AppContext.BaseDirectory, "Fhir.Storage.Tests.Writer.dll");
        string[] arguments = [writer, client.Endpoint.AbsoluteUri, CosmosEmulator.Key, servers.Database, round.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var (steps, killed) = (0, false);
        servers.Gateway.Fault = (request, at) =>
        {
            if (request.Client != client.Name || at != moment || !isStep(request) || Interlocked.Increment(ref steps) != After)
                return null;
            return CosmosFault.Run(() =>
            {
                killed = true;
                process.Kill();
                process.WaitForExit();
            });
        };
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.EndsWith(" .", StringComparison.Ordinal) && !line.StartsWith("grant ", StringComparison.Ordinal))
                lines.Add(line);
        }

        await process.WaitForExitAsync();
        servers.Gateway.Fault = null;
        Assert.True(killed, "The writer ended before it was killed.");
        return lines;
    }
}
