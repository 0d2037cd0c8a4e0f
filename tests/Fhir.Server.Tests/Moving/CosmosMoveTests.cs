// SQLite to Cosmos and back by the files of export: all versions the same, also when the way was interrupted.

using System.Text;
using FhirHub.Cosmos.Emulator;
using FhirHub.Model;
using FhirHub.Samples.Region;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Tests.Moving;

public sealed class CosmosMoveTests : IAsyncLifetime, IDisposable
{
    private static readonly (string Type, string Query)[] s_searches =
    [
        ("Patient", "gender=female"), ("Patient", "birthdate=lt1980"), ("Patient", "name:contains=a"), ("Observation", "status=final"),
        ("Observation", "subject:Patient.gender=male"), ("Encounter", "date=gt2020"), ("Patient", "_has:Observation:subject:status=final"), ("Organization", "name:missing=false"),
    ];

    private readonly string _database = CosmosEmulator.FreshDatabase();
    private readonly TemporaryFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => CosmosEmulator.DeleteAsync(_database);

    public void Dispose() => _folder.Dispose();

    [CosmosFact]
    public async Task A_region_with_its_history_moves_from_SQLite_to_Cosmos_and_back()
    {
        await using var first = await MovedStore.OpenAsync(_folder["first"]);
        await FillAsync(first);
        Assert.True(await first.ExportAsync(_folder["out"], partBytes: 200_000));

        // Interrupted after some parts, and begun again by another server.
        var parts = Directory.GetFiles(_folder["out"], "versions-*").Order(StringComparer.Ordinal).ToList();
        Assert.True(parts.Count > 2);
        await using (var half = await OpenAsync("half", await CosmosEmulator.EndpointAsync()))
        {
            await half.ImportAsync([.. parts.Take(parts.Count / 2)]);
            Assert.Equal("", half.Complaints);
        }

        await using var cosmos = await OpenAsync("cosmos", await CosmosEmulator.EndpointAsync());
        await cosmos.ImportAsync(_folder["out"]);
        Assert.Equal("", cosmos.Complaints);
        Assert.Equal(await first.HistoryAsync(), await cosmos.HistoryAsync());
        Assert.Equal(await first.CurrentAsync(), await cosmos.CurrentAsync());

        // Back, interrupted after each page, with what is written on Cosmos meanwhile.
        for (var pages = 0; !await cosmos.ExportAsync(_folder["back"], pageSize: 100, cancel: new CancellationToken(canceled: true)); pages++)
        {
            if (pages == 1)
                await cosmos.PutAsync("""{"resourceType":"Patient","id":"late","gender":"female","birthDate":"1955-05-05"}""");
        }

        await using var last = await MovedStore.OpenAsync(_folder["last"]);
        await last.ImportAsync(_folder["back"]);
        Assert.Equal("", last.Complaints);
        Assert.Equal(await cosmos.HistoryAsync(), await last.HistoryAsync());
        Assert.Equal(await first.HistoryAsync(), (await last.HistoryAsync()).SkipLast(1));
        foreach (var (type, query) in s_searches)
            Assert.Equal(await cosmos.FindAsync(type, query), await last.FindAsync(type, query));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task An_import_into_a_store_that_is_too_busy_slows_down_and_loses_nothing()
    {
        await using var gateway = await CosmosEmulator.GatewayAsync();
        await using var cosmos = await OpenAsync("busy", gateway.Endpoint);
        _folder.Write("in.ndjson", string.Concat(Enumerable.Range(0, 600).Select(static i => $$"""{"resourceType":"Patient","id":"p{{i}}","birthDate":"{{1950 + (i % 60)}}"}""" + "\n")));

        // For a while nearly every write is refused; then the store has room again.
        var (refused, allowed) = (0, 0);
        gateway.Fault = (request, moment) =>
        {
            if (moment != CosmosMoment.Before || !request.IsWrite || Volatile.Read(ref refused) >= 400 || Interlocked.Increment(ref allowed) % 10 == 0)
                return null;
            Interlocked.Increment(ref refused);
            return CosmosFault.Status(429, TimeSpan.FromMilliseconds(2));
        };
        await cosmos.ImportAsync(_folder["in.ndjson"]);

        Assert.Equal("", cosmos.Complaints);
        Assert.True(cosmos.Busy > 0, "The store was never too busy.");
        var history = await cosmos.HistoryAsync();
        Assert.Equal(600, history.Count);
        Assert.Equal(600, history.Select(static line => line.Split(' ')[0]).Distinct().Count());
        Assert.All(history, static line => Assert.Equal("1", line.Split(' ')[1]));
    }

    // A generated region, and then some years of changes to it.
    private static async Task FillAsync(MovedStore store)
    {
        var random = new Random(TestSeed.Take());
        var all = new RegionGenerator(new RegionSettings(3)).Generate().ToList();
        foreach (var chunk in all.Chunk(200))
            await store.CommitAsync([.. chunk.Select(resource => Put(store, resource.Json, WriteMethod.Post))]);
        for (var i = 0; i < 60; i++)
        {
            var writes = new Dictionary<ResourceKey, ResourceWrite>();
            for (var n = random.Next(5); n >= 0; n--)
            {
                var resource = all[random.Next(all.Count)];
                var key = new ResourceKey(resource.Type, resource.Id);
                var language = $$"""{"resourceType":"{{resource.Type}}","language":"x-{{i}}-{{n}}",""";
                var changed = language + Encoding.UTF8.GetString(resource.Json.Span)[$$"""{"resourceType":"{{resource.Type}}",""".Length..];
                writes[key] = random.Next(4) == 0 ? new DeleteResource(key) : Put(store, Encoding.UTF8.GetBytes(changed), random.Next(2) == 0 ? WriteMethod.Put : WriteMethod.Patch);
            }

            await store.CommitAsync([.. writes.Values]);
        }
    }

    private static PutResource Put(MovedStore store, ReadOnlyMemory<byte> json, WriteMethod method)
    {
        var root = ResourceParser.ParseJson(json).Tree!.Root;
        return new PutResource(new ResourceKey(root.Type.Name, root.ChildValue("id")!), store.Repository.Preparer.Prepare(root, root.Type.Name).Resource!, method);
    }

    private Task<MovedStore> OpenAsync(string name, Uri endpoint) => MovedStore.OpenAsync(_folder[name], async (extract, contained, generation) => await CosmosResourceStore.OpenAsync(
        new CosmosStoreOptions
        {
            Endpoint = endpoint,
            Key = CosmosEmulator.Key,
            Database = _database,
            Extract = extract,
            ExtractContained = contained,
            Generation = generation,
            RetryBudget = TimeSpan.FromMilliseconds(20),
            CompartmentParameters = static (compartment, type) => [.. (CompartmentRules.Parameters(compartment, type) ?? [])
                .Select(code => SearchParameterRegistry.R4.Find(type, code)).OfType<SearchParameter>()],
        },
        CancellationToken.None));
}
