// The contract on Cosmos.

using FhirHub.Cosmos.Emulator;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Cosmos;

[NeedsCosmos]
public sealed partial class CosmosResourceStoreTests(ITestOutputHelper output) : ResourceStoreContract
{
    private readonly string _database = CosmosEmulator.FreshDatabase();

    private protected override ITestOutputHelper Output => output;

    protected override async Task<IResourceStore> OpenAsync(TimeProvider clock) => await CosmosResourceStore.OpenAsync(
        new CosmosStoreOptions
        {
            Endpoint = await CosmosEmulator.EndpointAsync(),
            Key = CosmosEmulator.Key,
            Database = _database,
            Extract = Definitions.Extract,
            Generation = () => Definitions.Generation,
            IndexFingerprint = Definitions.Fingerprint,
            ExtractContained = Definitions.ExtractContained,
            Text = TestResource.Texts,
            Clock = clock,
            IncludeLimit = 50,

            // What a search may take is tested where it is set; here the machine is what takes long.
            SearchTimeout = TimeSpan.FromMinutes(10),
            CompartmentParameters = static (compartment, type) => (compartment, type) switch
            {
                ("Patient", "Observation") => [Parameters.Subject],
                _ => [],
            },
        },
        CancellationToken.None);

    // The server in memory reads all of a container for each query, and here that is one of each type several times over.
    protected override int GeneratedQueries => CosmosEmulator.External is null ? 300 : base.GeneratedQueries;

    protected override Task RemoveAsync() => CosmosEmulator.DeleteAsync(_database);

    protected override async Task VerifyAsync() => Assert.Empty(await ((CosmosResourceStore)Store).VerifyAsync(CancellationToken.None));
}
