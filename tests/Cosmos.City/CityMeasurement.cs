// The steps of a visit, done on the store for synthetic patients, and the sizes of the documents that they left.

using System.Text;
using System.Text.Json;
using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Cosmos.City;

/// <summary>What was measured on a small city.</summary>
/// <param name="Patients">Patients in it.</param>
/// <param name="Resources">Their resources.</param>
/// <param name="Bytes">The size of the resources as they were sent.</param>
/// <param name="Samples">Costs of each step by its name, one for each patient.</param>
/// <param name="Sizes">Sizes of documents.</param>
/// <param name="Containers">Documents and bytes by container.</param>
public sealed record CityMeasurement(
    int Patients, int Resources, long Bytes, IReadOnlyDictionary<string, IReadOnlyList<StepCost>> Samples, DocumentSizes Sizes, IReadOnlyDictionary<string, (long Documents, long Bytes)> Containers)
{
    private static readonly string[] s_containers = ["resources", "ids", "history", "log"];

    /// <summary>The mean cost of each step.</summary>
    public IReadOnlyDictionary<string, StepCost> Means => Samples.ToDictionary(static step => step.Key, static step => Mean(step.Value), StringComparer.Ordinal);

    /// <summary>Loads patients and does each step of a visit for each.</summary>
    /// <param name="folder">The folder of Synthea's bundles.</param>
    /// <param name="limit">Patients at most.</param>
    /// <param name="progress">Is told what is done.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<CityMeasurement> RunAsync(string folder, int limit, Action<string> progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(progress);
        await using var city = await CityStore.OpenAsync(cancel);
        var patients = SyntheticPatient.Read(folder).Take(limit).ToList();
        foreach (var patient in patients)
        {
            // A record comes into being over years: in many commits, as many writes each as a visit makes.
            foreach (var part in patient.Writes().Chunk(5))
                await city.CommitAsync(part, cancel);
            await UpdateAsync(city, patient, "loaded", cancel);
            progress($"loaded {patient.Resources.Count} resources of {patient.Id}");
        }

        var (sizes, containers) = await SizesAsync(city, cancel);
        var samples = CityTraffic.City.Steps.ToDictionary(static step => step.Name, static _ => new List<StepCost>(), StringComparer.Ordinal);
        foreach (var patient in patients)
        {
            await city.RestartAsync(cancel);
            await city.SearchAsync("Location?name=none", cancel);
            foreach (var (name, run) in Steps(patient))
                samples[name].Add(StepCost.Of(await city.MeasureAsync(run, cancel)));
            progress($"measured {patient.Id}");
        }

        return new CityMeasurement(
            patients.Count,
            patients.Sum(static patient => patient.Resources.Count),
            patients.Sum(static patient => patient.Bytes),
            samples.ToDictionary(static step => step.Key, static step => (IReadOnlyList<StepCost>)step.Value, StringComparer.Ordinal),
            sizes,
            containers);
    }

    private static IEnumerable<(string Name, Func<CityStore, CancellationToken, Task> Run)> Steps(SyntheticPatient patient)
    {
        var reference = $"Patient/{patient.Id}";
        var key = new ResourceKey("Patient", patient.Id);
        yield return Search("by identifier across patients", $"Patient?identifier={patient.Identifier}");
        yield return Search("by name and birth date", $"Patient?name={patient.Family}&birthdate={patient.BirthDate}");
        yield return ("read", async (city, cancel) => await city.Store.ReadAsync(AccessScope.Full, key, cancel));
        yield return Search("one patient's, by code and date", $"Observation?patient={reference}&code=http://loinc.org|8302-2&date=ge2000-01-01");
        yield return Search("one patient's, sorted by date", $"Encounter?patient={reference}&_sort=-date&_count=10");
        yield return Search("`_include`", $"Condition?patient={reference}&_include=Condition:encounter");
        yield return ("transaction of 5 creates", (city, cancel) => city.CommitAsync([.. Enumerable.Range(0, 5).Select(_ => Copy(patient))], cancel));
        yield return ("create", (city, cancel) => city.CommitAsync([Copy(patient)], cancel));
        yield return ("update", (city, cancel) => UpdateAsync(city, patient, "update", cancel));
        yield return ("patch", (city, cancel) => UpdateAsync(city, patient, "patch", cancel, WriteMethod.Patch));
        yield return ("conditional create, none there", (city, cancel) => CreateAsync(city, patient, cancel));
        yield return ("vread of a former version", async (city, cancel) => await city.Store.ReadVersionAsync(AccessScope.Full, key, 1, cancel));
        yield return ("history of an instance", (city, cancel) => city.Store.HistoryAsync(AccessScope.Full, new HistoryQuery { Type = "Patient", Id = patient.Id }, cancel));
        yield return Search("unselective, first page", "Observation?code=http://loinc.org|8302-2&_count=20");
    }

    private static (string, Func<CityStore, CancellationToken, Task>) Search(string name, string search) => (name, (city, cancel) => city.SearchAsync(search, cancel));

    private static async Task CreateAsync(CityStore city, SyntheticPatient patient, CancellationToken cancel)
    {
        var query = await city.ParseAsync($"Patient?identifier=urn:none|{Guid.CreateVersion7()}&_count=2", cancel);
        await city.Store.SearchAsync(AccessScope.Full, query, cancel);
        await city.CommitAsync(new ResourceTransaction { Writes = [Copy(patient)], Preconditions = [new Precondition(query, [])] }, cancel);
    }

    // One more finding like one that the record has.
    private static PutResource Copy(SyntheticPatient patient)
    {
        var (_, id, json) = patient.Resources.FirstOrDefault(static resource => resource.Type == "Observation", patient.Resources[1]);
        return CityStore.Write(json.Replace(id, Guid.CreateVersion7().ToString(), StringComparison.Ordinal));
    }

    private static async Task UpdateAsync(CityStore city, SyntheticPatient patient, string mark, CancellationToken cancel, WriteMethod method = WriteMethod.Put)
    {
        var key = new ResourceKey("Patient", patient.Id);
        var current = await city.Store.ReadAsync(AccessScope.Full, key, cancel);
        var write = CityStore.Write(patient.Resources[0].Json.Replace("\"gender\"", $"\"language\":\"x-{mark}\",\"gender\"", StringComparison.Ordinal), method);
        await city.CommitAsync([write with { ExpectedVersion = current!.Version, Base = current }], cancel);
    }

    private static StepCost Mean(IReadOnlyList<StepCost> samples) => new(
        (int)Math.Round(samples.Average(static sample => sample.Requests)),
        samples.Average(static sample => sample.Units),
        (int)Math.Round(samples.Average(static sample => sample.FanOuts)),
        (int)Math.Round(samples.Average(static sample => sample.Commits)),
        (int)Math.Round(samples.Average(static sample => sample.Versions)));

    private static async Task<(DocumentSizes Sizes, IReadOnlyDictionary<string, (long Documents, long Bytes)> Containers)> SizesAsync(CityStore city, CancellationToken cancel)
    {
        using var client = new CosmosClient(city.Endpoint.AbsoluteUri, CosmosEmulator.Key, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true });
        var containers = new Dictionary<string, (long Documents, long Bytes)>(StringComparer.Ordinal);
        var open = (Documents: 0L, Bytes: 0L);
        foreach (var name in s_containers)
        {
            using var pages = client.GetContainer(city.Database, name).GetItemQueryStreamIterator("SELECT * FROM c", requestOptions: new QueryRequestOptions { MaxItemCount = 500 });
            var (documents, bytes) = (0L, 0L);
            while (pages.HasMoreResults)
            {
                using var answer = await pages.ReadNextAsync(cancel);
                using var json = await JsonDocument.ParseAsync(answer.Content, cancellationToken: cancel);
                foreach (var document in json.RootElement.GetProperty("Documents").EnumerateArray())
                {
                    documents++;
                    var size = Encoding.UTF8.GetByteCount(document.GetRawText());
                    bytes += size;
                    if (name == "resources" && document.GetProperty("u").GetInt64() == 9_007_199_254_740_991)
                        open = (open.Documents + 1, open.Bytes + size);
                }
            }

            containers[name] = (documents, bytes);
        }

        double Each(string name) => containers[name].Documents == 0 ? 0 : (double)containers[name].Bytes / containers[name].Documents;
        return (new DocumentSizes((double)open.Bytes / open.Documents, Each("ids"), Each("history"), (double)containers["log"].Bytes / (containers["ids"].Documents + containers["history"].Documents)), containers);
    }
}
