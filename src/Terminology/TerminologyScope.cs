// What one request sees: the library, the resources that it brought along, and its rules about versions.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A resource that was found by its name.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Stamp">Names its content (<see cref="TerminologyEntry.Stamp"/>).</param>
/// <param name="IsShared">False if the request brought it along: nothing that is worked out of it may be kept beyond the request.</param>
public sealed record TerminologyResource(ResourceTree Resource, string Stamp, bool IsShared)
{
    /// <summary>The business version, or null.</summary>
    public string? Version => Resource.Root.ChildValue("version");
}

/// <summary>What came of looking for a code system.</summary>
/// <param name="Url">The canonical URL, by whichever name of the system was asked.</param>
/// <param name="AskedVersion">The version that was looked for once the rules were applied, or null for the latest.</param>
/// <param name="System">The code system, or null if there is none of that version with content.</param>
/// <param name="Versions">All versions known here, the latest first; null stands for one without a version.</param>
public sealed record CodeSystemResolution(string Url, string? AskedVersion, CodeSystem? System, IReadOnlyList<string?> Versions)
{
    /// <summary>The <c>check-system-version</c> that the version found is against, or null.</summary>
    public string? ViolatedCheck { get; init; }

    /// <summary>The day that was asked for and on which there was none of it yet, or null.</summary>
    public string? MissedDate { get; init; }

    /// <summary>True if the code system is known by name, in this version or another, with content or not.</summary>
    public bool IsKnown => System is not null || Versions.Count > 0;

    /// <summary>False if the code system or a supplement came along with the request.</summary>
    public bool IsShared { get; init; } = true;
}

/// <summary>
/// The terminology of one request. The state of the sources is read once, when it is opened. Not safe to use from several threads.
/// </summary>
public sealed partial class TerminologyScope
{
    private readonly TerminologyLibrary _library;
    private readonly LibraryState _state;
    private readonly List<TerminologyEntry> _overlay = [];
    private readonly bool _isChoiceShared;
    private readonly Dictionary<string, CodeSystem> _overlayCodeSystems = new(StringComparer.Ordinal);

    internal TerminologyScope(TerminologyLibrary library, LibraryState state, ScopeParameters parameters)
    {
        _library = library;
        _state = state;
        Parameters = parameters;
        for (var i = 0; i < parameters.Resources.Count; i++)
            _overlay.Add(TerminologyEntry.Of(parameters.Resources[i], $"tx|{i}"));
        _isChoiceShared = parameters.Date is null && _overlay.TrueForAll(static entry => entry.ResourceType is not ("CodeSystem" or "NamingSystem"));
    }

    /// <summary>What the request said.</summary>
    public ScopeParameters Parameters { get; }

    /// <summary>Bounds of one answer.</summary>
    public TerminologyLimits Limits => _library.Limits;

    /// <summary>Names the state of the library's sources; the same object while nothing changes.</summary>
    internal string State => _state.Text;

    /// <summary>
    /// Names all that the answers of this scope depend on, so that they may be kept by it; null if the request brought resources
    /// along, since then nothing may be kept.
    /// </summary>
    public string? CacheKey => _overlay.Count > 0 ? null : field ??= string.Join(
        '\n', [_state.Text, .. Rules("s", Parameters.SystemVersions), .. Rules("c", Parameters.CheckSystemVersions),
            .. Rules("f", Parameters.ForceSystemVersions), .. Rules("v", Parameters.ValueSetVersions), .. Rules("u", Parameters.Supplements),
            $"d {Parameters.Date?.Text}"]);

    /// <summary>The code system of a URL, in the version that the rules make of the one asked for, with supplements.</summary>
    /// <param name="url">The canonical URL; a version behind a bar counts as asked for.</param>
    /// <param name="version">The version asked for, perhaps with wildcards, or null.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<CodeSystemResolution> ResolveCodeSystemAsync(string url, string? version, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(url);

        // A few of the standard's own URLs hold a bar.
        if (version is null && url.Contains('|', StringComparison.Ordinal) && (await CandidatesAsync(url, cancel)).Count == 0)
            (url, version) = TerminologyLibrary.Split(url);
        var check = await SystemRuleAsync(Parameters.CheckSystemVersions, url, cancel);
        var asked = await SystemRuleAsync(Parameters.ForceSystemVersions, url, cancel) ?? version ?? await SystemRuleAsync(Parameters.SystemVersions, url, cancel) ?? check;
        var choice = await ChooseAsync(url, asked, cancel);
        var resolution = new CodeSystemResolution(choice.Name, asked, null, choice.Versions);
        if (choice.Chosen is not { } chosen)
            return resolution with { MissedDate = choice.IsTooEarly ? Parameters.Date!.Text : null };

