// _include and _revinclude along every kind of reference.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private static readonly Include s_subject = new("Observation", Parameters.Subject, null, Reverse: false, Iterate: false);

    [Fact]
    public async Task Includes_follow_a_reference_to_a_version_to_the_current_one()
    {
        await PutAsync("Patient", "p1", new TestResource("old"));
        await PutAsync("Patient", "p1", new TestResource("new"));
        await PutAsync("Observation", "o1", new TestResource("1").With(new ReferenceEntry(Parameters.Subject, "Patient", "p1", null, "1")));

        var page = await SearchAsync(Query("Observation", Everything) with { Includes = [s_subject] });

        Assert.Equal(2, Assert.Single(page.Included).Version);
        Assert.Equal("o1", Included(await SearchAsync(Query("Patient", Everything) with { Includes = [s_subject with { Reverse = true }] })));
    }

    [Fact]
    public async Task Includes_follow_canonical_references_both_ways()
    {
        await CommitAsync(
            Put("ValueSet", "v1", new TestResource("1").With(new UriEntry(Parameters.Url, "http://acme.org/vs"))),
            Put("ValueSet", "v2", new TestResource("2").With(new UriEntry(Parameters.Url, "http://acme.org/other"))),
            Put("Observation", "o1", new TestResource("1").With(new ReferenceEntry(Parameters.Subject, null, null, "http://acme.org/vs"))),
            Put("Observation", "o2", new TestResource("2").With(new ReferenceEntry(Parameters.Subject, null, null, "http://acme.org/vs", "2"))),
            Put("Observation", "o3", new TestResource("3").With(new ReferenceEntry(Parameters.Subject, null, null, "http://elsewhere.org/Patient/1")))
        );

        Assert.Equal("v1", Included(await SearchAsync(Query("Observation", Everything) with { Includes = [s_subject] })));
        Assert.Equal("v1", Included(await SearchAsync(Query("Observation", Everything) with { Includes = [s_subject with { Parameter = null }] })));
        Assert.Equal("v1", Included(await SearchAsync(Query("Observation", Everything) with { Includes = [s_subject with { TargetType = "ValueSet" }] })));
        Assert.Equal("", Included(await SearchAsync(Query("Observation", Everything) with { Includes = [s_subject with { TargetType = "Patient" }] })));
        Assert.Equal("o1 o2", Included(await SearchAsync(Query("ValueSet", Everything) with { Includes = [s_subject with { Reverse = true }] })));
    }

    [Fact]
    public async Task Iterated_includes_go_both_ways_and_end_in_circles()
    {
        await CommitAsync(
            Put("Organization", "a", new TestResource("1").Reference(Parameters.PartOf, "Organization", "b")),
            Put("Organization", "b", new TestResource("2").Reference(Parameters.PartOf, "Organization", "c")),
            Put("Organization", "c", new TestResource("3").Reference(Parameters.PartOf, "Organization", "a")),
            Put("Patient", "p", new TestResource("4").Reference(Parameters.Organization, "Organization", "c")));
        var parent = new Include("Organization", Parameters.PartOf, null, Reverse: false, Iterate: true);
        var patients = new Include("Patient", Parameters.Organization, null, Reverse: true, Iterate: true);
        var one = Query("Organization", new SearchExpression.IdIn(["a"]));

        Assert.Equal("b", Included(await SearchAsync(one with { Includes = [parent with { Iterate = false }] })));
        Assert.Equal("b c", Included(await SearchAsync(one with { Includes = [parent] })));
        Assert.Equal("b c p", Included(await SearchAsync(one with { Includes = [parent, patients] })));
        Assert.Equal("c b", Included(await SearchAsync(one with { Includes = [parent with { Reverse = true }] })));
        Assert.Equal("b c", Included(await SearchAsync(one with { Includes = [parent with { Parameter = null }] })));
    }

    [Fact]
    public async Task Missing_knows_composites_and_positions()
    {
        await CommitAsync(
            Put("Observation", "both", new TestResource("1").With(new CompositeEntry(
                Parameters.CodeValue,
                [new TokenEntry(Parameters.Code, null, "height"), new QuantityEntry(Parameters.Value, 1, 1, 1, null, null, "m")]))),
            Put("Observation", "neither", new TestResource("2").Token(Parameters.Code, null, "height")),
            Put("Location", "here", new TestResource("1").With(new PositionEntry(Parameters.Near, 1, 2))),
            Put("Location", "nowhere", new TestResource("2")));

        Assert.Equal("neither", await IdsAsync("Observation", new SearchExpression.Missing(Parameters.CodeValue)));
        Assert.Equal("both", await IdsAsync("Observation", new SearchExpression.Not(new SearchExpression.Missing(Parameters.CodeValue))));
        Assert.Equal("nowhere", await IdsAsync("Location", new SearchExpression.Missing(Parameters.Near)));
        Assert.Equal("here", await IdsAsync("Location", new SearchExpression.Not(new SearchExpression.Missing(Parameters.Near))));
    }
}
