// Closure tables: clients put in the concepts that they use, and are told which of them lie below others.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// The logic of <c>$closure</c> (R4 conceptmap-operation-closure.html, terminology-service.html#closure) over a store. Safe to use
/// from several threads.
/// </summary>
public sealed class ClosureTables(IClosureStore store, ClosureLimits? limits = null)
{
    // Additions to one table at the same time make each other start anew.
    private const int MaxTries = 20;

    private readonly ClosureLimits _limits = limits ?? new ClosureLimits();

    /// <summary>Makes an empty table, in place of the one of that name if there is one.</summary>
    public async ValueTask<ClosureAnswer> InitialiseAsync(string name, CancellationToken cancel)
    {
        CheckName(name);
        var version = await store.InitialiseAsync(name, _limits.Tables, cancel);
        return new ClosureAnswer(name, Text(version), []);
    }

    /// <summary>Adds concepts; the answer has the relationships that are new with them, among themselves and with those before.</summary>
    /// <exception cref="TerminologyException">There is no such table, a concept is not known, or the table would be too large.</exception>
    public async ValueTask<ClosureAnswer> AddAsync(TerminologyScope scope, string name, IReadOnlyList<CodingValue> concepts, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(concepts);
        CheckName(name);
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var known = await FindAsync(name, cancel);
            var addition = new ClosureAddition(scope, known, _limits);
            foreach (var concept in concepts)
                await addition.AddAsync(concept, cancel);
            if (addition.Concepts.Count == 0)
                return new ClosureAnswer(name, Text(known.Version), []);

            var entries = addition.Relate(cancel);
            if (await store.AppendAsync(known, addition.Concepts, entries, cancel))
                return new ClosureAnswer(name, Text(known.Version + 1), Named([.. known.Concepts, .. addition.Concepts], entries));
        }

        throw new TerminologyException("conflict", $"Others add to the closure table {name} all the time; try again.");
    }

    /// <summary>All relationships that came after a version.</summary>
    /// <exception cref="TerminologyException">There is no such table, or it never had that version.</exception>
    public async ValueTask<ClosureAnswer> ReplayAsync(string name, string version, CancellationToken cancel)
    {
        CheckName(name);
        var known = await FindAsync(name, cancel);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > known.Version)
            throw new TerminologyException("invalid", $"The closure table {name} has no version '{version}'; it is at {known.Version}. Use the version of an answer of this table.");
        if (number < known.FirstVersion)
            throw new TerminologyException("invalid", $"The closure table {name} was initialised anew after version {version}; start with version {known.FirstVersion}, and drop what came before.");
        var entries = await store.EntriesSinceAsync(name, number, cancel);
        return new ClosureAnswer(name, Text(known.Version), Named(known.Concepts, entries));
    }

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    // An addition between the two reads may have brought concepts that the first doesn't have; they come with the next replay.
    private static List<(ClosureConcept Source, ClosureConcept Target)> Named(IReadOnlyList<ClosureConcept> concepts, IReadOnlyList<ClosureEntry> entries)
    {
        var named = new List<(ClosureConcept Source, ClosureConcept Target)>(entries.Count);
        foreach (var entry in entries)
        {
            if (entry.Source < concepts.Count && entry.Target < concepts.Count)
                named.Add((concepts[entry.Source], concepts[entry.Target]));
        }

        return named;
    }

    private async ValueTask<ClosureState> FindAsync(string name, CancellationToken cancel) =>
        await store.FindAsync(name, cancel) ?? throw new TerminologyException(
            "not-found", $"There is no closure table {name}; initialise it by calling $closure with its name alone, then add all concepts in use.");

    private void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name.Length > _limits.NameLength || name.Any(char.IsControl))
            throw new TerminologyException("invalid", $"The name of a closure table has 1 to {_limits.NameLength} characters, and none that can't be printed.");
    }
}

/// <summary>Concepts on their way into a closure table. Not safe to use from several threads.</summary>
internal sealed class ClosureAddition
{
    private readonly TerminologyScope _scope;
    private readonly ClosureState _known;
    private readonly ClosureLimits _limits;
    private readonly Dictionary<(string System, string Code), ClosureConcept> _concepts = [];
    private readonly Dictionary<string, (CodeSystem System, string? Version)> _systems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _versions = new(StringComparer.Ordinal);

    public ClosureAddition(TerminologyScope scope, ClosureState known, ClosureLimits limits)
    {
        _scope = scope;
        _known = known;
        _limits = limits;
        foreach (var concept in known.Concepts)
        {
            _concepts[(concept.System, concept.Code)] = concept;
            _versions[concept.System] = concept.Version;
        }
    }

