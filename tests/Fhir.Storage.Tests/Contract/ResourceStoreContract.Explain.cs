// Explained searches: the answer is the same, and only those who may see everything are told what it cost.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task An_explained_search_finds_the_same_and_tells_no_costs_to_those_who_may_not_see_everything()
    {
        await PutAsync("Patient", "p1", new TestResource("asthma").Token(Parameters.Gender, null, "female"));
        await PutAsync("Patient", "p2", new TestResource("asthma").Token(Parameters.Gender, null, "male"));
        var query = Query("Patient", new SearchExpression.And([Content("asthma"), new SearchExpression.Parameter(Parameters.Gender, new TokenPredicate(null, "male"))]));
        Assert.Empty((await SearchAsync(query)).Explanation);

        var explained = await SearchAsync(query with { Explain = true, Total = TotalMode.Accurate });
        Assert.Equal("p2", Ids(explained));
        Assert.All(explained.Explanation, static step => Assert.True(step.Time >= TimeSpan.Zero));

        var limited = await Store.SearchAsync(new CompartmentScope("p1"), query with { Explain = true }, CancellationToken.None);
        Assert.Empty(limited.Matches);
        Assert.All(limited.Explanation, static step => Assert.Empty(step.Statements));
        Assert.DoesNotContain(limited.Explanation, static step => step.Notes.Any(static note => note.Any(char.IsAsciiDigit)));
    }
}
