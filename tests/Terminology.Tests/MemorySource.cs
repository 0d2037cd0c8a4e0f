// A source for tests: resources in memory, which can be changed.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

internal sealed class MemorySource : ITerminologySource
{
    private readonly List<TerminologyResource> _resources = [];
    private int _state;

    public int Finds { get; private set; }

    public MemorySource With(string json)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));
        Assert.True(parsed.IsValid, string.Join(' ', parsed.Issues.Select(i => i.Diagnostics)));
        var root = parsed.Tree!.Root;
        _resources.RemoveAll(r => r.Resource.ResourceType == root.Type.Name && r.Resource.Root.ChildValue("url") == root.ChildValue("url") && r.Version == root.ChildValue("version"));
        _resources.Add(new TerminologyResource(parsed.Tree, $"m{++_state}"));
        return this;
    }

    public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult($"{_state}");

    public ValueTask<TerminologyResource?> FindAsync(string resourceType, string url, string? version, CancellationToken cancel)
    {
        Finds++;
        return ValueTask.FromResult(_resources
            .Where(r => r.Resource.ResourceType == resourceType && r.Resource.Root.ChildValue("url") == url && (version is null || r.Version == version))
            .MaxBy(static r => r.Version, BusinessVersion.Order));
    }
}
