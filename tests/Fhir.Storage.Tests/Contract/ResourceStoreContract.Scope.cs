// Access scope: what it does not grant does not exist, on any way to it.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task What_the_scope_does_not_grant_does_not_exist()
    {
        await SeedAsync();
        var scope = new CompartmentScope("p1");
        async Task<string> FindAsync(SearchQuery query) => Ids(await Store.SearchAsync(scope, query, CancellationToken.None));

        Assert.NotNull(await Store.ReadAsync(scope, new ResourceKey("Patient", "p1"), CancellationToken.None));
        Assert.Null(await Store.ReadAsync(scope, new ResourceKey("Patient", "p2"), CancellationToken.None));
        Assert.Null(await Store.ReadVersionAsync(scope, new ResourceKey("Patient", "p2"), 1, CancellationToken.None));
        Assert.NotNull(await Store.ReadAsync(scope, new ResourceKey("Observation", "o1"), CancellationToken.None));
        Assert.Null(await Store.ReadAsync(scope, new ResourceKey("Observation", "o2"), CancellationToken.None));
        Assert.Null(await Store.ReadAsync(scope, new ResourceKey("Organization", "org1"), CancellationToken.None));
        Assert.Equal("p1", await FindAsync(Query("Patient", Everything)));
        Assert.Equal("p1", await FindAsync(Query("Patient", s_male)));
        Assert.Equal("o1", await FindAsync(Query("Observation", Everything)));
        Assert.Equal("p1 o1", await FindAsync(new SearchQuery { ResourceTypes = ["Patient", "Organization", "Observation"], Expression = Everything }));
        Assert.Equal(1, (await Store.SearchAsync(scope, Query("Patient", Everything) with { Count = 0 }, CancellationToken.None)).Total);
        Assert.Equal([new("Observation", 1), new("Patient", 1)], (await Store.CountAsync(scope, CancellationToken.None)).OrderBy(static count => count.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Chains_and_includes_do_not_see_past_the_scope()
    {
        await SeedAsync();
        var scope = new CompartmentScope("p1");
        var acme = new SearchExpression.Parameter(Parameters.OrganizationName, new StringPredicate(StringMatch.StartsWith, "acme"));
        async Task<SearchPage> FindAsync(SearchQuery query) => await Store.SearchAsync(scope, query, CancellationToken.None);

        Assert.Empty((await FindAsync(Query("Patient", new SearchExpression.Chain(Parameters.Organization, ["Organization"], acme)))).Matches);
        Assert.Single((await FindAsync(Query("Patient", new SearchExpression.Not(new SearchExpression.Chain(Parameters.Organization, ["Organization"], acme))))).Matches);
        Assert.Empty((await FindAsync(Query("Patient", Everything) with { Includes = [new Include("Patient", Parameters.Organization, null, false, false)] })).Included);
        Assert.Equal("o1", Included(await FindAsync(Query("Patient", Everything) with { Includes = [new Include("Observation", Parameters.Subject, null, true, false)] })));
        Assert.Empty((await FindAsync(Query("Patient", new SearchExpression.ReverseChain(Parameters.Subject, new SearchExpression.Parameter(Parameters.Code, new TokenPredicate(null, "weight")))))).Matches);
    }

    [Fact]
    public async Task History_shows_only_what_the_scope_grants()
    {
        await SeedAsync();
        var scope = new CompartmentScope("p1");

        var history = await Store.HistoryAsync(scope, new HistoryQuery(), CancellationToken.None);

        Assert.Equal("o1/1 p1/1", Versions(history));
        Assert.Equal(2, history.Total);
        Assert.Equal("", Versions(await Store.HistoryAsync(scope, new HistoryQuery { Type = "Patient", Id = "p2" }, CancellationToken.None)));
    }

    [Fact]
    public async Task Writes_need_the_scope_before_and_after()
    {
        await SeedAsync();
        var scope = new CompartmentScope("p1");
        async Task<CommitResult> WriteAsync(params ResourceWrite[] writes) =>
            await Store.CommitAsync(scope, new ResourceTransaction { Writes = writes }, CancellationToken.None);

        var own = new TestResource("own").Reference(Parameters.Subject, "Patient", "p1");
        var other = new TestResource("other").Reference(Parameters.Subject, "Patient", "p2");
        Assert.Equal(CommitFailure.None, (await WriteAsync(Put("Observation", "new", own))).Failure);
        Assert.Equal(CommitFailure.NotGranted, (await WriteAsync(Put("Observation", "new2", own), Put("Observation", "new3", other))).Failure);
        Assert.Null(await ReadAsync("Observation", "new2"));
        Assert.Equal(CommitFailure.NotGranted, (await WriteAsync(Put("Observation", "o2", own))).Failure);
        Assert.Equal(CommitFailure.NotGranted, (await WriteAsync(Put("Observation", "o1", other))).Failure);
        Assert.Equal(CommitFailure.NotGranted, (await WriteAsync(Delete("Observation", "o2"))).Failure);
        Assert.Equal(CommitFailure.None, (await WriteAsync(Delete("Observation", "o1"))).Failure);
        Assert.Equal(2, (await ReadAsync("Observation", "o1"))!.Version);
        Assert.Equal(CommitFailure.None, (await CommitAsync(Put("Observation", "new2", other))).Failure);
        Assert.Equal("o2 new2", await IdsAsync(Parameters.Subject, new ReferencePredicate("Patient", "p2", null)));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_version_is_shown_by_what_it_says_itself()
    {
        await SeedAsync();
        var own = new TestResource("own").Reference(Parameters.Subject, "Patient", "p1");
        var others = new TestResource("others").Reference(Parameters.Subject, "Patient", "p2");
        foreach (var resource in new[] { others, own, new TestResource("own again").Reference(Parameters.Subject, "Patient", "p1") })
            await PutAsync("Observation", "moved", resource);
        await CommitAsync(Delete("Observation", "moved"));
        await PutAsync("Observation", "moved", own);
        await PutAsync("Observation", "gone", own);
        await PutAsync("Observation", "gone", others);
        var scope = new CompartmentScope("p1");
        async Task<HistoryPage> OfAsync(HistoryQuery query) => await Store.HistoryAsync(scope, query, CancellationToken.None);
        async Task<string> ReadableAsync(string id)
        {
            var found = new List<long>();
            for (var version = 1L; version <= 5; version++)
            {
                if (await Store.ReadVersionAsync(scope, new ResourceKey("Observation", id), version, CancellationToken.None) is not null)
                    found.Add(version);
            }

            return string.Join(' ', found);
        }

        var history = await OfAsync(new HistoryQuery { Type = "Observation", Id = "moved" });
        Assert.Equal("moved/5 moved/3 moved/2", Versions(history));
        Assert.Equal(3, history.Total);
        Assert.Equal("2 3 5", await ReadableAsync("moved"));
        Assert.Equal("", await ReadableAsync("gone"));
        Assert.Equal("", Versions(await OfAsync(new HistoryQuery { Type = "Observation", Id = "gone" })));
        Assert.Equal("moved/5 moved/3 moved/2 o1/1", Versions(await OfAsync(new HistoryQuery { Type = "Observation" })));
        Assert.Equal("moved/5 moved/3 moved/2 o1/1 p1/1", Versions(await OfAsync(new HistoryQuery())));

        // Pages are full of what is shown, and their links hold for the scope alone.
        var first = await OfAsync(new HistoryQuery { Type = "Observation", Count = 2 });
        Assert.Equal("moved/5 moved/3", Versions(first));
        Assert.Equal(4, first.Total);
        var second = new HistoryQuery { Type = "Observation", Count = 2, Cursor = first.Next };
        Assert.Equal("moved/2 o1/1", Versions(await OfAsync(second)));
        await Assert.ThrowsAsync<InvalidCursorException>(() => Store.HistoryAsync(new CompartmentScope("p2"), second, CancellationToken.None));
        await Assert.ThrowsAsync<InvalidCursorException>(() => Store.HistoryAsync(AccessScope.Full, second, CancellationToken.None));
    }

    [Fact]
    public async Task What_was_deleted_never_was_for_a_limited_scope_and_is_known_to_an_unlimited_one()
    {
        await SeedAsync();
        await CommitAsync(Delete("Observation", "o1"));
        var key = new ResourceKey("Observation", "o1");
        var limited = new CompartmentScope("p1");
        var whole = new LetterScope(new() { ["Observation"] = AccessLetter.Read | AccessLetter.Update });

        Assert.Null(await Store.ReadAsync(limited, key, CancellationToken.None));
        Assert.True((await Store.ReadAsync(whole, key, CancellationToken.None))!.IsDeleted);
        Assert.Equal("", Versions(await Store.HistoryAsync(limited, new HistoryQuery { Type = "Observation", Id = "o1" }, CancellationToken.None)));
        Assert.Equal("o1/2 o1/1", Versions(await Store.HistoryAsync(whole, new HistoryQuery { Type = "Observation", Id = "o1" }, CancellationToken.None)));
        var back = new ResourceTransaction { Writes = [Put("Observation", "o1", new TestResource("back").Reference(Parameters.Subject, "Patient", "p1"))] };
        var refused = await Store.CommitAsync(limited, back, CancellationToken.None);
        Assert.Equal((CommitFailure.NotGranted, true), (refused.Failure, refused.IsBefore));
        Assert.Equal(CommitFailure.None, (await Store.CommitAsync(whole, back, CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task Each_letter_has_its_own_filter()
    {
        await SeedAsync();
        var key = new ResourceKey("Patient", "p1");
        var (reader, searcher) = (new LetterScope(new() { ["Patient"] = AccessLetter.Read }), new LetterScope(new() { ["Patient"] = AccessLetter.Search }));

        Assert.NotNull(await Store.ReadAsync(reader, key, CancellationToken.None));
        Assert.Null(await Store.ReadAsync(searcher, key, CancellationToken.None));
        Assert.Null(await Store.ReadVersionAsync(searcher, key, 1, CancellationToken.None));
        Assert.Empty((await Store.SearchAsync(reader, Query("Patient", Everything), CancellationToken.None)).Matches);
        Assert.NotEmpty((await Store.SearchAsync(searcher, Query("Patient", Everything), CancellationToken.None)).Matches);
        Assert.Equal("p1/1", Versions(await Store.HistoryAsync(reader, new HistoryQuery { Type = "Patient", Id = "p1" }, CancellationToken.None)));
        Assert.Equal("", Versions(await Store.HistoryAsync(reader, new HistoryQuery { Type = "Patient" }, CancellationToken.None)));
        Assert.Equal("", Versions(await Store.HistoryAsync(searcher, new HistoryQuery { Type = "Patient", Id = "p1" }, CancellationToken.None)));
        Assert.NotEqual("", Versions(await Store.HistoryAsync(searcher, new HistoryQuery { Type = "Patient" }, CancellationToken.None)));

        async Task<CommitFailure> WriteAsync(AccessLetter letters, ResourceWrite write) => (await Store.CommitAsync(
            new LetterScope(new() { ["Patient"] = letters }), new ResourceTransaction { Writes = [write] }, CancellationToken.None)).Failure;
        var posted = Put("Patient", "posted", new TestResource("x")) with { Method = WriteMethod.Post, ExpectedVersion = 0 };
        Assert.Equal(CommitFailure.NotGranted, await WriteAsync(AccessLetter.Update | AccessLetter.Delete, posted));
        Assert.Equal(CommitFailure.None, await WriteAsync(AccessLetter.Create, posted));
        Assert.Equal(CommitFailure.NotGranted, await WriteAsync(AccessLetter.Create, Put("Patient", "put", new TestResource("x"))));
        Assert.Equal(CommitFailure.None, await WriteAsync(AccessLetter.Update, Put("Patient", "put", new TestResource("x"))));
        Assert.Equal(CommitFailure.NotGranted, await WriteAsync(AccessLetter.Create | AccessLetter.Update, Delete("Patient", "put")));
        Assert.Equal(CommitFailure.None, await WriteAsync(AccessLetter.Delete, Delete("Patient", "put")));
        Assert.Equal(CommitFailure.None, await WriteAsync(AccessLetter.None, Put("Patient", "consequence", new TestResource("x")) with { IsConsequence = true }));
        await VerifyAsync();
    }

    [Fact]
    public async Task The_integrity_of_references_tells_of_nothing_outside_of_the_scope()
    {
        await SeedAsync();
        var scope = new CompartmentScope("p1");
        async Task<CommitResult> WriteAsync(AccessScope by, ResourceWrite write) =>
            await Store.CommitAsync(by, new ResourceTransaction { Writes = [write], EnforceReferences = true }, CancellationToken.None);
        var hidden = await WriteAsync(scope, Put("Observation", "a", new TestResource("1").Reference(Parameters.Subject, "Patient", "p1").Mention("Organization", "org1")));
        var missing = await WriteAsync(scope, Put("Observation", "a", new TestResource("1").Reference(Parameters.Subject, "Patient", "p1").Mention("Organization", "none")));
        Assert.Equal((CommitFailure.MissingReference, "Organization/org1"), (hidden.Failure, string.Join(' ', hidden.Related)));
        Assert.Equal((CommitFailure.MissingReference, "Organization/none"), (missing.Failure, string.Join(' ', missing.Related)));

        // Another patient's observation refers to this patient's, who may delete it all the same; an administrator is told who refers.
        await PutAsync("Observation", "own", new TestResource("1").Reference(Parameters.Subject, "Patient", "p1"));
        await PutAsync("Observation", "others", new TestResource("1").Reference(Parameters.Subject, "Patient", "p2").Mention("Observation", "own"));
        Assert.Equal(CommitFailure.StillReferenced, (await WriteAsync(AccessScope.Full, Delete("Observation", "own"))).Failure);
        var blind = await WriteAsync(new LetterScope(new() { ["Observation"] = AccessLetter.Delete }), Delete("Observation", "own"));
        Assert.Equal((CommitFailure.StillReferenced, 0), (blind.Failure, blind.Related.Count));
        Assert.Equal(CommitFailure.None, (await WriteAsync(scope, Delete("Observation", "own"))).Failure);
    }

    [Fact]
    public async Task A_reference_to_what_the_scope_does_not_grant_leads_to_nothing()
    {
        await PutAsync("Patient", "p1", new TestResource("1"));
        await PutAsync("Organization", "org1", new TestResource("1"));
        await PutAsync("Observation", "o1", new TestResource("1").Reference(Parameters.Subject, "Patient", "p1").Mention("Organization", "org1").Mention("Observation", "none"));
        async Task<string> FindAsync(AccessScope scope)
        {
            var found = new List<string>();
            await foreach (var dangling in Store.DanglingReferencesAsync(scope, CancellationToken.None))
                found.Add($"{dangling.Source}>{dangling.Target}");
            return string.Join(' ', found.Order(StringComparer.Ordinal));
        }

        Assert.Equal("Observation/o1>Observation/none", await FindAsync(AccessScope.Full));
        Assert.Equal("Observation/o1>Observation/none Observation/o1>Organization/org1", await FindAsync(new CompartmentScope("p1")));
    }

    /// <summary>Some letters of some types, without any filter.</summary>
    private sealed class LetterScope(Dictionary<string, AccessLetter> letters) : AccessScope
    {
        public override bool IsFull => false;

        public override SearchExpression FilterFor(string resourceType, AccessLetter letter) =>
            letters.GetValueOrDefault(resourceType).HasFlag(letter) ? new SearchExpression.All() : new SearchExpression.None();
    }

    /// <summary>One patient and the observations about that patient; nothing else.</summary>
    private sealed class CompartmentScope(string patient) : AccessScope
    {
        public override bool IsFull => false;

        public override SearchExpression FilterFor(string resourceType, AccessLetter letter) => resourceType switch
        {
            "Patient" => new SearchExpression.IdIn([patient]),
            "Observation" => new SearchExpression.InCompartment("Patient", patient),
            _ => new SearchExpression.None(),
        };
    }
}
