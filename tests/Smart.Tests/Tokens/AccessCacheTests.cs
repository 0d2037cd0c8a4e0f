// What a token stands for is kept, and never longer than the records say.

using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class AccessCacheTests
{
    [Fact]
    public async Task A_token_that_is_used_again_is_read_once()
    {
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        var first = await smart.Grants.FindAsync(token, default);
        Assert.NotNull(first);
        Assert.Same(first, await smart.Grants.FindAsync(token, default));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 77, 94)]
    public async Task It_is_over_when_its_time_is()
    {
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        Assert.NotNull(await smart.Grants.FindAsync(token, default));
        shared.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await smart.Grants.FindAsync(token, default));
        shared.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await smart.Grants.FindAsync(token, default));
    }

    public static TheoryData<string, Func<SmartState, Task>> Ends => new()
    {
        { "the grant ends", static async state => await ChangeAsync(state.Grants, "g", static grant => grant with { Ended = new GrantEnd(default, "revoked") }) },
        { "the account is disabled", static async state => await ChangeAsync(state.Accounts, "a", static account => account with { IsDisabled = true }) },
        { "the client is disabled", static async state => await ChangeAsync(state.Clients, "c", static client => client with { Status = ClientStatus.Disabled }) },
        { "the session has another stamp", static async state => await ChangeAsync(state.Sessions, "s", static session => session with { SecurityStamp = "2" }) },
        { "the session is gone", static state => state.Sessions.RemoveAsync("s", default) },
        { "the account is gone", static state => state.Accounts.RemoveAsync("a", default) },
        { "the client is gone", static state => state.Clients.RemoveAsync("c", default) },
        { "the grant is gone", static state => state.Grants.RemoveAsync("g", default) },
        { "the account has another stamp", static async state => await ChangeAsync(state.Accounts, "a", static account => account with { SecurityStamp = "2" }) },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task It_is_over_at_once_when(string what, Func<SmartState, Task> end)
    {
        Assert.NotEmpty(what);
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        Assert.NotNull(await smart.Grants.FindAsync(token, default));

        // By another server over the same store.
        await end(shared.Start().State);
        Assert.Null(await smart.Grants.FindAsync(token, default));
    }

    [Fact]
    public async Task What_changes_is_seen_with_the_next_request()
    {
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        Assert.Equal("Practitioner/1", (await smart.Grants.FindAsync(token, default))!.Account!.FhirUser);
        await ChangeAsync(smart.State.Accounts, "a", static account => account with { FhirUser = "Practitioner/2" });
        Assert.Equal("Practitioner/2", (await smart.Grants.FindAsync(token, default))!.Account!.FhirUser);
    }

    [Fact]
    public async Task A_write_between_the_reading_and_the_keeping_counts()
    {
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        var hash = Secret.HashOf(token);
        var access = (await smart.Grants.FindAsync(token, default))!;
        var cache = new AccessCache(shared.Store);
        var mark = cache.MarkOf("grant", "g");
        await smart.Grants.EndAsync("g", "revoked", default);
        cache.Keep(hash, access, this, [mark]);
        Assert.Null(cache.Find(hash, this, shared.Time.Now));
    }

    [Fact]
    public async Task It_forgets_all_when_it_is_full_and_what_the_scopes_were_read_by_has_changed()
    {
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        var access = (await smart.Grants.FindAsync(token, default))!;
        var cache = new AccessCache(shared.Store);
        cache.Keep("first", access, this, [cache.MarkOf("grant", "g")]);
        Assert.NotNull(cache.Find("first", this, shared.Time.Now));
        Assert.Null(cache.Find("first", new object(), shared.Time.Now));
        for (var i = 0; i < 50_001; i++)
            cache.Keep($"t{i}", access, this, [cache.MarkOf("access-token", $"t{i}")]);
        Assert.Null(cache.Find("first", this, shared.Time.Now));
        Assert.NotNull(cache.Find("t50000", this, shared.Time.Now));
    }

    [Fact]
    public async Task Of_many_who_ask_while_it_is_revoked_none_is_let_in_afterwards()
    {
        await using var shared = new SharedStore();
        var (smart, token) = await IssueAsync(shared);
        var ended = false;
        var asking = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var wasEnded = Volatile.Read(ref ended);
                if (await smart.Grants.FindAsync(token, default) is null)
                    return true;
                if (wasEnded)
                    return false;
            }
        })).ToList();
        await smart.Grants.EndAsync("g", "revoked", default);
        Volatile.Write(ref ended, true);
        Assert.DoesNotContain(false, await Task.WhenAll(asking));
    }

    private static async Task<(SmartService Smart, string Token)> IssueAsync(SharedStore shared)
    {
        var smart = shared.Start();
        var state = smart.State;
        await state.Clients.AddAsync("c", new Client { Id = "c", Name = "C", Status = ClientStatus.Active });
        await state.Accounts.AddAsync("a", new Account { Id = "a", UserName = "a", FhirUser = "Practitioner/1", SecurityStamp = "1" });
        await state.Sessions.AddAsync("s", new Session { AccountId = "a", SecurityStamp = "1" }, "a");
        await state.Grants.AddAsync("g", new Grant { ClientId = "c", AccountId = "a", Scope = "user/*.rs", SessionId = "s" }, "a");
        return (smart, await smart.Grants.IssueAsync("g", "user/*.rs", TimeSpan.FromMinutes(10), false, default));
    }

    private static async Task ChangeAsync<T>(StateSet<T> records, string id, Func<T, T> change)
        where T : class
    {
        var kept = (await records.FindAsync(id, default))!;
        Assert.NotNull(await records.PutAsync(kept with { Value = change(kept.Value) }, default));
    }
}
