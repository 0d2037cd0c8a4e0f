// What search, FHIRPath and validation ask about code systems and value sets, answered from the terminology library.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// The terminology seam over a <see cref="TerminologyLibrary"/>; where a system's codes are not known at all (SNOMED CT and LOINC before
/// they are imported), a value set has it as a whole or names codes of it. Nothing is read before it is asked for. Safe to use from
/// several threads.
/// </summary>
public sealed class LocalTerminology : ITerminology
{
    private readonly TerminologyLibrary _library;
    private readonly BoundedCache<Answer> _answers;

    /// <summary>Terminology over sources.</summary>
    /// <param name="sources">Where to look, in this order.</param>
    /// <param name="limits">Bounds; the defaults if null.</param>
    public LocalTerminology(IReadOnlyList<ITerminologySource> sources, TerminologyLimits? limits = null)
        : this(new TerminologyLibrary(sources, null, limits))
    {
    }

    /// <summary>Terminology over a library.</summary>
    public LocalTerminology(TerminologyLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        _library = library;
        _answers = new BoundedCache<Answer>(library.Limits.CachedCodes);
    }

    /// <inheritdoc/>
    public ValueTask<CodeSet> ExpandAsync(string valueSet, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(valueSet);
        return AnswerAsync($"in {valueSet}", async scope => await CodesAsync(scope, await scope.ContentAsync(valueSet, cancel), cancel), cancel);
    }

    /// <inheritdoc/>
    public ValueTask<CodeSet> SubsumptionAsync(string system, string code, SubsumptionSide side, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(code);
        return AnswerAsync($"{side} {system}|{code}", SubsumeAsync, cancel);

        async ValueTask<CodeSet> SubsumeAsync(TerminologyScope scope)
        {
            if (await scope.CodeSystemAsync(system, null, cancel) is not { Table: { } table } codeSystem)
            {
                throw new TerminologyException(
                    "not-found", $"The hierarchy of the code system {system} is not known here; check its URL, or create it as a CodeSystem resource with its concepts.");
            }

            var concept = table.Find(code) is >= 0 and var ordinal ? ordinal : throw new TerminologyException(
                "not-found", $"The code system {system}{(codeSystem.Version is { } version ? $" in version {version}" : "")} has no code '{code}'.");
            var related = side == SubsumptionSide.Above ? table.Ancestors(concept, includesSelf: true) : table.Descendants(concept, includesSelf: true);
            var codes = new HashSet<string>(StringComparer.Ordinal);
            foreach (var other in related)
                Add(codes, table.Code(other), codeSystem, $"The codes {(side == SubsumptionSide.Above ? "above" : "below")} '{code}' of {system}");
            return await SetAsync(scope, [KeyValuePair.Create(system, (IReadOnlyCollection<string>?)codes)], cancel);
        }
    }

    private async ValueTask<CodeSet> CodesAsync(TerminologyScope scope, ValueSetContent content, CancellationToken cancel)
    {
        if (content.Unresolved.Count > 0)
            throw content.Unresolved[0].Reason;
        var name = $"The value set {content.Name}";
        var systems = new Dictionary<string, HashSet<string>?>(StringComparer.Ordinal);
        foreach (var part in content.Parts)
        {
            if (IsWhole(part, name))
            {
                systems[part.System] = null;
                continue;
            }

            if (!systems.TryGetValue(part.System, out var codes))
                systems.Add(part.System, codes = new HashSet<string>(StringComparer.Ordinal));
            if (codes is null)
                continue;
            foreach (var code in CodesOf(part))
                Add(codes, code, part.CodeSystem, name);
            if (systems.Values.Sum(static set => set?.Count ?? 0) > _library.Limits.Codes)
                throw TooMany(name);
        }

        return await SetAsync(
            scope, systems.Where(static system => system.Value is null or { Count: > 0 })
                .Select(static system => KeyValuePair.Create(system.Key, (IReadOnlyCollection<string>?)system.Value)).ToList(), cancel);
    }

    // Records may name a system otherwise than value sets do.
    private static async ValueTask<CodeSet> SetAsync(TerminologyScope scope, List<KeyValuePair<string, IReadOnlyCollection<string>?>> systems, CancellationToken cancel)
    {
        var otherNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (system, _) in systems)
        {
            foreach (var name in await scope.SystemNamesAsync(system, cancel))
            {
                if (name != system)
                    otherNames[name] = system;
            }
        }

        return new CodeSet(systems, otherNames);
    }

    // Too many codes to hand over are the whole system where they are all of it.
    private bool IsWhole(ContentPart part, string name)
    {
        if (part is TablePart table)
            return table.Concepts.Count > _library.Limits.Codes && table.Concepts.Count == table.Concepts.Table.Count;
        if (part is not WholePart whole)
            return false;
        if (!whole.IsPartial)
            return true;
        throw new TerminologyException(
            "not-supported",
            whole.Kind == WholeKind.Grammar
                ? $"{name} selects some of the codes of {part.System}, of which there is no end; enumerate those that are meant."
                : $"{name} excludes codes from all of {part.System}, whose codes are not known here; load that code system.");
    }

    private static IEnumerable<string> CodesOf(ContentPart part) => part switch
    {
        TablePart table => table.Concepts.Select(table.Concepts.Table.Code),

        // Codes that a code system lacks are taken all the same: who enumerates them may know a later version of it.
        ListPart list => list.Entries.Concat(list.Strays).Where(static entry => !entry.IsAbstract || entry.Concept is not null).Select(static entry => entry.Code),
        _ => [],
    };

    // A code system that ignores case says so of one code in several spellings; those in use are its own, all capitals and none.
    private void Add(HashSet<string> codes, string code, CodeSystem? codeSystem, string name)
    {
        codes.Add(code);
        if (codeSystem?.IsCaseSensitive == false)
        {
            codes.Add(code.ToUpperInvariant());
            codes.Add(code.ToLowerInvariant());
        }

        if (codes.Count > _library.Limits.Codes)
            throw TooMany(name);
    }

    private TerminologyException TooMany(string name) =>
        new("too-costly", $"{name} has more than {_library.Limits.Codes:N0} codes; use one that selects fewer.");

    // The scope reads the state before anything else: what changes later makes the answer one of an older state, which nobody is given.
    private async ValueTask<CodeSet> AnswerAsync(string question, Func<TerminologyScope, ValueTask<CodeSet>> answer, CancellationToken cancel)
    {
        var scope = await _library.OpenAsync(null, cancel);
        var state = scope.CacheKey!;
        if (_answers.TryGet(question, out var known) && known.State == state)
            return known.Codes;
        var codes = await answer(scope);
        _answers.Set(question, new Answer(state, codes), codes.Count + 16);
        return codes;
    }

    private sealed record Answer(string State, CodeSet Codes);
}
