// The code systems, value sets and concept maps of R4 itself.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The definitions package: an index by URL, and resources that are read when they are asked for.</summary>
public sealed class R4TerminologySource : ITerminologySource
{
    /// <inheritdoc/>
    public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult("");

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel)
    {
        IReadOnlyList<TerminologyEntry> found = Read(resourceType, url) is { } tree
            ? [TerminologyEntry.Of(tree.Root, $"r4|{resourceType}|{url}", _ => ValueTask.FromResult(Read(resourceType, url)!))]
            : [];
        return ValueTask.FromResult(found);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>([]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<CanonicalName>>([.. R4Definitions.Names(resourceType).Select(static name => new CanonicalName(name.Url, name.Version))]);

    private static ResourceTree? Read(string resourceType, string url) =>
        R4Definitions.Find(resourceType, url) is { } json ? ResourceParser.ParseJson(json).Tree : null;
}
