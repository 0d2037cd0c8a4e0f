// Versions, tombstones, history, time.

using System.Text;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task Its_number_of_commits_changes_with_each_write_and_with_nothing_else()
    {
        var before = Store.Commits;
        await ReadAsync("Patient", "counted");
        Assert.Equal(before, Store.Commits);
        await PutAsync("Patient", "counted", new TestResource());
        var created = Store.Commits;
        Assert.NotEqual(before, created);
        await CommitAsync(Delete("Patient", "counted"));
        Assert.NotEqual(created, Store.Commits);
    }

    [Fact]
    public async Task Its_number_of_commits_of_a_type_changes_with_writes_of_that_type_only()
    {
        await PutAsync("Patient", "counted", new TestResource());
        var (patients, others) = (Store.CommitsOf("Patient"), Store.CommitsOf("Observation"));
        await CommitAsync(Delete("Patient", "counted"));
        Assert.NotEqual(patients, Store.CommitsOf("Patient"));
        Assert.Equal(others, Store.CommitsOf("Observation"));
    }

    [Fact]
    public async Task A_created_resource_is_read_back_byte_for_byte()
    {
        var resource = new TestResource("Grüße, 张三");
        var created = await PutAsync("Patient", "p1", resource);

        var read = await ReadAsync("Patient", "p1");

        Assert.NotNull(read);
        Assert.Equal(1, read.Version);
        Assert.Equal(Clock.Now, read.LastUpdated);
        Assert.Equal(created.Body.Tail.ToArray(), read.Body.Tail.ToArray());
        Assert.StartsWith(
            """{"resourceType":"Patient","id":"p1","meta":{"versionId":"1","lastUpdated":"2024-05-01T08:00:00.000Z"},""",
            Encoding.UTF8.GetString(read.Body.ToArray(read)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("A-b.9")]
    [InlineData("0191b7a2-6c1e-7c3e-9f00-0123456789ab")]
    [InlineData("0191B7A2-6C1E-7C3E-9F00-0123456789AB")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public async Task Ids_are_kept_as_they_are(string id)
    {
        await PutAsync("Patient", id, new TestResource());

        Assert.Equal(id, (await ReadAsync("Patient", id))!.Key.Id);
        Assert.Equal(id, await IdsAsync("Patient", Everything));
        Assert.Equal(id, await IdsAsync("Patient", new SearchExpression.IdIn([id])));
    }

    [Fact]
    public async Task Ids_differ_by_case_and_type()
    {
        await PutAsync("Patient", "a", new TestResource("1"));
        await PutAsync("Patient", "A", new TestResource("2"));
        await PutAsync("Group", "a", new TestResource("3"));

        Assert.Equal("a A", await IdsAsync("Patient", Everything));
        Assert.Null(await ReadAsync("Group", "A"));
        Assert.Null(await ReadAsync("Location", "a"));
    }

    [Fact]
    public async Task Updates_count_versions_and_keep_old_ones()
    {
        for (var i = 1; i <= 4; i++)
            await PutAsync("Patient", "p1", new TestResource($"text {i}"));

        for (var i = 1; i <= 4; i++)
        {
            var version = await Store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), i, CancellationToken.None);
            Assert.Equal(i, version!.Version);
            Assert.Contains($"text {i}", Encoding.UTF8.GetString(version.Body.Tail.Span), StringComparison.Ordinal);
        }

        Assert.Null(await Store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), 5, CancellationToken.None));
        Assert.Null(await Store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), 0, CancellationToken.None));
        Assert.Null(await Store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "p2"), 1, CancellationToken.None));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_makes_no_version()
    {
        await PutAsync("Patient", "p1", new TestResource("same"));
        Clock.Now += TimeSpan.FromMinutes(1);

        var result = await CommitAsync(Put("Patient", "p1", new TestResource("same")));

        Assert.Equal(WriteOutcome.Unchanged, result.Results[0].Outcome);
        Assert.Equal(1, result.Results[0].Version!.Version);
        Assert.Equal(Clock.Now - TimeSpan.FromMinutes(1), (await ReadAsync("Patient", "p1"))!.LastUpdated);
    }

    [Fact]
    public async Task A_deleted_resource_leaves_a_tombstone_and_can_come_back()
    {
        await PutAsync("Patient", "p1", new TestResource("one").Token(Parameters.Gender, null, "male"));
        var deleted = await CommitAsync(Delete("Patient", "p1"));
        Assert.Equal(WriteOutcome.Deleted, deleted.Results[0].Outcome);
        Assert.Equal(2, deleted.Results[0].Version!.Version);

        var tombstone = await ReadAsync("Patient", "p1");
        Assert.True(tombstone!.IsDeleted);
        Assert.Equal(2, tombstone.Version);
        Assert.Equal(WriteMethod.Delete, tombstone.Method);
        Assert.True(tombstone.Body.Tail.IsEmpty);
        Assert.Equal("", await IdsAsync("Patient", Everything));
        Assert.Equal("", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "male")));

        var again = await CommitAsync(Delete("Patient", "p1"));
        Assert.Equal(WriteOutcome.NothingToDelete, again.Results[0].Outcome);
        Assert.Equal(2, again.Results[0].Version!.Version);

        var back = await CommitAsync(Put("Patient", "p1", new TestResource("one")));
        Assert.Equal(WriteOutcome.Created, back.Results[0].Outcome);
        Assert.Equal(3, back.Results[0].Version!.Version);
        Assert.Equal("p1", await IdsAsync("Patient", Everything));
    }

    [Fact]
    public async Task A_delete_of_what_never_was_does_nothing()
    {
        var result = await CommitAsync(Delete("Patient", "nobody"));

        Assert.Equal(WriteOutcome.NothingToDelete, result.Results[0].Outcome);
        Assert.Null(result.Results[0].Version);
        Assert.Null(await ReadAsync("Patient", "nobody"));
    }

    [Fact]
    public async Task A_resource_that_others_refer_to_but_that_never_was_is_not_there()
    {
        await PutAsync("Observation", "o1", new TestResource().Reference(Parameters.Subject, "Patient", "p9"));

        Assert.Null(await ReadAsync("Patient", "p9"));
        Assert.Equal("", await IdsAsync("Patient", Everything));
        Assert.Equal("", await IdsAsync("Patient", new SearchExpression.IdIn(["p9"])));
        Assert.Equal(0, (await HistoryAsync(new HistoryQuery { Type = "Patient", Id = "p9" })).Total);

        Assert.Equal(1, (await PutAsync("Patient", "p9", new TestResource())).Version);
        Assert.Equal("p9", await IdsAsync("Patient", Everything));
    }

    [Fact]
    public async Task History_is_newest_first_for_one_resource_a_type_and_all()
    {
        await PutAsync("Patient", "p1", new TestResource("1"));
        await PutAsync("Patient", "p2", new TestResource("1"));
        await PutAsync("Group", "g1", new TestResource("1"));
        await PutAsync("Patient", "p1", new TestResource("2"));
        await CommitAsync(Delete("Patient", "p1"));

        Assert.Equal("p1/3 p1/2 p1/1", Versions(await HistoryAsync(new HistoryQuery { Type = "Patient", Id = "p1" })));
        Assert.Equal("p1/3 p1/2 p2/1 p1/1", Versions(await HistoryAsync(new HistoryQuery { Type = "Patient" })));
        Assert.Equal("p1/3 p1/2 g1/1 p2/1 p1/1", Versions(await HistoryAsync(new HistoryQuery())));
        Assert.Equal(5, (await HistoryAsync(new HistoryQuery())).Total);
        Assert.Equal(4, (await HistoryAsync(new HistoryQuery { Type = "Patient" })).Total);
        Assert.Equal(3, (await HistoryAsync(new HistoryQuery { Type = "Patient", Id = "p1" })).Total);
        Assert.Equal("", Versions(await HistoryAsync(new HistoryQuery { Type = "Device" })));
    }

    [Fact]
    public async Task A_history_of_no_versions_tells_how_many_there_are()
    {
        await CommitAsync(Put("Patient", "p1", new TestResource("a")));
        await CommitAsync(Put("Patient", "p1", new TestResource("b")));
        await CommitAsync(Delete("Patient", "p1"));

        var history = await HistoryAsync(new HistoryQuery { Type = "Patient", Count = 0 });
        Assert.Equal(3, history.Total);
        Assert.Empty(history.Versions);
        Assert.Equal(0, (await HistoryAsync(new HistoryQuery { Type = "ValueSet", Count = 0 })).Total);
    }

    [Fact]
    public async Task A_long_history_comes_in_pages_also_while_it_grows()
    {
        for (var i = 1; i <= 25; i++)
            await PutAsync("Patient", "p1", new TestResource($"{i}"));

        var seen = new List<long>();
        var query = new HistoryQuery { Type = "Patient", Id = "p1", Count = 10 };
        for (var page = await HistoryAsync(query); ; page = await HistoryAsync(query))
        {
            seen.AddRange(page.Versions.Select(static version => version.Version));
            await PutAsync("Patient", "p1", new TestResource($"more {seen.Count}"));
            if (page.Next is null)
                break;
            query = query with { Cursor = page.Next };
        }

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(static i => (long)i), seen);
        await Assert.ThrowsAsync<InvalidCursorException>(() => HistoryAsync(new HistoryQuery { Type = "Patient", Cursor = query.Cursor }));
        await Assert.ThrowsAsync<InvalidCursorException>(() => HistoryAsync(query with { Cursor = "nonsense!" }));
    }

    [Fact]
    public async Task History_since_and_at_a_time()
    {
        var start = Clock.Now;
        for (var i = 1; i <= 4; i++)
        {
            await PutAsync("Patient", "p1", new TestResource($"{i}"));
            Clock.Now += TimeSpan.FromHours(1);
        }

        var query = new HistoryQuery { Type = "Patient", Id = "p1" };
        Assert.Equal("p1/4 p1/3", Versions(await HistoryAsync(query with { Since = start.AddHours(2) })));
        Assert.Equal("p1/4", Versions(await HistoryAsync(query with { Since = start.AddHours(2).AddTicks(1) })));
        Assert.Equal("", Versions(await HistoryAsync(query with { Since = start.AddDays(1) })));
        Assert.Equal("p1/2", Versions(await HistoryAsync(query with { At = (start.AddHours(1.2), start.AddHours(1.5)) })));
        Assert.Equal("p1/3 p1/2", Versions(await HistoryAsync(query with { At = (start.AddHours(1.2), start.AddHours(2)) })));
        Assert.Equal("p1/4", Versions(await HistoryAsync(query with { At = (start.AddDays(1), start.AddDays(2)) })));
        Assert.Equal("", Versions(await HistoryAsync(query with { At = (start.AddDays(-2), start.AddDays(-1)) })));
        Assert.Equal(2, (await HistoryAsync(new HistoryQuery { Since = start.AddHours(2) })).Total);
        Assert.Equal("p1/2", Versions(await HistoryAsync(new HistoryQuery { At = (start.AddHours(1.5), start.AddHours(1.5)) })));
    }

    [Fact]
    public async Task Time_never_falls_even_if_the_clock_is_set_back()
    {
        var first = await PutAsync("Patient", "p1", new TestResource("1"));
        Clock.Now -= TimeSpan.FromHours(3);
        var second = await PutAsync("Patient", "p1", new TestResource("2"));
        await ReopenAsync();
        var third = await PutAsync("Patient", "p1", new TestResource("3"));

        Assert.Equal(first.LastUpdated, second.LastUpdated);
        Assert.Equal(first.LastUpdated, third.LastUpdated);
    }

    [Fact]
    public async Task Times_have_milliseconds()
    {
        Clock.Now = Clock.Now.AddTicks(12_345_678);

        var written = await PutAsync("Patient", "p1", new TestResource());

        Assert.Equal(234, written.LastUpdated.Millisecond);
        Assert.Equal(0, written.LastUpdated.Ticks % TimeSpan.TicksPerMillisecond);
        Assert.Equal(written.LastUpdated, (await ReadAsync("Patient", "p1"))!.LastUpdated);
    }

    [Fact]
    public async Task All_is_there_after_reopening()
    {
        await PutAsync("Patient", "p1", new TestResource("1").Token(Parameters.Gender, "http://x", "male", "Male"));
        await PutAsync("Patient", "p1", new TestResource("2").Token(Parameters.Gender, "http://x", "female", "Female"));
        await CommitAsync(Put("Patient", "p2", new TestResource("1")), Delete("Patient", "p3"));
        await ReopenAsync();

        Assert.Equal(2, (await ReadAsync("Patient", "p1"))!.Version);
        Assert.Equal("p1", await IdsAsync(Parameters.Gender, new TokenPredicate("http://x", "female")));
        Assert.Equal("p2", (await PutAsync("Patient", "p2", new TestResource("2"))).Key.Id);
        Assert.Equal(3, (await PutAsync("Patient", "p1", new TestResource("3"))).Version);
        Assert.Equal("p1/3 p2/2 p2/1 p1/2 p1/1", Versions(await HistoryAsync(new HistoryQuery())));
    }

    [Fact]
    public async Task Resources_are_counted_by_type()
    {
        await CommitAsync(Put("Patient", "p1", new TestResource()), Put("Patient", "p2", new TestResource()), Put("Group", "g1", new TestResource()));
        await CommitAsync(Delete("Patient", "p1"));
        await PutAsync("Patient", "p2", new TestResource("2"));

        var counts = await Store.CountAsync(AccessScope.Full, CancellationToken.None);

        Assert.Equal([new("Group", 1), new("Patient", 1)], counts.OrderBy(static count => count.Key, StringComparer.Ordinal));
    }

    private protected Task<HistoryPage> HistoryAsync(HistoryQuery query) => Store.HistoryAsync(AccessScope.Full, query, CancellationToken.None);

    private static string Versions(HistoryPage page) =>
        string.Join(' ', page.Versions.Select(static version => $"{version.Key.Id}/{version.Version}"));

    [Fact]
    public async Task A_read_never_gives_less_than_the_last_acknowledged_version()
    {
        const int Versions = 300;
        var acknowledged = new long[4];
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, acknowledged.Length).Select(n => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var known = Volatile.Read(ref acknowledged[n]);
                var read = await ReadAsync("Patient", $"p{n}");
                Assert.True((read?.Version ?? 0) >= known, $"Version {known} was acknowledged, {read?.Version} was read.");
                await Task.Yield();
            }
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, acknowledged.Length).Select(n => Task.Run(async () =>
        {
            for (var i = 1; i <= Versions; i++)
            {
                var written = await PutAsync("Patient", $"p{n}", new TestResource($"{i}"));
                Volatile.Write(ref acknowledged[n], written.Version);
            }
        })));
        await end.CancelAsync();
        await Task.WhenAll(readers);

        Assert.Equal(Versions, (await ReadAsync("Patient", "p0"))!.Version);
    }
}
