// The store on SQLite: reads on pooled connections, commits through one writer.

using System.Runtime.CompilerServices;
using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>A <see cref="IResourceStore"/> in one SQLite file.</summary>
public sealed partial class SqliteResourceStore : IResourceStore
{
    private readonly SqliteStoreOptions _options;
    private readonly ReaderPool _readers;
    private readonly Writer _writer;
    private readonly VersionCache _cache;
    private readonly PageLists _lists;

    private SqliteResourceStore(SqliteStoreOptions options)
    {
        _options = options;
        _cache = new VersionCache(options.VersionCacheMegabytes);
        _writer = new Writer(options, _cache);
        _readers = new ReaderPool(options);
        _text = options.Text is null ? null : new TextIndex(options, _readers, () => _cache.Commits);
        _lists = new PageLists(options);
    }

    /// <summary>Opens the file, makes it if there is none, and brings its layout forward if it is older.</summary>
    /// <exception cref="StoreException">The file can't be opened, or a newer program wrote it.</exception>
    public static SqliteResourceStore Open(SqliteStoreOptions options)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(options.Path)) is { } folder)
            Directory.CreateDirectory(folder);
        return new SqliteResourceStore(options);
    }

    /// <inheritdoc/>
    public long Commits => _cache.Commits;

    /// <inheritdoc/>
    public long CommitsOf(string type) => _cache.CommitsOf(type);

    /// <inheritdoc/>
    public bool NeedsReindex => _writer.NeedsReindex;

    /// <inheritdoc/>
    public Task<HistoryPage> HistoryAsync(AccessScope scope, HistoryQuery query, CancellationToken cancel) => Answer(
        reader => new HistoryRun(reader.Connection, reader.Dictionaries, _options, scope).Page(query),
        cancel);

    /// <inheritdoc/>
    public Task<SearchPage> SearchAsync(AccessScope scope, SearchQuery query, CancellationToken cancel) => query.Expression.AsksForText
        ? SearchTextAsync(scope, query, cancel)
        : Answer(reader => Search(reader, scope, query), cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexedValue>> ValuesAsync(AccessScope scope, SearchParameter parameter, int limit, CancellationToken cancel) => Answer<IReadOnlyList<IndexedValue>>(
        reader => new SearchRun(reader.Connection, reader.Dictionaries, _options, scope).Values(parameter, limit),
        cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> CountAsync(AccessScope scope, CancellationToken cancel) =>
        Task.FromResult(_readers.ReadSnapshot<IReadOnlyDictionary<string, long>>(
            reader =>
            {
                var counts = new Dictionary<string, long>(StringComparer.Ordinal);
                using (var rows = reader.Connection.Prepare("SELECT name, current FROM type WHERE current > 0 AND name NOT LIKE '#%' ORDER BY name").Query())
                {
                    while (rows.Step())
                        counts.Add(rows.Text(0), rows.Int64(1));
                }

                var run = new SearchRun(reader.Connection, reader.Dictionaries, _options, scope);
                return counts
                    .Select(of => (type: of.Key, count: scope.IsUnfiltered(of.Key, AccessLetter.Search)
                        ? of.Value
                        : run.FirstPage(new SearchQuery { ResourceTypes = [of.Key], Expression = new SearchExpression.All(), Count = 0 }).Total ?? 0))
                    .Where(static found => found.count > 0)
                    .ToDictionary(static found => found.type, static found => found.count, StringComparer.Ordinal);
            },
            cancel));

    /// <inheritdoc/>
    public async IAsyncEnumerable<DanglingReference> DanglingReferencesAsync(AccessScope scope, [EnumeratorCancellation] CancellationToken cancel)
    {
        const int Batch = 1_000;
        var from = 0L;
        while (true)
        {
            var (found, last) = await Task.FromResult(_readers.Read(reader => Dangling(reader, scope, from, Batch), cancel));
            foreach (var dangling in found)
                yield return dangling;
            if (last == 0)
                yield break;
            from = last;
        }
    }

    /// <summary>Copies the whole write-ahead log into the database file and empties it, as before a backup.</summary>
    public Task CheckpointAsync(CancellationToken cancel) => Task.Run(
        () =>
        {
            using var connection = new Connection(_options.Path, readOnly: false, cacheMegabytes: 1);
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        },
        cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The last connection to close empties the log into the database, which a reading one can't.
        _text?.Stop();
        _readers.Dispose();
        _text?.Dispose();
        _lists.Dispose();
        await _writer.DisposeAsync();
    }

    private Task<T> Answer<T>(Func<Reader, T> read, CancellationToken cancel)
    {
        try
        {
            return Task.FromResult(_readers.ReadSnapshot(read, cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancel);
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private (List<DanglingReference> Found, long Last) Dangling(Reader reader, AccessScope scope, long after, int batch)
    {
        var found = new List<DanglingReference>();
        var run = new SearchRun(reader.Connection, reader.Dictionaries, _options, scope);
        var last = 0L;

        // For a limited scope what it does not grant is not there, and a reference to it leads to nothing.
        var isMissing = Sql.Raw(scope.IsFull ? "AND (t.seq IS NULL OR t.deleted = 1)" : "");
        var statement = reader.Connection.Prepare(Sql.Of(
            $"""
            SELECT DISTINCT f.key, f.target FROM reference f INDEXED BY reference_key
            CROSS JOIN resource t ON t.key = f.target
            WHERE f.key > {after} {isMissing} AND NOT EXISTS(SELECT 1 FROM contained WHERE key = f.key) ORDER BY f.key
            """));
        using var rows = statement.Query();
        while (rows.Step())
        {
            // A batch ends between two sources.
            if (found.Count >= batch && rows.Int64(0) != last)
                return (found, last);
            last = rows.Int64(0);
            var source = reader.Versions.KeyOf(last);
            var (target, targetType) = (rows.Int64(1), reader.Versions.TypeOf(rows.Int64(1)));
            if (run.IsThere(last, source.Type, AccessLetter.Read) && (scope.IsFull || !run.IsThere(target, targetType, AccessLetter.Read)))
                found.Add(new DanglingReference(source, reader.Versions.KeyOf(target)));
        }

        return (found, 0);
    }
}
