// Totals that are large enough to be kept are still those of the moment at which they are asked for.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private const int ManyMatches = 1_200;

    [Fact]
    public async Task A_large_total_follows_every_write_that_changes_it()
    {
        await SeedManyAsync();
        Assert.Equal(ManyMatches, await TotalAsync("Patient", s_male));
        Assert.Equal(ManyMatches, await TotalAsync("Patient", s_male));

        await PutAsync("Patient", "new", new TestResource().Token(Parameters.Gender, null, "male"));
        Assert.Equal(ManyMatches + 1, await TotalAsync("Patient", s_male));
        await PutAsync("Patient", "p0001", new TestResource().Token(Parameters.Gender, null, "female"));
        Assert.Equal(ManyMatches, await TotalAsync("Patient", s_male));
        await CommitAsync(Delete("Patient", "p0002"));
        Assert.Equal(ManyMatches - 1, await TotalAsync("Patient", s_male));
        await PutAsync("Observation", "o1", new TestResource());
        Assert.Equal(ManyMatches - 1, await TotalAsync("Patient", s_male));
    }

    [Fact]
    public async Task A_large_total_of_a_chain_follows_what_the_chain_leads_to()
    {
        await SeedManyAsync();
        var ofAcme = new SearchExpression.Chain(Parameters.Organization, ["Organization"], s_acme);
        Assert.Equal(ManyMatches, await TotalAsync("Patient", ofAcme));

        await PutAsync("Organization", "acme", new TestResource().String(Parameters.OrganizationName, "Other"));

        Assert.Equal(0, await TotalAsync("Patient", ofAcme));
    }

    [Fact]
    public async Task A_large_total_counts_only_what_the_asker_may_see()
    {
        await SeedManyAsync();
        Assert.Equal(ManyMatches, await TotalAsync("Patient", s_male));

        var limited = await Store.SearchAsync(new CompartmentScope("p0003"), Query("Patient", s_male) with { Total = TotalMode.Accurate }, CancellationToken.None);

        Assert.Equal(1, limited.Total);
    }

    private async Task SeedManyAsync()
    {
        await PutAsync("Organization", "acme", new TestResource().String(Parameters.OrganizationName, "Acme"));
        await CommitAsync([.. Enumerable.Range(0, ManyMatches).Select(i => Put(
            "Patient", $"p{i:0000}", new TestResource($"{i}").Token(Parameters.Gender, null, "male").Reference(Parameters.Organization, "Organization", "acme")))]);
    }

    private async Task<long?> TotalAsync(string type, SearchExpression expression) =>
        (await SearchAsync(Query(type, expression) with { Total = TotalMode.Accurate, Count = 5 })).Total;
}
