// Finds code systems and value sets by their canonical URLs in the sources, in order.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The sources together; the first that has a resource is asked no further.</summary>
internal sealed class ParsedLibrary(IReadOnlyList<ITerminologySource> sources, TerminologyLimits limits)
{
    // By stamp, which names the content, so nothing here ever gets stale.
    private readonly BoundedCache<ParsedCodeSystem> _codeSystems = new(limits.CachedBytes);

    /// <summary>The states of all sources.</summary>
    public async ValueTask<string> StateAsync(CancellationToken cancel)
    {
        var states = new string[sources.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = await sources[i].StateAsync(cancel);
        return string.Join('\n', states);
    }

    /// <exception cref="TerminologyException">There is none.</exception>
    public async ValueTask<ElementNode> ValueSetAsync(string canonical, CancellationToken cancel)
    {
        var (url, version) = Split(canonical);
        var found = await FindAsync("ValueSet", url, version, cancel);

        // A few of the standard's own URLs hold a bar.
        if (found is null && version is not null)
            found = await FindAsync("ValueSet", canonical, null, cancel);
        if (found is not null)
            return (await found.ReadAsync(cancel)).Root;

        var other = version is null ? null : await FindAsync("ValueSet", url, null, cancel);
        throw new TerminologyException(
            "not-found",
            other is null
                ? $"The value set {canonical} is not known here; check its URL, or create it as a ValueSet resource."
                : $"The value set {url} is known here in version {other.Version ?? "(none)"}, not in {version}; ask for that, or for none.");
    }

    /// <summary>The code system with its content, or null if its content is not known here.</summary>
    public async ValueTask<ParsedCodeSystem?> CodeSystemAsync(string url, string? version, CancellationToken cancel)
    {
        foreach (var source in sources)
        {
            if (await LatestAsync(source, "CodeSystem", url, version, cancel) is not { } found)
                continue;
            if (!_codeSystems.TryGet(found.Stamp, out var codeSystem))
            {
                var resource = await found.ReadAsync(cancel);
                codeSystem = ParsedCodeSystem.Read(resource);
                _codeSystems.Set(found.Stamp, codeSystem, resource.Json.Length);
            }

            if (codeSystem.Content != "not-present")
                return codeSystem;
        }

        return null;
    }

    /// <summary>Parts a canonical into URL and version (R4 references.html#canonical).</summary>
    public static (string Url, string? Version) Split(string canonical)
    {
        var bar = canonical.LastIndexOf('|');
        return bar < 0 ? (canonical, null) : (canonical[..bar], bar == canonical.Length - 1 ? null : canonical[(bar + 1)..]);
    }

    private async ValueTask<TerminologyEntry?> FindAsync(string type, string url, string? version, CancellationToken cancel)
    {
        foreach (var source in sources)
        {
            if (await LatestAsync(source, type, url, version, cancel) is { } found)
                return found;
        }

        return null;
    }

    private static async ValueTask<TerminologyEntry?> LatestAsync(ITerminologySource source, string type, string url, string? version, CancellationToken cancel) =>
        (await source.FindAsync(type, url, cancel))
            .Where(entry => entry.Content != "supplement" && (version is null || entry.Version == version))
            .MaxBy(static entry => entry.Version, BusinessVersion.Order);
}