        var (system, isShared) = await SupplementedAsync(await OpenAsync(chosen, cancel), cancel);
        return resolution with
        {
            System = system,
            ViolatedCheck = check is not null && !VersionRange.Matches(check, system.Version) ? check : null,
            IsShared = isShared && !chosen.IsOverlay,
        };
    }

    /// <summary>The code system of a stored CodeSystem itself, whatever else has its name, with supplements.</summary>
    /// <param name="stamp">Names its content (<see cref="TerminologyEntry.Stamp"/>).</param>
    /// <param name="read">Reads it, if it is not in memory.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<CodeSystem> OpenAsync(string stamp, Func<ResourceTree> read, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        ArgumentNullException.ThrowIfNull(read);
        var system = await _library.CodeSystemAsync(stamp, () => ValueTask.FromResult(read()), cancel);

        // For an imported code system stands a resource without its concepts.
        return system.Header.Content == "not-present" && await CodeSystemAsync(system.Url, system.Version, cancel) is { } imported
            ? imported
            : (await SupplementedAsync(system, cancel)).System;
    }

    /// <summary>The code system, or null if there is none of that version with content; for those who don't say why.</summary>
    public async ValueTask<CodeSystem?> CodeSystemAsync(string url, string? version, CancellationToken cancel) =>
        (await ResolveCodeSystemAsync(url, version, cancel)).System;

    /// <summary>A CodeSystem that supplements another, by its canonical; null if there is none.</summary>
    public async ValueTask<(CodeSystem System, bool IsShared)?> SupplementAsync(string canonical, CancellationToken cancel)
    {
        var (url, version) = TerminologyLibrary.Split(canonical);
        return await FindAsync("CodeSystem", url, version, static entry => entry.Content == "supplement", cancel) is { } entry
            ? (await OpenAsync(entry, cancel), !_overlay.Contains(entry))
            : null;
    }

    /// <summary>All supplements of a code system that are known here, whether or not the request wants them.</summary>
    public async ValueTask<IReadOnlyList<CodeSystem>> KnownSupplementsAsync(CodeSystem system, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(system);
        var known = new List<CodeSystem>();
        foreach (var entry in _overlay.Where(static entry => entry.Content == "supplement"))
            known.Add(await OpenAsync(entry, cancel));
        foreach (var source in _library.Sources)
        {
            foreach (var entry in await source.SupplementsAsync(system.Url, cancel))
                known.Add(await _library.CodeSystemAsync(entry, cancel));
        }

        var supplements = new List<CodeSystem>();
        foreach (var supplement in known)
        {
            if (await SupplementsAsync(supplement, system, cancel))
                supplements.Add(supplement);
        }

        return supplements;
    }

    /// <summary>The ValueSet of a canonical, in the version that the rules say where it has none; null if there is none.</summary>
    public ValueTask<TerminologyResource?> ValueSetAsync(string canonical, CancellationToken cancel) =>
        ResourceAsync("ValueSet", canonical, Parameters.ValueSetVersions, cancel);

    /// <summary>The ConceptMap of a canonical; null if there is none.</summary>
    public ValueTask<TerminologyResource?> ConceptMapAsync(string canonical, CancellationToken cancel) =>
        ResourceAsync("ConceptMap", canonical, [], cancel);

    /// <summary>The StructureDefinition of a canonical, whose elements are bound to value sets; null if there is none.</summary>
    public ValueTask<TerminologyResource?> StructureDefinitionAsync(string canonical, CancellationToken cancel) =>
        ResourceAsync("StructureDefinition", canonical, [], cancel);

    /// <summary>The resource of any type that sources find by a canonical; null if there is none.</summary>
    internal ValueTask<TerminologyResource?> ResourceAsync(string resourceType, string canonical, CancellationToken cancel) =>
        ResourceAsync(resourceType, canonical, [], cancel);

    /// <summary>All versions of a resource that are known here, the latest first; null stands for one without a version.</summary>
    /// <param name="resourceType"><c>ValueSet</c> or <c>ConceptMap</c>.</param>
    /// <param name="url">The URL without a version.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<string?>> VersionsAsync(string resourceType, string url, CancellationToken cancel) =>
        [.. (await AllAsync(resourceType, url, cancel)).SelectMany(static group => group).Select(static entry => entry.Version)
            .Distinct(StringComparer.Ordinal).OrderDescending(BusinessVersion.Order)];

    /// <summary>The names of all resources of a type, and of all code systems.</summary>
    public async ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel)
    {
        var names = new HashSet<CanonicalName>(_overlay.Where(entry => entry.ResourceType == resourceType).Select(static entry => new CanonicalName(entry.Url, entry.Version) { Content = entry.Content }));
        foreach (var source in _library.Sources)
            names.UnionWith(await source.ListAsync(resourceType, cancel));
        if (resourceType == "CodeSystem")
            names.UnionWith(_library.CodeSystemSources.SelectMany(static source => source.List()).Select(static header => new CanonicalName(header.Url, header.Version) { Content = header.Content }));
        return [.. names];
    }

    private async ValueTask<(CodeSystem System, bool IsShared)> SupplementedAsync(CodeSystem system, CancellationToken cancel)
    {
        var isShared = true;
        var supplements = new List<CodeSystem>();
        foreach (var canonical in Parameters.Supplements)
        {
            if (await SupplementAsync(canonical, cancel) is { } supplement && await SupplementsAsync(supplement.System, system, cancel))
            {
                supplements.Add(supplement.System);
                isShared &= supplement.IsShared;
            }
        }

        return (supplements.Count > 0 ? new SupplementedCodeSystem(system, supplements) : system, isShared);
    }

    private static IEnumerable<string> Rules(string name, IReadOnlyList<string> canonicals) => canonicals.Select(canonical => $"{name} {canonical}");

    private static string? Rule(IReadOnlyList<string> canonicals, string url)
    {
        foreach (var canonical in canonicals)
        {
            var (ruled, version) = TerminologyLibrary.Split(canonical);
            if (ruled == url && version is not null)
                return version;
        }

        return null;
    }

    // A rule may be written with another name of the code system.
    private async ValueTask<string?> SystemRuleAsync(IReadOnlyList<string> canonicals, string url, CancellationToken cancel)
    {
        if (canonicals.Count == 0)
            return null;
        if (Rule(canonicals, url) is { } version)
            return version;
        foreach (var name in await SystemNamesAsync(url, cancel))
        {
            if (Rule(canonicals, name) is { } other)
                return other;
        }

        return null;
    }

    private async ValueTask<bool> SupplementsAsync(CodeSystem supplement, CodeSystem system, CancellationToken cancel)
    {
        if (supplement.Header.Supplements is not { } supplemented)
            return false;
        var (url, version) = TerminologyLibrary.Split(supplemented);
        return (version is null || VersionRange.Matches(version, system.Version))
            && (url == system.Url || (await SystemNamesAsync(system.Url, cancel)).Contains(url));
    }

    // The same for all requests that brought nothing along that could be chosen, and ask for no day of their own.
    private async ValueTask<CodeSystemChoice> ChooseAsync(string url, string? asked, CancellationToken cancel)
    {
        if (_isChoiceShared && _state.Choices.TryGetValue((url, asked), out var known))
            return known;
        CodeSystemChoice? choice = null;
        foreach (var name in await SystemNamesAsync(url, cancel))
        {
            var candidates = await CandidatesAsync(name, cancel);
            var chosen = Choose(candidates, asked, Parameters.Date);

            // Where the code system that has the name to use is known without content, one that calls itself by another name may have it.
            if (choice is null || chosen is not null)
            {
                choice = new CodeSystemChoice(name, chosen, [.. Ordered(candidates).Select(static candidate => candidate.Version).Distinct(StringComparer.Ordinal)])
                {
                    IsTooEarly = chosen is null && Parameters.Date is not null && Choose(candidates, asked, null) is not null,
                };
            }

            if (chosen is not null)
                break;
        }

        if (_isChoiceShared)
            _state.Keep(_state.Choices, (url, asked), choice!);
        return choice!;
    }

    // Where no version is asked for, what ranks first is taken, and of that the latest version with content.
    private static CodeSystemCandidate? Choose(List<CodeSystemCandidate> candidates, string? asked, AsOfDate? day)
    {
        var fitting = candidates.Where(candidate => candidate.HasContent && (asked is not null || day?.Had(candidate.Date) != false));
        if (asked is null)
            return fitting.GroupBy(static candidate => candidate.Rank).MinBy(static group => group.Key) is { } first ? Ordered([.. first])[0] : null;
        return fitting.Where(candidate => candidate.Version == asked).MinBy(static candidate => candidate.Rank)
            ?? Ordered([.. fitting.Where(candidate => VersionRange.Matches(asked, candidate.Version))]).FirstOrDefault();
    }

    private static List<CodeSystemCandidate> Ordered(List<CodeSystemCandidate> candidates)
    {
        var algorithm = candidates.Select(static candidate => candidate.Algorithm).FirstOrDefault(static name => name is not null);
        return [.. candidates.OrderByDescending(static candidate => candidate.Version, VersionRange.Order(algorithm)).ThenBy(static candidate => candidate.Rank)];
    }

    private async ValueTask<List<CodeSystemCandidate>> CandidatesAsync(string url, CancellationToken cancel)
    {
        var candidates = new List<CodeSystemCandidate>();
        var groups = await AllAsync("CodeSystem", url, cancel);
        for (var rank = 0; rank < groups.Count; rank++)
        {
            foreach (var entry in groups[rank])
            {
                if (entry.Content != "supplement")
                    candidates.Add(new CodeSystemCandidate(rank, entry.Version, entry.Date, entry.VersionAlgorithm, entry.Content != "not-present", IsOverlay: rank == 0, entry, null));
            }
        }

        foreach (var source in _library.CodeSystemSources)
        {
            foreach (var system in source.Find(url))
                candidates.Add(new CodeSystemCandidate(1, system.Version, system.Header.Date, system.Header.VersionAlgorithm, system.Header.Content != "not-present", IsOverlay: false, null, system));
        }

        return candidates;
    }

    private ValueTask<CodeSystem> OpenAsync(CodeSystemCandidate candidate, CancellationToken cancel) =>
        candidate.System is { } system ? ValueTask.FromResult(system) : OpenAsync(candidate.Entry!, cancel);

    private async ValueTask<CodeSystem> OpenAsync(TerminologyEntry entry, CancellationToken cancel)
    {
        if (!_overlay.Contains(entry))
            return await _library.CodeSystemAsync(entry, cancel);
        if (!_overlayCodeSystems.TryGetValue(entry.Stamp, out var system))
            _overlayCodeSystems.Add(entry.Stamp, system = new TableCodeSystem(ConceptTableBuilder.FromResource((await entry.ReadAsync(cancel)).Root)));
        return system;
    }

    // What the request brought along first, then the sources in their order.
    private async ValueTask<List<IReadOnlyList<TerminologyEntry>>> AllAsync(string resourceType, string url, CancellationToken cancel) =>
    [
        _overlay.FindAll(entry => entry.ResourceType == resourceType && entry.IsNamed(url)),
        .. await _library.FindAsync(_state, resourceType, url, cancel),
    ];

    private async ValueTask<TerminologyEntry?> FindAsync(
        string resourceType, string url, string? version, Func<TerminologyEntry, bool> isWanted, CancellationToken cancel)
    {
        var day = version is null ? Parameters.Date : null;
        var groups = (await AllAsync(resourceType, url, cancel)).ConvertAll(group => group.Where(entry => isWanted(entry) && day?.Had(entry.Date) != false).ToList());
        if (version is null)
            return groups.Find(static group => group.Count > 0) is { } first ? Latest(first) : null;
        return groups.SelectMany(static group => group).FirstOrDefault(entry => entry.Version == version)
            ?? Latest([.. groups.SelectMany(static group => group).Where(entry => VersionRange.Matches(version, entry.Version))]);
    }

    private static TerminologyEntry? Latest(List<TerminologyEntry> entries) =>
        entries.MaxBy(static entry => entry.Version, VersionRange.Order(entries.Select(static entry => entry.VersionAlgorithm).FirstOrDefault(static name => name is not null)));

    private async ValueTask<TerminologyResource?> ResourceAsync(string resourceType, string canonical, IReadOnlyList<string> rules, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        var (url, version) = TerminologyLibrary.Split(canonical);
        var entry = await FindAsync(resourceType, url, version ?? Rule(rules, url), static _ => true, cancel);

        // A few of the standard's own URLs hold a bar.
        if (entry is null && version is not null)
            entry = await FindAsync(resourceType, canonical, null, static _ => true, cancel);
        if (entry is null)
            return resourceType == "ValueSet" && version is null && ImplicitValueSets.Find(url) is { } made ? new TerminologyResource(made, $"implicit|{url}", IsShared: true) : null;
        return _overlay.Contains(entry)
            ? new TerminologyResource(await entry.ReadAsync(cancel), entry.Stamp, IsShared: false)
            : new TerminologyResource(await _library.ResourceAsync(entry, cancel), entry.Stamp, IsShared: true);
    }
}
