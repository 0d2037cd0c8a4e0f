// Time from starting the process to its first answer, on an empty data folder.

namespace FhirHub.Benchmarks.Http;

public static class StartBenchmark
{
    public static async Task<int> RunAsync(Options options)
    {
        for (var round = 0; round < options.Rounds; round++)
        {
            await using var server = await ServerProcess.StartFhirHubAsync();
            Console.WriteLine($"first answer after {server.TimeToFirstAnswer.TotalMilliseconds:F0} ms, {server.Memory.Now:F0} MB");
        }

        return 0;
    }
}
