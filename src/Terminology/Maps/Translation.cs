// Translates codes by concept maps: which maps and groups fit, which rows hold, and what comes of codes without a row.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>One translation (R4 conceptmap-operation-translate.html). Not safe to use from several threads.</summary>
internal sealed class Translation(TerminologyScope scope, TranslateRequest request)
{
    // Each group of a map may fall back on another with as many groups.
    private const int MaxFallbacks = 5_000;

    private readonly List<TranslateMatch> _matches = [];
    private readonly List<string> _unmet = [];
    private readonly List<string> _faults = [];
    private readonly List<ConceptMapTable> _path = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _names = new(StringComparer.Ordinal);
    private IReadOnlyList<ConceptMapTable> _used = [];
    private int _fallbacks;
    private string? _sourceScope;
    private string? _targetScope;

    /// <exception cref="TerminologyException">The map that was named is not known, or falls back on itself.</exception>
    public async ValueTask<TranslateAnswer> RunAsync(CancellationToken cancel)
    {
        foreach (var system in request.Codings.Select(static coding => coding.System)
            .Concat(request.Dependencies.SelectMany(static dependency => dependency.Codings).Select(static coding => coding.System))
            .Append(request.TargetSystem).OfType<string>())
        {
            _names[system] = await scope.SystemNamesAsync(system, cancel);
        }

        _sourceScope = await ValueSetUrlAsync(request.SourceScope, cancel);
        _targetScope = await ValueSetUrlAsync(request.TargetScope, cancel);
        _used = await MapsAsync(cancel);
        foreach (var map in _used)
        {
            var start = _matches.Count;
            try
            {
                foreach (var coding in request.Codings)
                    await TranslateAsync(map, coding, cancel);
            }
            catch (TerminologyException fault) when (!IsNamed && fault.Code is ("not-found" or "invalid"))
            {
                // What is wrong with one map must not keep the others from answering.
                _matches.RemoveRange(start, _matches.Count - start);
                _path.Clear();
                _faults.Add($"The concept map {map.Canonical ?? map.Name} is left out: {fault.Message}");
                continue;
            }

            if (_targetScope is not null && _matches.Count > start && !IsFor(map, _targetScope))
                await KeepMembersAsync(start, _targetScope, cancel);
        }

        for (var i = 0; i < _matches.Count; i++)
            _matches[i] = await NamedAsync(_matches[i], cancel);
        var result = _matches.Exists(static match => MapEquivalence.IsMatch(match.Equivalence));
        return new TranslateAnswer(result, TranslationMessage.For(request, _used, _matches, _unmet, _faults), _matches);
    }

    private bool IsNamed => request.Map is not null || request.Table is not null;

    private async ValueTask<IReadOnlyList<ConceptMapTable>> MapsAsync(CancellationToken cancel)
    {
        if (request.Table is { } table)
            return [table];
        if (request.Map is not null)
            return [await scope.ConceptMapTableAsync(request.Map, request.MapVersion, cancel)];

        var fitting = new List<ConceptMapTable>();
        var systems = request.Codings.All(static coding => coding.System is not null)
            ? request.Codings.SelectMany(coding => _names[coding.System!]).ToHashSet(StringComparer.Ordinal)
            : [];
        foreach (var map in await scope.ConceptMapsAsync(systems, request.IsReverse, cancel))
        {
            var (source, target) = request.IsReverse ? (map.TargetScope, map.SourceScope) : (map.SourceScope, map.TargetScope);
            if (Fits(_sourceScope, source) && Fits(_targetScope, target))
                fitting.Add(map);
        }

        return fitting;
    }

    // A map that names no value set is for all of its systems. Versions count only where both name one.
    private static bool Fits(string? wanted, string? scope)
    {
        if (wanted is null || scope is null || wanted == scope)
            return true;
        var (wantedUrl, wantedVersion) = TerminologyLibrary.Split(wanted);
        var (url, version) = TerminologyLibrary.Split(scope);
        return wantedUrl == url && (wantedVersion is null || version is null || wantedVersion == version);
    }