    /// <summary>The concepts that the table did not have.</summary>
    public List<ClosureConcept> Concepts { get; } = [];

    public async ValueTask AddAsync(CodingValue coding, CancellationToken cancel)
    {
        if (coding.System is not { Length: > 0 } given)
            throw new TerminologyException("invalid", $"The concept '{coding.Code}' has no system; a closure table needs it.");
        var (system, version) = await SystemAsync(await _scope.SystemNameAsync(given, cancel), coding.Version, cancel);
        var concept = system.Find(coding.Code) ?? throw new TerminologyException(
            "not-found", $"The code system {system.Url}{(version is null ? "" : $" in version {version}")} has no code '{coding.Code}'; nothing was added to the closure table {_known.Name}.");
        if (_concepts.ContainsKey((system.Url, concept.Code)))
            return;
        var number = _known.Concepts.Count + Concepts.Count;
        if (number >= _limits.Concepts)
            throw new TerminologyException("too-costly", $"A closure table holds {_limits.Concepts:N0} concepts at most; use another for some of them.");
        var added = new ClosureConcept(number, system.Url, version, concept.Code, coding.Display ?? concept.Display);
        _concepts.Add((added.System, added.Code), added);
        Concepts.Add(added);
    }

    /// <summary>The relationships that are new: those of which one end or both are.</summary>
    public List<ClosureEntry> Relate(CancellationToken cancel)
    {
        var entries = new List<ClosureEntry>();
        foreach (var (url, (system, _)) in _systems)
        {
            if (system.Table is not { HasHierarchy: true } table)
                continue;
            var byOrdinal = new Dictionary<int, ClosureConcept>();
            foreach (var concept in _concepts.Values)
            {
                if (concept.System == url && table.Find(concept.Code) is >= 0 and var ordinal)
                    byOrdinal[ordinal] = concept;
            }

            foreach (var (ordinal, concept) in byOrdinal.OrderBy(static pair => pair.Value.Number))
            {
                cancel.ThrowIfCancellationRequested();
                AddAncestors(table, byOrdinal, ordinal, concept, entries);
            }
        }

        return entries;
    }

    // What is above a concept is short in any real hierarchy; what is below one may be all of it.
    private void AddAncestors(ConceptTable table, Dictionary<int, ClosureConcept> byOrdinal, int start, ClosureConcept concept, List<ClosureEntry> entries)
    {
        var isNew = concept.Number >= _known.Concepts.Count;
        var seen = new HashSet<int> { start };
        var open = new Stack<int>();
        open.Push(start);
        while (open.TryPop(out var ordinal))
        {
            foreach (var parent in table.Parents(ordinal))
            {
                if (!seen.Add(parent))
                    continue;
                open.Push(parent);
                if (!byOrdinal.TryGetValue(parent, out var ancestor) || !(isNew || ancestor.Number >= _known.Concepts.Count))
                    continue;
                if (_known.Entries + entries.Count >= _limits.Entries)
                    throw new TerminologyException("too-costly", $"A closure table holds {_limits.Entries:N0} relationships at most; use another for some of its concepts.");
                entries.Add(new ClosureEntry(concept.Number, ancestor.Number));
            }
        }
    }

    // A table stays with the version that it began with: what was answered before is to stay true.
    private async ValueTask<(CodeSystem System, string? Version)> SystemAsync(string url, string? version, CancellationToken cancel)
    {
        if (!_systems.TryGetValue(url, out var known))
        {
            var begun = _versions.TryGetValue(url, out var first);
            var system = await _scope.CodeSystemAsync(url, begun ? first : version, cancel) ?? throw new TerminologyException(
                "not-found",
                begun
                    ? $"The closure table {_known.Name} works with {url} in version {first ?? "(none)"}, which is no longer here; initialise the table anew."
                    : $"The code system {url}{(version is null ? "" : $" in version {version}")} is not known here; create it as a CodeSystem resource with its concepts, or import it.");
            if (begun && system.Version != first)
                throw new TerminologyException("conflict", $"The closure table {_known.Name} works with {url} in version {first ?? "(none)"}, which is now {system.Version ?? "(none)"} here; initialise the table anew.");
            _systems.Add(url, known = (system, system.Version));
        }

        if (version is not null && version != known.Version)
            throw new TerminologyException("invalid", $"The closure table {_known.Name} works with {url} in version {known.Version ?? "(none)"}, not {version}; use another table for that version.");
        return known;
    }
}
