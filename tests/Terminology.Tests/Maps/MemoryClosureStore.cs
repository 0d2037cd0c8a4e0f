// Closure tables in memory, for tests of what is put into them.

namespace FhirHub.Terminology.Tests;

internal sealed class MemoryClosureStore : IClosureStore
{
    private readonly Dictionary<string, (ClosureState State, List<(int Version, ClosureEntry Entry)> Entries)> _tables = new(StringComparer.Ordinal);

    public ValueTask<int> InitialiseAsync(string name, int most, CancellationToken cancel)
    {
        var version = _tables.TryGetValue(name, out var old) ? old.State.Version + 1 : 1;
        _tables[name] = (new ClosureState(name, version, version, [], 0), []);
        return ValueTask.FromResult(version);
    }

    public ValueTask<ClosureState?> FindAsync(string name, CancellationToken cancel) =>
        ValueTask.FromResult(_tables.TryGetValue(name, out var table) ? table.State : null);

    public ValueTask<bool> AppendAsync(ClosureState known, IReadOnlyList<ClosureConcept> concepts, IReadOnlyList<ClosureEntry> entries, CancellationToken cancel)
    {
        var (state, all) = _tables[known.Name];
        if (state.Version != known.Version)
            return ValueTask.FromResult(false);
        all.AddRange(entries.Select(entry => (state.Version + 1, entry)));
        _tables[known.Name] = (state with { Version = state.Version + 1, Concepts = [.. state.Concepts, .. concepts], Entries = all.Count }, all);
        return ValueTask.FromResult(true);
    }

    public ValueTask<IReadOnlyList<ClosureEntry>> EntriesSinceAsync(string name, int version, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<ClosureEntry>>([.. _tables[name].Entries.Where(entry => entry.Version > version).Select(entry => entry.Entry)]);
}