    // A value set may be named by its address here, which is not what maps call it.
    private async ValueTask<string?> ValueSetUrlAsync(string? valueSet, CancellationToken cancel)
    {
        if (valueSet is null || !valueSet.Contains("ValueSet/", StringComparison.Ordinal))
            return valueSet;
        if (await scope.ValueSetAsync(valueSet, cancel) is { } found)
            return found.Resource.Root.ChildValue("url") is { } url && url != TerminologyLibrary.Split(valueSet).Url ? url : valueSet;
        return valueSet.Contains(':', StringComparison.Ordinal)
            ? valueSet
            : throw new TerminologyException("not-found", $"There is no {valueSet} here; name the value set by its URL.");
    }

    private bool IsFor(ConceptMapTable map, string valueSet) => (request.IsReverse ? map.SourceScope : map.TargetScope) is { } declared && Fits(valueSet, declared);

    // The map is not made for the value set, so each code has to be in it.
    private async ValueTask KeepMembersAsync(int start, string valueSet, CancellationToken cancel)
    {
        var content = await scope.ContentAsync(valueSet, cancel);
        for (var i = _matches.Count - 1; i >= start; i--)
        {
            if (_matches[i].Coding is { } coding
                && (coding.System is null || content.Find(await scope.SystemNameAsync(coding.System, cancel), coding.Version, coding.Code) is null))
            {
                _matches.RemoveAt(i);
            }
        }
    }

    private async ValueTask TranslateAsync(ConceptMapTable map, CodingValue given, CancellationToken cancel)
    {
        CheckPath(map);
        _path.Add(map);
        foreach (var group in map.Groups)
        {
            var (from, version, to) = request.IsReverse
                ? (group.Target, group.TargetVersion, group.Source)
                : (group.Source, group.SourceVersion, group.Target);
            if (!IsSameSystem(given.System, from) || !IsSameVersion(given.Version, version) || !IsSameSystem(request.TargetSystem, to))
                continue;
            if (request.IsReverse)
                await BackwardAsync(map, group, given, cancel);
            else
                await ForwardAsync(map, group, given, cancel);
        }

        _path.RemoveAt(_path.Count - 1);
    }

    // A code without a system fits any. A group without one does so only in a map that was named: it was not found by its system.
    private bool IsSameSystem(string? given, string? system) =>
        given is null || (system is null ? IsNamed : _names[given].Contains(system));

    private static bool IsSameVersion(string? given, string? version) => given is null || version is null || given == version;

    private async ValueTask ForwardAsync(ConceptMapTable map, ConceptMapGroup group, CodingValue given, CancellationToken cancel)
    {
        var rows = group.From(given.Code);
        if (!rows.Any && group.Unmapped is { } unmapped)
        {
            await FallBackAsync(map, group, unmapped, given, cancel);
            return;
        }

        foreach (var row in rows)
        {
            if (Holds(row))
                Add(map, given, row, row.Equivalence, row.TargetCode is null ? null : new CodingValue(group.Target, group.TargetVersion, row.TargetCode, row.TargetDisplay));
        }
    }

    private async ValueTask BackwardAsync(ConceptMapTable map, ConceptMapGroup group, CodingValue given, CancellationToken cancel)
    {
        foreach (var row in group.To(given.Code))
        {
            if (Holds(row))
                Add(map, given, row, MapEquivalence.Inverse(row.Equivalence), new CodingValue(group.Source, group.SourceVersion, row.SourceCode, row.SourceDisplay));
        }

        // The other map counts only for codes that this group has no row for.
        if (group.Unmapped is not { Mode: "other-map", Map: { } other })
            return;
        var start = _matches.Count;
        await TranslateByOtherAsync(other, given, cancel);
        for (var i = _matches.Count - 1; i >= start; i--)
        {
            if (_matches[i].Coding is { } coding && group.From(coding.Code).Any)
                _matches.RemoveAt(i);
        }
    }

