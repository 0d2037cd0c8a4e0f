// Readings of names: found by their beginning, by nothing else, and what names are sorted by.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task A_reading_is_found_by_its_beginning_alone()
    {
        await CommitAsync(Put("Patient", "p1", Read("王小明", "wang xiao ming", "wangxiaoming", "wxm")));

        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "wangxiao")));
        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "wang x")));
        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "wxm")));
        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "王小")));
        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.Contains, "小")));
        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.Exact, "王小明")));
        Assert.Equal("", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "xm")));
        Assert.Equal("", await IdsAsync("Patient", Reading(StringMatch.Contains, "xiao")));
        foreach (var exact in new[] { "wxm", "wang xiao ming", "=", "~" })
            Assert.Equal("", await IdsAsync("Patient", Reading(StringMatch.Exact, exact)));

        await CommitAsync(Put("Patient", "p1", Read("李", "li")));
        Assert.Equal("", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "w")));
        Assert.Equal("p1", await IdsAsync("Patient", Reading(StringMatch.StartsWith, "li")));
    }

    [Theory]
    [InlineData(false, "p2 p4 p3 p1")]
    [InlineData(true, "p1 p3 p4 p2")]
    public async Task Names_with_readings_are_sorted_by_them(bool descending, string expected)
    {
        await CommitAsync(
            Put("Patient", "p1", Read("张爱", "zhang ai", "zhangai", "za").String(Parameters.Name, "爱")),
            Put("Patient", "p2", Read("李", "li")),
            Put("Patient", "p3", Read("王小", "wang xiao", "wangxiao", "wx").With(new StringEntry(Parameters.Name, "ai", "") { Reading = NameReading.Other })),
            Put("Patient", "p4", new TestResource().String(Parameters.Name, "Smith")));
        var query = new SearchQuery
        {
            ResourceTypes = ["Patient"],
            Expression = Everything,
            Sort = [new SortKey("name", Parameters.Name, descending)],
        };
        Assert.Equal(expected, Ids(await SearchAsync(query)));

        // A store may find a first page in another way than all.
        Assert.Equal(expected[..8], Ids(await SearchAsync(query with { Count = 3 })));
    }

    private static SearchExpression.Parameter Reading(StringMatch match, string text) =>
        new SearchExpression.Parameter(Parameters.Name, new StringPredicate(match, text));

    private static TestResource Read(string name, string main, params string[] others) => new TestResource()
        .String(Parameters.Name, name)
        .With(new StringEntry(Parameters.Name, main, "") { Reading = NameReading.Main })
        .With([.. others.Select(static other => new StringEntry(Parameters.Name, other, "") { Reading = NameReading.Other })]);
}
