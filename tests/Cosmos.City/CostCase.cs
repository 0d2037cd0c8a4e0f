// The interactions whose requests are counted: the rows of the table in docs/adr/0052-cosmos-data-model.md.

using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Cosmos.City;

/// <summary>An interaction, as the server does it on the store.</summary>
/// <param name="Name">Names the row.</param>
/// <param name="Prepare">Does what comes before and is not counted, and gives what is.</param>
public sealed partial record CostCase(string Name, Func<CityStore, CancellationToken, Task<Func<Task>>> Prepare)
{
    private CostCase(string name, Func<CityStore, CancellationToken, Task> run)
        : this(name, (city, cancel) => Task.FromResult(() => run(city, cancel)))
    {
    }

    /// <summary>All interactions, in the order of the table.</summary>
    public static IReadOnlyList<CostCase> All { get; } = [.. Interactions(), .. Histories(), .. Searches()];

    private static readonly ResourceKey s_observation = new("Observation", "p3-v2");

    private static IEnumerable<CostCase> Interactions()
    {
        yield return new("read", (city, cancel) => ReadAsync(city, s_observation, cancel));
        yield return new("read again", async (city, cancel) =>
        {
            await ReadAsync(city, s_observation, cancel);
            return () => ReadAsync(city, s_observation, cancel);
        });
        yield return new("read of what is not there", (city, cancel) => ReadAsync(city, new ResourceKey("Patient", "nobody"), cancel));
        yield return new("vread of the current version", (city, cancel) => city.Store.ReadVersionAsync(AccessScope.Full, s_observation, 1, cancel).AsTask());
        yield return new("vread of a former version", (city, cancel) => city.Store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "p4"), 1, cancel).AsTask());
        yield return new("create", (city, cancel) => city.CommitAsync([CityStore.Write(Ward.Observation(3, Fresh(), 9))], cancel));
        yield return new("conditional create, none there", (city, cancel) => CreateAsync(city, "Patient?identifier=urn:card|card-77", Ward.Patient(77, Fresh()), cancel));
        yield return new("conditional create, there is one", (city, cancel) => city.SearchAsync("Patient?identifier=urn:card|card-5&_count=2", cancel));
        yield return new("update", (city, cancel) => UpdateAsync(city, new ResourceKey("Patient", "p5"), Ward.Patient(5, "p5", Fresh()), cancel));
        yield return new("update without a change", (city, cancel) => UpdateAsync(city, new ResourceKey("Patient", "p6"), Ward.Patient(6, "p6"), cancel));
        yield return new("conditional update", async (city, cancel) =>
        {
            var query = await city.ParseAsync("Patient?identifier=urn:card|card-7&_count=2", cancel);
            var found = (await city.Store.SearchAsync(AccessScope.Full, query, cancel)).Matches.Single();
            var write = CityStore.Write(Ward.Patient(7, found.Key.Id, Fresh()), WriteMethod.Put) with { ExpectedVersion = found.Version, Base = found };
            await city.CommitAsync(new ResourceTransaction { Writes = [write], Preconditions = [new Precondition(query, [found.Key])] }, cancel);
        });
        yield return new("patch", (city, cancel) => UpdateAsync(city, new ResourceKey("Observation", "p8-v1"), Ward.Observation(8, "p8-v1", 1, "amended"), cancel, WriteMethod.Patch));
        yield return new("delete", (city, cancel) => city.CommitAsync([new DeleteResource(new ResourceKey("Observation", "p9-v1"))], cancel));
        yield return new("transaction of 5 creates", (city, cancel) => city.CommitAsync(Creates(2, 5), cancel));
        yield return new("transaction of 20 creates", (city, cancel) => city.CommitAsync(Creates(2, 20), cancel));
        yield return new("transaction of 5 creates for 5 patients", (city, cancel) => city.CommitAsync([.. Enumerable.Range(0, 5).SelectMany(static patient => Creates(patient, 1))], cancel));
        yield return new("batch of 5 reads, one after the other", async (CityStore city, CancellationToken cancel) =>
        {
            for (var day = 1; day <= 5; day++)
                await ReadAsync(city, new ResourceKey("Observation", $"p1-v{day}"), cancel);
        });
        yield return new("batch of 5 creates, one after the other", async (CityStore city, CancellationToken cancel) =>
        {
            foreach (var write in Creates(1, 5))
                await city.CommitAsync([write], cancel);
        });
    }

    private static IEnumerable<CostCase> Histories()
    {
        yield return new("history of an instance", (city, cancel) => city.Store.HistoryAsync(AccessScope.Full, new HistoryQuery { Type = "Patient", Id = "p4" }, cancel));
        yield return new("history of a type", (city, cancel) => city.Store.HistoryAsync(AccessScope.Full, new HistoryQuery { Type = "Patient" }, cancel));
        yield return new("history of the system", (city, cancel) => city.Store.HistoryAsync(AccessScope.Full, new HistoryQuery(), cancel));
    }

    private static async Task ReadAsync(CityStore city, ResourceKey key, CancellationToken cancel) => await city.Store.ReadAsync(AccessScope.Full, key, cancel);

    private static async Task CreateAsync(CityStore city, string condition, string json, CancellationToken cancel)
    {
        var query = await city.ParseAsync($"{condition}&_count=2", cancel);
        await city.Store.SearchAsync(AccessScope.Full, query, cancel);
        await city.CommitAsync(new ResourceTransaction { Writes = [CityStore.Write(json)], Preconditions = [new Precondition(query, [])] }, cancel);
    }

    // The server reads what it is about to change, and commits on the condition that it still is so.
    private static async Task UpdateAsync(CityStore city, ResourceKey key, string json, CancellationToken cancel, WriteMethod method = WriteMethod.Put)
    {
        var current = await city.Store.ReadAsync(AccessScope.Full, key, cancel);
        await city.CommitAsync([CityStore.Write(json, method) with { ExpectedVersion = current!.Version, Base = current }], cancel);
    }

    private static List<ResourceWrite> Creates(int patient, int count) =>
        [.. Enumerable.Range(0, count).Select(day => CityStore.Write(Ward.Observation(patient, Fresh(), 10 + day)))];

    private static string Fresh() => Guid.CreateVersion7().ToString();
}
