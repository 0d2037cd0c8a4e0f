// The contract of the state store. Every store has a test class that inherits these tests and opens the store.

using System.Collections.Concurrent;
using System.Text;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>What every state store does.</summary>
public abstract class StateStoreContract : IAsyncLifetime
{
    private const string Kind = "grant";
    private const int Writers = 16;

    private protected SettableClock Clock { get; } = new();

    private protected IStateStore Store { get; private set; } = null!;

    /// <summary>Opens the store of this test; a second time after <see cref="ReopenAsync"/>.</summary>
    protected abstract Task<IStateStore> OpenAsync(TimeProvider clock);

    /// <summary>Closes it.</summary>
    protected abstract Task CloseAsync();

    /// <summary>Removes what the test left.</summary>
    protected abstract Task RemoveAsync();

    public async Task InitializeAsync() => Store = await OpenAsync(Clock);

    public async Task DisposeAsync()
    {
        await CloseAsync();
        await RemoveAsync();
    }

    private protected async Task ReopenAsync()
    {
        await CloseAsync();
        Store = await OpenAsync(Clock);
    }

    [Fact]
    public async Task A_record_is_found_as_it_was_written_and_after_a_restart_too()
    {
        var written = await PutAsync("a", "one", expected: 0, owner: "ming", expires: Clock.Now.AddHours(1));
        Assert.True(written!.Version > 0);
        await ReopenAsync();
        var found = await Store.FindAsync(Kind, "a", default);
        Assert.Equal(("a", "one", "ming", Clock.Now.AddHours(1), written.Version), (found!.Id, Text(found), found.Owner, found.Expires, found.Version));
        Assert.Null(await Store.FindAsync("token", "a", default));
        Assert.Null(await Store.FindAsync(Kind, "A", default));
    }

    [Fact]
    public async Task A_write_that_expects_another_version_writes_nothing()
    {
        var first = await PutAsync("a", "one", expected: 0);
        Assert.Null(await PutAsync("a", "two", expected: 0));
        var second = await PutAsync("a", "two", expected: first!.Version);
        Assert.NotEqual(first.Version, second!.Version);
        Assert.Null(await PutAsync("a", "three", expected: first.Version));
        Assert.Equal("two", Text(await Store.FindAsync(Kind, "a", default)));
        Assert.Null(await PutAsync("b", "one", expected: first.Version));
        Assert.Null(await Store.FindAsync(Kind, "b", default));
        Assert.NotNull(await PutAsync("a", "four", expected: null));
        Assert.NotNull(await PutAsync("b", "one", expected: null));
    }

    [Fact]
    public async Task A_removal_that_expects_another_version_removes_nothing()
    {
        var first = await PutAsync("a", "one", expected: 0);
        var second = await PutAsync("a", "two", expected: first!.Version);
        Assert.False(await Store.RemoveAsync(Kind, "a", first.Version, default));
        Assert.NotNull(await Store.FindAsync(Kind, "a", default));
        Assert.True(await Store.RemoveAsync(Kind, "a", second!.Version, default));
        Assert.False(await Store.RemoveAsync(Kind, "a", null, default));
        Assert.Null(await Store.FindAsync(Kind, "a", default));
    }

    [Fact]
    public async Task A_record_that_was_removed_and_made_anew_never_has_a_version_of_before()
    {
        var seen = new HashSet<long>();
        for (var i = 0; i < 100; i++)
        {
            Assert.True(seen.Add((await PutAsync("a", "one", expected: 0))!.Version));
            if (i % 10 == 0)
                await ReopenAsync();
            Assert.True(await Store.RemoveAsync(Kind, "a", null, default));
        }

        await PutAsync("a", "one", expected: 0);
        foreach (var version in seen)
            Assert.False(await Store.RemoveAsync(Kind, "a", version, default));
    }

