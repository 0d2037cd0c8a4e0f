// Works out the codes of one value set: includes, excludes, imported value sets, filters.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>One expansion (R4 valueset.html#composition). Not safe to use from several threads.</summary>
internal sealed class ValueSetExpansion(ParsedLibrary library, TerminologyLimits limits)
{
    // Concepts looked at and codes moved: what an expansion costs beside finding its resources.
    private const long MaxWork = 20_000_000;

    private readonly Dictionary<string, CodeSelection> _done = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private long _work;

    /// <exception cref="TerminologyException">It can't be worked out.</exception>
    public async ValueTask<CodeSelection> RunAsync(string canonical, CancellationToken cancel)
    {
        if (WholeSystem(canonical) is { } system)
        {
            var whole = new CodeSelection(limits.Codes);
            whole.AddAll(system);
            return whole;
        }

        if (_done.TryGetValue(canonical, out var known))
            return known;
        CheckPath(canonical);
        _path.Add(canonical);
        var valueSet = await library.ValueSetAsync(canonical, cancel);
        var selection = valueSet.Child("compose") is { Exists: true } compose
            ? await ComposeAsync(compose, cancel)
            : Expanded(valueSet);
        _path.RemoveAt(_path.Count - 1);
        _done.Add(canonical, selection);
        return selection;
    }

    // The value sets of all codes that SNOMED CT and LOINC define (R4 snomedct.html#implicit, loinc.html#implicit).
    private static string? WholeSystem(string canonical) => canonical switch
    {
        "http://loinc.org/vs" => "http://loinc.org",
        _ when canonical.StartsWith("http://snomed.info/sct", StringComparison.Ordinal) && canonical.EndsWith("?fhir_vs", StringComparison.Ordinal) =>
            "http://snomed.info/sct",
        _ => null,
    };

    private void CheckPath(string canonical)
    {
        if (_path.IndexOf(canonical) is >= 0 and var at)
        {
            throw new TerminologyException(
                "invalid", $"The value set {canonical} imports itself: {string.Join(" imports ", _path.Skip(at).Append(canonical))}. Take one of these imports out.");
        }

        if (_path.Count >= limits.Depth)
            throw new TerminologyException("too-costly", $"The value set {_path[0]} imports others more than {limits.Depth} deep.");
        if (_done.Count + _path.Count >= limits.ValueSets)
            throw new TerminologyException("too-costly", $"The value set {_path[0]} imports more than {limits.ValueSets} others.");
    }

    private async ValueTask<CodeSelection> ComposeAsync(ElementNode compose, CancellationToken cancel)
    {
        var activeOnly = compose.Child("inactive") is { Exists: true } inactive && inactive.GetBoolean() == false;
        var selection = new CodeSelection(limits.Codes);
        foreach (var include in compose.ChildrenOf("include").ToList())
        {
            var included = await SelectAsync(include, activeOnly, cancel);
            Spend(included.Count, cancel);
            selection.UnionWith(included);
        }

        foreach (var exclude in compose.ChildrenOf("exclude").ToList())
        {
            var excluded = await SelectAsync(exclude, false, cancel);
            Spend(excluded.Count, cancel);
            selection.ExceptWith(excluded);
        }

        return selection;
    }

    // What system, concepts and filters select, as far as all of the imported value sets have it.
    private async ValueTask<CodeSelection> SelectAsync(ElementNode include, bool activeOnly, CancellationToken cancel)
    {
        var selection = include.ChildValue("system") is { Length: > 0 } system
            ? await OfSystemAsync(include, system, activeOnly, cancel)
            : null;
        foreach (var import in include.ChildrenOf("valueSet").ToList())
        {
            if (import.GetString() is not { } canonical)
                continue;
            var imported = await RunAsync(canonical, cancel);
            Spend(imported.Count, cancel);
            if (selection is null)
                (selection = new CodeSelection(limits.Codes)).UnionWith(imported);
            else
                selection.IntersectWith(imported);
        }

        return selection ?? new CodeSelection(limits.Codes);
    }

    private async ValueTask<CodeSelection> OfSystemAsync(ElementNode include, string system, bool activeOnly, CancellationToken cancel)
    {
        var codeSystem = await library.CodeSystemAsync(system, include.ChildValue("version"), cancel);
        var selection = new CodeSelection(limits.Codes);
        if (include.Child("concept").Exists)
            Enumerated(include, system, codeSystem, activeOnly, selection);
        else if (include.Child("filter").Exists)
            Filtered(include, codeSystem ?? throw Unfilterable(include, system), activeOnly, selection, cancel);
        else if (codeSystem is not { IsComplete: true } || codeSystem.Concepts.Count > limits.Codes)
            selection.AddAll(system);
        else
            Filtered(include, codeSystem, activeOnly, selection, cancel);
        return selection;
    }

    private static TerminologyException Unfilterable(ElementNode include, string system)
    {
        var version = include.ChildValue("version") is { } text ? $" in version {text}" : "";
        return new TerminologyException(
            "not-supported", $"The value set filters the codes of {system}{version}, which are not known here; create that CodeSystem with its concepts, or use a value set that enumerates its codes.");
    }

    // Codes that a code system lacks are taken all the same: who enumerates them may know a later version of it.
    private static void Enumerated(ElementNode include, string system, ParsedCodeSystem? codeSystem, bool activeOnly, CodeSelection selection)
    {
        foreach (var node in include.ChildrenOf("concept"))
        {
            if (node.ChildValue("code") is not { } code)
                continue;
            if (codeSystem?.Find(code) is not { } concept)
                selection.Add(system, code);
            else if (!activeOnly || !codeSystem.IsInactive(concept))
                Add(codeSystem, concept, selection);
        }
    }

    private void Filtered(ElementNode include, ParsedCodeSystem codeSystem, bool activeOnly, CodeSelection selection, CancellationToken cancel)
    {
        var filters = new List<ConceptFilter>();
        foreach (var filter in include.ChildrenOf("filter"))
            filters.Add(ConceptFilter.Read(filter, codeSystem, limits));
        Spend((long)codeSystem.Concepts.Count * (filters.Count + 1), cancel);
        foreach (var concept in codeSystem.Concepts)
        {
            if (filters.TrueForAll(filter => filter.Selects(concept)) && !(activeOnly && codeSystem.IsInactive(concept)))
                Add(codeSystem, concept, selection);
        }
    }

    private static void Add(ParsedCodeSystem codeSystem, ParsedConcept concept, CodeSelection selection)
    {
        foreach (var spelling in codeSystem.Spellings(concept.Code))
            selection.Add(codeSystem.Url, spelling);
    }

    // A value set that says only what it came to elsewhere.
    private CodeSelection Expanded(ElementNode valueSet)
    {
        var selection = new CodeSelection(limits.Codes);
        if (valueSet.Child("expansion") is { Exists: true } expansion)
            AddContains(expansion, selection);
        return selection;
    }

    // Entries that are there for the order of a list alone have no code, or are abstract.
    private static void AddContains(ElementNode holder, CodeSelection selection)
    {
        foreach (var entry in holder.ChildrenOf("contains"))
        {
            var isAbstract = entry.Child("abstract") is { Exists: true } flag && flag.GetBoolean() == true;
            if (!isAbstract && entry.ChildValue("system") is { } system && entry.ChildValue("code") is { } code)
                selection.Add(system, code);
            AddContains(entry, selection);
        }
    }

    private void Spend(long work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if ((_work += work) > MaxWork)
            throw new TerminologyException("too-costly", $"The value set {(_path.Count > 0 ? _path[0] : "")} is made of too many codes and filters; enumerate fewer, or split it.");
    }
}
