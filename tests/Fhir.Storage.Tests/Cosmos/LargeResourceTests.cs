// Resources that are too large for a document: their bodies are in blobs, and what search needs of them has a limit that is told.

using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class LargeResourceTests : IAsyncLifetime
{
    private const int Large = 5_000_000;
    private readonly string _database = CosmosEmulator.FreshDatabase();
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-blobs-").FullName;
    private readonly SettableClock _clock = new();
    private CosmosResourceStore _store = null!;

    public async Task InitializeAsync()
    {
        if (CosmosEmulator.Lacks(needsGateway: false) is null)
            _store = await OpenAsync(await CosmosEmulator.EndpointAsync(), new FolderBodyBlobs(_folder));
    }

    public async Task DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await CosmosEmulator.DeleteAsync(_database);
        }

        Directory.Delete(_folder, recursive: true);
    }

    [CosmosFact]
    public async Task A_resource_of_5_MB_is_written_read_found_changed_and_deleted_as_a_small_one_is()
    {
        var (first, second) = (LargeOne(1), LargeOne(2));
        Assert.Equal(WriteOutcome.Created, await PutAsync("a", first));
        await AssertCurrentAsync("a", first);
        Assert.Single(Blobs());

        // The same again is no new version, and no blob is left of it.
        Assert.Equal(WriteOutcome.Unchanged, await PutAsync("a", first));
        Assert.Single(Blobs());

        Assert.Equal(WriteOutcome.Updated, await PutAsync("a", second));
        await AssertCurrentAsync("a", second);
        Assert.Equal(WriteOutcome.Updated, await PutAsync("a", Small()));
        await AssertCurrentAsync("a", Small());
        Assert.Equal(2, Blobs().Length);

        var deleted = await _store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [new DeleteResource(Key("a"))] }, default);
        Assert.Equal(WriteOutcome.Deleted, deleted.Results[0].Outcome);
        Assert.True((await _store.ReadAsync(AccessScope.Full, Key("a"), default))!.IsDeleted);
        Assert.Empty((await FindAsync()).Matches);
        await AssertVersionAsync("a", 1, first);
        await AssertVersionAsync("a", 2, second);
        await AssertVersionAsync("a", 3, Small());
        Assert.Equal(WriteOutcome.Created, await PutAsync("a", first));
        await AssertCurrentAsync("a", first);
    }

    [CosmosFact]
    public async Task Histories_have_the_bodies_of_large_versions()
    {
        var versions = new[] { LargeOne(1), Small(), LargeOne(2) };
        foreach (var version in versions)
            await PutAsync("a", version);
        var page = await _store.HistoryAsync(AccessScope.Full, new HistoryQuery { Type = "Patient", Id = "a" }, default);
        Assert.Equal(versions.Reverse().Select(static version => version.Body.Tail.ToArray()), page.Versions.Select(static version => version.Body.Tail.ToArray()));
    }

    [CosmosFact]
    public async Task A_page_of_matches_mixes_large_and_small_ones()
    {
        PreparedResource[] resources = [LargeOne(1), Small(), LargeOne(2), LargeOne(3), Small()];
        for (var i = 0; i < resources.Length; i++)
            await PutAsync($"p{i}", resources[i]);
        var page = await FindAsync();
        Assert.Equal(resources.Select(static resource => resource.Body.Tail.ToArray()), page.Matches.Select(static match => match.Body.Tail.ToArray()));
    }

    [CosmosFact]
    public async Task A_transaction_that_is_refused_leaves_no_blob()
    {
        await PutAsync("a", Small());
        var refused = await _store.CommitAsync(
            AccessScope.Full,
            new ResourceTransaction { Writes = [Put("b", LargeOne(1)), Put("a", LargeOne(2)) with { ExpectedVersion = 7 }] },
            default);
        Assert.Equal(CommitFailure.VersionConflict, refused.Failure);
        Assert.Empty(Blobs());
        Assert.Null(await _store.ReadAsync(AccessScope.Full, Key("b"), default));
    }

    [CosmosFact]
    public async Task A_body_that_is_small_goes_apart_where_the_values_to_search_by_are_many()
    {
        var resource = WithReferences(5_000, Text(1_000_000));
        Assert.Equal(WriteOutcome.Created, await PutAsync("a", resource));
        Assert.Single(Blobs());
        await AssertCurrentAsync("a", resource);
    }

    [CosmosFact]
    public async Task More_references_than_a_document_holds_are_refused_with_the_limit_and_nothing_is_left()
    {
        var refused = await _store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [Put("small", Small()), Put("list", WithReferences(20_000, "")), Put("other", LargeOne(1))] }, default);
        Assert.Equal((CommitFailure.Refused, 1), (refused.Failure, refused.FailedIndex));
        var issue = Assert.Single(refused.Issues);
        Assert.Equal("too-long", issue.Code);
        Assert.Contains("1000000", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("Patient/list", issue.Diagnostics, StringComparison.Ordinal);
        foreach (var id in new[] { "small", "list", "other" })
            Assert.Null(await _store.ReadAsync(AccessScope.Full, Key(id), default));
        Assert.Empty(Blobs());
        Assert.Equal(WriteOutcome.Created, await PutAsync("list", WithReferences(4_000, "")));
    }

    [CosmosFact]
    public async Task Without_a_place_for_blobs_a_large_body_is_refused_with_the_reason()
    {
        await using var store = await OpenAsync(await CosmosEmulator.EndpointAsync(), null);
        var refused = await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [Put("a", LargeOne(1))] }, default);
        Assert.Equal(CommitFailure.Refused, refused.Failure);
        Assert.Contains("does not fit in a document", Assert.Single(refused.Issues).Diagnostics, StringComparison.Ordinal);
    }

    [CosmosFact]
    public async Task A_missing_blob_is_told_and_harms_no_other_resource()
    {
        await PutAsync("a", LargeOne(1));
        var blob = Assert.Single(Blobs());
        await PutAsync("b", LargeOne(2));
        File.Delete(blob);
        await using var other = await OpenAsync(await CosmosEmulator.EndpointAsync(), new FolderBodyBlobs(_folder));
        var fault = await Assert.ThrowsAsync<StoreException>(async () => await other.ReadAsync(AccessScope.Full, Key("a"), default));
        Assert.Contains("Restore it", fault.Message, StringComparison.Ordinal);
        await AssertCurrentAsync("b", LargeOne(2), isFound: false);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task What_a_server_leaves_that_dies_between_blob_and_document_is_swept_and_nothing_that_is_in_use()
    {
        await PutAsync("old", LargeOne(1));
        await PutAsync("old", LargeOne(2));
        await PutAsync("gone", LargeOne(3));
        await _store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [new DeleteResource(Key("gone"))] }, default);
        await DieAsync(static request => request.Operation == CosmosOperation.Create && request.Container == "resources");
        Assert.Equal(4, Blobs().Length);

        // Its writer may be alive and slow.
        _clock.Now += TimeSpan.FromHours(12);
        Assert.Equal(0, await _store.SweepAsync(default));
        Assert.Equal(4, Blobs().Length);

        _clock.Now += TimeSpan.FromHours(14);
        Assert.Equal(1, await _store.SweepAsync(default));
        await AssertVersionAsync("old", 1, LargeOne(1));
        await AssertCurrentAsync("old", LargeOne(2));
        await AssertVersionAsync("gone", 1, LargeOne(3));

        // What was looked at once is not looked at again, and later leftovers are found.
        await DieAsync(static request => request.Operation == CosmosOperation.Create && request.Container == "resources");
        await PutAsync("new", LargeOne(4));
        _clock.Now += TimeSpan.FromHours(26);
        Assert.Equal(1, await _store.SweepAsync(default));
        Assert.Equal(0, await _store.SweepAsync(default));
        Assert.Equal(4, Blobs().Length);
        await AssertVersionAsync("new", 1, LargeOne(4));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task What_a_server_leaves_that_dies_between_document_and_commit_is_swept_with_its_blob()
    {
        await PutAsync("a", LargeOne(1));
        await DieAsync(static request => request.Operation == CosmosOperation.Create && request.Container == "log");
        Assert.Equal(2, Blobs().Length);
        _clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(1, await _store.SweepAsync(default));
        Assert.Single(Blobs());
        await AssertCurrentAsync("a", LargeOne(1));
        Assert.Null(await _store.ReadAsync(AccessScope.Full, Key("dying"), default));
    }

    private async Task DieAsync(Func<CosmosRequest, bool> step)
    {
        await using var gateway = await CosmosEmulator.GatewayAsync();
        await using var dying = await OpenAsync(gateway.Endpoint, new FolderBodyBlobs(_folder));
        gateway.FailAfter(0, step);
        await Assert.ThrowsAnyAsync<Exception>(() => dying.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [Put("dying", LargeOne(99))] }, default));
    }

    private static ResourceKey Key(string id) => new("Patient", id);

    private static PutResource Put(string id, PreparedResource resource) => new(Key(id), resource, WriteMethod.Put);

    // Text that does not compress below three quarters of its length, as base64 of a scan does not.
    private static string Text(int length)
    {
        var bytes = new byte[length / 4 * 3];
        new Random(length).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private static PreparedResource LargeOne(int number) => new TestResource($"{number} {Text(Large)}").Token(Parameters.Gender, null, "large").Prepare();

    private static PreparedResource Small() => new TestResource("small").Token(Parameters.Gender, null, "large").Prepare();

    private static PreparedResource WithReferences(int count, string text)
    {
        var resource = new TestResource(text);
        for (var i = 0; i < count; i++)
            resource.Reference(Parameters.Organization, "Organization", Guid.NewGuid().ToString());
        return resource.Prepare();
    }

    private async Task<WriteOutcome> PutAsync(string id, PreparedResource resource)
    {
        var result = await _store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [Put(id, resource)] }, default);
        Assert.Equal(CommitFailure.None, result.Failure);
        Assert.Equal(resource.Body.Tail.ToArray(), result.Results[0].Version!.Body.Tail.ToArray());
        return result.Results[0].Outcome;
    }

    private async Task AssertCurrentAsync(string id, PreparedResource resource, bool isFound = true)
    {
        Assert.Equal(resource.Body.Tail.ToArray(), (await _store.ReadAsync(AccessScope.Full, Key(id), default))!.Body.Tail.ToArray());
        if (isFound && resource.Entries.Any(static entry => entry is TokenEntry))
            Assert.Contains((await FindAsync()).Matches, match => match.Key == Key(id) && match.Body.Tail.Span.SequenceEqual(resource.Body.Tail.Span));
    }

    private async Task AssertVersionAsync(string id, int version, PreparedResource resource) =>
        Assert.Equal(resource.Body.Tail.ToArray(), (await _store.ReadVersionAsync(AccessScope.Full, Key(id), version, default))!.Body.Tail.ToArray());

    private Task<SearchPage> FindAsync() => _store.SearchAsync(
        AccessScope.Full,
        new SearchQuery { ResourceTypes = ["Patient"], Expression = new SearchExpression.Parameter(Parameters.Gender, new TokenPredicate(null, "large")) },
        default);

    private string[] Blobs() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    private Task<CosmosResourceStore> OpenAsync(Uri endpoint, IBodyBlobs? blobs) => CosmosResourceStore.OpenAsync(
        new CosmosStoreOptions
        {
            Endpoint = endpoint,
            Key = CosmosEmulator.Key,
            Database = _database,
            Extract = TestResource.Extract,
            Clock = _clock,
            Blobs = blobs,

            // A server that is cut off shall not wait for long.
            RetryBudget = TimeSpan.FromSeconds(1),
        },
        CancellationToken.None);
}
