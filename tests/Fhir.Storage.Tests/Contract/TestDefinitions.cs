// The search parameters that a test's store goes by, which the test may change.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>Which added parameters there are, and how values are extracted.</summary>
internal sealed class TestDefinitions
{
    private volatile IReadOnlyList<SearchParameter> _added = [];
    private long _generation;

    public long Generation => Volatile.Read(ref _generation);

    public string Fingerprint { get; private set; } = "one";

    /// <summary>What extraction makes of a code.</summary>
    public Func<string?, string?> Code { get; private set; } = static code => code;

    /// <summary>All parameters, for <see cref="IResourceStore.DeclareAsync"/>.</summary>
    public IReadOnlyList<SearchParameter> Set(params SearchParameter[] added)
    {
        _added = added;
        Interlocked.Increment(ref _generation);
        return [.. Parameters.All, .. added];
    }

    /// <summary>From now on codes are extracted otherwise, as by another program.</summary>
    public void ChangeExtraction(Func<string?, string?> code)
    {
        Code = code;
        Fingerprint = "two";
        Interlocked.Increment(ref _generation);
    }

    public IReadOnlyList<IndexEntry> Extract(ResourceKey key, ReadOnlyMemory<byte> json) => Current(TestResource.Extract(key, json));

    public IReadOnlyList<ContainedResource> ExtractContained(ResourceKey key, ReadOnlyMemory<byte> json) =>
        [.. TestResource.ExtractContained(key, json).Select(contained => contained with { Entries = Current(contained.Entries) })];

    private IReadOnlyList<IndexEntry> Current(IReadOnlyList<IndexEntry> entries) =>
    [
        .. entries
            .Where(entry => !entry.Parameter.IsAdded || _added.Contains(entry.Parameter))
            .Select(entry => entry is TokenEntry token ? token with { Code = Code(token.Code) } : entry),
    ];
}
