// Added search parameters and reindexing.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private static readonly TokenPredicate s_red = new(null, "red");

    [Fact]
    public async Task An_added_parameter_waits_until_older_resources_are_indexed_for_it()
    {
        await PutAsync("Patient", "old", Red());
        Assert.Empty(await DeclareAsync(Parameters.Colour));
        await PutAsync("Patient", "new", Red());

        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), null, CancellationToken.None);

        Assert.Equal([Parameters.Colour.IndexKey], await DeclareAsync(Parameters.Colour));
        Assert.Equal("old new", await IdsAsync(Parameters.Colour, s_red));
        Assert.Equal("", await IdsAsync("Patient", new SearchExpression.Missing(Parameters.Colour)));
        await VerifyAsync();
        await ReopenAsync();
        Assert.Equal([Parameters.Colour.IndexKey], await DeclareAsync(Parameters.Colour));
        Assert.Equal("old new", await IdsAsync(Parameters.Colour, s_red));
    }

    [Fact]
    public async Task A_parameter_of_a_type_without_resources_waits_for_nothing()
    {
        await PutAsync("Organization", "o1", new TestResource());
        Assert.Equal([Parameters.Colour.IndexKey], await DeclareAsync(Parameters.Colour));
        await PutAsync("Patient", "p1", Red());

        Assert.Equal("p1", await IdsAsync(Parameters.Colour, s_red));
        await VerifyAsync();
    }

    [Fact]
    public async Task Values_of_every_type_are_found_after_a_reindex()
    {
        await PutAsync("Organization", "o1", new TestResource());
        await PutAsync("Patient", "p1", Red()
            .String(Parameters.Motto, "Festina lente").Date(Parameters.Seen, "2024-02-03").Number(Parameters.Score, 7).Reference(Parameters.Keeper, "Organization", "o1"));
        await PutAsync("Patient", "p2", new TestResource());
        await DeclareAsync([.. Parameters.Added]);
        await Store.ReindexAsync(new ReindexRequest([.. Parameters.Added.Select(p => p.IndexKey)]), null, CancellationToken.None);

        Assert.Equal(Parameters.Added.Count, (await DeclareAsync([.. Parameters.Added])).Count);
        Assert.Equal("p1", await IdsAsync(Parameters.Motto, new StringPredicate(StringMatch.StartsWith, "festina")));
        Assert.Equal("p1", await IdsAsync("Patient", new SearchExpression.Not(new SearchExpression.Missing(Parameters.Seen))));
        Assert.Equal("p1", await IdsAsync("Patient", new SearchExpression.Not(new SearchExpression.Missing(Parameters.Score))));
        Assert.Equal("p1", await IdsAsync(Parameters.Keeper, new ReferencePredicate("Organization", "o1", null)));
        await VerifyAsync();
    }

    [Fact]
    public async Task An_interrupted_reindex_goes_on_where_it_stopped()
    {
        await SeedRedAsync(900);
        await DeclareAsync(Parameters.Colour);
        var request = new ReindexRequest([Parameters.Colour.IndexKey]);
        using (var stop = new CancellationTokenSource())
        {
            var interrupt = new StepProgress(step =>
            {
                if (step.Done > 0)
                    stop.Cancel();
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReindexAsync(request, interrupt, stop.Token));
        }

        await ReopenAsync();
        Assert.Empty(await DeclareAsync(Parameters.Colour));
        var interrupted = await Store.FindReindexAsync(CancellationToken.None);
        Assert.True(interrupted?.IsSameAs(request));
        var steps = new List<ReindexProgress>();
        await Store.ReindexAsync(interrupted!, new StepProgress(steps.Add), CancellationToken.None);

        Assert.InRange(steps[0].Done, 1, 899);
        Assert.Equal(900, steps[^1].Done);
        Assert.Null(await Store.FindReindexAsync(CancellationToken.None));
        Assert.Single(await DeclareAsync(Parameters.Colour));
        Assert.Equal(900, await TotalAsync(Parameters.Colour, s_red));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_reindex_that_has_only_to_tidy_up_can_not_be_interrupted_any_more()
    {
        await SeedRedAsync(10);
        await DeclareAsync(Parameters.Colour);
        using var stop = new CancellationTokenSource();
        var interrupt = new StepProgress(step =>
        {
            if (step.IsSweeping)
                stop.Cancel();
        });

        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), interrupt, stop.Token);

        Assert.True(stop.IsCancellationRequested);
        Assert.Single(await DeclareAsync(Parameters.Colour));
        Assert.Equal(10, await TotalAsync(Parameters.Colour, s_red));
        await VerifyAsync();
    }

    [Fact]
    public async Task Writes_during_a_reindex_are_found_by_what_they_hold_last()
    {
        await SeedRedAsync(800);
        await DeclareAsync(Parameters.Colour);
        var reindex = Task.Run(() => Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), null, CancellationToken.None));
        for (var i = 0; i < 800; i += 4)
        {
            await CommitAsync(
                Delete("Patient", $"p{i:000}"),
                Put("Patient", $"p{i + 1:000}", new TestResource("now blue").Token(Parameters.Colour, null, "blue")),
                Put("Patient", $"p{i + 2:000}", new TestResource("still red").Token(Parameters.Colour, null, "red")),
                Put("Patient", $"n{i:000}", Red()));
        }

        await reindex;
        Assert.Equal(200 + 200 + 200, await TotalAsync(Parameters.Colour, s_red));
        Assert.Equal(200, await TotalAsync(Parameters.Colour, new TokenPredicate(null, "blue")));
        await VerifyAsync();
    }

    [Fact]
    public async Task Resources_prepared_under_older_definitions_are_indexed_by_the_current_ones()
    {
        await PutAsync("Patient", "p1", new TestResource());
        var prepared = Put("Patient", "p2", Red());
        await DeclareAsync(Parameters.Colour);
        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), null, CancellationToken.None);

        // It was extracted before the parameter was there.
        await CommitAsync(prepared with { Resource = prepared.Resource with { Entries = [] } });

        Assert.Equal("p2", await IdsAsync(Parameters.Colour, s_red));
        await VerifyAsync();
    }

    [Fact]
    public async Task Values_of_a_parameter_that_is_gone_never_come_back()
    {
        await SeedRedAsync(10);
        await DeclareAsync(Parameters.Colour);
        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), null, CancellationToken.None);
        await DeclareAsync();
        await PutAsync("Patient", "p000", new TestResource("no colour"));
        await VerifyAsync();

        Assert.Empty(await DeclareAsync(Parameters.Colour));
        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), null, CancellationToken.None);

        Assert.Equal(9, await TotalAsync(Parameters.Colour, s_red));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_change_of_extraction_is_noticed_and_a_reindex_of_all_goes_by_it()
    {
        await PutAsync("Patient", "p1", new TestResource().Token(Parameters.Gender, "urn:g", "male").String(Parameters.Name, "Wang"));
        Assert.False(Store.NeedsReindex);
        Definitions.ChangeExtraction(static code => code?.ToUpperInvariant());
        await ReopenAsync();
        Assert.True(Store.NeedsReindex);
        Assert.Equal("p1", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "male")));

        await Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);

        Assert.False(Store.NeedsReindex);
        Assert.Equal("", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "male")));
        Assert.Equal("p1", await IdsAsync(Parameters.Gender, new TokenPredicate(null, "MALE")));
        Assert.Equal("p1", await IdsAsync(Parameters.Name, new StringPredicate(StringMatch.StartsWith, "wang")));
        await VerifyAsync();
        await ReopenAsync();
        Assert.False(Store.NeedsReindex);
    }

    [Fact]
    public async Task Searches_answer_the_same_while_all_is_indexed_anew()
    {
        await CommitAsync([.. Enumerable.Range(0, 900).Select(i => Put("Patient", $"p{i:000}", new TestResource($"{i}").Token(Parameters.Gender, null, i % 3 == 0 ? "male" : "female")))]);
        var reindex = Task.Run(() => Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None));
        do
        {
            Assert.Equal(300, await TotalAsync(Parameters.Gender, new TokenPredicate(null, "male")));
        }
        while (!reindex.IsCompleted);

        await reindex;
        Assert.Equal(300, await TotalAsync(Parameters.Gender, new TokenPredicate(null, "male")));
        await VerifyAsync();
    }

    [Fact]
    public async Task Contained_resources_are_indexed_for_added_parameters_too()
    {
        await SeedContainedAsync();
        await PutAsync("Observation", "ored", new TestResource("contains red").Reference(Parameters.Subject, "Patient", "own")
            .Contain("Patient", "p", new TokenEntry(Parameters.Colour, null, "red")).With(new ReferenceEntry(Parameters.Subject, null, null, "#p")));
        Assert.Empty(await DeclareAsync(Parameters.Colour));
        await Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), null, CancellationToken.None);

        var ofRed = new SearchExpression.Chain(Parameters.Subject, ["Patient"], new SearchExpression.Parameter(Parameters.Colour, s_red));
        Assert.Equal("ored", await IdsAsync("Observation", ofRed));
        await VerifyAsync();
        await Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);
        Assert.Equal("ored", await IdsAsync("Observation", ofRed));
        Assert.Equal("own inside", await IdsAsync("Patient", new SearchExpression.Chain(Parameters.Organization, ["Organization"], s_acme)));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_reindex_that_is_given_up_leaves_nothing()
    {
        await SeedRedAsync(500);
        await DeclareAsync(Parameters.Colour);
        using var stop = new CancellationTokenSource();
        var interrupt = new StepProgress(step =>
        {
            if (step.Done > 0)
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReindexAsync(new ReindexRequest([Parameters.Colour.IndexKey]), interrupt, stop.Token));

        await Store.AbandonReindexAsync(CancellationToken.None);

        Assert.Null(await Store.FindReindexAsync(CancellationToken.None));
        Assert.Empty(await DeclareAsync(Parameters.Colour));
        await VerifyAsync();
    }

    [Fact]
    public async Task References_stay_enforced_when_the_only_parameter_that_finds_them_goes()
    {
        await PutAsync("Organization", "o1", new TestResource());
        await DeclareAsync(Parameters.Keeper);
        await PutAsync("Patient", "p1", new TestResource("kept").Reference(Parameters.Keeper, "Organization", "o1"));
        await DeclareAsync();
        await Store.ReindexAsync(ReindexRequest.All, null, CancellationToken.None);

        var refused = await CommitAsync(new ResourceTransaction { Writes = [Delete("Organization", "o1")], EnforceReferences = true });
        Assert.Equal(CommitFailure.StillReferenced, refused.Failure);

        await CommitAsync(Delete("Patient", "p1"));
        Assert.Equal(CommitFailure.None, (await CommitAsync(new ResourceTransaction { Writes = [Delete("Organization", "o1")], EnforceReferences = true })).Failure);
    }

    private static TestResource Red() => new TestResource("red").Token(Parameters.Colour, null, "red");

    private Task<IReadOnlySet<string>> DeclareAsync(params SearchParameter[] added) => Store.DeclareAsync(Definitions.Set(added), CancellationToken.None);

    private Task<CommitResult> SeedRedAsync(int count) =>
        CommitAsync([.. Enumerable.Range(0, count).Select(i => Put("Patient", $"p{i:000}", new TestResource($"{i}").Token(Parameters.Colour, null, "red")))]);

    private async Task<long?> TotalAsync(SearchParameter parameter, SearchPredicate predicate) =>
        (await SearchAsync(Query("Patient", new SearchExpression.Parameter(parameter, predicate)) with { Total = TotalMode.Accurate, Count = 0 })).Total;

    // Told at once, unlike Progress<T>, which tells on another thread.
    private sealed class StepProgress(Action<ReindexProgress> told) : IProgress<ReindexProgress>
    {
        public void Report(ReindexProgress value) => told(value);
    }
}
