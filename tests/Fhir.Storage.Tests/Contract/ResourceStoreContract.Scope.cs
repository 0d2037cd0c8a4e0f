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
