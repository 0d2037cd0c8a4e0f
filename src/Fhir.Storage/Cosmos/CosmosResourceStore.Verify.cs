// Do documents, heads, entries and counts agree? Extracts every current resource anew and compares; for the kill tests and the doctor.

using System.Text.Json;
using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Verification.</content>
public sealed partial class CosmosResourceStore
{
    private const int ProblemsAtMost = 100;

    // Of what servers that died prepared nothing is left after so many times the age at which it is swept.
    private const int SweepsMissed = 3;

    /// <summary>
    /// Compares every current resource's document with its head, its body and its former versions, and the counts with what there is, as of
    /// one position.
    /// </summary>
    /// <returns>What is wrong, in sentences; empty if all is well.</returns>
    public async Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancel)
    {
        var problems = new List<string>();
        if (await _log.ReadAsync((await _watermarks.ReadAsync(cancel)).Position + 1, cancel) is not null)
            await _applier.CatchUpAsync(cancel);
        var watermark = await _watermarks.ReadAsync(cancel);
        var tally = new Tally();
        await VerifyResourcesAsync(watermark, tally, problems, cancel);
        if (problems.Count < ProblemsAtMost)
        {
            VerifyCounts(watermark, tally, problems);
            await VerifyHeadsAsync(watermark, tally, problems, cancel);
            await VerifyLeftoversAsync(problems, cancel);
        }

        return problems;
    }

    private async Task VerifyResourcesAsync(Watermark watermark, Tally tally, List<string> problems, CancellationToken cancel)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.f <= @position AND c.u > @position ORDER BY c.o").WithParameter("@position", watermark.Position);
        var step = new List<ResourceDocument>(ResourcesPerStep);
        await foreach (var json in _database.Resources.QueryAsync(query, null, ResourcesPerStep, cancel))
        {
            step.Add(new ResourceDocument(json));
            if (step.Count == ResourcesPerStep)
                await StepAsync();
            if (problems.Count >= ProblemsAtMost)
                return;
        }

        await StepAsync();

        async Task StepAsync()
        {
            await ForEachAsync(
                step,
                async (document, token) =>
                {
                    var found = new List<string>();
                    await VerifyAsync(document, watermark, found, token);
                    lock (problems)
                        problems.AddRange(found);
                },
                cancel);
            foreach (var document in step)
                tally.Add(document, problems);
            step.Clear();
        }
    }

    private async Task VerifyAsync(ResourceDocument document, Watermark watermark, List<string> problems, CancellationToken cancel)
    {
        var (key, version) = (document.Key, document.Json.Whole("v"));
        var head = await _versions.HeadAsync(key, watermark.Position, cancel);
        if (head != new HeadVersion(version, document.Partition, document.DocumentId, document.From, document.IsDeleted))
            problems.Add($"The head of {key} does not lead to its current version.");
        var former = new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.k = @key AND c.v < @version AND c.u <= @position")
            .WithParameter("@key", Layout.IdOf(key)).WithParameter("@version", version).WithParameter("@position", watermark.Position);
        var count = 0L;
        await foreach (var part in _database.History.QueryAsync(former, new PartitionKey(Layout.IdOf(key)), 1, cancel))
            count += part.GetInt64();
        if (count != version - 1)
            problems.Add($"{key} is at version {version}, but {count} former ones are there.");
        var stored = await document.ToVersionAsync(_database.Bodies, cancel);
        if (document.IsDeleted)
        {
            if (!stored.Body.Tail.IsEmpty)
                problems.Add($"The tombstone of {key} has a body.");
            return;
        }

        // Entries of another extraction are right as long as nobody has indexed anew.
        if (watermark.Index.Fingerprint == _options.IndexFingerprint)
            VerifyEntries(document, _definitions.Extract(stored), watermark.Index, problems);
    }

    private void VerifyEntries(ResourceDocument document, PreparedResource expected, IndexState index, List<string> problems)
    {
        var key = document.Key;
        if (document.Partition != Layout.PartitionOf(key, expected.Entries, _options.CompartmentParameters))
            problems.Add($"{key} is not in the partition of its compartment.");
        Verify(key.ToString(), document.Json.TryGetProperty(ResourceDocument.EntriesName(index.Epoch), out var entries) ? entries : default, expected.Entries);
        var contained = document.Json.TryGetProperty(ResourceDocument.ContainedName(index.Epoch), out var all) ? all.EnumerateArray().ToList() : [];
        if (contained.Count != expected.Contained.Count)
            problems.Add($"{key} contains {expected.Contained.Count} resources, but the index has {contained.Count} of it.");
        foreach (var inner in expected.Contained)
        {
            var found = contained.Find(candidate => candidate.Text("i") == inner.Id && candidate.Text("t") == inner.Type);
            if (found.ValueKind == JsonValueKind.Undefined)
                problems.Add($"{key}#{inner.Id} is not in the index.");
            else
                Verify($"{key}#{inner.Id}", found.GetProperty("e"), inner.Entries);
        }

        void Verify(string name, JsonElement stored, IReadOnlyList<IndexEntry> fresh)
        {
            // Values of parameters that a reindex is still at, or that are gone, account for nothing yet or any more.
            var used = fresh.Where(entry => IsUsed(entry.Parameter.IndexKey)).ToList();
            var names = used.Select(static entry => entry.Parameter.IndexKey).ToHashSet(StringComparer.Ordinal);
            var storedNames = stored.ValueKind == JsonValueKind.Object ? stored.EnumerateObject().Select(static member => member.Name).Where(IsUsed).ToHashSet(StringComparer.Ordinal) : [];
            foreach (var parameter in names.Except(storedNames, StringComparer.Ordinal))
                problems.Add($"{name} lacks its entries of {parameter}.");
            foreach (var parameter in storedNames.Except(names, StringComparer.Ordinal))
                problems.Add($"{name} has entries of {parameter}, but no such values.");
            foreach (var group in used.GroupBy(static entry => entry.Parameter.IndexKey, StringComparer.Ordinal).Where(group => storedNames.Contains(group.Key)))
            {
                // Through the same reader and writer: JSON may write one number in two ways.
                var parameters = group.Take(1).ToLookup(static entry => entry.Parameter.IndexKey, static entry => entry.Parameter, StringComparer.Ordinal);
                if (!Coded(EntryCodec.Read(stored, parameters)).Span.SequenceEqual(Coded([.. group]).Span))
                    problems.Add($"{name} has other entries of {group.Key} than its body.");
            }
        }

        bool IsUsed(string indexKey) => !indexKey.Contains('#', StringComparison.Ordinal) || index.Complete.Contains(indexKey);

        static ReadOnlyMemory<byte> Coded(IReadOnlyList<IndexEntry> entries) => DocumentJson.Write(json =>
        {
            json.WritePropertyName("e");
            EntryCodec.Write(json, entries);
        });
    }

    private static void VerifyCounts(Watermark watermark, Tally tally, List<string> problems)
    {
        foreach (var type in watermark.Counts.Keys.Concat(watermark.Versions.Keys).Concat(tally.Versions.Keys).Distinct(StringComparer.Ordinal))
        {
            if (watermark.Counts.GetValueOrDefault(type) is var counted && counted != tally.Current.GetValueOrDefault(type))
                problems.Add($"{counted} current resources of type {type} are counted, but {tally.Current.GetValueOrDefault(type)} are there.");
            if (watermark.Versions.GetValueOrDefault(type) is var versions && versions != tally.Versions.GetValueOrDefault(type))
                problems.Add($"{versions} versions of type {type} are counted, but {tally.Versions.GetValueOrDefault(type)} are there.");
        }
    }

    // Heads that later commits have moved twice are not found, and so there may be fewer than resources.
    private async Task VerifyHeadsAsync(Watermark watermark, Tally tally, List<string> problems, CancellationToken cancel)
    {
        var heads = 0L;
        var query = new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.f <= @position OR c.w.f <= @position").WithParameter("@position", watermark.Position);
        await foreach (var part in _database.Ids.QueryAsync(query, null, 1, cancel))
            heads += part.GetInt64();
        if (heads > tally.Resources)
            problems.Add($"{heads - tally.Resources} heads lead to resources that are not there.");
    }

    private async Task VerifyLeftoversAsync(List<string> problems, CancellationToken cancel)
    {
        var bound = Milliseconds() - (long)(_options.PreparationLifetime.TotalMilliseconds * SweepsMissed);
        var left = await CountAsync(new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.q > 0 AND c.q < @bound").WithParameter("@bound", bound), cancel);
        if (left > 0)
            problems.Add($"{left} documents were prepared for commits that never were, and nobody has removed them.");
    }

    // What was met on the walk through all current versions in the order of creation.
    private sealed class Tally
    {
        private ResourceKey _last;

        public Dictionary<string, long> Current { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, long> Versions { get; } = new(StringComparer.Ordinal);

        public long Resources { get; private set; }

        public void Add(ResourceDocument document, List<string> problems)
        {
            var type = document.Key.Type;
            if (document.Key == _last)
                problems.Add($"{document.Key} has two current versions.");
            _last = document.Key;
            Resources++;
            Versions[type] = Versions.GetValueOrDefault(type) + document.Json.Whole("v");
            Current[type] = Current.GetValueOrDefault(type) + (document.IsDeleted ? 0 : 1);
        }
    }
}
