// What validations have read so far: plans of profiles, value sets, code systems, in one state of their sources.

using System.Collections.Concurrent;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// What is known in one state of the sources; what is missing there is known too. Grows by <see cref="ReadAsync"/>, and answers
/// without waiting.
/// </summary>
internal sealed class ValidationKnowledge(string state, ValidationSettings settings)
{
    // A hostile resource may name value sets and systems without end.
    private const int MaxKept = 20_000;

    private readonly ConcurrentDictionary<string, ResourceTree?> _definitions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Known<ProfilePlan>> _plans = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Type, string Canonical), ResourceTree?> _resources = new();
    private readonly ConcurrentDictionary<string, Known<IOpenValueSet>> _valueSets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string System, string? Version), IOpenCodeSystem?> _codeSystems = new();

    /// <summary>The state that all of it is of.</summary>
    public string State { get; } = state;

    /// <summary>The plan of a profile; false if it was not read yet. It has a value, or the reason why there is none.</summary>
    public bool TryGetPlan(string canonical, out Known<ProfilePlan> plan) => _plans.TryGetValue(canonical, out plan);

    /// <summary>The value set; false if it was not opened yet.</summary>
    public bool TryGetValueSet(string canonical, out Known<IOpenValueSet> valueSet) => _valueSets.TryGetValue(canonical, out valueSet);

    /// <summary>The code system, null if there is none; false if it was not opened yet.</summary>
    public bool TryGetCodeSystem(string system, string? version, out IOpenCodeSystem? codeSystem) => _codeSystems.TryGetValue((system, version), out codeSystem);

    /// <summary>Another canonical resource, null if there is none; false if it was not read yet.</summary>
    public bool TryGetResource(string type, string canonical, out ResourceTree? resource) => _resources.TryGetValue((type, canonical), out resource);

    /// <summary>Reads what a walk asked for.</summary>
    public async ValueTask ReadAsync(IConformanceScope scope, ValidationNeeds needs, CancellationToken cancel)
    {
        foreach (var canonical in needs.ValueSets)
        {
            Known<IOpenValueSet> known;
            try
            {
                known = new Known<IOpenValueSet>(await scope.OpenValueSetAsync(canonical, cancel), null);
            }
            catch (TerminologyException e)
            {
                known = new Known<IOpenValueSet>(null, e.Message);
            }

            Keep(_valueSets, canonical, known);
        }

        foreach (var (system, version) in needs.CodeSystems)
            Keep(_codeSystems, (system, version), await scope.OpenCodeSystemAsync(system, version, cancel));
        foreach (var (type, canonical) in needs.Resources)
            Keep(_resources, (type, canonical), await scope.FindAsync(type, canonical, cancel));
        foreach (var canonical in needs.Profiles)
            Keep(_plans, canonical, await PlanAsync(scope, canonical, cancel));
    }

    private async ValueTask<Known<ProfilePlan>> PlanAsync(IConformanceScope scope, string canonical, CancellationToken cancel)
    {
        if (await scope.FindAsync("StructureDefinition", canonical, cancel) is not { } definition)
            return default;
        try
        {
            // The generator can't wait, so definitions that it lacks are read and the generation made again, as a walk is.
            while (true)
            {
                var lacking = new HashSet<string>(StringComparer.Ordinal);
                try
                {
                    var generator = new SnapshotGenerator(
                        url =>
                        {
                            if (_definitions.TryGetValue(url, out var known))
                                return known;
                            lacking.Add(url);
                            return null;
                        },
                        settings.Snapshots);
                    var snapshot = generator.Open(definition);
                    if (lacking.Count == 0)
                        return new Known<ProfilePlan>(ProfilePlan.Compile(snapshot), null);
                }
                catch (SnapshotException) when (lacking.Count > 0)
                {
                    // Told again by the next attempt, if reading them does not help.
                }

                foreach (var url in lacking)
                    Keep(_definitions, url, await scope.FindAsync("StructureDefinition", url, cancel));
            }
        }
        catch (SnapshotException e)
        {
            return new Known<ProfilePlan>(null, e.Message);
        }
    }

    private static void Keep<TKey, TValue>(ConcurrentDictionary<TKey, TValue> kept, TKey key, TValue value)
        where TKey : notnull
    {
        if (kept.Count >= MaxKept)
            kept.Clear();
        kept[key] = value;
    }
}

/// <summary>Something that was looked for.</summary>
/// <param name="Value">What was found, or null.</param>
/// <param name="Problem">Why what was found can't be used; null if nothing was found at all.</param>
internal readonly record struct Known<T>(T? Value, string? Problem)
    where T : class;
