// Predicates that stand for many values: sets of codes and hierarchies.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task Tokens_by_a_set_of_codes()
    {
        const string Uuid = "0191b7a2-6c1e-7c3e-9f00-0123456789ab";
        await CommitAsync(
            Put("Observation", "number", new TestResource("1").Token(Parameters.Code, "http://a", "271649006")),
            Put("Observation", "text", new TestResource("2").Token(Parameters.Code, "http://a", "x")),
            Put("Observation", "uuid", new TestResource("3").Token(Parameters.Code, "http://a", Uuid)),
            Put("Observation", "zero", new TestResource("4").Token(Parameters.Code, "http://a", "0123")),
            Put("Observation", "elsewhere", new TestResource("5").Token(Parameters.Code, "http://b", "x").Token(Parameters.Code, "http://b", "271649006")),
            Put("Observation", "plain", new TestResource("6").Token(Parameters.Code, null, "x")),
            Put("Observation", "words", new TestResource("7").Token(Parameters.Code, null, null, "x")));
        async Task<string> FindAsync(params (string System, string[]? Codes)[] systems) => await IdsAsync(Parameters.Code, new TokenSetPredicate(Set(systems)));

        Assert.Equal("number", await FindAsync(("http://a", ["271649006"])));
        Assert.Equal("number text uuid zero", await FindAsync(("http://a", ["271649006", "x", Uuid, "0123", "unheard of"])));
        Assert.Equal("text elsewhere", await FindAsync(("http://a", ["x"]), ("http://b", ["x"])));
        Assert.Equal("plain", await FindAsync(("", ["x"])));
        Assert.Equal("elsewhere", await FindAsync(("http://b", null)));
        Assert.Equal("zero elsewhere", await FindAsync(("http://b", null), ("http://a", ["0123"])));
        Assert.Equal("plain", await FindAsync(("", null)));
        Assert.Equal("", await FindAsync(("http://unheard.of", null), ("http://a", [])));
        Assert.Equal("", await FindAsync());
        Assert.Equal("uuid zero elsewhere plain words", await IdsAsync("Observation", new SearchExpression.Not(
            new SearchExpression.Parameter(Parameters.Code, new TokenSetPredicate(Set(("http://a", ["271649006", "x"])))))));
    }

    [Fact]
    public async Task A_set_of_thousands_of_codes_finds_and_tests()
    {
        await CommitAsync([.. Enumerable.Range(0, 1_200).Select(i => Put("Observation", $"o{i:0000}", new TestResource($"{i}")
            .Token(Parameters.Code, "http://a", $"{i % 600}")
            .Reference(Parameters.Subject, "Patient", $"p{i % 400}")))]);
        var even = new SearchExpression.Parameter(
            Parameters.Code, new TokenSetPredicate(Set(("http://a", [.. Enumerable.Range(0, 20_000).Where(static i => i % 2 == 0).Select(static i => $"{i}")]))));
        var subject = new SearchExpression.Parameter(Parameters.Subject, new ReferencePredicate("Patient", "p6", null));

        Assert.Equal(600, (await SearchAsync(Query("Observation", even) with { Count = 0 })).Total);
        Assert.Equal("o0006 o0406 o0806", await IdsAsync("Observation", new SearchExpression.And([even, subject])));
        Assert.Equal(600, (await SearchAsync(Query("Observation", new SearchExpression.Not(even)) with { Count = 0 })).Total);
    }

    [Fact]
    public async Task References_above_and_below_in_a_hierarchy()
    {
        // top <- north <- ward, top <- south, and a circle of two.
        await CommitAsync(
            Put("Organization", "top", new TestResource("1")),
            Put("Organization", "north", new TestResource("2").Reference(Parameters.PartOf, "Organization", "top")),
            Put("Organization", "ward", new TestResource("3").Reference(Parameters.PartOf, "Organization", "north")),
            Put("Organization", "south", new TestResource("4").Reference(Parameters.PartOf, "Organization", "top")),
            Put("Organization", "ring", new TestResource("5").Reference(Parameters.PartOf, "Organization", "gnir")),
            Put("Organization", "gnir", new TestResource("6").Reference(Parameters.PartOf, "Organization", "ring")));
        foreach (var organization in new[] { "top", "north", "ward", "south", "ring", "gnir" })
            await PutAsync("Patient", $"of-{organization}", new TestResource(organization).Reference(Parameters.Organization, "Organization", organization));
        async Task<string> FindAsync(SubsumptionSide side, string id) =>
            await IdsAsync(Parameters.Organization, new HierarchyPredicate(side, "Organization", id, Parameters.PartOf));

        Assert.Equal("of-top of-north of-ward of-south", await FindAsync(SubsumptionSide.Below, "top"));
        Assert.Equal("of-north of-ward", await FindAsync(SubsumptionSide.Below, "north"));
        Assert.Equal("of-ward", await FindAsync(SubsumptionSide.Below, "ward"));
        Assert.Equal("of-top of-north of-ward", await FindAsync(SubsumptionSide.Above, "ward"));
        Assert.Equal("of-top", await FindAsync(SubsumptionSide.Above, "top"));
        Assert.Equal("of-ring of-gnir", await FindAsync(SubsumptionSide.Below, "ring"));
        Assert.Equal("of-ring of-gnir", await FindAsync(SubsumptionSide.Above, "ring"));
        Assert.Equal("", await FindAsync(SubsumptionSide.Below, "unheard-of"));
        Assert.Equal("of-south", await IdsAsync("Patient", new SearchExpression.And(
        [
            new SearchExpression.IdIn(["of-south", "of-ring"]),
            new SearchExpression.Parameter(Parameters.Organization, new HierarchyPredicate(SubsumptionSide.Below, "Organization", "top", Parameters.PartOf)),
        ])));

        await CommitAsync(Delete("Organization", "north"));
        Assert.Equal("of-top of-south", await FindAsync(SubsumptionSide.Below, "top"));
    }

    [Fact]
    public async Task A_hierarchy_is_followed_only_through_what_the_scope_grants()
    {
        await CommitAsync(
            Put("Organization", "top", new TestResource("1")),
            Put("Organization", "hidden", new TestResource("2").Reference(Parameters.PartOf, "Organization", "top")),
            Put("Organization", "ward", new TestResource("3").Reference(Parameters.PartOf, "Organization", "hidden")),
            Put("Organization", "south", new TestResource("4").Reference(Parameters.PartOf, "Organization", "top")),
            Put("Patient", "a", new TestResource("1").Reference(Parameters.Organization, "Organization", "ward")),
            Put("Patient", "b", new TestResource("2").Reference(Parameters.Organization, "Organization", "south")),
            Put("Patient", "c", new TestResource("3").Reference(Parameters.Organization, "Organization", "top")));
        var scope = new IdScope("hidden");
        async Task<string> FindAsync(SubsumptionSide side, string id) => Ids(await Store.SearchAsync(
            scope,
            Query("Patient", new SearchExpression.Parameter(Parameters.Organization, new HierarchyPredicate(side, "Organization", id, Parameters.PartOf))),
            CancellationToken.None));

        Assert.Equal("b c", await FindAsync(SubsumptionSide.Below, "top"));
        Assert.Equal("a", await FindAsync(SubsumptionSide.Above, "ward"));
        Assert.Equal("b c", await FindAsync(SubsumptionSide.Above, "south"));
    }

    private static CodeSet Set(params (string System, string[]? Codes)[] systems) =>
        new(systems.Select(static system => KeyValuePair.Create(system.System, (IReadOnlyCollection<string>?)system.Codes)));

    /// <summary>Everything but resources of one id.</summary>
    private sealed class IdScope(string hidden) : AccessScope
    {
        public override bool IsFull => false;

        public override SearchExpression FilterFor(string resourceType, AccessLetter letter) => new SearchExpression.Not(new SearchExpression.IdIn([hidden]));
    }
}
