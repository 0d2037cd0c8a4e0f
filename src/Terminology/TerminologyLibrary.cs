// All terminology that there is here, and what was worked out of it lately.

using System.Collections.Concurrent;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// The sources together. What they have is asked for when it is needed and kept while their states stay as they are; code systems are
/// kept by the stamp of their content, so those never get stale. Safe to use from several threads.
/// </summary>
public sealed class TerminologyLibrary
{
    private readonly TerminologyLimits _limits;
    private readonly BoundedCache<CodeSystem> _codeSystems;
    private readonly BoundedCache<ResourceTree> _resources;
    private readonly BoundedCache<ConceptMapTable> _conceptMaps;
    private LibraryState _state = new("");

    /// <summary>A library over sources.</summary>
    /// <param name="sources">Sources of resources; where no version is asked for, the first that has a name answers.</param>
    /// <param name="codeSystems">Sources of code systems that are no resources; they rank as the first source of resources does.</param>
    /// <param name="limits">Bounds; the defaults if null.</param>
    public TerminologyLibrary(IReadOnlyList<ITerminologySource> sources, IReadOnlyList<ICodeSystemSource>? codeSystems = null, TerminologyLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        Sources = sources;
        CodeSystemSources = codeSystems ?? [];
        _limits = limits ?? new TerminologyLimits();
        _codeSystems = new BoundedCache<CodeSystem>(_limits.CachedBytes);
        _resources = new BoundedCache<ResourceTree>(_limits.CachedBytes);
        Contents = new BoundedCache<ValueSetContent>(_limits.CachedContentBytes);
        _conceptMaps = new BoundedCache<ConceptMapTable>(_limits.CachedBytes);
    }

    /// <summary>Bounds of one answer.</summary>
    public TerminologyLimits Limits => _limits;

    internal IReadOnlyList<ITerminologySource> Sources { get; }

    /// <summary>What value sets came to lately.</summary>
    internal BoundedCache<ValueSetContent> Contents { get; }

    internal IReadOnlyList<ICodeSystemSource> CodeSystemSources { get; }

    /// <summary>What one request sees.</summary>
    /// <param name="parameters">Resources sent along and rules about versions; none if null.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<TerminologyScope> OpenAsync(ScopeParameters? parameters, CancellationToken cancel)
    {
        var state = await StateAsync(cancel);
        var known = _state;
        if (known.Text != state)
        {
            _state = known = new LibraryState(state);

            // What value sets came to before is asked for by nobody any more, and would hold on to code systems that have been replaced.
            Contents.Clear();
        }

        return new TerminologyScope(this, known, parameters ?? ScopeParameters.None);
    }