    // The map doesn't say how near such a code is.
    private async ValueTask FallBackAsync(ConceptMapTable map, ConceptMapGroup group, UnmappedRule unmapped, CodingValue given, CancellationToken cancel)
    {
        switch (unmapped.Mode)
        {
            case "provided":
                Add(map, given, null, "relatedto", new CodingValue(group.Target, group.TargetVersion, given.Code, given.Display));
                break;
            case "fixed" when unmapped.Code is { } code:
                Add(map, given, null, "relatedto", new CodingValue(group.Target, group.TargetVersion, code, unmapped.Display));
                break;
            case "other-map" when unmapped.Map is { } other:
                await TranslateByOtherAsync(other, given, cancel);
                break;
        }
    }

    private async ValueTask TranslateByOtherAsync(string other, CodingValue given, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (++_fallbacks > MaxFallbacks)
            throw new TerminologyException("too-costly", $"The concept map {_path[0].Canonical ?? _path[0].Name} falls back on others more than {MaxFallbacks:N0} times (group.unmapped); make fewer groups of them.");
        await TranslateAsync(await scope.ConceptMapTableAsync(other, null, cancel), given, cancel);
    }

    private void CheckPath(ConceptMapTable map)
    {
        if (_path.IndexOf(map) is >= 0 and var at)
        {
            var way = string.Join(" falls back on ", _path.Skip(at).Append(map).Select(static m => m.Canonical ?? m.Name));
            throw new TerminologyException("invalid", $"A concept map falls back on itself for unmapped codes: {way}. Take one of these fallbacks (group.unmapped) out.");
        }

        if (_path.Count >= scope.Limits.Depth)
            throw new TerminologyException("too-costly", $"The concept map {_path[0].Canonical ?? _path[0].Name} falls back on others more than {scope.Limits.Depth} deep.");
    }

    // A mapping with dependencies holds only where all of them are given.
    private bool Holds(MapRow row)
    {
        foreach (var needed in row.DependsOn)
        {
            if (request.Dependencies.Any(given => Satisfies(given, needed)))
                continue;
            if (_unmet.Count < TranslationMessage.DependenciesShown)
                _unmet.Add($"{needed.Property} = {(needed.System is null ? needed.Value : $"{needed.System}|{needed.Value}")}");
            return false;
        }

        return true;
    }

    private bool Satisfies(MapDependency given, MapProperty needed) =>
        given.Element == needed.Property
        && (given.Text == needed.Value
            || given.Codings.Any(coding => coding.Code == needed.Value && (needed.System is null || (coding.System is not null && IsSameSystem(coding.System, needed.System)))));

    // What the map doesn't call by name, its code system may.
    private async ValueTask<TranslateMatch> NamedAsync(TranslateMatch match, CancellationToken cancel)
    {
        if (match.Coding is not { Display: null, System: { } system } coding
            || await scope.CodeSystemAsync(system, coding.Version, cancel) is not { } codeSystem
            || codeSystem.Find(coding.Code)?.Display is not { } display)
        {
            return match;
        }

        return match with { Coding = coding with { Display = display } };
    }

    private void Add(ConceptMapTable map, CodingValue given, MapRow? row, string equivalence, CodingValue? coding)
    {
        var match = new TranslateMatch
        {
            Equivalence = equivalence,
            Coding = coding,
            Given = given,
            Source = map.Canonical,
            Comment = row?.Comment,
            DependsOn = row?.DependsOn ?? [],
            Products = row?.Products ?? [],
        };

        // Two codings of a CodeableConcept often come to one code.
        if (!_matches.Exists(known => known.Coding == match.Coding && known.Equivalence == equivalence && known.Source == match.Source && known.Products.SequenceEqual(match.Products)))
            _matches.Add(match);
    }
}
