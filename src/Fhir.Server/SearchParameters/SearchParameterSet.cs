// The search parameters of the standard and those stored as SearchParameter resources: loaded at the start, checked before a change of
// them is committed, exchanged when it is.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Holds the current <see cref="SearchDefinitions"/> (R4 searchparameter.html). Whichever way a SearchParameter is written, the commit
/// passes here. Active ones are used, and refused if they can't be; others are only stored.
/// </summary>
public sealed class SearchParameterSet : IDisposable
{
    private const string TypeName = "SearchParameter";

    private readonly SearchParameterRegistry _standard;
    private readonly IndexOptions _options;
    private readonly Func<SearchParameterRegistry, SearchParser> _makeParser;
    private readonly SemaphoreSlim _change = new(1, 1);
    private Dictionary<ResourceKey, SearchParameterDefinition> _stored = [];
    private volatile SearchDefinitions _current;

    /// <summary>The parameters of the standard alone.</summary>
    public SearchParameterSet(SearchParameterRegistry standard, IndexOptions options, Func<SearchParameterRegistry, SearchParser> makeParser)
    {
        _standard = standard;
        _options = options;
        _makeParser = makeParser;
        _current = new SearchDefinitions(0, standard, new IndexExtractor(standard, options), new HashSet<string>(), makeParser);
    }

    /// <summary>The state to work with; a request takes it once.</summary>
    public SearchDefinitions Current => _current;

    /// <summary>Active SearchParameters that were stored by another version of the program and that this one can't use.</summary>
    public IReadOnlyList<(ResourceKey Resource, IReadOnlyList<Issue> Issues)> Unusable { get; private set; } = [];

    /// <summary>Reads what is stored.</summary>
    public async Task LoadAsync(IResourceStore store, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        var query = new SearchQuery { ResourceTypes = [TypeName], Expression = new SearchExpression.All(), Count = 200 };
        for (string? cursor = null; ;)
        {
            var page = await store.SearchAsync(AccessScope.Full, query with { Cursor = cursor }, cancel);
            foreach (var version in page.Matches)
                Note(_stored, version.Key, version.Body);
            cursor = page.Next;
            if (cursor is null)
                break;
        }

        var (registry, unusable) = Build(_stored, []);
        Unusable = unusable;
        await PublishAsync(store, registry);
    }

    /// <summary>Commits; if SearchParameters are written, they are checked before and used from then on.</summary>
    public async Task<CommitResult> CommitAsync(IResourceStore store, AccessScope scope, ResourceTransaction transaction, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(transaction);
        if (!Concerns(transaction))
            return await store.CommitAsync(scope, transaction, cancel);
        await _change.WaitAsync(cancel);
        try
        {
            var next = new Dictionary<ResourceKey, SearchParameterDefinition>(_stored);
            foreach (var write in transaction.Writes.Where(w => w.Key.Type == TypeName))
                Note(next, write.Key, write is PutResource put ? put.Resource.Body : null);
            var (registry, unusable) = Build(next, transaction.Writes.Select(w => w.Key).ToHashSet());
            if (Refusal(transaction, unusable) is { } refusal)
                return refusal;

            var result = await store.CommitAsync(scope, transaction, cancel);
            if (result.Failure == CommitFailure.None)
            {
                _stored = next;
                await PublishAsync(store, registry);
            }

            return result;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Asks the store anew which parameters all resources are indexed for.</summary>
    public async Task RefreshAsync(IResourceStore store, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        await _change.WaitAsync(cancel);
        try
        {
            _current = _current.WithIndexed(await store.DeclareAsync([.. _current.All.All], cancel));
        }
        finally
        {
            _change.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _change.Dispose();

    private static bool Concerns(ResourceTransaction transaction)
    {
        foreach (var write in transaction.Writes)
        {
            if (write.Key.Type == TypeName)
                return true;
        }

        return false;
    }

    private static void Note(Dictionary<ResourceKey, SearchParameterDefinition> stored, ResourceKey key, ResourceBody? body)
    {
        stored.Remove(key);
        if (body is null)
            return;
        var json = body.Value.ToArray(new StoredVersion(key, 1, DateTimeOffset.UnixEpoch, WriteMethod.Put, body.Value));
        if (ResourceParser.ParseJson(json).Tree is { } tree && SearchParameterReader.IsActive(tree.Root))
            stored[key] = SearchParameterReader.Read(tree.Root);
    }

    // What is written comes after what was there, so that of two that exclude each other the newcomer is at fault; and composites come
    // after what they are made of.
    private (SearchParameterRegistry Registry, List<(ResourceKey Resource, IReadOnlyList<Issue> Issues)> Unusable) Build(
        Dictionary<ResourceKey, SearchParameterDefinition> stored, HashSet<ResourceKey> written)
    {
        var registry = _standard;
        var unusable = new List<(ResourceKey, IReadOnlyList<Issue>)>();
        foreach (var (key, definition) in stored.OrderBy(s => s.Value.Components.Count > 0).ThenBy(s => written.Contains(s.Key)))
        {
            var issues = SearchParameterReader.Check(definition, registry);
            if (issues.Count == 0)
                registry = registry.With([definition]);
            else
                unusable.Add((key, issues));
        }

        return (registry, unusable);
    }

    // What could be used so far and could not after these writes is their fault too.
    private CommitResult? Refusal(ResourceTransaction transaction, List<(ResourceKey Resource, IReadOnlyList<Issue> Issues)> unusable)
    {
        foreach (var (resource, issues) in unusable)
        {
            var index = transaction.Writes.ToList().FindIndex(w => w.Key == resource);
            if (index >= 0)
                return new CommitResult(CommitFailure.Refused, []) { FailedIndex = index, Issues = issues };
            if (Unusable.Any(known => known.Resource == resource))
                continue;
            return new CommitResult(CommitFailure.Refused, [])
            {
                FailedIndex = transaction.Writes.ToList().FindIndex(w => w.Key.Type == TypeName),
                Issues = [Issue.Error("conflict", $"{resource} could not be used any more: {issues[0].Diagnostics} Change, retire or delete it first, or in the same transaction.")],
            };
        }

        return null;
    }

    // What was committed is in use whether or not the client still waits.
    private async Task PublishAsync(IResourceStore store, SearchParameterRegistry registry)
    {
        // Not searchable yet, but indexed for by every write that is prepared from now on; the store extracts older preparations anew.
        _current = new SearchDefinitions(_current.Generation + 1, registry, new IndexExtractor(registry, _options), Indexed(), _makeParser);
        _current = _current.WithIndexed(await store.DeclareAsync([.. registry.All], CancellationToken.None));
    }

    private HashSet<string> Indexed() => _current.Searchable.All.Where(p => p.HasAddedIndex).Select(p => p.IndexKey).ToHashSet(StringComparer.Ordinal);
}