    /// <summary>Parts a canonical into URL and version (R4 references.html#canonical).</summary>
    public static (string Url, string? Version) Split(string canonical)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        var bar = canonical.LastIndexOf('|');
        return bar < 0 ? (canonical, null) : (canonical[..bar], bar == canonical.Length - 1 ? null : canonical[(bar + 1)..]);
    }

    /// <summary>The code system of a CodeSystem resource, from memory if it was asked for lately.</summary>
    internal ValueTask<CodeSystem> CodeSystemAsync(TerminologyEntry entry, CancellationToken cancel) =>
        CodeSystemAsync(entry.Stamp, () => entry.ReadAsync(CancellationToken.None), cancel);

    /// <summary>The code system of a CodeSystem resource that is at hand, from memory if it was asked for lately.</summary>
    internal ValueTask<CodeSystem> CodeSystemAsync(string stamp, Func<ValueTask<ResourceTree>> read, CancellationToken cancel) => _codeSystems.GetAsync(
        stamp,
        async () =>
        {
            var table = ConceptTableBuilder.FromResource((await read()).Root);
            return (new TableCodeSystem(table), table.Bytes);
        },
        cancel);

    /// <summary>The compiled rows of a ConceptMap, from memory if it was asked for lately.</summary>
    internal async ValueTask<ConceptMapTable> ConceptMapAsync(TerminologyEntry entry, CancellationToken cancel)
    {
        return _conceptMaps.TryGet(entry.Stamp, out var known) ? known : ConceptMap(entry.Stamp, await entry.ReadAsync(cancel));
    }

    /// <summary>The compiled rows of a ConceptMap that is at hand, from memory if it was asked for lately.</summary>
    /// <param name="stamp">Names its content (<see cref="TerminologyEntry.Stamp"/>).</param>
    /// <param name="read">Reads it.</param>
    public ConceptMapTable ConceptMap(string stamp, Func<ResourceTree> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return _conceptMaps.TryGet(stamp, out var known) ? known : ConceptMap(stamp, read());
    }

    private ConceptMapTable ConceptMap(string stamp, ResourceTree resource)
    {
        var table = ConceptMapTable.Read(resource);
        _conceptMaps.Set(stamp, table, resource.Json.Length);
        return table;
    }

    internal ValueTask<ResourceTree> ResourceAsync(TerminologyEntry entry, CancellationToken cancel) => _resources.GetAsync(
        entry.Stamp,
        async () =>
        {
            var resource = await entry.ReadAsync(CancellationToken.None);
            return (resource, resource.Json.Length * 2L);
        },
        cancel);

    /// <summary>All versions of a name, those of the first source first.</summary>
    internal async ValueTask<IReadOnlyList<IReadOnlyList<TerminologyEntry>>> FindAsync(LibraryState state, string type, string url, CancellationToken cancel)
    {
        if (state.Entries.TryGetValue((type, url), out var known))
            return known;
        var found = new IReadOnlyList<TerminologyEntry>[Sources.Count];
        for (var i = 0; i < found.Length; i++)
            found[i] = await Sources[i].FindAsync(type, url, cancel);
        state.Keep(state.Entries, (type, url), found);
        return found;
    }

    private async ValueTask<string> StateAsync(CancellationToken cancel)
    {
        var states = new string[Sources.Count + CodeSystemSources.Count];
        for (var i = 0; i < Sources.Count; i++)
            states[i] = await Sources[i].StateAsync(cancel);
        for (var i = 0; i < CodeSystemSources.Count; i++)
            states[Sources.Count + i] = CodeSystemSources[i].State;
        return string.Join('\n', states);
    }
}

/// <summary>What is known of the sources in one state of theirs.</summary>
internal sealed class LibraryState(string text)
{
    // Names whose versions are kept; beyond that all are forgotten, since it takes a flood of made-up names to get there.
    private const int MaxNames = 20_000;

    private int _names;

    public string Text { get; } = text;

    public ConcurrentDictionary<(string Type, string Url), IReadOnlyList<IReadOnlyList<TerminologyEntry>>> Entries { get; } = new();

    public ConcurrentDictionary<(string Url, string? Asked), CodeSystemChoice> Choices { get; } = new();

    /// <summary>Code systems by the value set of all their codes; null until someone asks.</summary>
    public IReadOnlyDictionary<string, CanonicalName>? WholeValueSets { get; set; }

    public ConcurrentDictionary<string, IReadOnlyList<string>> SystemNames { get; } = new(StringComparer.Ordinal);

    /// <summary>The concept maps by their systems, once somebody asked for maps without naming one.</summary>
    public ConceptMapIndex? ConceptMaps { get; set; }

    public void Keep<TKey, TValue>(ConcurrentDictionary<TKey, TValue> kept, TKey key, TValue value)
        where TKey : notnull
    {
        if (Interlocked.Increment(ref _names) >= MaxNames)
        {
            _names = 0;
            Entries.Clear();
            Choices.Clear();
        }

        kept[key] = value;
    }
}

/// <summary>A version of a code system that may be the one that is meant.</summary>
internal sealed record CodeSystemCandidate(
    int Rank, string? Version, string? Date, string? Algorithm, bool HasContent, bool IsOverlay, TerminologyEntry? Entry, CodeSystem? System);

/// <summary>What the code system calls itself, the version that is meant, or null, and all that are known.</summary>
internal sealed record CodeSystemChoice(string Name, CodeSystemCandidate? Chosen, IReadOnlyList<string?> Versions)
{
    /// <summary>True if there is one, but there was none on the day that was asked for.</summary>
    public bool IsTooEarly { get; init; }
}
