// Holds the table of costs in docs/adr/0052-cosmos-data-model.md to what the store asks of the database.

using FhirHub.Cosmos.City;
using FhirHub.Cosmos.Emulator;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class CosmosCostTests(ITestOutputHelper output)
{
    [CosmosFact(NeedsGateway = true)]
    public async Task The_record_of_the_data_model_says_what_each_interaction_asks_of_the_database()
    {
        var path = Path.Combine(SharedMaterial.ProjectRoot, "docs", "adr", "0052-cosmos-data-model.md");
        var costs = await CostTable.MeasureAsync(CancellationToken.None);
        foreach (var (row, cost) in costs)
            output.WriteLine($"{row.Name}: {cost.Count}, {cost.Parts}");
        var written = await File.ReadAllTextAsync(path);
        var told = CostTable.Tell(written, costs);
        if (Environment.GetEnvironmentVariable("FHIRHUB_WRITE_COSTS") == "1")
            await File.WriteAllTextAsync(path, told);
        else
            Assert.True(written == told, $"The table is not what was counted; FHIRHUB_WRITE_COSTS=1 writes it anew.\n{told}");
    }
}