    [Fact]
    public async Task Of_racing_writers_that_expect_the_same_version_exactly_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = $"{round}";
            Assert.Equal(1, await RaceAsync(async writer => await PutAsync(id, $"made by {writer}", expected: 0) is not null));
            var made = await Store.FindAsync(Kind, id, default);
            Assert.Equal(1, await RaceAsync(async writer => await PutAsync(id, $"changed by {writer}", expected: made!.Version) is not null));
            var changed = await Store.FindAsync(Kind, id, default);
            Assert.StartsWith("changed", Text(changed), StringComparison.Ordinal);
            Assert.Equal(1, await RaceAsync(async _ => await Store.RemoveAsync(Kind, id, changed!.Version, default)));
            Assert.Null(await Store.FindAsync(Kind, id, default));
        }
    }

    [Fact]
    public async Task Racing_writers_that_try_until_they_succeed_lose_nothing()
    {
        await PutAsync("count", "0", expected: 0);
        await RaceAsync(async _ =>
        {
            for (var i = 0; i < 20;)
            {
                var found = await Store.FindAsync(Kind, "count", default);
                if (await PutAsync("count", $"{int.Parse(Text(found)) + 1}", found!.Version) is not null)
                    i++;
            }

            return true;
        });
        Assert.Equal($"{Writers * 20}", Text(await Store.FindAsync(Kind, "count", default)));
    }

    [Fact]
    public async Task A_record_whose_time_is_over_is_none()
    {
        var first = await PutAsync("a", "one", expected: 0, expires: Clock.Now.AddMinutes(1));
        await PutAsync("b", "one", expected: 0, expires: Clock.Now.AddMinutes(2));
        Clock.Now = Clock.Now.AddSeconds(60);
        Assert.Null(await Store.FindAsync(Kind, "a", default));
        Assert.Equal("b", Ids(await Store.ListAsync(new StateQuery(Kind), default)));
        Assert.False(await Store.RemoveAsync(Kind, "a", first!.Version, default));
        Assert.Null(await PutAsync("a", "two", expected: first.Version));
        var second = await PutAsync("a", "two", expected: 0);
        Assert.NotNull(second);
        Assert.NotEqual(first.Version, second.Version);
        Assert.Equal("two", Text(await Store.FindAsync(Kind, "a", default)));
    }

    [Fact]
    public async Task Records_whose_time_is_over_are_removed_in_steps()
    {
        for (var i = 0; i < 10; i++)
            await PutAsync($"{i}", "one", expected: 0, expires: Clock.Now.AddMinutes(i));
        await PutAsync("ever", "one", expected: 0);
        Clock.Now = Clock.Now.AddMinutes(6);
        Assert.Equal(4, await Store.RemoveExpiredAsync(4, default));
        Assert.Equal(3, await Store.RemoveExpiredAsync(4, default));
        Assert.Equal(0, await Store.RemoveExpiredAsync(4, default));
        Assert.Equal("7 8 9 ever", Ids(await Store.ListAsync(new StateQuery(Kind), default)));
    }

    [Fact]
    public async Task Records_are_listed_by_kind_and_owner_in_the_order_of_their_ids_page_by_page()
    {
        var ids = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            ids.Add($"{(char)('a' + (i * 7 % 25))}{(i % 2 == 0 ? "" : "中")}");
            await PutAsync(ids[^1], "one", expected: 0, owner: i % 3 == 0 ? "ming" : "hua");
        }

        await Store.PutAsync(new StateRecord("token", "a", "1"u8.ToArray()) { Owner = "ming" }, 0, default);
        Assert.Equal(string.Join(' ', ids.Order(StringComparer.Ordinal)), await PagedAsync(null));
        Assert.Equal(string.Join(' ', ids.Where(static (_, i) => i % 3 == 0).Order(StringComparer.Ordinal)), await PagedAsync("ming"));
        Assert.Equal("", await PagedAsync("ling"));

        // With its owner changed it is the other's.
        var found = await Store.FindAsync(Kind, ids[0], default);
        await Store.PutAsync(found! with { Owner = "ling" }, found!.Version, default);
        Assert.Equal(ids[0], await PagedAsync("ling"));
        Assert.DoesNotContain(ids[0], (await PagedAsync("ming")).Split(' '));
    }

    [Fact]
    public async Task Observers_hear_of_a_write_before_its_writer_goes_on()
    {
        var heard = new ConcurrentQueue<string>();
        Store.Observe((kind, id) => heard.Enqueue($"{kind}/{id}"));
        var first = await PutAsync("a", "one", expected: 0);
        Assert.Equal(["grant/a"], heard);
        await PutAsync("b", "one", expected: 0);
        await Store.RemoveAsync(Kind, "a", first!.Version, default);
        Assert.Equal(["grant/a", "grant/b", "grant/a"], heard);
    }

    private Task<StateRecord?> PutAsync(string id, string text, long? expected, string owner = "", DateTimeOffset? expires = null) =>
        Store.PutAsync(new StateRecord(Kind, id, Encoding.UTF8.GetBytes(text)) { Owner = owner, Expires = expires }, expected, default);

    private async Task<string> PagedAsync(string? owner)
    {
        var ids = new List<string>();
        for (var after = ""; ;)
        {
            var page = await Store.ListAsync(new StateQuery(Kind) { Owner = owner, After = after, Count = 4 }, default);
            ids.AddRange(page.Select(static record => record.Id));
            if (page.Count < 4)
                return string.Join(' ', ids);
            after = page[^1].Id;
        }
    }

    // How many of the writers succeeded.
    private static async Task<int> RaceAsync(Func<int, Task<bool>> write)
    {
        using var start = new SemaphoreSlim(0);
        var racers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            await start.WaitAsync();
            return await write(writer);
        })).ToList();
        start.Release(Writers);
        return (await Task.WhenAll(racers)).Count(static won => won);
    }

    private static string Text(StateRecord? record) => Encoding.UTF8.GetString(record!.Body.Span);

    private static string Ids(IEnumerable<StateRecord> records) => string.Join(' ', records.Select(static record => record.Id));
}
