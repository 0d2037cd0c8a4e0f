// Concept maps as a request sees them, and translations by them.

using FhirHub.Model;

namespace FhirHub.Terminology;

public sealed partial class TerminologyScope
{
    private readonly Dictionary<string, ConceptMapTable> _overlayMaps = new(StringComparer.Ordinal);

    /// <summary>Translates codes (R4 conceptmap-operation-translate.html).</summary>
    /// <exception cref="TerminologyException">A map is not known, or falls back on itself.</exception>
    public ValueTask<TranslateAnswer> TranslateAsync(TranslateRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Translation(this, request).RunAsync(cancel);
    }

    /// <summary>The compiled concept map of a canonical.</summary>
    /// <exception cref="TerminologyException">There is none.</exception>
    public async ValueTask<ConceptMapTable> ConceptMapTableAsync(string canonical, string? version, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        var url = canonical;
        if (version is null)
            (url, version) = TerminologyLibrary.Split(canonical);
        if (await FindAsync("ConceptMap", url, version, static _ => true, cancel) is { } entry)
            return await OpenMapAsync(entry, cancel);

        var versions = await VersionsAsync("ConceptMap", url, cancel);
        throw new TerminologyException(
            "not-found",
            versions.Count == 0
                ? $"The concept map {canonical} is not known here; check its URL, or create it as a ConceptMap resource."
                : $"The concept map {url} is known here in version {string.Join(", ", versions.Select(static known => known ?? "(none)"))}, not in {version}; ask for that, or for none.");
    }

    /// <summary>The concept maps that have groups from (or to, in reverse) these systems; all maps for no system.</summary>
    internal async ValueTask<IReadOnlyList<ConceptMapTable>> ConceptMapsAsync(IReadOnlyCollection<string> systems, bool isReverse, CancellationToken cancel)
    {
        var maps = new List<ConceptMapTable>();
        var sent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in _overlay.Where(static entry => entry.ResourceType == "ConceptMap"))
        {
            sent.Add(entry.Url);
            maps.Add(await OpenMapAsync(entry, cancel));
        }

        _state.ConceptMaps ??= await ConceptMapIndex.ReadAsync(await LatestMapsAsync(cancel), entry => _library.ConceptMapAsync(entry, cancel));
        foreach (var entry in _state.ConceptMaps.Find(systems, isReverse))
        {
            if (!sent.Contains(entry.Url))
                maps.Add(await _library.ConceptMapAsync(entry, cancel));
        }

        return maps;
    }

    private async ValueTask<ConceptMapTable> OpenMapAsync(TerminologyEntry entry, CancellationToken cancel)
    {
        if (!_overlay.Contains(entry))
            return await _library.ConceptMapAsync(entry, cancel);
        if (!_overlayMaps.TryGetValue(entry.Stamp, out var map))
            _overlayMaps.Add(entry.Stamp, map = ConceptMapTable.Read(await entry.ReadAsync(cancel)));
        return map;
    }

    // Of each map the version that its URL alone stands for.
    private async ValueTask<IReadOnlyList<TerminologyEntry>> LatestMapsAsync(CancellationToken cancel)
    {
        var latest = new List<TerminologyEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in _library.Sources)
        {
            foreach (var name in await source.ListAsync("ConceptMap", cancel))
            {
                if (name.Url.Length == 0 || !seen.Add(name.Url))
                    continue;
                var groups = await _library.FindAsync(_state, "ConceptMap", name.Url, cancel);
                if (groups.FirstOrDefault(static group => group.Count > 0) is { } group)
                    latest.Add(Latest([.. group])!);
            }
        }

        return latest;
    }
}
