// The store contract: what the server asks of SQLite today and of Cosmos tomorrow. tests/Fhir.Storage.Tests is its definition.

using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>
/// A resource store. Every method that answers clients takes an access scope: what it does not grant does not exist. Those without
/// one are the server's and its operator's own.
/// </summary>
public interface IResourceStore : IAsyncDisposable
{
    /// <summary>The current version, which is a tombstone if the resource is deleted; null if there never was one.</summary>
    ValueTask<StoredVersion?> ReadAsync(AccessScope scope, ResourceKey key, CancellationToken cancel);

    /// <summary>One version; null if there is none of that number.</summary>
    ValueTask<StoredVersion?> ReadVersionAsync(AccessScope scope, ResourceKey key, long version, CancellationToken cancel);

    /// <summary>Versions, newest first (R4 http.html#history).</summary>
    Task<HistoryPage> HistoryAsync(AccessScope scope, HistoryQuery query, CancellationToken cancel);

    /// <summary>A page of matches and what they include.</summary>
    /// <remarks>
    /// The pages after the first show the matches of the moment at which the first was read, each once, in the version and the order
    /// of that moment, whatever is written meanwhile. A scope that is limited is asked again about their present state.
    /// </remarks>
    /// <exception cref="InvalidCursorException">The query's cursor is not one that this store gave for the query and the scope.</exception>
    /// <exception cref="ExpiredCursorException">The cursor was given too long ago, or too much has changed since.</exception>
    Task<SearchPage> SearchAsync(AccessScope scope, SearchQuery query, CancellationToken cancel);

    /// <summary>
    /// Commits all writes or none. When the task ends, the writes are on disk. A precondition that no longer holds and a write
    /// that can't be done are told in the result, and then nothing was written.
    /// </summary>
    Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel);

    /// <summary>Local references whose target does not exist, in order of their source's creation (<c>FhirHub:Integrity=Report</c>).</summary>
    IAsyncEnumerable<DanglingReference> DanglingReferencesAsync(AccessScope scope, CancellationToken cancel);

    /// <summary>
    /// The different values that a token or URI parameter has in current resources that the scope grants, up to a limit.
    /// </summary>
    Task<IReadOnlyList<IndexedValue>> ValuesAsync(AccessScope scope, SearchParameter parameter, int limit, CancellationToken cancel);

    /// <summary>Number of current resources of each type that has any.</summary>
    Task<IReadOnlyDictionary<string, long>> CountAsync(AccessScope scope, CancellationToken cancel);

    /// <summary>All versions of all resources, tombstones too, in the order of their commits, a page at a time: for exports and for moving to another store.</summary>
    /// <remarks>
    /// A cursor never expires, each page has one, and after the last page it goes on with what was committed since. All versions of
    /// one page were committed when it is read, and none that is committed later comes before them.
    /// </remarks>
    /// <exception cref="InvalidCursorException">
    /// The cursor is not one that this store gave; also after the store went back to a backup that is older than the cursor.
    /// </exception>
    Task<ChangePage> ChangesAsync(ChangeQuery query, CancellationToken cancel);

    /// <summary>
    /// Writes versions as they were in another store, with their numbers, times and methods: all that are not there yet, in one
    /// commit, or none. A version that is there is left as it is, so a call can be repeated; one that is there with another time,
    /// method or body is told in the result, and so is what can't follow what is there. When the task ends, the versions are on disk.
    /// </summary>
    /// <param name="versions">
    /// In the order of their commits: their times never fall, and of one resource they rise by one. Preconditions, references and
    /// scopes are not asked about; they were when the versions were made.
    /// </param>
    /// <param name="cancel">Gives up before they are written.</param>
    /// <remarks>
    /// The commits that follow have no earlier time than the last version restored, whatever the clock says. Restored versions come
    /// last in <see cref="ChangesAsync"/>, and search, history and full text find them like any others.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A number is below 1, a time has parts of milliseconds, a version without a resource is no tombstone or the other way round, or
    /// versions of one resource do not rise.
    /// </exception>
    Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel);

    /// <summary>
    /// A number that is another one once a commit was answered: as long as it stays the same, so does what the store would answer. It
    /// costs nothing to ask for.
    /// </summary>
    long Commits { get; }

    /// <summary>The same for commits that wrote resources of that type.</summary>
    long CommitsOf(string type);

    /// <summary>True if the standard's parameters or extraction changed since the index was made: then all is to be indexed anew.</summary>
    bool NeedsReindex { get; }

    /// <summary>
    /// Tells the store which search parameters there are, at its start and after each change. What is committed from now on is
    /// indexed for all of them. Values of parameters that are no longer there are forgotten.
    /// </summary>
    /// <returns>Index keys of the added parameters that all resources are indexed for; the others wait for a reindex.</returns>
    Task<IReadOnlySet<string>> DeclareAsync(IReadOnlyCollection<SearchParameter> parameters, CancellationToken cancel);

    /// <summary>
    /// Indexes all current resources anew for some parameters, in small steps between the commits of others; searches answer as
    /// before until the end, and by the new values from then on. It goes on where a run of the same request was interrupted; one of
    /// another request is given up. One runs at a time.
    /// </summary>
    /// <param name="request">What to index for.</param>
    /// <param name="progress">Is told after each step.</param>
    /// <param name="cancel">Interrupts it, so that it can go on later.</param>
    Task ReindexAsync(ReindexRequest request, IProgress<ReindexProgress>? progress, CancellationToken cancel);

    /// <summary>The reindex that was begun and neither ended nor given up, or null.</summary>
    Task<ReindexRequest?> FindReindexAsync(CancellationToken cancel);

    /// <summary>Gives up an interrupted reindex.</summary>
    Task AbandonReindexAsync(CancellationToken cancel);
}

