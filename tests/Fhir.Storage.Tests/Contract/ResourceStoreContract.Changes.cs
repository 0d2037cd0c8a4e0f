// What was committed in order, and versions of one store in another.

using FhirHub.Search;
using FhirHub.Tests;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task Changes_are_all_versions_in_the_order_of_their_commits()
    {
        await CommitAsync(Put("Patient", "p1", new TestResource("1")), Put("Group", "g1", new TestResource("1")), Put("Patient", "p2", new TestResource("1")));
        await PutAsync("Patient", "p1", new TestResource("2"));
        await CommitAsync(Delete("Group", "g1"), Put("Patient", "p0", new TestResource("1")));
        await PutAsync("Group", "g1", new TestResource("2"));

        var page = await ChangesAsync(new ChangeQuery());

        Assert.Equal("p1/1 g1/1 p2/1 p1/2 g1/2 p0/1 g1/3", Changes(page.Versions));
        Assert.True(page.IsEnd);
        Assert.Equal(WriteMethod.Delete, page.Versions[4].Method);
        Assert.True(page.Versions[4].Body.Tail.IsEmpty);
        Assert.Equal(new TestResource("2").Prepare().Body.Tail.ToArray(), page.Versions[3].Body.Tail.ToArray());
        Assert.Equal("p1/1 p2/1 p1/2 p0/1", Changes((await ChangesAsync(new ChangeQuery { Types = ["Patient"] })).Versions));
        Assert.Equal("p1/1 g1/1 p2/1 p1/2 g1/2 p0/1 g1/3", Changes((await ChangesAsync(new ChangeQuery { Types = ["Group", "Patient", "Device"] })).Versions));
        Assert.Equal("p2/1 p1/2 p0/1 g1/3", Changes((await ChangesAsync(new ChangeQuery { CurrentOnly = true })).Versions));
        var none = await ChangesAsync(new ChangeQuery { Types = ["Device"] });
        Assert.Empty(none.Versions);
        Assert.True(none.IsEnd);
    }

    [Fact]
    public async Task Changes_come_in_pages_and_go_on_with_what_is_committed_later_also_after_a_restart()
    {
        var empty = await ChangesAsync(new ChangeQuery());
        Assert.Empty(empty.Versions);
        Assert.True(empty.IsEnd);
        for (var i = 1; i <= 7; i++)
            await CommitAsync(Put("Patient", $"p{i}", new TestResource("1")), Put("Group", $"g{i}", new TestResource("1")));

        var seen = new List<StoredVersion>();
        var page = empty;
        do
        {
            page = await ChangesAsync(new ChangeQuery { Cursor = page.Cursor, Count = 3 });
            Assert.InRange(page.Versions.Count, 1, 3);
            Assert.Equal(page.Reached == page.End, page.IsEnd);
            seen.AddRange(page.Versions);
        }
        while (!page.IsEnd);

        Assert.Equal(string.Join(' ', Enumerable.Range(1, 7).Select(static i => $"p{i}/1 g{i}/1")), Changes(seen));
        Clock.Now += TimeSpan.FromDays(1_000);
        await ReopenAsync();
        var quiet = await ChangesAsync(new ChangeQuery { Cursor = page.Cursor });
        Assert.Empty(quiet.Versions);
        Assert.True(quiet.IsEnd);
        await CommitAsync(Delete("Patient", "p3"));
        Assert.Equal("p3/2", Changes((await ChangesAsync(new ChangeQuery { Cursor = page.Cursor })).Versions));
        Assert.Equal("p3/2", Changes((await ChangesAsync(new ChangeQuery { Cursor = quiet.Cursor })).Versions));
        Assert.Equal("", Changes((await ChangesAsync(new ChangeQuery { Cursor = quiet.Cursor, Types = ["Group"] })).Versions));
        await Assert.ThrowsAsync<InvalidCursorException>(() => ChangesAsync(new ChangeQuery { Cursor = "nonsense!" }));
    }

    [Fact]
    public async Task Changes_since_a_time_begin_with_the_first_commit_of_it()
    {
        var start = Clock.Now;
        for (var i = 1; i <= 4; i++)
        {
            await PutAsync("Patient", "p1", new TestResource($"{i}"));
            Clock.Now += TimeSpan.FromHours(1);
        }

        Assert.Equal("p1/3 p1/4", Changes((await ChangesAsync(new ChangeQuery { Since = start.AddHours(2) })).Versions));
        Assert.Equal("p1/4", Changes((await ChangesAsync(new ChangeQuery { Since = start.AddHours(2).AddTicks(1) })).Versions));
        var later = await ChangesAsync(new ChangeQuery { Since = start.AddDays(1) });
        Assert.Empty(later.Versions);
        await PutAsync("Patient", "p1", new TestResource("5"));
        Assert.Equal("p1/5", Changes((await ChangesAsync(new ChangeQuery { Cursor = later.Cursor })).Versions));
    }

    [Fact]
    public async Task Changes_read_while_others_write_are_each_version_once()
    {
        const int Writers = 4;
        const int Commits = 40;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 1; i <= Commits; i++)
                await CommitAsync(Put("Patient", $"p{writer}", new TestResource($"{i}")), Put("Group", $"g{writer}", new TestResource($"{i}")));
        })));

        var seen = new List<StoredVersion>();
        string? cursor = null;
        while (true)
        {
            var isOver = writing.IsCompleted;
            var page = await ChangesAsync(new ChangeQuery { Cursor = cursor, Count = 25 });
            seen.AddRange(page.Versions);
            cursor = page.Cursor;
            if (isOver && page.IsEnd)
                break;
        }

        await writing;
        Assert.Equal(2 * Writers * Commits, seen.Count);
        foreach (var versions in seen.GroupBy(static version => version.Key))
            Assert.Equal(Enumerable.Range(1, Commits).Select(static i => (long)i), versions.Select(static version => version.Version));
        for (var i = 1; i < seen.Count; i++)
            Assert.True(seen[i].LastUpdated >= seen[i - 1].LastUpdated);
    }

    [Fact]
    public async Task Restored_versions_are_read_found_and_told_as_they_were()
    {
        var made = Clock.Now.AddDays(-40);
        var result = await RestoreAsync(
            Version("Patient", "p1", 1, made, WriteMethod.Post, new TestResource("asthma").Token(Parameters.Gender, null, "male")),
            Version("Patient", "p2", 1, made, WriteMethod.Put, new TestResource("eczema").Token(Parameters.Gender, null, "male")),
            Version("Patient", "p1", 2, made.AddHours(1), WriteMethod.Patch, new TestResource("hypertension").Token(Parameters.Gender, null, "female")),
            Version("Observation", "o1", 1, made.AddHours(1), WriteMethod.Post, new TestResource().Reference(Parameters.Subject, "Patient", "p1").Contain("Patient", "inner", new TokenEntry(Parameters.Gender, null, "other", null))),
            Version("Patient", "p2", 2, made.AddHours(2), WriteMethod.Delete, null));

        Assert.Equal((RestoreFailure.None, 5, 0), (result.Failure, result.Written, result.Skipped));
        Assert.Equal("o1", await IdsAsync("Observation", new SearchExpression.Chain(Parameters.Subject, ["Patient"], new SearchExpression.Parameter(Parameters.Gender, new TokenPredicate(null, "female")))));
        Assert.Equal("", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "male")));
        Assert.Equal("p1", await TextIdsAsync("hypertension"));
        Assert.Equal("", await TextIdsAsync("asthma"));
        var first = await Store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), 1, CancellationToken.None);
        Assert.Equal((WriteMethod.Post, made), (first!.Method, first.LastUpdated));
        Assert.Equal(WriteMethod.Patch, (await ReadAsync("Patient", "p1"))!.Method);
        Assert.True((await ReadAsync("Patient", "p2"))!.IsDeleted);
        Assert.Equal("p2/2 o1/1 p1/2 p2/1 p1/1", Versions(await HistoryAsync(new HistoryQuery())));
        Assert.Equal("p2/2 o1/1 p1/2", Versions(await HistoryAsync(new HistoryQuery { Since = made.AddHours(1) })));
        Assert.Equal("p1/1 p2/1 p1/2 o1/1 p2/2", Changes((await ChangesAsync(new ChangeQuery())).Versions));
        Assert.Equal([new("Observation", 1), new("Patient", 1)], (await Store.CountAsync(AccessScope.Full, CancellationToken.None)).OrderBy(static count => count.Key, StringComparer.Ordinal));
        Assert.Equal(3, (await PutAsync("Patient", "p1", new TestResource("3"))).Version);
        Assert.Equal(3, (await PutAsync("Patient", "p2", new TestResource("3"))).Version);
        await VerifyAsync();
    }

    [Fact]
    public async Task What_is_restored_twice_is_there_once()
    {
        RestoredVersion[] versions =
        [
            Version("Patient", "p1", 1, Clock.Now, WriteMethod.Put, new TestResource("1")),
            Version("Patient", "p1", 2, Clock.Now, WriteMethod.Put, new TestResource("2")),
            Version("Patient", "p1", 3, Clock.Now, WriteMethod.Delete, null),
            Version("Patient", "p2", 1, Clock.Now, WriteMethod.Put, new TestResource("1")),
        ];
        Assert.Equal(2, (await RestoreAsync(versions[..2])).Written);

        var rest = await RestoreAsync(versions);
        Assert.Equal((RestoreFailure.None, 2, 2), (rest.Failure, rest.Written, rest.Skipped));
        var again = await RestoreAsync(versions);
        Assert.Equal((RestoreFailure.None, 0, 4), (again.Failure, again.Written, again.Skipped));
        Assert.Equal("p2/1 p1/3 p1/2 p1/1", Versions(await HistoryAsync(new HistoryQuery())));
        await VerifyAsync();
    }

    [Fact]
    public async Task Of_versions_that_do_not_fit_none_is_restored()
    {
        await PutAsync("Patient", "p1", new TestResource("own"));
        var (now, good) = (Clock.Now, Version("Patient", "p9", 1, Clock.Now, WriteMethod.Put, new TestResource("good")));

        await RefusedAsync(RestoreFailure.Conflict, Version("Patient", "p1", 1, now, WriteMethod.Put, new TestResource("another")));
        await RefusedAsync(RestoreFailure.Conflict, Version("Patient", "p1", 1, now, WriteMethod.Post, new TestResource("own")));
        await RefusedAsync(RestoreFailure.Conflict, Version("Patient", "p1", 1, now.AddSeconds(1), WriteMethod.Put, new TestResource("own")));
        await RefusedAsync(RestoreFailure.Gap, Version("Patient", "p1", 3, now, WriteMethod.Put, new TestResource("3")));
        await RefusedAsync(RestoreFailure.Gap, Version("Patient", "p2", 2, now, WriteMethod.Put, new TestResource("2")));
        await RefusedAsync(RestoreFailure.Gap, Version("Patient", "p2", 1, now, WriteMethod.Delete, null));
        await RefusedAsync(RestoreFailure.TooOld, Version("Patient", "p1", 2, now.AddMilliseconds(-1), WriteMethod.Put, new TestResource("2")));
        await Assert.ThrowsAsync<ArgumentException>(() => RestoreAsync(good, good));
        await Assert.ThrowsAsync<ArgumentException>(() => RestoreAsync(good with { Resource = null }));

        Assert.Equal("p1/1", Versions(await HistoryAsync(new HistoryQuery())));
        await VerifyAsync();

        async Task RefusedAsync(RestoreFailure failure, RestoredVersion version)
        {
            var result = await RestoreAsync(good, version);
            Assert.Equal((failure, 1, 0), (result.Failure, result.FailedIndex, result.Written));
            Assert.Null(await ReadAsync("Patient", "p9"));
        }
    }

    [Fact]
    public async Task Commits_after_a_restored_one_are_not_before_it()
    {
        var later = Clock.Now.AddHours(5);
        await RestoreAsync(Version("Patient", "p1", 1, later, WriteMethod.Put, new TestResource("1")));

        Assert.Equal(later, (await PutAsync("Patient", "p2", new TestResource("1"))).LastUpdated);
        await ReopenAsync();
        Assert.Equal(later, (await PutAsync("Patient", "p3", new TestResource("1"))).LastUpdated);
    }

    [Fact]
    public async Task Its_number_of_commits_changes_with_restored_versions_too()
    {
        await RestoreAsync(Version("Patient", "p1", 1, Clock.Now, WriteMethod.Put, new TestResource("1")));
        Assert.Equal(1, (await ReadAsync("Patient", "p1"))!.Version);
        var (before, patients, groups) = (Store.Commits, Store.CommitsOf("Patient"), Store.CommitsOf("Group"));

        await RestoreAsync(Version("Patient", "p1", 2, Clock.Now, WriteMethod.Put, new TestResource("2")));

        Assert.NotEqual(before, Store.Commits);
        Assert.NotEqual(patients, Store.CommitsOf("Patient"));
        Assert.Equal(groups, Store.CommitsOf("Group"));
        Assert.Equal(2, (await ReadAsync("Patient", "p1"))!.Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_random_history_moved_to_another_store_is_the_same_there(bool isSource)
    {
        var random = new RandomSearches(TestSeed.Take());
        var folder = Directory.CreateTempSubdirectory("fhirhub-move-").FullName;
        try
        {
            await using var other = TestStores.OpenSqlite(folder, Definitions, Clock);
            var (source, target) = isSource ? (Store, other) : ((IResourceStore)other, Store);
            for (var i = 0; i < 150; i++)
                await ChangeAsync(source, random);

            // In steps, with repetitions as after an interruption; what changes meanwhile comes with the next one.
            string? cursor = null;
            for (var isEnd = false; !isEnd;)
            {
                var page = await source.ChangesAsync(new ChangeQuery { Cursor = cursor, Count = 1 + random.Next(30) }, CancellationToken.None);
                var versions = page.Versions.Select(Restored).ToList();
                for (var i = random.Next(3); i >= 0; i--)
                    Assert.Equal(RestoreFailure.None, (await target.RestoreAsync(versions[..^(i * versions.Count / 3)], CancellationToken.None)).Failure);
                (cursor, isEnd) = (page.Cursor, page.IsEnd);
                if (!isEnd && random.Next(2) == 0)
                    await ChangeAsync(source, random);
            }

            await AssertSameAsync(source, target, random);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await VerifyAsync();
    }

    private async Task ChangeAsync(IResourceStore source, RandomSearches random)
    {
        Clock.Now += TimeSpan.FromMilliseconds(random.Next(2_000));
        var writes = new Dictionary<ResourceKey, ResourceWrite>();
        for (var i = random.Next(4); i >= 0; i--)
        {
            var type = random.Type();
            var key = new ResourceKey(type, $"{type[0]}{random.Next(20)}");
            if (random.Next(6) == 0)
            {
                writes[key] = new DeleteResource(key);
                random.Remove(key.Type, key.Id);
                continue;
            }

            var entries = random.Entries(type);
            var resource = new TestResource($"{random.Next(1_000_000)}").With(entries).Prepare();
            writes[key] = new PutResource(key, resource, (WriteMethod)random.Next(3));
            random.Set(new IndexedResource(type, key.Id, Clock.Now, entries));
        }

        var result = await source.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [.. writes.Values] }, CancellationToken.None);
        Assert.Equal(CommitFailure.None, result.Failure);
    }

    private static async Task AssertSameAsync(IResourceStore source, IResourceStore target, RandomSearches random)
    {
        var (expected, found) = (await AllAsync(source), await AllAsync(target));
        Assert.Equal(expected.Count, found.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            var (one, other) = (expected[i], found[i]);
            Assert.Equal((one.Key, one.Version, one.LastUpdated, one.Method), (other.Key, other.Version, other.LastUpdated, other.Method));
            Assert.Equal(one.Body.Tail.ToArray(), other.Body.Tail.ToArray());
            var read = await target.ReadVersionAsync(AccessScope.Full, one.Key, one.Version, CancellationToken.None);
            Assert.Equal((one.LastUpdated, one.Method), (read!.LastUpdated, read.Method));
            Assert.Equal(one.Body.Tail.ToArray(), read.Body.Tail.ToArray());
        }

        foreach (var type in expected.Select(static version => version.Key.Type).Distinct())
        {
            var query = new HistoryQuery { Type = type, Count = 5_000 };
            Assert.Equal(
                Versions(await source.HistoryAsync(AccessScope.Full, query, CancellationToken.None)),
                Versions(await target.HistoryAsync(AccessScope.Full, query, CancellationToken.None)));
        }

        for (var i = 0; i < 150; i++)
        {
            var type = random.Type();
            var query = Query(type, random.Expression(type, 2)) with { Count = 1_000 };
            var (one, other) = (await source.SearchAsync(AccessScope.Full, query, CancellationToken.None), await target.SearchAsync(AccessScope.Full, query, CancellationToken.None));
            Assert.Equal(Set(one), Set(other));
        }

        static string Set(SearchPage page) => string.Join(' ', page.Matches.Select(static match => $"{match.Key.Id}/{match.Version}").Order(StringComparer.Ordinal));

        static async Task<List<StoredVersion>> AllAsync(IResourceStore store)
        {
            var all = new List<StoredVersion>();
            ChangePage? page = null;
            do
            {
                page = await store.ChangesAsync(new ChangeQuery { Cursor = page?.Cursor }, CancellationToken.None);
                all.AddRange(page.Versions);
            }
            while (!page.IsEnd);
            return all;
        }
    }

    private RestoredVersion Restored(StoredVersion version)
    {
        if (version.IsDeleted)
            return new RestoredVersion(version, null);
        var json = version.Body.ToArray(version);
        var entries = Definitions.Extract(version.Key, json);
        return new RestoredVersion(version, new PreparedResource(version.Body, entries, [.. References(entries)])
        {
            Contained = Definitions.ExtractContained(version.Key, json),
            Generation = Definitions.Generation,
        });
    }

    private static IEnumerable<LocalReference> References(IEnumerable<IndexEntry> entries) => entries
        .OfType<ReferenceEntry>()
        .Where(static entry => entry is { Type: not null, Id: not null })
        .Select(static entry => new LocalReference("Resource", entry.Type!, entry.Id!));

    private static RestoredVersion Version(string type, string id, long number, DateTimeOffset time, WriteMethod method, TestResource? resource)
    {
        var prepared = resource?.Prepare();
        return new RestoredVersion(new StoredVersion(new ResourceKey(type, id), number, time, method, prepared?.Body ?? default), prepared);
    }

    private Task<ChangePage> ChangesAsync(ChangeQuery query) => Store.ChangesAsync(query, CancellationToken.None);

    private Task<RestoreResult> RestoreAsync(params RestoredVersion[] versions) => Store.RestoreAsync(versions, CancellationToken.None);

    private static string Changes(IEnumerable<StoredVersion> versions) => string.Join(' ', versions.Select(static version => $"{version.Key.Id}/{version.Version}"));
}
