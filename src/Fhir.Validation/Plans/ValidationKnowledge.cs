// What validations have read so far: plans of profiles, value sets, code systems, in one state of their sources.

using System.Collections.Concurrent;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// What is known in one state of the sources; what is missing there is known too. Grows by <see cref="ReadAsync"/>, and answers
/// without waiting. Each of its parts is emptied when it is full: a walk that then lacks something has it read again.
/// </summary>
internal sealed class ValidationKnowledge(string state, ValidationSettings settings)
{
    // A hostile resource may name profiles, value sets and systems without end.
    private const int MaxKept = 20_000;

    // No definition has a name as long, so one that is asked for is not there, and need not be remembered.
    private const int MaxName = 2_000;

    // Questionnaires and other resources are kept whole.
    private const long MaxResourceBytes = 64 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Known<ProfilePlan>> _plans = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Type, string Canonical), ResourceTree?> _resources = new();
    private readonly ConcurrentDictionary<string, Known<IOpenValueSet>> _valueSets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string System, string? Version), IOpenCodeSystem?> _codeSystems = new();
    private readonly SharedRules _rules = new(R4Plans.Rules);
    private long _resourceBytes;

    /// <summary>The state that all of it is of.</summary>
    public string State { get; } = state;

    /// <summary>The plan of a profile; false if it was not read yet. It has a value, or the reason why there is none.</summary>
    public bool TryGetPlan(string canonical, out Known<ProfilePlan> plan)
    {
        if (_plans.TryGetValue(canonical, out plan) || canonical.Length > MaxName)
            return true;
        if (R4Plans.TypeOf(canonical) is not { } type || R4Plans.Of(type) is not { } known)
            return false;
        Keep(_plans, canonical, plan = new Known<ProfilePlan>(known, null));
        return true;
    }

    /// <summary>The value set; false if it was not opened yet.</summary>
    public bool TryGetValueSet(string canonical, out Known<IOpenValueSet> valueSet) =>
        _valueSets.TryGetValue(canonical, out valueSet) || canonical.Length > MaxName;

    /// <summary>The code system, null if there is none; false if it was not opened yet.</summary>
    public bool TryGetCodeSystem(string system, string? version, out IOpenCodeSystem? codeSystem) =>
        _codeSystems.TryGetValue((system, version), out codeSystem) || system.Length > MaxName || version?.Length > MaxName;

    /// <summary>Another canonical resource, null if there is none; false if it was not read yet.</summary>
    public bool TryGetResource(string type, string canonical, out ResourceTree? resource) =>
        _resources.TryGetValue((type, canonical), out resource) || canonical.Length > MaxName;

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
            KeepResource(type, canonical, await scope.FindAsync(type, canonical, cancel));
        if (needs.Profiles.Count == 0)
            return;
        var definitions = new DefinitionReader(scope, settings);
        foreach (var canonical in needs.Profiles)
            Keep(_plans, canonical, Same(await definitions.PlanAsync(canonical, _rules, cancel)));
    }

    // A profile has one plan, with or without its version in the canonical, so that it is walked once.
    private Known<ProfilePlan> Same(Known<ProfilePlan> plan)
    {
        if (plan.Value is not { Version: not null } read)
            return plan;
        if (_plans.TryGetValue(read.Name, out var known) && known.Value is not null)
            return known;
        Keep(_plans, read.Name, plan);
        return plan;
    }

    private void KeepResource(string type, string canonical, ResourceTree? tree)
    {
        if (Interlocked.Add(ref _resourceBytes, tree?.Json.Length ?? 0) > MaxResourceBytes)
        {
            _resources.Clear();
            Interlocked.Exchange(ref _resourceBytes, tree?.Json.Length ?? 0);
        }

        Keep(_resources, (type, canonical), tree);
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
