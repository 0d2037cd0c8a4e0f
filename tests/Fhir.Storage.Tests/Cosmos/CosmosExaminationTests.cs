// What the doctor tells of a Cosmos store that is well, and of each thing that is not.

using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class CosmosExaminationTests : IAsyncLifetime
{
    private readonly string _database = CosmosEmulator.FreshDatabase();
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-blobs-").FullName;
    private readonly SettableClock _clock = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (CosmosEmulator.Lacks(needsGateway: false) is null)
            await CosmosEmulator.DeleteAsync(_database);
        Directory.Delete(_folder, recursive: true);
    }

    [CosmosFact]
    public async Task A_database_that_is_not_there_is_no_fault_and_is_not_made()
    {
        var endpoint = await CosmosEmulator.EndpointAsync();
        for (var i = 0; i < 2; i++)
        {
            var findings = await ExamineAsync(endpoint);
            Assert.All(findings, static finding => Assert.True(finding.IsWell, finding.Words));
            Assert.Contains(findings, static finding => finding.Words.Contains("does not exist; the first start makes it", StringComparison.Ordinal));
        }
    }

    [CosmosFact]
    public async Task A_store_that_is_well_has_a_finding_for_everything()
    {
        var endpoint = await CosmosEmulator.EndpointAsync();
        await FillAsync(endpoint);
        var findings = await ExamineAsync(endpoint, isThorough: true);
        Assert.All(findings, static finding => Assert.True(finding.IsWell, $"{finding.What}: {finding.Words}"));
        foreach (var what in new[] { "cosmos account", "cosmos database", "container resources", "container ids", "container history", "container log", "container control", "container state", "commits", "index", "leftovers", "blobs" })
            Assert.Contains(findings, finding => finding.What == what);
        Assert.Contains(findings, static finding => finding.Words.Contains("1 that versions name are as they were written", StringComparison.Ordinal));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_weak_consistency_level_and_a_region_that_is_not_there_are_wrong()
    {
        await using var weak = await CosmosEmulator.GatewayAsync("Session");
        Assert.Contains("must be Strong", Wrong(await ExamineAsync(weak.Endpoint)), StringComparison.Ordinal);
        await using var regions = await CosmosEmulator.GatewayAsync("Strong", "West Europe", "North Europe");
        Assert.Contains("East Asia", Wrong(await ExamineAsync(regions.Endpoint, regions: ["North Europe", "East Asia"])), StringComparison.Ordinal);
        Assert.All(await ExamineAsync(regions.Endpoint, regions: ["North Europe"]), static finding => Assert.True(finding.IsWell, finding.Words));
    }

    [CosmosFact]
    public async Task A_container_that_somebody_made_otherwise_is_wrong()
    {
        var endpoint = await CosmosEmulator.EndpointAsync();
        await FillAsync(endpoint);
        using (var client = new CosmosClient(endpoint.AbsoluteUri, CosmosEmulator.Key, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true }))
        {
            await client.GetContainer(_database, "history").DeleteContainerAsync();
            await client.GetDatabase(_database).CreateContainerAsync(new ContainerProperties("history", "/t"));
            await client.GetContainer(_database, "state").DeleteContainerAsync();
        }

        var findings = await ExamineAsync(endpoint);
        Assert.Contains("partition key is /t and must be /k", Assert.Single(findings, static finding => finding.What == "container history").Words, StringComparison.Ordinal);
        Assert.Contains("is missing", Assert.Single(findings, static finding => finding.What == "container state").Words, StringComparison.Ordinal);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task Commits_that_nobody_applies_and_documents_of_commits_that_never_came_are_told()
    {
        await using var gateway = await CosmosEmulator.GatewayAsync();
        await FillAsync(gateway.Endpoint);

        // A server that dies right after its commit, and one that dies before.
        foreach (var step in (Func<CosmosRequest, bool>[])[static request => request.Operation == CosmosOperation.Patch, static request => request is { Operation: CosmosOperation.Create, Container: "log" }])
        {
            gateway.FailAfter(0, step);
            await Assert.ThrowsAnyAsync<Exception>(() => FillAsync(gateway.Endpoint, step));
            gateway.Client.Revive();
        }

        Assert.All(await ExamineAsync(gateway.Endpoint), static finding => Assert.True(finding.IsWell, finding.Words));
        _clock.Now += TimeSpan.FromHours(3);
        var wrong = Wrong(await ExamineAsync(gateway.Endpoint));
        Assert.Contains("1 waiting for longer than 60 s", wrong, StringComparison.Ordinal);
        Assert.Contains("of them for ones that never came: a server that runs removes them", wrong, StringComparison.Ordinal);
    }

    [CosmosFact]
    public async Task A_blob_that_is_damaged_is_found_by_a_thorough_look()
    {
        var endpoint = await CosmosEmulator.EndpointAsync();
        await FillAsync(endpoint);
        await File.AppendAllTextAsync(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Single(), "x");
        Assert.All(await ExamineAsync(endpoint), static finding => Assert.True(finding.IsWell, finding.Words));
        Assert.Contains("Patient/large", Wrong(await ExamineAsync(endpoint, isThorough: true)), StringComparison.Ordinal);
    }

    private static string Wrong(List<StoreFinding> findings) => string.Join('\n', findings.Where(static finding => !finding.IsWell).Select(static finding => $"{finding.What}: {finding.Words}"));

    private async Task FillAsync(Uri endpoint, object? unique = null)
    {
        await using var store = await CosmosResourceStore.OpenAsync(Options(endpoint), default);
        var bytes = new byte[2_000_000];
        new Random(1).NextBytes(bytes);
        PutResource[] writes =
        [
            new(new ResourceKey("Patient", "large"), new TestResource($"{unique} {Convert.ToBase64String(bytes)}").Prepare(), WriteMethod.Put),
            new(new ResourceKey("Patient", "small"), new TestResource($"{unique}").Prepare(), WriteMethod.Put),
        ];
        await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, default);
    }

    private async Task<List<StoreFinding>> ExamineAsync(Uri endpoint, bool isThorough = false, params string[] regions)
    {
        var findings = new List<StoreFinding>();
        await foreach (var finding in CosmosExamination.ExamineAsync(Options(endpoint) with { Regions = regions }, isThorough, default))
            findings.Add(finding);
        return findings;
    }

    private CosmosStoreOptions Options(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Key = CosmosEmulator.Key,
        Database = _database,
        Extract = TestResource.Extract,
        Clock = _clock,
        Blobs = new FolderBodyBlobs(_folder),
        SweepInterval = TimeSpan.FromHours(1),
        RetryBudget = TimeSpan.FromMilliseconds(300),
    };
}
