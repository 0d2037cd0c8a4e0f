// Every resource of a generated region, as it lies in a server, meets the exchange's profiles and what R4 asks of it.

using System.Collections.Concurrent;
using FhirHub.Model;
using FhirHub.Samples.Region;
using FhirHub.Search;
using FhirHub.Server.Exchange;
using FhirHub.Validation;

namespace FhirHub.Server.Tests.Demo;

public class RegionValidationTests
{
    [Theory]
    [InlineData(200, 1)]
    [InlineData(1, 1)]
    [InlineData(20, 20261122)]
    public async Task Every_resource_is_valid(int patients, long seed)
    {
        var settings = new RegionSettings(patients, seed);
        var folder = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;
        try
        {
            await using var server = FhirServer.Open(new FhirHubOptions { DataPath = folder });
            await ExchangeLoading.EnsureAsync(server, CancellationToken.None);
            Assert.True(await RegionLoading.LoadAsync(server, settings, TextWriter.Null, TextWriter.Null, CancellationToken.None));

            // Nearly all resources refer to the same few hundred others, which need not be read each time.
            var read = server.Validation.ReaderFor(AccessScope.Full);
            var targets = new ConcurrentDictionary<string, ResourceTree?>(StringComparer.Ordinal);
            var request = new ValidationRequest
            {
                Resolve = async (reference, cancel) => targets.TryGetValue(reference, out var known) ? known : targets[reference] = await read(reference, cancel),
            };
            var problems = new ConcurrentDictionary<string, string>();
            await Parallel.ForEachAsync(new RegionGenerator(settings).Generate(), async (resource, cancel) =>
            {
                var stored = ResourceParser.ParseJson(resource.Json);
                Assert.DoesNotContain(stored.Issues, IsError);
                var root = stored.Tree!.Root;
                foreach (var issue in (await server.Validation.ValidateAsync(root, root, request, cancel)).Where(IsError))
                    problems.TryAdd($"{resource.Type} {issue.Expression} {issue.Code}", $"{resource.Type}/{resource.Id} {issue.Expression}: {issue.Diagnostics}");
            });
            Assert.True(problems.IsEmpty, string.Join('\n', problems.Values.Take(20)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsError(Issue issue) => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal;
}
