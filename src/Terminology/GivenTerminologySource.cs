// A source of resources that are given once and stay in memory: a package that is being made, a program's own definitions.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Resources with a canonical URL that never change. Safe to use from several threads.</summary>
public sealed class GivenTerminologySource : ITerminologySource
{
    private readonly string _state;
    private readonly List<TerminologyEntry> _entries;

    /// <summary>A source of these resources.</summary>
    /// <param name="name">Names the set of them: two sources of one name must have the same resources.</param>
    /// <param name="resources">Conformance resources of any type.</param>
    public GivenTerminologySource(string name, IEnumerable<ResourceTree> resources)
    {
        _state = name;
        _entries = [.. resources.Select((resource, index) => TerminologyEntry.Of(resource, $"{name}|{index}"))];
    }

    /// <inheritdoc/>
    public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult(_state);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>(_entries.FindAll(entry => entry.ResourceType == resourceType && entry.IsNamed(url)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>(
            _entries.FindAll(entry => entry.Supplements is { } supplemented && TerminologyLibrary.Split(supplemented).Url == url));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<CanonicalName>>(
            [.. _entries.Where(entry => entry.ResourceType == resourceType).Select(static entry => new CanonicalName(entry.Url, entry.Version) { ValueSet = entry.ValueSet, Content = entry.Content })]);
}
