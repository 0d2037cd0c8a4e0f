// Sets of concepts against sets of numbers that do the same slowly.

namespace FhirHub.Terminology.Tests.Concepts;

public sealed class ConceptSetTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 3)]
    [InlineData(65, 64)]
    [InlineData(5_000, 40)]
    [InlineData(5_000, 4_900)]
    public void Sets_do_what_sets_of_numbers_do(int size, int members)
    {
        var table = Table(size);
        var random = new Random(size + members);
        var some = new SortedSet<int>(Enumerable.Range(0, members).Select(_ => random.Next(size)));
        var others = new SortedSet<int>(Enumerable.Range(0, members).Select(_ => random.Next(size)));
        var set = ConceptSet.Of(table, some);
        var other = ConceptSet.Of(table, others);
        Assert.Equal(some.Count, set.Count);
        Assert.Equal(some, set);
        Assert.Equal(some.Intersect(others).Order(), set.And(other));
        Assert.Equal(some.Union(others).Order(), set.Or(other));
        Assert.Equal(some.Except(others).Order(), set.Except(other));
        Assert.Equal(some.Where(i => i % 3 == 0), set.Where(i => i % 3 == 0));
        Assert.All(Enumerable.Range(-1, size + 2), i => Assert.Equal(some.Contains(i), set.Contains(i)));
        var ordered = some.ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            Assert.Equal(ordered[i], set.At(i));
            Assert.Equal(i, set.IndexOf(ordered[i]));
        }
    }

    [Fact]
    public void A_page_starts_anywhere_and_ends_with_the_set()
    {
        var table = Table(3_000);
        var set = ConceptSet.Where(table, i => i % 7 == 0 || i is > 1_000 and < 1_300);
        var all = set.ToList();
        var page = new int[50];
        for (var offset = 0; offset < all.Count + 60; offset += 17)
        {
            var count = set.CopyTo(offset, page);
            Assert.Equal(all.Skip(offset).Take(50), page.Take(count));
        }

        Assert.Equal(3_000, ConceptSet.All(table).Count);
        Assert.Empty(ConceptSet.None(table));
    }

    [Fact]
    public void Sets_of_different_tables_do_not_mix() =>
        Assert.Throws<ArgumentException>(() => ConceptSet.All(Table(3)).And(ConceptSet.All(Table(3))));

    private static ConceptTable Table(int size)
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://example.org/numbers" });
        for (var i = 0; i < size; i++)
            builder.Add($"{i}");
        return builder.Build();
    }
}
