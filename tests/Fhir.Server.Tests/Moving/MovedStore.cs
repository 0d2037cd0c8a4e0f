// A store with what the verbs export and import make of it, without a process of its own.

using System.Text;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Server;
using FhirHub.Storage;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Tests.Moving;

/// <summary>A store that records move out of or into.</summary>
internal sealed class MovedStore : IAsyncDisposable
{
    private readonly SearchParameterSet _searchParameters;
    private readonly string _folder;

    private MovedStore(string folder, SearchParameterSet searchParameters, IResourceStore store)
    {
        (_folder, _searchParameters, Store) = (folder, searchParameters, store);
        Repository = new ResourceRepository(store, new ResourcePreparer(searchParameters), searchParameters, new FhirHubOptions { DataPath = folder });
    }

    public IResourceStore Store { get; }

    public ResourceRepository Repository { get; }

    /// <summary>What import told of failures, in the last run.</summary>
    public string Complaints { get; private set; } = "";

    /// <summary>How often the store was too busy for a commit of the last import.</summary>
    public long Busy { get; private set; }

    /// <summary>The embedded store in a folder.</summary>
    public static Task<MovedStore> OpenAsync(string folder) => OpenAsync(folder, (extract, contained, generation) => Task.FromResult<IResourceStore>(SqliteResourceStore.Open(new SqliteStoreOptions
    {
        Path = Path.Combine(folder, "fhir.db"),
        Extract = extract,
        ExtractContained = contained,
        Generation = generation,
        Text = static json => ResourceText.Of(ResourceParser.ParseJson(json).Tree!.Root),
    })));

    /// <summary>Any store.</summary>
    /// <param name="folder">Where the import journal lies.</param>
    /// <param name="open">Opens the store, given how it extracts.</param>
    public static async Task<MovedStore> OpenAsync(
        string folder,
        Func<Func<ResourceKey, ReadOnlyMemory<byte>, IReadOnlyList<IndexEntry>>, Func<ResourceKey, ReadOnlyMemory<byte>, IReadOnlyList<ContainedResource>>, Func<long>, Task<IResourceStore>> open)
    {
        Directory.CreateDirectory(folder);
        var standard = SearchParameterRegistry.R4;
        var parameters = new SearchParameterSet(standard, new IndexOptions(), registry => new SearchParser(registry, new SearchParserOptions()));
        var store = await open(
            (_, json) => parameters.Current.Extractor.Extract(ResourceParser.ParseJson(json).Tree!.Root).Entries,
            (_, json) => parameters.Current.Extractor.ExtractContained(ResourceParser.ParseJson(json).Tree!.Root),
            () => parameters.Current.Generation);
        await parameters.LoadAsync(store, CancellationToken.None);
        return new MovedStore(folder, parameters, store);
    }

    /// <summary>Exports as the verb does.</summary>
    /// <returns>True if it came to the end.</returns>
    public Task<bool> ExportAsync(string path, bool allVersions = true, bool isCompressed = false, int pageSize = 1_000, long partBytes = 1L << 30, CancellationToken cancel = default) =>
        new StoreExport(Store, path, "http://127.0.0.1:8080/fhir") { PageSize = pageSize, PartBytes = partBytes }
            .RunAsync(new ExportSettings(allVersions, null, null, isCompressed), cancel);

    /// <summary>Imports as the verb does.</summary>
    /// <returns>Resources or versions written.</returns>
    public async Task<long> ImportAsync(params string[] paths)
    {
        using var errors = new StringWriter();
        var progress = new ImportProgress(TextWriter.Null, errors);
        using var journal = await ImportJournal.OpenAsync(_folder, async key => await Store.ReadAsync(AccessScope.Full, key, CancellationToken.None) is not null, CancellationToken.None);
        var importer = new Importer(Repository, new TransactionInteraction(Repository, Patch.Read), journal, progress, new ImportSettings());
        await importer.RunAsync(new ImportReader(new ImportLimits(), static (_, _) => { }).Read(ImportReader.Files(paths)));
        (Complaints, Busy) = (errors.ToString(), importer.Busy);
        return progress.Resources;
    }

    public Task PutAsync(string json) => CommitAsync(json, WriteMethod.Put);

    public async Task CommitAsync(string json, WriteMethod method)
    {
        var root = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!.Root;
        var prepared = Repository.Preparer.Prepare(root, root.Type.Name).Resource!;
        await CommitAsync(new PutResource(new ResourceKey(root.Type.Name, root.ChildValue("id")!), prepared, method));
    }

    public Task DeleteAsync(string type, string id) => CommitAsync(new DeleteResource(new ResourceKey(type, id)));

    public async Task CommitAsync(params ResourceWrite[] writes)
    {
        var result = await Repository.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, CancellationToken.None);
        Assert.Equal(CommitFailure.None, result.Failure);
    }

    /// <summary>Everything that was ever committed, a line for each version, in order.</summary>
    public async Task<IReadOnlyList<string>> HistoryAsync()
    {
        var lines = new List<string>();
        ChangePage? page = null;
        do
        {
            page = await Store.ChangesAsync(new ChangeQuery { Cursor = page?.Cursor }, CancellationToken.None);
            lines.AddRange(page.Versions.Select(static version =>
                $"{version.Key} {version.Version} {ResourceBody.FormatInstant(version.LastUpdated)} {version.Method} {Encoding.UTF8.GetString(version.Body.Tail.Span)}"));
        }
        while (!page.IsEnd);
        return lines;
    }

    /// <summary>What there is now, without numbers and times, in the order of the names.</summary>
    public async Task<IReadOnlyList<string>> CurrentAsync()
    {
        var current = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ChangePage? page = null;
        do
        {
            page = await Store.ChangesAsync(new ChangeQuery { Cursor = page?.Cursor, CurrentOnly = true }, CancellationToken.None);
            foreach (var version in page.Versions.Where(static version => !version.IsDeleted))
                current[version.Key.ToString()] = Encoding.UTF8.GetString(version.Body.Tail.Span);
        }
        while (!page.IsEnd);
        return [.. current.Select(static resource => $"{resource.Key} {resource.Value}")];
    }

    /// <summary>The ids that a search finds, in their own order.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string type, string query)
    {
        var parsed = await _searchParameters.Current.Parser.ParseConditionAsync(type, query, CancellationToken.None);
        var found = new List<string>();
        await foreach (var match in Store.MatchesAsync(AccessScope.Full, parsed.Query! with { Count = 200 }, CancellationToken.None))
            found.Add(match.Key.Id);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _searchParameters.Dispose();
    }
}
