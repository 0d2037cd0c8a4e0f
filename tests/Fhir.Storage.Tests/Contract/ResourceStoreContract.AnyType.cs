// Generated resources of all types, and ten thousand random searches: the store finds exactly what the plain evaluator finds.

using FhirHub.Search;
using FhirHub.Tests;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    /// <summary>Searches of generated resources; a store for which each takes long may ask for fewer.</summary>
    protected virtual int GeneratedQueries => 10_000;

    private const int Rounds = 5;

    [Fact]
    public async Task Random_searches_of_generated_resources_find_what_the_evaluator_finds()
    {
        var seed = TestSeed.Take();
        var searches = new GeneratedSearches(seed);
        var (hits, sorted, contained) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            await GenerateAsync(searches, round == 0 ? 4 * GeneratedResource.IdsPerType * searches.Types.Count / 3 : 60);
            var evaluator = new SearchEvaluator(SearchParameterRegistry.R4, searches);
            for (var i = 0; i < GeneratedQueries / Rounds; i++)
            {
                var query = searches.Query();
                var where = $"seed {seed}, query {i} of round {round}: {query.Contained} {string.Join(',', query.ResourceTypes)}: {RandomSearches.Describe(query.Expression)}";
                try
                {
                    var found = await WalkAsync(query);
                    var expected = searches.Everything.Where(resource => evaluator.Matches(resource, query)).Select(static resource => $"{resource.Type}/{resource.Id}");
                    var keys = query.ContainedAlone ? found.Distinct() : found;
                    Assert.Equal(expected.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
                    AssertOrder(found, query.Sort, searches);
                    if (i % 4 == 0)
                        Assert.Equal(found.Count, (await SearchAsync(query with { Count = 0 })).Total);
                    hits += found.Count > 0 ? 1 : 0;
                    sorted += found.Count > 1 && query.Sort.Count > 0 ? 1 : 0;
                    contained += found.Count > 0 && query.Contained == ContainedMode.Only ? 1 : 0;
                }
                catch (Exception exception)
                {
                    Assert.Fail($"{where}\n{exception.Message}");
                }
            }
        }

        Output.WriteLine($"{GeneratedQueries} searches of {searches.Types.Count} types; {hits} found something, {contained} of them contained resources; {sorted} were in an asked order.");

        // Conditions that nothing meets would prove little.
        Assert.InRange(hits, GeneratedQueries / 4, GeneratedQueries);
        await VerifyAsync();
    }

    private async Task<List<string>> WalkAsync(SearchQuery query)
    {
        var found = new List<string>();
        for (var page = await SearchAsync(query); ; page = await SearchAsync(query with { Cursor = page.Next }))
        {
            found.AddRange(page.Matches.Select(static match => match.Key.ToString()));
            if (page.Next is null)
                return found;
        }
    }

    private async Task GenerateAsync(GeneratedSearches searches, int changes)
    {
        for (var i = 0; i < changes; i++)
        {
            Clock.Now += TimeSpan.FromMilliseconds(searches.Next(2_000));
            var key = new ResourceKey(searches.Pick(searches.Types), $"r{searches.Next(GeneratedResource.IdsPerType)}");
            if (searches.Next(12) == 0)
            {
                await CommitAsync(new DeleteResource(key));
                searches.Remove(key.Type, key.Id);
                continue;
            }

            var prepared = GeneratedResource.Prepare(searches.Resources.Next(key.Type));
            var result = await CommitAsync(new PutResource(key, prepared, WriteMethod.Put));
            var updated = result.Results[0].Version!.LastUpdated;
            searches.Set(new IndexedResource(key.Type, key.Id, updated, prepared.Entries)
            {
                Contained = [.. prepared.Contained.Select(inner => new IndexedResource(inner.Type, inner.Id, updated, inner.Entries))],
            });
        }
    }

    // For types of values whose order is the same in the store and here, and no names that go by how they are read; what has no value
    // comes last.
    private static void AssertOrder(List<string> found, IReadOnlyList<SortKey> sort, GeneratedSearches searches)
    {
        if (sort.Count == 0 || sort.Any(static key => key.Parameter?.Type is SearchParameterType.Token or SearchParameterType.Quantity or SearchParameterType.Reference))
            return;
        var resources = found.ConvertAll(name => searches.Find(name.Split('/')[0], name.Split('/')[1])!);
        if (resources.Exists(static resource => resource.Entries.Any(static entry => entry is StringEntry { Reading: not NameReading.None })))
            return;
        var rows = resources.ConvertAll(resource => sort.Select(key => SortValue(resource, key)).ToList());
        for (var i = 1; i < rows.Count; i++)
        {
            for (var k = 0; k < sort.Count; k++)
            {
                var (left, right) = (rows[i - 1][k], rows[i][k]);
                if (Equals(left, right))
                    continue;
                var inOrder = right is null || (left is not null && Comparison(left, right) < 0 != sort[k].Descending);
                Assert.True(inOrder, $"{found[i - 1]} with {left} comes before {found[i]} with {right} by {sort[k]}");
                break;
            }
        }
    }

    private static int Comparison(object left, object right) => left is string text ? string.CompareOrdinal(text, (string)right) : ((IComparable)left).CompareTo(right);

    private static object? SortValue(IndexedResource resource, SortKey key)
    {
        if (key.Parameter is null)
            return key.Code == "_id" ? resource.Id : resource.LastUpdated;
        var values = resource.Entries.Where(entry => entry.Parameter.Key == key.Parameter.Key).Select(entry => (object?)(entry switch
        {
            DateEntry date => date.Low,
            NumberEntry number => number.Low,
            StringEntry text => text.Folded,
            UriEntry uri => uri.Uri,
            _ => null,
        })).OfType<object>().Order(Comparer<object>.Create(Comparison)).ToList();
        return values.Count == 0 ? null : key.Descending ? values[^1] : values[0];
    }
}