/// <summary>A resource's type and logical id.</summary>
public readonly record struct ResourceKey(string Type, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Type}/{Id}";
}

/// <summary>The interaction that made a version (for <c>Bundle.entry.request.method</c> in a history).</summary>
public enum WriteMethod
{
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Post,
    Put,
    Patch,
    Delete,
#pragma warning restore CS1591
}

/// <summary>One version of a resource, as stored.</summary>
/// <param name="Key">Type and id.</param>
/// <param name="Version">Number of the version, from 1; <c>meta.versionId</c> and the ETag.</param>
/// <param name="LastUpdated">Time of commit in UTC with milliseconds; never falls from one commit to the next.</param>
/// <param name="Method">The interaction that made it.</param>
/// <param name="Body">The body without id, versionId and lastUpdated; empty for a tombstone.</param>
public sealed record StoredVersion(ResourceKey Key, long Version, DateTimeOffset LastUpdated, WriteMethod Method, ResourceBody Body)
{
    /// <summary>True for a tombstone.</summary>
    public bool IsDeleted => Method == WriteMethod.Delete;
}

/// <summary>A question for versions.</summary>
public sealed record HistoryQuery
{
    /// <summary>One type, or null for the whole system.</summary>
    public string? Type { get; init; }

    /// <summary>One resource; needs <see cref="Type"/>.</summary>
    public string? Id { get; init; }

    /// <summary>Only versions made at or after this instant (<c>_since</c>).</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only versions that were current at some time in this period (<c>_at</c>).</summary>
    public (DateTimeOffset Low, DateTimeOffset High)? At { get; init; }

    /// <summary>Versions on a page.</summary>
    public int Count { get; init; } = 20;

    /// <summary>Where the page starts, as the store gave it; null for the first page.</summary>
    public string? Cursor { get; init; }
}

/// <summary>A page of a history.</summary>
/// <param name="Versions">Newest first.</param>
/// <param name="Next">Cursor of the next page, or null.</param>
/// <param name="Total">Number of versions that the query finds.</param>
public sealed record HistoryPage(IReadOnlyList<StoredVersion> Versions, string? Next, long Total);

/// <summary>A page of a search.</summary>
/// <param name="Matches">The matches in order.</param>
/// <param name="Included">What <c>_include</c> and <c>_revinclude</c> add, each once and not also a match.</param>
/// <param name="Next">Cursor of the next page, or null.</param>
/// <param name="Previous">Cursor of the page before, or null.</param>
/// <param name="Total">The total, if it was asked for or is known.</param>
public sealed record SearchPage(
    IReadOnlyList<StoredVersion> Matches,
    IReadOnlyList<StoredVersion> Included,
    string? Next,
    string? Previous,
    long? Total)
{
    /// <summary>How the store answered, if <see cref="SearchQuery.Explain"/> asked for it and the store can tell.</summary>
    public IReadOnlyList<ExplainStep> Explanation { get; init; } = [];

    /// <summary>True if there was more to include than the limit allows; the answer must say so.</summary>
    public bool IncludesCut { get; init; }

    /// <summary>
    /// For <see cref="SearchQuery.ContainedAlone"/>: for each match the id of the contained resource that matched, or null if it was
    /// the resource itself. Else empty.
    /// </summary>
    public IReadOnlyList<string?> ContainedIds { get; init; } = [];

    /// <summary>Cursor of the first page as it was; null on the first page itself.</summary>
    public string? First { get; init; }

    /// <summary>Cursor of the last page, where it is known.</summary>
    public string? Last { get; init; }
}

/// <summary>A reference to a resource that does not exist.</summary>
public sealed record DanglingReference(ResourceKey Source, ResourceKey Target);

/// <summary>A value of a search parameter.</summary>
/// <param name="System">The system of a token; null for none, and for a URI.</param>
/// <param name="Value">The code or URI.</param>
public sealed record IndexedValue(string? System, string Value);

/// <summary>The cursor of a page link was not made by this store, or is of another query.</summary>
public sealed class InvalidCursorException(string message) : Exception(message);

/// <summary>The cursor of a page link was good once; the message says why it is no more.</summary>
public sealed class ExpiredCursorException(string message) : Exception(message);
