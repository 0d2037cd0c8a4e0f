// The search parameters of the standard and those stored as SearchParameter resources: loaded at the start, checked before a change of
// them is committed, exchanged when it is.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Terminology;

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
    private Dictionary<ResourceKey, StoredParameter> _stored = [];
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

    /// <summary>
    /// Active SearchParameters of packages that are stored and not used, with the reason. Packages repeat what R4 defines, and have small
    /// faults, for which the rest of them is not to be missed.
    /// </summary>
    public IReadOnlyDictionary<ResourceKey, string> Unused { get; private set; } = new Dictionary<ResourceKey, string>();

    /// <summary>Reads what is stored, after another server wrote some of it.</summary>
    public async Task ReloadAsync(IResourceStore store, CancellationToken cancel)
    {
        await _change.WaitAsync(cancel);
        try
        {
            await LoadAsync(store, cancel);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Reads what is stored.</summary>
    public async Task LoadAsync(IResourceStore store, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        var stored = new Dictionary<ResourceKey, StoredParameter>();
        var packaged = new Dictionary<ResourceKey, DateTimeOffset>();
        foreach (var package in await LoadedPackages.ReadAsync(store, cancel))
        {
            foreach (var member in package.Members.Where(static member => member.Key.Type == TypeName))
                packaged.TryAdd(member.Key, package.Added);
        }

        var query = new SearchQuery { ResourceTypes = [TypeName], Expression = new SearchExpression.All(), Count = 200 };
        await foreach (var version in store.MatchesAsync(AccessScope.Full, query, cancel))
            Note(stored, version.Key, version.Body, packaged.TryGetValue(version.Key, out var added) ? added : null);

        var (registry, unusable, unused) = Build(stored, []);
        (_stored, Unusable, Unused) = (stored, unusable, unused);
        await PublishAsync(store, registry);
    }

    /// <summary>Commits; if SearchParameters are written, they are checked before and used from then on.</summary>
    public Task<CommitResult> CommitAsync(IResourceStore store, AccessScope scope, ResourceTransaction transaction, CancellationToken cancel) =>
        CommitAsync(store, scope, transaction, null, cancel);

    /// <summary>The same for what a package holds: those of its SearchParameters that can't be used are stored and not used.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">What may be written.</param>
    /// <param name="transaction">The writes.</param>
    /// <param name="package">When the package was loaded first: of two that define one code, the earlier one is used. Null for no package.</param>
    /// <param name="cancel">Gives up before the commit.</param>
    internal async Task<CommitResult> CommitAsync(
        IResourceStore store, AccessScope scope, ResourceTransaction transaction, DateTimeOffset? package, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(transaction);
        if (!Concerns(transaction))
            return await store.CommitAsync(scope, transaction, cancel);
        await _change.WaitAsync(cancel);
        try
        {
            var next = new Dictionary<ResourceKey, StoredParameter>(_stored);
            foreach (var write in transaction.Writes.Where(w => w.Key.Type == TypeName))
                Note(next, write.Key, write is PutResource put ? put.Resource.Body : null, package ?? (_stored.TryGetValue(write.Key, out var known) ? known.Package : null));
            var (registry, unusable, unused) = Build(next, transaction.Writes.Select(w => w.Key).ToHashSet());
            if (Refusal(transaction, unusable) is { } refusal)
                return refusal;
            if (package is null && transaction.Writes.ToList().FindIndex(w => unused.ContainsKey(w.Key)) is >= 0 and var index)
            {
                var reason = $"The SearchParameter is of a package, and would not be used: {unused[transaction.Writes[index].Key]}.";
                return new CommitResult(CommitFailure.Refused, []) { FailedIndex = index, Issues = [Issue.Error("invalid", reason)] };
            }

            var result = await store.CommitAsync(scope, transaction, cancel);
            if (result.Failure == CommitFailure.None)
            {
                (_stored, Unusable, Unused) = (next, unusable, unused);
                await PublishAsync(store, registry);
            }

            return result;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Restores versions of another store; the search parameters among them, which were checked there, are used from then on.</summary>
    internal async Task<RestoreResult> RestoreAsync(IResourceStore store, IReadOnlyList<RestoredVersion> versions, CancellationToken cancel)
    {
        if (!versions.Any(static version => version.Version.Key.Type == TypeName))
            return await store.RestoreAsync(versions, cancel);
        await _change.WaitAsync(cancel);
        try
        {
            var result = await store.RestoreAsync(versions, cancel);
            _stored = [];
            await LoadAsync(store, CancellationToken.None);
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

    private static void Note(Dictionary<ResourceKey, StoredParameter> stored, ResourceKey key, ResourceBody? body, DateTimeOffset? package)
    {
        stored.Remove(key);
        if (body is null)
            return;
        var json = body.Value.ToArray(new StoredVersion(key, 1, DateTimeOffset.UnixEpoch, WriteMethod.Put, body.Value));
        if (ResourceParser.ParseJson(json).Tree is { } tree && SearchParameterReader.IsActive(tree.Root))
            stored[key] = new StoredParameter(SearchParameterReader.Read(tree.Root), tree.Root.ChildValue("version"), package);
    }

    // What is written comes after what was there, so that of two that exclude each other the newcomer is at fault; and composites come
    // after what they are made of. What packages define comes after what users do, and of two versions of it the later one is used.
    private (SearchParameterRegistry Registry, List<(ResourceKey Resource, IReadOnlyList<Issue> Issues)> Unusable, Dictionary<ResourceKey, string> Unused) Build(
        Dictionary<ResourceKey, StoredParameter> stored, HashSet<ResourceKey> written)
    {
        var unusable = new List<(ResourceKey, IReadOnlyList<Issue>)>();
        var unused = new Dictionary<ResourceKey, string>();
        var served = ServedByR4(stored, unused);
        var registry = _standard.With(served.Values);
        var since = stored.Where(static s => s.Value.Package is not null).GroupBy(static s => s.Value.Definition.Url)
            .ToDictionary(static url => url.Key, static url => url.Min(static s => s.Value.Package!.Value), StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, (definition, _, package)) in stored
            .Where(s => !served.ContainsKey(s.Key))
            .OrderBy(s => s.Value.Definition.Components.Count > 0)
            .ThenBy(s => s.Value.Package is null ? DateTimeOffset.MinValue : since[s.Value.Definition.Url])
            .ThenBy(s => s.Value.Package is null ? "" : s.Value.Definition.Url, StringComparer.Ordinal)
            .ThenByDescending(s => s.Value.Package is null ? null : s.Value.Version, BusinessVersion.Order)
            .ThenBy(s => written.Contains(s.Key)))
        {
            var isOther = package is not null && used.Contains(definition.Url);
            var issues = isOther ? [] : SearchParameterReader.Check(definition, registry);
            if (isOther)
                unused[key] = $"another version of {definition.Url} is used";
            else if (issues.Count == 0)
                (registry, _) = (registry.With([definition]), used.Add(definition.Url));
            else if (package is not null)
                unused[key] = issues[0].Diagnostics;
            else
                unusable.Add((key, issues));
        }

        return (registry, unusable, unused);
    }

    // Those of packages that have a code of R4 are other names for R4's own: under these, composites of the package find them.
    private static Dictionary<ResourceKey, SearchParameterDefinition> ServedByR4(
        Dictionary<ResourceKey, StoredParameter> stored, Dictionary<ResourceKey, string> unused)
    {
        var served = new Dictionary<ResourceKey, SearchParameterDefinition>();
        foreach (var (key, (definition, _, package)) in stored)
        {
            if (package is null || !SearchParameterReader.IsServedByR4(definition, out var other))
                continue;
            served.Add(key, definition);
            if (other is not null)
                unused[key] = $"R4 defines {other.Code} of {other.ResourceType} itself ({other.Url}), and that is what is searched by";
        }

        return served;
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

    private readonly record struct StoredParameter(SearchParameterDefinition Definition, string? Version, DateTimeOffset? Package);

    private HashSet<string> Indexed() => _current.Searchable.All.Where(p => p.HasAddedIndex).Select(p => p.IndexKey).ToHashSet(StringComparer.Ordinal);
}
