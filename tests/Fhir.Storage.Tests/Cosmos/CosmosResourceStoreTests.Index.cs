// What becomes of index entries on Cosmos, also where several servers have one database.

using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed partial class CosmosResourceStoreTests
{
    private static readonly TokenPredicate s_isRed = new(null, "red");

    [Fact]
    public async Task Documents_that_disagree_with_their_bodies_are_found()
    {
        await PutAsync("Patient", "p1", new TestResource("1").Token(Parameters.Gender, null, "male"));
        await VerifyAsync();
        Definitions.ChangeExtraction(static code => code?.ToUpperInvariant());

        var problems = await ((CosmosResourceStore)Store).VerifyAsync(CancellationToken.None);

        Assert.Equal(["Patient/p1 has other entries of Patient.gender than its body."], problems);
    }

    [Fact]
    public async Task A_write_by_a_program_that_extracts_otherwise_asks_for_a_reindex_on_all_servers()
    {
        await PutAsync("Patient", "p1", new TestResource().Token(Parameters.Gender, null, "male"));
        var old = Store;
        Definitions.ChangeExtraction(static code => code?.ToUpperInvariant());
        await using var renewed = await OpenAsync(Clock);
        Assert.True(renewed.NeedsReindex);
        await renewed.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);
        Assert.False(renewed.NeedsReindex);

        Assert.Equal(CommitFailure.None, (await old.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [Put("Patient", "p2", new TestResource())] }, CancellationToken.None)).Failure);

        await renewed.ReadAsync(AccessScope.Full, new ResourceKey("Patient", "p2"), CancellationToken.None);
        Assert.True(renewed.NeedsReindex);
    }

    [Fact]
    public async Task A_server_that_was_not_told_of_a_new_parameter_commits_nothing_until_it_is()
    {
        await using var other = await OpenAsync(Clock);
        await other.DeclareAsync(Definitions.Set(), CancellationToken.None);
        Assert.Equal([Parameters.Colour.IndexKey], await Store.DeclareAsync(Definitions.Set(Parameters.Colour), CancellationToken.None));
        var write = new ResourceTransaction { Writes = [Put("Patient", "p1", RedPatient())] };

        await Assert.ThrowsAsync<StoreBusyException>(() => other.CommitAsync(AccessScope.Full, write, CancellationToken.None));
        Assert.Null(await ReadAsync("Patient", "p1"));

        await other.DeclareAsync(Definitions.Set(Parameters.Colour), CancellationToken.None);
        Assert.Equal(CommitFailure.None, (await other.CommitAsync(AccessScope.Full, write, CancellationToken.None)).Failure);
        Assert.Equal("p1", await IdsAsync(Parameters.Colour, s_isRed));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_second_server_waits_with_its_reindex_until_the_first_one_is_ready()
    {
        await CommitAsync([.. Enumerable.Range(0, 250).Select(static i => Put("Patient", $"p{i:000}", RedPatient($"{i}")))]);
        await Store.DeclareAsync(Definitions.Set(Parameters.Colour), CancellationToken.None);
        await using var other = await OpenAsync(Clock);
        await other.DeclareAsync(Definitions.Set(Parameters.Colour), CancellationToken.None);
        Task? second = null;
        var overtaken = false;
        var progress = new Steps(step =>
        {
            second ??= Task.Run(() => other.ReindexAsync(ReindexRequest.All, null, CancellationToken.None));
            overtaken |= second.IsCompleted;
        });

        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), progress, CancellationToken.None);

        Assert.False(overtaken);
        await second!;
        var query = Query("Patient", new SearchExpression.Parameter(Parameters.Colour, s_isRed)) with { Total = TotalMode.Accurate, Count = 0 };
        Assert.Equal(250, (await SearchAsync(query)).Total);
        await VerifyAsync();
    }

    [Fact]
    public async Task A_commit_that_was_prepared_before_a_reindex_began_is_found_after_its_end()
    {
        await PutAsync("Patient", "p1", new TestResource().Token(Parameters.Gender, null, "male"));
        Definitions.ChangeExtraction(static code => code?.ToUpperInvariant());
        await ReopenAsync();
        await Store.ReindexAsync(ReindexRequest.All, new Steps(step => Task.Run(() => PutAsync("Patient", $"n{step.Done}{step.IsSweeping}", new TestResource().Token(Parameters.Gender, null, "male"))).GetAwaiter().GetResult()), CancellationToken.None);

        Assert.Equal("p1 n0False n1False n1True", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "MALE")));
        await VerifyAsync();
        await Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);
        Assert.Equal("p1 n0False n1False n1True", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "MALE")));
        await VerifyAsync();
    }

    [Fact]
    public async Task Entries_that_a_reindex_replaced_are_removed_when_nobody_can_be_searching_by_them()
    {
        await CommitAsync(Put("Patient", "p1", new TestResource("1").Token(Parameters.Gender, null, "male")), Put("Patient", "p2", new TestResource("2")));
        await Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);
        var store = (CosmosResourceStore)Store;
        Assert.Equal(0, await store.SweepAsync(CancellationToken.None));

        Clock.Now += TimeSpan.FromHours(3);

        Assert.Equal(2, await store.SweepAsync(CancellationToken.None));
        Assert.Equal(0, await store.SweepAsync(CancellationToken.None));
        Assert.Equal("p1", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "male")));
        await VerifyAsync();
        await Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);
        Assert.Equal("p1", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "male")));
        await VerifyAsync();
    }

    private static TestResource RedPatient(string text = "") => new TestResource(text).Token(Parameters.Colour, null, "red");

    // Told at once, unlike Progress<T>, which tells on another thread.
    private sealed class Steps(Action<ReindexProgress> told) : IProgress<ReindexProgress>
    {
        public void Report(ReindexProgress value) => told(value);
    }
}
