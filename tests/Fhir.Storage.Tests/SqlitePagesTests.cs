// The bounds of paging on SQLite, and that the file of its lists is a cache.

using FhirHub.Search;
using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests;

public sealed class SqlitePagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_first_page_leaves_no_list_and_a_deleted_list_is_made_again()
    {
        var query = Query() with { Count = 3 };
        string next;
        await using (var store = await OpenAsync(10))
        {
            next = (await SearchAsync(store, query)).Next!;
            Assert.False(File.Exists(PagesPath));
            next = (await SearchAsync(store, query with { Cursor = next })).Next!;
            Assert.True(File.Exists(PagesPath));
        }

        File.Delete(PagesPath);
        await using (var store = await OpenAsync(0))
        {
            await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [new DeleteResource(new ResourceKey("Patient", "p7"))] }, CancellationToken.None);
            Assert.Equal("p6 p7 p8", Ids(await SearchAsync(store, query with { Cursor = next })));
        }

        await File.WriteAllTextAsync(PagesPath, "This is no database, whoever put it here.");
        await using (var store = await OpenAsync(0))
            Assert.Equal("p6 p7 p8", Ids(await SearchAsync(store, query with { Cursor = next })));
    }

    [Fact]
    public async Task More_changes_than_allowed_end_a_walk_and_new_resources_are_none()
    {
        await using var store = await OpenAsync(10, static options => options with { ChangesBetweenPages = 3 });
        var query = Query() with { Count = 3 };
        var next = (await SearchAsync(store, query)).Next;
        await WriteAsync(store, 10, 20);
        await WriteAsync(store, 0, 3);
        Assert.Equal("p3 p4 p5", Ids(await SearchAsync(store, query with { Cursor = next })));

        next = (await SearchAsync(store, query)).Next;
        await WriteAsync(store, 0, 4);
        var ended = await Assert.ThrowsAsync<ExpiredCursorException>(() => SearchAsync(store, query with { Cursor = next }));
        Assert.Contains("start the search anew", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_sorted_matches_than_allowed_have_a_first_page_only()
    {
        await using var store = await OpenAsync(10, static options => options with { SortedMatches = 9 });
        var query = Query() with { Count = 3 };
        var sorted = query with { Sort = [new SortKey("name", Parameters.Name, false)] };

        var next = (await SearchAsync(store, sorted)).Next;
        await Assert.ThrowsAsync<ExpiredCursorException>(() => SearchAsync(store, sorted with { Cursor = next }));
        next = (await SearchAsync(store, query)).Next;
        Assert.Equal("p3 p4 p5", Ids(await SearchAsync(store, query with { Cursor = next })));
    }

    [Fact]
    public async Task Lists_that_went_to_make_room_are_made_again()
    {
        await using var store = await OpenAsync(3_000, static options => options with { PagesMegabytes = 0 });
        var query = Query() with { Count = 1_000 };
        var first = await SearchAsync(store, query);
        var others = query with { Count = 10, Expression = new SearchExpression.IdIn([.. Enumerable.Range(0, 30).Select(static i => $"p{i}")]) };
        var other = await SearchAsync(store, others);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1_000, (await SearchAsync(store, query with { Cursor = first.Next })).Matches.Count);
            Assert.Equal(10, (await SearchAsync(store, others with { Cursor = other.Next })).Matches.Count);
        }
    }

    [Fact]
    public async Task A_list_that_goes_while_it_is_made_longer_is_made_again_from_its_start()
    {
        Action? whileListed = null;
        await using var store = await OpenAsync(6_000, options => options with
        {
            PagesMegabytes = 0,
            Extract = (key, json) =>
            {
                Interlocked.Exchange(ref whileListed, null)?.Invoke();
                return TestResource.Extract(key, json);
            },
        });
        var query = Query() with { Count = 1_000 };
        var others = Query() with { Count = 10, Expression = new SearchExpression.IdIn([.. Enumerable.Range(0, 30).Select(static i => $"p{i}")]) };
        var other = (await SearchAsync(store, others)).Next;
        var second = (await SearchAsync(store, query)).Next;
        var next = second;
        for (var page = 2; page <= 4; page++)
            next = (await SearchAsync(store, query with { Cursor = next })).Next;

        // What has changed is read again while the rest of the list is made; meanwhile another list takes its room.
        await WriteAsync(store, 5_999, 1);
        whileListed = () => SearchAsync(store, others with { Cursor = other }).GetAwaiter().GetResult();
        Assert.Equal(1_000, (await SearchAsync(store, query with { Cursor = next })).Matches.Count);
        Assert.Null(whileListed);
        Assert.Equal(1_000, (await SearchAsync(store, query with { Cursor = second })).Matches.Count);
    }

    [Fact]
    public async Task Walks_side_by_side_lose_nothing_where_there_is_no_room_for_all_their_lists()
    {
        await using var store = await OpenAsync(200, static options => options with { PagesMegabytes = 0 });
        var walks = Enumerable.Range(0, 8).Select(walk => Task.Run(async () =>
        {
            var query = Query() with { Count = 10, Expression = new SearchExpression.IdIn([.. Enumerable.Range(walk, 100).Select(static i => $"p{i}")]) };
            for (var round = 0; round < 20; round++)
            {
                var page = await SearchAsync(store, query);
                var found = page.Matches.Count;
                while (page.Next is not null)
                {
                    page = await SearchAsync(store, query with { Cursor = page.Next });
                    found += page.Matches.Count;
                }

                Assert.Equal(100, found);
            }
        }));
        await Task.WhenAll(walks);
    }

    [Fact]
    public async Task A_page_that_takes_too_long_after_changes_says_so()
    {
        var query = Query() with { Count = 1_000 };
        string? next;
        await using (var store = await OpenAsync(5_000))
        {
            next = (await SearchAsync(store, query)).Next;
            await WriteAsync(store, 0, 5_000);
        }

        await using (var store = await OpenAsync(0, static options => options with { SearchTimeout = TimeSpan.FromMilliseconds(1) }))
        {
            for (var i = 0; i < 10; i++)
                await Assert.ThrowsAsync<SearchTimeoutException>(() => SearchAsync(store, query with { Cursor = next }));
        }
    }

    private string PagesPath => Path.Combine(_folder, "pages.db");

    private static SearchQuery Query() => new() { ResourceTypes = ["Patient"], Expression = new SearchExpression.All() };

    private static string Ids(SearchPage page) => string.Join(' ', page.Matches.Select(static match => match.Key.Id));

    private static Task<SearchPage> SearchAsync(SqliteResourceStore store, SearchQuery query) => store.SearchAsync(AccessScope.Full, query, CancellationToken.None);

    private static Task<CommitResult> WriteAsync(SqliteResourceStore store, int from, int count) => store.CommitAsync(
        AccessScope.Full,
        new ResourceTransaction
        {
            Writes = [.. Enumerable.Range(from, count).Select(static i =>
                new PutResource(new ResourceKey("Patient", $"p{i}"), new TestResource($"{Guid.NewGuid()}").String(Parameters.Name, $"Name {i}").Prepare(), WriteMethod.Put))],
        },
        CancellationToken.None);

    private async Task<SqliteResourceStore> OpenAsync(int patients, Func<SqliteStoreOptions, SqliteStoreOptions>? configure = null)
    {
        var options = new SqliteStoreOptions { Path = Path.Combine(_folder, "fhir.db"), Extract = TestResource.Extract };
        var store = SqliteResourceStore.Open(configure?.Invoke(options) ?? options);
        if (patients > 0)
            await WriteAsync(store, 0, patients);
        return store;
    }
}
