// Searches as a whole: combinations, chains, order, pages, totals, includes, scope.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private static readonly SearchExpression s_male = new SearchExpression.Parameter(Parameters.Gender, new TokenPredicate(null, "male"));

    [Fact]
    public async Task And_or_not_and_types_combine()
    {
        await SeedAsync();

        Assert.Equal("p1", await IdsAsync("Patient", new SearchExpression.And([s_male, Named("Ada")])));
        Assert.Equal("p1 p2 p3", await IdsAsync("Patient", new SearchExpression.Or([s_male, Named("Ada")])));
        Assert.Equal("p2", await IdsAsync("Patient", new SearchExpression.And([s_male, new SearchExpression.Not(Named("Ada"))])));
        Assert.Equal("", await IdsAsync("Patient", new SearchExpression.None()));
        var all = await SearchAsync(new SearchQuery { ResourceTypes = ["Patient", "Organization"], Expression = new SearchExpression.TypeIn(["Organization"]) });
        Assert.Equal("org1 org2", Ids(all));
    }

    [Fact]
    public async Task Chains_forward_back_and_nested()
    {
        await SeedAsync();
        var acme = new SearchExpression.Parameter(Parameters.OrganizationName, new StringPredicate(StringMatch.StartsWith, "acme"));
        var ofAcme = new SearchExpression.Chain(Parameters.Organization, ["Organization"], acme);

        Assert.Equal("p1 p2", await IdsAsync("Patient", ofAcme));
        Assert.Equal("o1 o2", await IdsAsync("Observation", new SearchExpression.Chain(Parameters.Subject, ["Patient", "Group"], ofAcme)));
        Assert.Equal("o3", await IdsAsync("Observation", new SearchExpression.Chain(Parameters.Subject, ["Patient"], new SearchExpression.Not(ofAcme))));
        Assert.Equal("p1", await IdsAsync("Patient", new SearchExpression.ReverseChain(
            Parameters.Subject,
            new SearchExpression.Parameter(Parameters.Code, new TokenPredicate(null, "height")))));
        Assert.Equal("org1 org2", await IdsAsync("Organization", new SearchExpression.ReverseChain(
            Parameters.Organization,
            new SearchExpression.ReverseChain(Parameters.Subject, Everything))));
        Assert.Equal("p2", await IdsAsync("Patient", new SearchExpression.And(
            [ofAcme, new SearchExpression.Not(new SearchExpression.ReverseChain(Parameters.Subject, new SearchExpression.Parameter(Parameters.Code, new TokenPredicate(null, "height"))))])));
    }

    [Fact]
    public async Task Chains_do_not_lead_through_deleted_resources()
    {
        await SeedAsync();
        await CommitAsync(Delete("Patient", "p1"));

        Assert.Equal("o2 o3", await IdsAsync("Observation", new SearchExpression.Chain(Parameters.Subject, ["Patient"], new SearchExpression.Not(Named("Zoe")))));
        Assert.Equal("", await IdsAsync("Patient", new SearchExpression.ReverseChain(
            Parameters.Subject,
            new SearchExpression.Parameter(Parameters.Code, new TokenPredicate(null, "height")))));
    }

    [Fact]
    public async Task Last_updated_by_every_prefix()
    {
        var start = Clock.Now;
        for (var i = 0; i < 5; i++)
        {
            await PutAsync("Patient", $"p{i}", new TestResource($"{i}"));
            Clock.Now += TimeSpan.FromMinutes(1);
        }

        await PutAsync("Patient", "p0", new TestResource("again"));
        async Task<string> FindAsync(SearchPrefix prefix, int minute) => await IdsAsync("Patient", new SearchExpression.LastUpdated(new RangePredicate(
            prefix,
            TestResource.Instant(start.AddMinutes(minute).ToString("O")),
            TestResource.Instant(start.AddMinutes(minute + 1).ToString("O")) - 1)));

        Assert.Equal("p2", await FindAsync(SearchPrefix.Eq, 2));
        Assert.Equal("p0 p1 p3 p4", await FindAsync(SearchPrefix.Ne, 2));
        Assert.Equal("p0 p3 p4", await FindAsync(SearchPrefix.Gt, 2));
        Assert.Equal("p0 p2 p3 p4", await FindAsync(SearchPrefix.Ge, 2));
        Assert.Equal("p1", await FindAsync(SearchPrefix.Lt, 2));
        Assert.Equal("p1 p2", await FindAsync(SearchPrefix.Le, 2));
        Assert.Equal("p0", await FindAsync(SearchPrefix.Sa, 4));
        Assert.Equal("", await FindAsync(SearchPrefix.Eb, 1));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("name", false)]
    [InlineData("name", true)]
    [InlineData("birthdate", false)]
    [InlineData("birthdate", true)]
    [InlineData("gender", false)]
    [InlineData("organization", true)]
    [InlineData("_lastUpdated", true)]
    [InlineData("_id", true)]
    public async Task Pages_hold_each_match_once_forward_and_back(string? code, bool descending)
    {
        var random = new Random(5);
        for (var i = 0; i < 23; i++)
        {
            var resource = new TestResource($"{i}").Token(Parameters.Gender, null, i % 2 == 0 ? "male" : "female");
            if (random.Next(4) > 0)
                resource.String(Parameters.Name, $"Name {random.Next(4)}");
            if (random.Next(4) > 0)
                resource.Date(Parameters.BirthDate, $"{1950 + random.Next(5)}-01-01").Date(Parameters.BirthDate, $"{1960 + random.Next(5)}-01-01");
            if (random.Next(4) > 0)
                resource.Reference(Parameters.Organization, "Organization", $"org{random.Next(3)}");
            await PutAsync("Patient", $"p{i:00}", resource);
        }

        var parameter = Parameters.All.FirstOrDefault(candidate => candidate.ResourceType == "Patient" && candidate.Code == code);
        var query = Query("Patient", Everything) with { Count = 100, Sort = code is null ? [] : [new SortKey(code, parameter, descending)] };
        var whole = (await SearchAsync(query)).Matches.Select(static match => match.Key.Id).ToList();
        Assert.Equal(23, whole.Distinct().Count());

        query = query with { Count = 5 };
        var pages = new List<string>();
        var forward = new List<string>();
        SearchPage page;
        do
        {
            page = await SearchAsync(query);
            pages.Add(Ids(page));
            forward.AddRange(page.Matches.Select(static match => match.Key.Id));
            query = query with { Cursor = page.Next };
        }
        while (page.Next is not null);
        Assert.Equal(whole, forward);

        for (var i = pages.Count - 2; i >= 0; i--)
        {
            page = await SearchAsync(query with { Cursor = page.Previous });
            Assert.Equal(pages[i], Ids(page));
            Assert.NotNull(page.Next);
        }

        Assert.Null(page.Previous);
    }

    [Fact]
    public async Task Sort_keys_follow_each_other_and_missing_values_come_last()
    {
        await CommitAsync(
            Put("Patient", "a", new TestResource("a").String(Parameters.Name, "B").Date(Parameters.BirthDate, "1990-01-01")),
            Put("Patient", "b", new TestResource("b").String(Parameters.Name, "A").Date(Parameters.BirthDate, "1980-01-01")),
            Put("Patient", "c", new TestResource("c").String(Parameters.Name, "B").Date(Parameters.BirthDate, "1995-01-01")),
            Put("Patient", "d", new TestResource("d").Date(Parameters.BirthDate, "1970-01-01")));

        async Task<string> SortedAsync(params SortKey[] sort) => Ids(await SearchAsync(Query("Patient", Everything) with { Sort = sort }));
        var name = new SortKey("name", Parameters.Name, false);
        var birthDate = new SortKey("birthdate", Parameters.BirthDate, true);
        Assert.Equal("b c a d", await SortedAsync(name, birthDate));
        Assert.Equal("c a b d", await SortedAsync(name with { Descending = true }, birthDate));
        Assert.Equal("d b a c", await SortedAsync(birthDate with { Descending = false }));
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_query_only()
    {
        await SeedAsync();
        var page = await SearchAsync(Query("Patient", Everything) with { Count = 1 });

        Assert.Equal("p2", Ids(await SearchAsync(Query("Patient", Everything) with { Count = 1, Cursor = page.Next })));
        await Assert.ThrowsAsync<InvalidCursorException>(() => SearchAsync(Query("Patient", s_male) with { Cursor = page.Next }));
        await Assert.ThrowsAsync<InvalidCursorException>(() => SearchAsync(Query("Organization", Everything) with { Cursor = page.Next }));
        foreach (var nonsense in new[] { "", "x", "****", "AAAA", page.Next![..^4], page.Next + "AAAA" + new string('A', 5000) })
        {
            if (nonsense.StartsWith(page.Next, StringComparison.Ordinal))
                continue;
            await Assert.ThrowsAsync<InvalidCursorException>(() => SearchAsync(Query("Patient", Everything) with { Cursor = nonsense }));
        }
    }

    [Fact]
    public async Task Totals_are_counted_when_asked_for()
    {
        await SeedAsync();

        Assert.Null((await SearchAsync(Query("Patient", s_male))).Total);
        Assert.Equal(2, (await SearchAsync(Query("Patient", s_male) with { Total = TotalMode.Accurate, Count = 1 })).Total);
        Assert.Equal(3, (await SearchAsync(Query("Patient", Everything) with { Total = TotalMode.Accurate, Count = 1 })).Total);
        Assert.Equal(3, (await SearchAsync(Query("Patient", Everything) with { Total = TotalMode.Estimate })).Total);
        var count = await SearchAsync(Query("Patient", s_male) with { Count = 0 });
        Assert.Equal(2, count.Total);
        Assert.Empty(count.Matches);
        Assert.Null(count.Next);
    }

    [Fact]
    public async Task Includes_forward_back_and_iterated()
    {
        await SeedAsync();
        var toPatient = new Include("Observation", Parameters.Subject, null, Reverse: false, Iterate: false);
        var toOrganization = new Include("Patient", Parameters.Organization, null, Reverse: false, Iterate: true);

        var observations = Query("Observation", Everything) with { Includes = [toPatient] };
        Assert.Equal("p1 p2 p3", Included(await SearchAsync(observations)));
        Assert.Equal("p1 p2 p3 org1 org2", Included(await SearchAsync(observations with { Includes = [toPatient, toOrganization] })));
        Assert.Equal("p1 p2 p3", Included(await SearchAsync(observations with { Includes = [toPatient, toOrganization with { Iterate = false }] })));
        Assert.Equal("p1 p2 p3", Included(await SearchAsync(observations with { Includes = [toPatient with { Parameter = null }] })));
        Assert.Equal("", Included(await SearchAsync(observations with { Includes = [toPatient with { TargetType = "Group" }] })));
        Assert.Equal("", Included(await SearchAsync(observations with { Includes = [toPatient with { SourceType = "Encounter" }] })));
        Assert.Equal("o1 o2", Included(await SearchAsync(Query("Patient", s_male) with { Includes = [toPatient with { Reverse = true }] })));
        Assert.Equal("o1 o2", Included(await SearchAsync(Query("Patient", s_male) with { Includes = [toPatient with { Reverse = true, Parameter = null }] })));
        Assert.Equal("", Included(await SearchAsync(Query("Organization", Everything) with { Includes = [new Include("Organization", Parameters.PartOf, null, false, true)] })));
    }

    [Fact]
    public async Task Includes_beyond_the_limit_are_cut_and_told()
    {
        await PutAsync("Patient", "p1", new TestResource());
        await CommitAsync([.. Enumerable.Range(0, 60).Select(i => Put("Observation", $"o{i}", new TestResource($"{i}").Reference(Parameters.Subject, "Patient", "p1")))]);

        var page = await SearchAsync(Query("Patient", Everything) with { Includes = [new Include("Observation", Parameters.Subject, null, Reverse: true, Iterate: false)] });

        Assert.True(page.IncludesCut);
        Assert.Equal(50, page.Included.Count);
    }

    [Fact]
    public async Task Pages_of_many_matches_with_a_rare_and_a_common_condition()
    {
        await CommitAsync([.. Enumerable.Range(0, 3_000).Select(i => Put("Patient", $"p{i:0000}", new TestResource($"{i}")
            .Token(Parameters.Gender, null, i % 3 == 0 ? "male" : "female")
            .Date(Parameters.BirthDate, $"{1950 + (i % 50)}-01-01")
            .String(Parameters.Name, i % 100 == 0 ? "Rare" : "Common")))]);
        var later = new RangePredicate(SearchPrefix.Ge, TestResource.Instant("1960-01-01"), TestResource.Instant("1960-01-01"));
        var both = new SearchExpression.And([s_male, new SearchExpression.Parameter(Parameters.BirthDate, later)]);
        var query = Query("Patient", both) with { Count = 100, Total = TotalMode.Accurate };

        var expected = Enumerable.Range(0, 3_000).Where(static i => i % 3 == 0 && i % 50 >= 10).Select(static i => $"p{i:0000}").ToList();
        var found = new List<string>();
        for (var page = await SearchAsync(query); ; page = await SearchAsync(query with { Cursor = page.Next }))
        {
            Assert.Equal(expected.Count, page.Total);
            found.AddRange(page.Matches.Select(static match => match.Key.Id));
            if (page.Next is null)
                break;
        }

        Assert.Equal(expected, found);
        Assert.Equal("p0000 p0300 p0600", await IdsAsync("Patient", new SearchExpression.And([s_male, Named("Rare"), new SearchExpression.IdIn(["p0000", "p0001", "p0300", "p0600"])])));
    }

    private static SearchExpression.Parameter Named(string name) => new(Parameters.Name, new StringPredicate(StringMatch.Exact, name));

    private static string Included(SearchPage page) => string.Join(' ', page.Included.Select(static version => version.Key.Id));

    private Task<CommitResult> SeedAsync() => CommitAsync(
        Put("Organization", "org1", new TestResource("1").String(Parameters.OrganizationName, "Acme")),
        Put("Organization", "org2", new TestResource("2").String(Parameters.OrganizationName, "Other")),
        Put("Patient", "p1", new TestResource("1").Token(Parameters.Gender, null, "male").String(Parameters.Name, "Ada").Reference(Parameters.Organization, "Organization", "org1")),
        Put("Patient", "p2", new TestResource("2").Token(Parameters.Gender, null, "male").String(Parameters.Name, "Bob").Reference(Parameters.Organization, "Organization", "org1")),
        Put("Patient", "p3", new TestResource("3").Token(Parameters.Gender, null, "female").String(Parameters.Name, "Ada").Reference(Parameters.Organization, "Organization", "org2")),
        Put("Observation", "o1", new TestResource("1").Token(Parameters.Code, null, "height").Reference(Parameters.Subject, "Patient", "p1")),
        Put("Observation", "o2", new TestResource("2").Token(Parameters.Code, null, "weight").Reference(Parameters.Subject, "Patient", "p2")),
        Put("Observation", "o3", new TestResource("3").Token(Parameters.Code, null, "weight").Reference(Parameters.Subject, "Patient", "p3")));
}
