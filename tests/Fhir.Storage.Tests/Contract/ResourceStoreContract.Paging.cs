// Pages are of one moment: whatever is written between them, a walk shows what matched when the first page was read, each match
// once, in the version and the order of then.

using FhirHub.Search;
using FhirHub.Tests;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private const int WalkedQueries = 250;

    [Theory]
    [InlineData(null, false)]
    [InlineData("name", false)]
    [InlineData("birthdate", true)]
    [InlineData("gender", true)]
    [InlineData("organization", false)]
    [InlineData("_lastUpdated", true)]
    [InlineData("_id", true)]
    public async Task A_walk_shows_the_moment_of_its_first_page(string? code, bool descending)
    {
        TestResource Patient(int i, string gender) => new TestResource($"{i}")
            .Token(Parameters.Gender, null, gender)
            .String(Parameters.Name, $"Name {i % 7}")
            .Date(Parameters.BirthDate, $"19{10 + (i * 37 % 90)}-01-01")
            .Reference(Parameters.Organization, "Organization", $"org{i % 3}");

        for (var i = 0; i < 40; i++)
        {
            Clock.Now += TimeSpan.FromSeconds(1);
            await PutAsync("Patient", $"p{i * 7 % 40:00}", Patient(i, "male"));
        }

        await CommitAsync(Delete("Patient", "p05"), Put("Patient", "p06", Patient(6, "female")));
        var parameter = Parameters.All.FirstOrDefault(candidate => candidate.ResourceType == "Patient" && candidate.Code == code);
        var query = Query("Patient", s_male) with { Count = 4, Sort = code is null ? [] : [new SortKey(code, parameter, descending)] };
        var expected = Versions((await SearchAsync(query with { Count = 100 })).Matches);

        var step = 0;
        var found = await WalkAsync(query, async () =>
        {
            // What was shown and what is to come: changed, deleted, created, created again, no longer or newly matching.
            step++;
            Clock.Now += TimeSpan.FromSeconds(1);
            await PutAsync("Patient", $"p{step:00}", Patient(step * 11, "male"));
            await PutAsync("Patient", $"p{39 - step:00}", Patient(step * 13, "female"));
            await PutAsync("Patient", $"new{step}", Patient(step, "male"));
            await CommitAsync(Delete("Patient", $"p{20 + step:00}"), Delete("Patient", $"p{step + 1:00}"));
            await PutAsync("Patient", $"p{step + 1:00}", Patient(step, "male"));
            await PutAsync("Patient", step % 2 == 0 ? "p05" : "p06", Patient(step, "male"));
        });

        Assert.Equal(expected, Versions(found));
    }

    [Fact]
    public async Task A_walk_along_chains_shows_the_moment_of_its_first_page()
    {
        for (var i = 0; i < 6; i++)
            await PutAsync("Organization", $"org{i}", new TestResource($"{i}").String(Parameters.OrganizationName, i < 3 ? "Acme" : "Other"));
        for (var i = 0; i < 30; i++)
            await PutAsync("Patient", $"p{i:00}", new TestResource($"{i}").Reference(Parameters.Organization, "Organization", $"org{i % 6}"));
        for (var i = 0; i < 60; i++)
            await PutAsync("Observation", $"o{i:00}", new TestResource($"{i}").Token(Parameters.Code, null, i % 4 == 0 ? "height" : "weight").Reference(Parameters.Subject, "Patient", $"p{i % 30:00}"));

        var ofAcme = new SearchExpression.Chain(Parameters.Organization, ["Organization"], new SearchExpression.Parameter(Parameters.OrganizationName, new StringPredicate(StringMatch.StartsWith, "acme")));
        var aboutAcme = new SearchExpression.Chain(Parameters.Subject, ["Patient", "Group"], ofAcme);
        var measured = new SearchExpression.ReverseChain(Parameters.Subject, new SearchExpression.Parameter(Parameters.Code, new TokenPredicate(null, "height")));
        foreach (var (type, expression) in new (string, SearchExpression)[]
        {
            ("Patient", ofAcme), ("Patient", new SearchExpression.Not(ofAcme)), ("Observation", aboutAcme), ("Patient", measured), ("Organization", new SearchExpression.ReverseChain(Parameters.Organization, measured)),
        })
        {
            var query = Query(type, expression) with { Count = 2 };
            var expected = Versions((await SearchAsync(query with { Count = 100 })).Matches);
            Assert.NotEmpty(expected);
            var step = 0;
            var found = await WalkAsync(query, async () =>
            {
                step++;
                await PutAsync("Organization", $"org{step % 6}", new TestResource($"{type} {step}").String(Parameters.OrganizationName, step % 2 == 0 ? "Acme" : "Other"));
                await PutAsync("Patient", $"p{step % 30:00}", new TestResource($"{type} {step}").Reference(Parameters.Organization, "Organization", $"org{step * 5 % 6}"));
                await CommitAsync(
                    Delete("Observation", $"o{step:00}"),
                    Put("Observation", $"o{59 - step:00}", new TestResource($"{type} {step}").Token(Parameters.Code, null, "height").Reference(Parameters.Subject, "Patient", $"p{step * 7 % 30:00}")));
                if (step == 3)
                    await CommitAsync(Delete("Organization", "org5"), Delete("Patient", "p29"));
            });

            Assert.Equal(expected, Versions(found));
        }
    }

    [Fact]
    public async Task Pages_of_two_searches_that_differ_in_an_approximate_date_alone_differ()
    {
        for (var i = 0; i < 20; i++)
            await PutAsync("Patient", $"p{i:00}", new TestResource($"{i}").Date(Parameters.BirthDate, $"2020-01-{i + 1:00}"));
        var start = DateRange.Of(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        SearchQuery Near(int days)
        {
            var end = start + (days * TimeSpan.FromDays(1).Ticks / TimeSpan.TicksPerMicrosecond) - 1;
            var range = new RangePredicate(SearchPrefix.Ap, start, end) { Asked = (start, end) };
            return Query("Patient", new SearchExpression.Parameter(Parameters.BirthDate, range)) with { Count = 2 };
        }

        Assert.Equal(5, (await WalkAsync(Near(5), () => Task.CompletedTask)).Count);
        Assert.Equal(10, (await WalkAsync(Near(10), () => Task.CompletedTask)).Count);
    }

    [Fact]
    public async Task Random_walks_show_the_moment_of_their_first_page()
    {
        var seed = TestSeed.Take();
        var random = new RandomSearches(seed);
        await ChangeAsync(random);
        await ChangeAsync(random);
        var walks = 0;
        for (var i = 0; i < WalkedQueries; i++)
        {
            var types = random.Next(5) == 0 ? [random.Type(), random.Type()] : new[] { random.Type() };
            var expression = random.Next(4) == 0 ? Everything : random.Expression(types[0], 3);
            var query = new SearchQuery { ResourceTypes = [.. types.Distinct()], Expression = expression, Sort = types.Length == 1 ? random.Sort(types[0]) : [], Count = 1 + random.Next(6) };
            var expected = Versions((await SearchAsync(query with { Count = 1_000 })).Matches);
            var step = 0;
            var found = await WalkAsync(query, () => step++ < 3 ? ChangeAsync(random, random.Next(3) == 0 ? 30 : random.Next(4)) : Task.CompletedTask);

            // A search that names no order may be answered in any, and in another one if it is asked for other pages.
            Assert.True(
                query.Sort.Count > 0 ? expected.SequenceEqual(Versions(found)) : expected.Order().SequenceEqual(Versions(found).Order()),
                $"seed {seed}, query {i}, sorted by {string.Join(',', query.Sort)}: {RandomSearches.Describe(expression)}\nexpected {string.Join(' ', expected)}\nfound    {string.Join(' ', Versions(found))}");
            walks += expected.Count > query.Count ? 1 : 0;
        }

        Assert.InRange(walks, WalkedQueries / 5, WalkedQueries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_eight_writers_change_the_same_resources_a_walk_finds_each_match_once(bool sorted)
    {
        const int Resources = 300;
        TestResource Patient(Random random) => new TestResource($"{random.Next()}")
            .Token(Parameters.Gender, null, random.Next(2) == 0 ? "male" : "female").String(Parameters.Name, $"Name {random.Next(50)}");
        var start = new Random(1);
        await CommitAsync([.. Enumerable.Range(0, Resources).Select(i => Put("Patient", $"p{i}", Patient(start)))]);

        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
                await CommitAsync(random.Next(6) == 0 ? Delete("Patient", $"p{random.Next(Resources)}") : Put("Patient", $"p{random.Next(Resources)}", Patient(random)));
        })).ToList();
        try
        {
            for (var walk = 0; walk < 5; walk++)
            {
                var query = Query("Patient", s_male) with { Count = 10, Total = TotalMode.Accurate, Sort = sorted ? [new SortKey("name", Parameters.Name, walk % 2 == 0)] : [] };
                var page = await SearchAsync(query);
                var total = page.Total;
                var found = new List<StoredVersion>(page.Matches);
                while (page.Next is { } next)
                {
                    page = await SearchAsync(query with { Cursor = next });
                    Assert.Equal(total, page.Total);
                    found.AddRange(page.Matches);
                }

                Assert.Equal(total, found.Count);
                Assert.Equal(found.Count, found.Select(static match => match.Key.Id).Distinct().Count());
                Assert.All(found, static match => Assert.Contains("\"male\"", System.Text.Encoding.UTF8.GetString(match.Body.Tail.Span), StringComparison.Ordinal));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }
    }

    [Fact]
    public async Task Cursors_outlive_a_restart_for_an_hour_from_when_they_were_given()
    {
        await CommitAsync([.. Enumerable.Range(0, 9).Select(i => Put("Patient", $"p{i}", new TestResource($"{i}")))]);
        var query = Query("Patient", Everything) with { Count = 3 };
        var first = await SearchAsync(query);
        await CommitAsync(Delete("Patient", "p4"), Put("Patient", "p8", new TestResource("changed")));
        await ReopenAsync();

        Clock.Now += TimeSpan.FromMinutes(59);
        var second = await SearchAsync(query with { Cursor = first.Next });
        Assert.Equal("p3 p4 p5", Ids(second));
        await ReopenAsync();

        Clock.Now += TimeSpan.FromMinutes(2);
        var expired = await Assert.ThrowsAsync<ExpiredCursorException>(() => SearchAsync(query with { Cursor = first.Next }));
        Assert.Contains("expired", expired.Message, StringComparison.Ordinal);
        Clock.Now += TimeSpan.FromMinutes(57);
        var third = await SearchAsync(query with { Cursor = second.Next });
        Assert.Equal("p6 p7 p8", Ids(third));
        Assert.Equal(1, third.Matches[^1].Version);
        Clock.Now += TimeSpan.FromMinutes(61);
        await Assert.ThrowsAsync<ExpiredCursorException>(() => SearchAsync(query with { Cursor = third.Previous }));
    }

    [Fact]
    public async Task Later_pages_lead_to_the_first_the_last_and_the_one_before_and_know_the_total()
    {
        await CommitAsync([.. Enumerable.Range(0, 10).Select(i => Put("Patient", $"p{i}", new TestResource($"{i}")))]);
        var query = Query("Patient", Everything) with { Count = 4 };

        var first = await SearchAsync(query);
        Assert.Null(first.First);
        Assert.Null(first.Previous);
        await CommitAsync(Delete("Patient", "p0"));
        var second = await SearchAsync(query with { Cursor = first.Next });
        Assert.Equal(10, second.Total);
        var last = await SearchAsync(query with { Cursor = second.Last });
        Assert.Equal("p8 p9", Ids(last));
        Assert.Null(last.Next);
        Assert.Equal("p4 p5 p6 p7", Ids(await SearchAsync(query with { Cursor = last.Previous })));
        foreach (var cursor in new[] { second.First, second.Previous, last.First })
        {
            var again = await SearchAsync(query with { Cursor = cursor });
            Assert.Equal("p0 p1 p2 p3", Ids(again));
            Assert.Null(again.Previous);
        }
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_scope_only_and_what_is_no_longer_granted_is_not_shown()
    {
        await CommitAsync([.. Enumerable.Range(0, 8).Select(i => Put("Observation", $"o{i}", new TestResource($"{i}").Reference(Parameters.Subject, "Patient", "p1")))]);
        await PutAsync("Observation", "other", new TestResource("other").Reference(Parameters.Subject, "Patient", "p2"));
        var scope = new CompartmentScope("p1");
        var query = Query("Observation", Everything) with { Count = 3 };
        Task<SearchPage> FindAsync(AccessScope asked, string? cursor) => Store.SearchAsync(asked, query with { Cursor = cursor }, CancellationToken.None);

        var first = await FindAsync(scope, null);
        var whole = await FindAsync(AccessScope.Full, null);
        await Assert.ThrowsAsync<InvalidCursorException>(() => FindAsync(scope, whole.Next));
        await Assert.ThrowsAsync<InvalidCursorException>(() => FindAsync(new CompartmentScope("p2"), first.Next));
        await Assert.ThrowsAsync<InvalidCursorException>(() => FindAsync(AccessScope.Full, first.Next));

        await CommitAsync(
            Put("Observation", "o3", new TestResource("moved").Reference(Parameters.Subject, "Patient", "p2")),
            Put("Observation", "o4", new TestResource("changed").Reference(Parameters.Subject, "Patient", "p1")),
            Delete("Observation", "o5"));
        var second = await FindAsync(scope, first.Next);
        Assert.Equal("o4", Ids(second));
        Assert.Equal("o6 o7", Ids(await FindAsync(scope, second.Next)));
        Assert.Equal("o3 o4 o5", Ids(await FindAsync(AccessScope.Full, whole.Next)));
    }

    [Fact]
    public async Task A_long_walk_in_the_order_of_creation_goes_on_while_resources_change()
    {
        const int Count = 12_000;
        for (var batch = 0; batch < Count; batch += 2_000)
            await CommitAsync([.. Enumerable.Range(batch, 2_000).Select(i => Put("Patient", $"p{i}", new TestResource($"{i}").Token(Parameters.Gender, null, i % 3 == 0 ? "female" : "male")))]);
        var random = new Random(3);
        var found = await WalkAsync(Query("Patient", s_male) with { Count = 900 }, () => CommitAsync(
            [.. Enumerable.Range(0, 20).Select(_ => random.Next(Count)).Distinct().Select<int, ResourceWrite>(i =>
                i % 7 == 0 ? Delete("Patient", $"p{i}") : Put("Patient", $"p{i}", new TestResource($"{random.Next()}").Token(Parameters.Gender, null, i % 2 == 0 ? "female" : "male")))]));
        Assert.Equal(Enumerable.Range(0, Count).Where(static i => i % 3 != 0).Select(static i => $"p{i}/1"), Versions(found));
    }

    private async Task<List<StoredVersion>> WalkAsync(SearchQuery query, Func<Task> between)
    {
        var found = new List<StoredVersion>();
        for (var page = await SearchAsync(query); ; page = await SearchAsync(query with { Cursor = page.Next }))
        {
            Assert.InRange(page.Matches.Count, 0, query.Count);
            found.AddRange(page.Matches);
            if (page.Next is null)
                return found;
            await between();
        }
    }

    private static List<string> Versions(IEnumerable<StoredVersion> matches) => [.. matches.Select(static match => $"{match.Key.Id}/{match.Version}")];
}
