// Contained resources: found through chains and by _contained, and gone with what they lie in.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private static readonly SearchExpression s_acme = new SearchExpression.Parameter(Parameters.OrganizationName, new StringPredicate(StringMatch.StartsWith, "acme"));

    [Fact]
    public async Task Chains_lead_into_contained_resources()
    {
        await SeedContainedAsync();
        var ofAcme = new SearchExpression.Chain(Parameters.Organization, ["Organization"], s_acme);

        Assert.Equal("own inside", await IdsAsync("Patient", ofAcme));
        Assert.Equal("other", await IdsAsync("Patient", new SearchExpression.And([new SearchExpression.Chain(Parameters.Organization, ["Organization"], new SearchExpression.All()), new SearchExpression.Not(ofAcme)])));
        Assert.Equal("oinside", await IdsAsync("Observation", new SearchExpression.Chain(Parameters.Subject, ["Patient"], new SearchExpression.And([ofAcme, Named("Ada")]))));

        // From a contained resource on to one that stands for itself, and to another contained one.
        Assert.Equal("other", await IdsAsync("Patient", new SearchExpression.Chain(Parameters.Organization, ["Organization"], new SearchExpression.Chain(Parameters.PartOf, ["Organization"], s_acme))));
        Assert.Equal("inside", await IdsAsync("Patient", new SearchExpression.Chain(
            Parameters.Organization,
            ["Organization"],
            new SearchExpression.Chain(Parameters.PartOf, ["Organization"], new SearchExpression.Missing(Parameters.OrganizationName)))));

        // Ids of contained resources mean nothing outside of their containers.
        Assert.Equal("", await IdsAsync("Patient", new SearchExpression.Chain(Parameters.Organization, ["Organization"], new SearchExpression.IdIn(["o"]))));
        await VerifyAsync();
    }

    [Fact]
    public async Task Contained_resources_are_no_matches_of_ordinary_searches()
    {
        await SeedContainedAsync();

        Assert.Equal("org1", await IdsAsync("Organization", Everything));
        Assert.Equal("org1", await IdsAsync("Organization", s_acme));
        Assert.Equal(1, (await SearchAsync(Query("Organization", Everything) with { Count = 0 })).Total);
        Assert.Equal("", await IdsAsync("Organization", new SearchExpression.ReverseChain(Parameters.PartOf, Everything)));
        Assert.Equal("own", await IdsAsync("Patient", new SearchExpression.And([s_male, Named("Ada")])));
        Assert.Equal([new("Observation", 1), new("Organization", 1), new("Patient", 3)], (await Store.CountAsync(AccessScope.Full, CancellationToken.None)).OrderBy(static count => count.Key, StringComparer.Ordinal));
        Assert.Equal(5, (await Store.HistoryAsync(AccessScope.Full, new HistoryQuery(), CancellationToken.None)).Total);
    }

    [Fact]
    public async Task Contained_resources_are_searched_when_asked_for()
    {
        await SeedContainedAsync();
        async Task<string> FindAsync(SearchExpression expression, ContainedMode mode, bool alone = false, string type = "Organization")
        {
            var query = Query(type, expression) with { Contained = mode, ContainedAlone = alone, Count = 1, Total = TotalMode.Accurate };
            var found = new List<string>();
            for (var page = await SearchAsync(query); ; page = await SearchAsync(query with { Cursor = page.Next }))
            {
                found.AddRange(page.Matches.Select((match, i) => page.ContainedIds.Count == 0 || page.ContainedIds[i] is null ? match.Key.ToString() : $"{match.Key}#{page.ContainedIds[i]}"));
                if (page.Next is null)
                {
                    Assert.Equal(found.Count, page.Total);
                    return string.Join(' ', found.Order(StringComparer.Ordinal));
                }
            }
        }

        Assert.Equal("Patient/inside", await FindAsync(s_acme, ContainedMode.Only));
        Assert.Equal("Organization/org1 Patient/inside", await FindAsync(s_acme, ContainedMode.Both));
        Assert.Equal("Patient/inside Patient/other", await FindAsync(Everything, ContainedMode.Only));
        Assert.Equal("Patient/inside#o", await FindAsync(s_acme, ContainedMode.Only, alone: true));
        Assert.Equal("Organization/org1 Patient/inside#o", await FindAsync(s_acme, ContainedMode.Both, alone: true));
        Assert.Equal("Patient/inside#o Patient/inside#p Patient/other#o", await FindAsync(Everything, ContainedMode.Only, alone: true));
        Assert.Equal("Patient/inside#p", await FindAsync(new SearchExpression.Missing(Parameters.OrganizationName), ContainedMode.Only, alone: true));
        Assert.Equal("", await FindAsync(Everything, ContainedMode.Only, type: "RiskAssessment"));
        Assert.Equal("Observation/oinside", await FindAsync(s_male, ContainedMode.Only, type: "Patient"));
        Assert.Equal("Observation/oinside Patient/own", await FindAsync(s_male, ContainedMode.Both, type: "Patient"));
        Assert.Equal("Patient/inside#o", await FindAsync(new SearchExpression.ReverseChain(Parameters.Organization, new SearchExpression.IdIn(["inside"])), ContainedMode.Only, alone: true));
    }

    [Fact]
    public async Task Contained_resources_change_and_go_with_their_containers()
    {
        await SeedContainedAsync();
        var ofAcme = new SearchExpression.Chain(Parameters.Organization, ["Organization"], s_acme);
        var fragment = new ReferenceEntry(Parameters.Organization, null, null, "#o");

        // Another name, then another type under the same id, then nothing contained, then a delete and a return.
        await PutAsync("Patient", "inside", new TestResource("2").With(fragment).Contain("Organization", "o", new StringEntry(Parameters.OrganizationName, "beta", "Beta")));
        await VerifyAsync();
        Assert.Equal("own", await IdsAsync("Patient", ofAcme));
        Assert.Equal("inside", await IdsAsync("Patient", new SearchExpression.Chain(
            Parameters.Organization, ["Organization"], new SearchExpression.Parameter(Parameters.OrganizationName, new StringPredicate(StringMatch.StartsWith, "beta")))));

        await PutAsync("Patient", "inside", new TestResource("3").With(fragment).Contain("Patient", "o", new StringEntry(Parameters.Name, "acme", "Acme")));
        await VerifyAsync();
        Assert.Equal("own", await IdsAsync("Patient", ofAcme));
        await PutAsync("Patient", "inside", new TestResource("4").With(fragment));
        await VerifyAsync();
        Assert.Equal("own", await IdsAsync("Patient", ofAcme));
        await PutAsync("Patient", "inside", new TestResource("5").With(fragment).Contain("Organization", "o", new StringEntry(Parameters.OrganizationName, "acme", "Acme")));
        await VerifyAsync();
        Assert.Equal("own inside", await IdsAsync("Patient", ofAcme));

        await CommitAsync(Delete("Patient", "inside"), Delete("Patient", "other"), Delete("Observation", "oinside"));
        await VerifyAsync();
        Assert.Equal("own", await IdsAsync("Patient", ofAcme));
        Assert.Equal("", Ids(await SearchAsync(Query("Organization", Everything) with { Contained = ContainedMode.Only })));
        await PutAsync("Patient", "inside", new TestResource("6").With(fragment).Contain("Organization", "o", new StringEntry(Parameters.OrganizationName, "acme", "Acme")));
        Assert.Equal("own inside", await IdsAsync("Patient", ofAcme));
        await ReopenAsync();
        Assert.Equal("own inside", await IdsAsync("Patient", ofAcme));
        await VerifyAsync();
    }

    [Fact]
    public async Task Includes_follow_the_references_of_contained_resources()
    {
        await SeedContainedAsync();
        var parent = new Include("Organization", Parameters.PartOf, null, Reverse: false, Iterate: false);
        var organization = new Include("Patient", Parameters.Organization, null, Reverse: false, Iterate: false);

        Assert.Equal("org1", Included(await SearchAsync(Query("Patient", Named("Zoe")) with { Includes = [parent] })));
        Assert.Equal("", Included(await SearchAsync(Query("Patient", Named("Zoe")) with { Includes = [organization] })));
        Assert.Equal("", Included(await SearchAsync(Query("Organization", Everything) with { Includes = [parent with { Reverse = true }] })));
        Assert.Equal("own", Included(await SearchAsync(Query("Organization", Everything) with { Includes = [organization with { Reverse = true }] })));
    }

    [Fact]
    public async Task A_contained_resource_is_hidden_with_its_container()
    {
        await SeedContainedAsync();
        await PutAsync("Patient", "p1", new TestResource("1").With(new ReferenceEntry(Parameters.Organization, null, null, "#o")).Contain("Organization", "o", new StringEntry(Parameters.OrganizationName, "acme", "Acme")));
        var scope = new IdScope("inside");
        async Task<string> FindAsync(SearchQuery query) => Ids(await Store.SearchAsync(scope, query, CancellationToken.None));

        foreach (var alone in new[] { false, true })
        {
            var query = Query("Organization", s_acme) with { Contained = ContainedMode.Only, ContainedAlone = alone };
            Assert.Equal("p1", await FindAsync(query));
            Assert.Equal("org1 p1", await FindAsync(query with { Contained = ContainedMode.Both }));
        }

        Assert.Equal("own p1", await FindAsync(Query("Patient", new SearchExpression.Chain(Parameters.Organization, ["Organization"], s_acme))));
        Assert.Equal("", Ids(await Store.SearchAsync(new CompartmentScope("p1"), Query("Organization", s_acme) with { Contained = ContainedMode.Only }, CancellationToken.None)));
    }

    [Fact]
    public async Task Missing_targets_of_contained_resources_are_told_of_their_container()
    {
        await CommitAsync(Put("Patient", "p", new TestResource("1")
            .Mention("Organization", "gone")
            .Contain("Organization", "o", new ReferenceEntry(Parameters.PartOf, "Organization", "gone", null))));

        var dangling = new List<DanglingReference>();
        await foreach (var reference in Store.DanglingReferencesAsync(AccessScope.Full, CancellationToken.None))
            dangling.Add(reference);
        Assert.Equal([new DanglingReference(new ResourceKey("Patient", "p"), new ResourceKey("Organization", "gone"))], dangling);
    }

    private Task<CommitResult> SeedContainedAsync() => CommitAsync(
        Put("Organization", "org1", new TestResource("1").String(Parameters.OrganizationName, "Acme")),
        Put("Patient", "own", new TestResource("1").Token(Parameters.Gender, null, "male").String(Parameters.Name, "Ada").Reference(Parameters.Organization, "Organization", "org1")),
        Put("Patient", "inside", new TestResource("2")
            .With(new ReferenceEntry(Parameters.Organization, null, null, "#o"))
            .Contain("Organization", "o", new StringEntry(Parameters.OrganizationName, "acme north", "Acme North"), new ReferenceEntry(Parameters.PartOf, null, null, "#p"))
            .Contain("Organization", "p")),
        Put("Patient", "other", new TestResource("3").String(Parameters.Name, "Zoe")
            .With(new ReferenceEntry(Parameters.Organization, null, null, "#o"))
            .Mention("Organization", "org1")
            .Contain("Organization", "o", new StringEntry(Parameters.OrganizationName, "zeta", "Zeta"), new ReferenceEntry(Parameters.PartOf, "Organization", "org1", null))),
        Put("Observation", "oinside", new TestResource("4")
            .With(new ReferenceEntry(Parameters.Subject, null, null, "#a"))
            .Contain("Patient", "a", new TokenEntry(Parameters.Gender, null, "male"), new StringEntry(Parameters.Name, "ada", "Ada"), new ReferenceEntry(Parameters.Organization, "Organization", "org1", null))));
}
