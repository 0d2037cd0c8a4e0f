// A source for tests: resources in memory, which can be changed.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

internal sealed class MemorySource : ITerminologySource
{
    private readonly List<TerminologyEntry> _resources = [];
    private int _state;

    public int Finds { get; private set; }

    public MemorySource With(string json)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));
        Assert.True(parsed.IsValid, string.Join(' ', parsed.Issues.Select(i => i.Diagnostics)));
        var root = parsed.Tree!.Root;
        _resources.RemoveAll(r => r.ResourceType == root.Type.Name && r.Url.Length > 0 && r.Url == root.ChildValue("url") && r.Version == root.ChildValue("version"));
        _resources.Add(TerminologyEntry.Of(parsed.Tree, $"m{++_state}"));
        return this;
    }

    public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult($"{_state}");

    public ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel)
    {
        Finds++;
        return ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>(_resources.FindAll(r => r.ResourceType == resourceType && r.IsNamed(url)));
    }

    public ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>(_resources.FindAll(r => r.Supplements is { } supplemented && TerminologyLibrary.Split(supplemented).Url == url));

    public ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<CanonicalName>>([.. _resources.Where(r => r.ResourceType == resourceType).Select(r => new CanonicalName(r.Url, r.Version) { ValueSet = r.ValueSet })]);
}
