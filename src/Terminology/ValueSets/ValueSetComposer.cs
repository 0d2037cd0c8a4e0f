// Works out the content of one value set: includes, excludes, imported value sets.

using System.Diagnostics;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>One composition (R4 valueset.html#composition). Not safe to use from several threads.</summary>
internal sealed partial class ValueSetComposer
{
    // Concepts looked at and codes moved: what a composition costs beside finding its resources.
    private const long MaxWork = 50_000_000;
    private const string SupplementExtension = "http://hl7.org/fhir/StructureDefinition/valueset-supplement";

    private readonly Dictionary<string, ValueSetContent> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string?, TerminologyScope), CodeSystemResolution> _resolved = [];
    private readonly List<UsedCodeSystem> _codeSystems = [];
    private readonly List<UsedValueSet> _valueSets = [];
    private readonly List<string> _path = [];
    private readonly Stopwatch _matching = new();
    private readonly CancellationToken _cancel;
    private TerminologyScope _scope;
    private long _work;

    private ValueSetComposer(TerminologyScope scope, CancellationToken cancel)
    {
        _scope = scope;
        _cancel = cancel;
    }

    private TerminologyLimits Limits => _scope.Limits;

    /// <summary>The content of a value set by its canonical.</summary>
    /// <exception cref="TerminologyException">It is not known, or can't be worked out.</exception>
    public static async ValueTask<ValueSetContent> ComposeAsync(TerminologyScope scope, string canonical, CancellationToken cancel)
    {
        var composer = new ValueSetComposer(scope, cancel);
        return composer.Finish(await composer.OfAsync(canonical));
    }

    /// <summary>The content of a value set that is at hand.</summary>
    /// <exception cref="TerminologyException">It can't be worked out.</exception>
    public static async ValueTask<ValueSetContent> ComposeAsync(TerminologyScope scope, ElementNode valueSet, CancellationToken cancel)
    {
        var composer = new ValueSetComposer(scope, cancel);
        composer._path.Add(valueSet.ChildValue("url") ?? "that was sent");
        return composer.Finish(await composer.OfAsync(valueSet));
    }

    private ValueSetContent Finish(ValueSetContent content) => new(content.Url, content.Version, content.Resource, content.Parts, content.Unresolved)
    {
        CodeSystems = _codeSystems,
        ValueSets = [.. _valueSets.Where(used => used.Url != content.Url || used.Version != content.Version)],
    };

    private async ValueTask<ValueSetContent> OfAsync(string canonical)
    {
        if (_done.TryGetValue(canonical, out var known))
            return known;
        CheckPath(canonical);
        _path.Add(canonical);
        var content = await _scope.ValueSetAsync(canonical, _cancel) is { } found
            ? await OfAsync(found.Resource.Root)
            : await ImplicitAsync(canonical) ?? throw await UnknownAsync(canonical);
        _valueSets.Add(new UsedValueSet(content.Url ?? canonical, content.Version, content.Resource));
        _path.RemoveAt(_path.Count - 1);
        _done.Add(canonical, content);
        return content;
    }

    private async ValueTask<ValueSetContent> OfAsync(ElementNode valueSet)
    {
        var outer = _scope;
        var supplements = new List<string>();
        foreach (var extension in valueSet.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == SupplementExtension && extension.ChildValue("value") is { } supplement)
                supplements.Add(supplement);
        }

        if (supplements.Count > 0)
            _scope = _scope.WithSupplements(supplements);
        var (parts, unresolved) = valueSet.Child("compose") is { Exists: true } compose
            ? await ComposeAsync(compose)
            : (await ExpandedAsync(valueSet), []);
        _scope = outer;
        return new ValueSetContent(valueSet.ChildValue("url"), valueSet.ChildValue("version"), valueSet, parts, unresolved);
    }

    private void CheckPath(string canonical)
    {
        if (_path.IndexOf(canonical) is >= 0 and var at)
        {
            throw new TerminologyException(
                "invalid", $"The value set {canonical} imports itself: {string.Join(" imports ", _path.Skip(at).Append(canonical))}. Take one of these imports out.");
        }

        if (_path.Count >= Limits.Depth)
            throw new TerminologyException("too-costly", $"The value set {_path[0]} imports others more than {Limits.Depth} deep.");
        if (_done.Count + _path.Count >= Limits.ValueSets)
            throw new TerminologyException("too-costly", $"The value set {_path[0]} imports more than {Limits.ValueSets} others.");
    }

    private async ValueTask<TerminologyException> UnknownAsync(string canonical)
    {
        var importer = _path.Count > 1 ? $", which {_path[^2]} imports," : "";
        var (url, version) = TerminologyLibrary.Split(canonical);
        var versions = version is null ? [] : await _scope.VersionsAsync("ValueSet", url, _cancel);
        return new TerminologyException(
            "not-found",
            versions.Count == 0
                ? $"The value set {canonical}{importer} is not known here; check its URL, or create it as a ValueSet resource."
                : $"The value set {url}{importer} is known here in version {string.Join(", ", versions.Select(static v => v ?? "(none)"))}, not in {version}; ask for that, or for none.");
    }

    private async ValueTask<(IReadOnlyList<ContentPart> Parts, IReadOnlyList<UnresolvedPart> Unresolved)> ComposeAsync(ElementNode compose)
    {
        var activeOnly = compose.Child("inactive") is { Exists: true } inactive && inactive.GetBoolean() == false;
        var unresolved = new List<UnresolvedPart>();
        var draft = new ContentDraft();
        foreach (var include in compose.ChildrenOf("include").ToList())
        {
            var selected = await SelectAsync(include, unresolved);
            Spend(Cost(selected) + draft.CostOf(selected));
            draft.Add(activeOnly ? selected.Select(static part => part.Restrict(activeOnly: true, selectableOnly: false)).OfType<ContentPart>() : selected);
        }

        var excluded = new ContentDraft();
        foreach (var exclude in compose.ChildrenOf("exclude").ToList())
        {
            var selected = await SelectAsync(exclude, unresolved);
            Spend(Cost(selected) + excluded.CostOf(selected));
            excluded.Add(selected);
        }

        var parts = draft.Finish();
        var without = excluded.Finish();
        Spend(Product(Cost(parts), without.Count));
        if (without.Count > 0)
            parts = [.. parts.Select(part => part.Except(without)).OfType<ContentPart>()];
        return (parts, unresolved);
    }

    // What system, concepts and filters select, as far as all of the imported value sets have it.
    private async ValueTask<IReadOnlyList<ContentPart>> SelectAsync(ElementNode include, List<UnresolvedPart> unresolved)
    {
        var system = include.ChildValue("system");
        var selected = system is { Length: > 0 } ? await OfSystemAsync(include, system, unresolved) : null;
        foreach (var import in include.ChildrenOf("valueSet").ToList())
        {
            if (import.GetString() is not { } canonical)
                continue;
            var imported = await OfAsync(canonical);
            unresolved.AddRange(imported.Unresolved.Where(part => system is null || part.System == system));
            Spend(Cost(imported.Parts));
            Spend(selected is null ? 0 : Product(Cost(selected), imported.Parts.Count));
            if (selected is null)
            {
                selected = imported.Parts;
                continue;
            }

            var both = new ContentDraft();
            both.Add(selected.SelectMany(part => part.Intersect(imported.Parts)));
            selected = both.Finish();
        }

        return selected ?? [];
    }

    // Moving a table's concepts is moving words of 64 of them.
    private static long Cost(IReadOnlyList<ContentPart> parts)
    {
        long cost = parts.Count;
        foreach (var part in parts)
        {
            cost += part switch
            {
                TablePart table => table.Table.Count / 64,
                WholePart whole => whole.Cost,
                _ => part.Count ?? 0,
            };
        }

        return cost;
    }

    private static long Product(long cost, int times) => Math.Min(cost, MaxWork + 1) * times;

    private void Spend(long work)
    {
        _cancel.ThrowIfCancellationRequested();
        if (work > MaxWork || (_work += work) > MaxWork)
            throw new TerminologyException("too-costly", $"The value set {_path.FirstOrDefault()} is made of too many codes and filters; enumerate fewer, or split it.");
    }
}
