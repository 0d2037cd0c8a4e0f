// Random resources and random conditions: the store finds exactly what the plain evaluator finds, and walks it page by page.

using FhirHub.Search;
using FhirHub.Tests;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private const int RandomResources = 120;
    private const int RandomQueries = 1_500;

    [Fact]
    public async Task Random_searches_find_what_the_evaluator_finds()
    {
        var seed = TestSeed.Take();
        var random = new RandomSearches(seed);
        var hits = 0;
        for (var round = 0; round < 3; round++)
        {
            await ChangeAsync(random);
            var evaluator = new SearchEvaluator(SearchParameterRegistry.R4, random);
            for (var i = 0; i < RandomQueries / 3; i++)
            {
                var type = random.Type();
                var expression = random.Expression(type, 3);
                var expected = random.All(type).Where(resource => evaluator.Matches(resource, expression)).Select(static resource => resource.Id).Order(StringComparer.Ordinal);
                var query = Query(type, expression) with { Count = 1 + random.Next(40), Sort = random.Sort(type) };
                var found = new List<string>();
                for (var page = await SearchAsync(query); ; page = await SearchAsync(query with { Cursor = page.Next }))
                {
                    found.AddRange(page.Matches.Select(static match => match.Key.Id));
                    if (page.Next is null)
                        break;
                }

                Assert.True(
                    expected.SequenceEqual(found.Order(StringComparer.Ordinal)),
                    $"seed {seed}, query {i} of round {round}: {RandomSearches.Describe(expression)}\nexpected {string.Join(' ', expected)}\nfound    {string.Join(' ', found)}");
                hits += found.Count > 0 ? 1 : 0;
                Assert.Equal(found.Count, (await SearchAsync(query with { Count = 0 })).Total);
            }
        }

        // Conditions that nothing meets would prove little.
        Assert.InRange(hits, RandomQueries / 4, RandomQueries);
        await VerifyAsync();
    }

    private async Task ChangeAsync(RandomSearches random, int changes = RandomResources)
    {
        for (var i = 0; i < changes; i++)
        {
            Clock.Now += TimeSpan.FromMilliseconds(random.Next(2_000));
            var type = random.Type();
            var id = $"{type[0]}{random.Next(40)}";
            if (random.Next(8) == 0)
            {
                await CommitAsync(Delete(type, id));
                random.Remove(type, id);
            }
            else
            {
                var entries = random.Entries(type);
                var written = await PutAsync(type, id, new TestResource($"{random.Next(1_000_000)}").With(entries));
                random.Set(new IndexedResource(type, id, written.LastUpdated, entries));
            }
        }
    }
}
