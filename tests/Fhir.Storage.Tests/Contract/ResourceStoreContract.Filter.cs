// What the operators of _filter find, which no other parameter asks for.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Theory]
    [InlineData(StringMatch.Equal, "anna", "b")]
    [InlineData(StringMatch.EndsWith, "na", "b d")]
    [InlineData(StringMatch.EndsWith, "xxxxxxxxxxxxxxxxxxxx", "")]
    [InlineData(StringMatch.EndsWith, "三丰", "c")]
    [InlineData(StringMatch.After, "anna", "c d")]
    [InlineData(StringMatch.EqualOrAfter, "anna", "b c d")]
    [InlineData(StringMatch.Before, "anna", "a")]
    [InlineData(StringMatch.EqualOrBefore, "anna", "a b")]
    public async Task Strings_by_order_and_by_their_end(StringMatch match, string text, string expected)
    {
        await CommitAsync(
            Put("Patient", "a", new TestResource("a").String(Parameters.Name, "Ann")),
            Put("Patient", "b", new TestResource("b").String(Parameters.Name, "ANNA")),
            Put("Patient", "c", new TestResource("c").String(Parameters.Name, "张三丰")),
            Put("Patient", "d", new TestResource("d").String(Parameters.Name, "Hanna")),
            Put("Patient", "e", new TestResource("e")));
        await HasAsync("Patient", Parameters.Name, new StringPredicate(match, text), expected);
    }

    [Fact]
    public async Task An_unequal_value_is_one_that_there_is()
    {
        await CommitAsync(
            Put("Patient", "a", new TestResource("a").String(Parameters.Name, "Ann").Token(Parameters.Gender, "http://g", "female")),
            Put("Patient", "b", new TestResource("b").String(Parameters.Name, "Ann").String(Parameters.Name, "Bo").Token(Parameters.Gender, null, "female")),
            Put("Patient", "c", new TestResource("c").Token(Parameters.Gender, null, null, "female")),
            Put("Patient", "d", new TestResource("d").String(Parameters.Name, "Ännchen").Token(Parameters.Gender, "http://g", "male")));
        await HasAsync("Patient", Parameters.Name, new UnequalPredicate(new StringPredicate(StringMatch.Equal, "ann")), "b d");
        await HasAsync("Patient", Parameters.Gender, new UnequalPredicate(new TokenPredicate("http://g", "female")), "b d");
        await HasAsync("Patient", Parameters.Gender, new UnequalPredicate(new TokenPredicate(null, "female")), "d");
        await HasAsync("Patient", Parameters.Gender, new UnequalPredicate(new TokenPredicate("", "female")), "a d");
        await HasAsync("Patient", Parameters.Gender, new UnequalPredicate(new TokenPredicate("http://unheard.of", "female")), "a b d");
    }

    [Fact]
    public async Task A_reference_that_leads_elsewhere_is_unequal()
    {
        await CommitAsync(
            Put("Observation", "a", new TestResource("a").Reference(Parameters.Subject, "Patient", "1")),
            Put("Observation", "b", new TestResource("b").Reference(Parameters.Subject, "Patient", "2")),
            Put("Observation", "c", new TestResource("c").With(new ReferenceEntry(Parameters.Subject, null, null, "http://elsewhere/Patient/1"))),
            Put("Observation", "d", new TestResource("d").With(new ReferenceEntry(Parameters.Subject, null, null, null) { IdentifierValue = "7" })));
        await HasAsync("Observation", Parameters.Subject, new UnequalPredicate(new ReferencePredicate("Patient", "1", null)), "b c");
        await HasAsync("Observation", Parameters.Subject, new UnequalPredicate(new ReferencePredicate(null, null, "http://elsewhere/Patient/1")), "a b");
    }

    [Fact]
    public async Task Uris_by_their_parts()
    {
        string[] uris = ["http://acme.org/fhir", "http://acme.org/fhir/ValueSet/a", "urn:oid:1.2.3"];
        foreach (var (uri, i) in uris.Select(static (uri, i) => (uri, i)))
            await PutAsync("ValueSet", $"v{i}", new TestResource(uri).With(new UriEntry(Parameters.Url, uri)));
        await HasAsync("ValueSet", Parameters.Url, new UriPredicate(UriMatch.StartsWith, "http://acme.org/fh"), "v0 v1");
        await HasAsync("ValueSet", Parameters.Url, new UriPredicate(UriMatch.Contains, "oid"), "v2");
        await HasAsync("ValueSet", Parameters.Url, new UriPredicate(UriMatch.EndsWith, "/a"), "v1");
        await HasAsync("ValueSet", Parameters.Url, new UnequalPredicate(new UriPredicate(UriMatch.Exact, "urn:oid:1.2.3")), "v0 v1");
    }

    [Fact]
    public async Task A_version_below_another_starts_with_it()
    {
        string?[] versions = [null, "1", "1.0", "1.2.3", "10", "2"];
        foreach (var (version, i) in versions.Select(static (version, i) => (version, i)))
            await PutAsync("Observation", $"o{i}", new TestResource($"{i}").With(new ReferenceEntry(Parameters.Subject, null, null, "http://acme.org/q", version)));
        await HasAsync("Observation", Parameters.Subject, new ReferencePredicate(null, null, "http://acme.org/q", "1"), "o1");
        await HasAsync("Observation", Parameters.Subject, new ReferencePredicate(null, null, "http://acme.org/q", "1") { VersionsBelow = true }, "o1 o2 o3");
        await HasAsync("Observation", Parameters.Subject, new ReferencePredicate(null, null, "http://acme.org/q", "1.2") { VersionsBelow = true }, "o3");
        await HasAsync("Observation", Parameters.Subject, new ReferencePredicate(null, null, "http://acme.org/q"), "o0 o1 o2 o3 o4 o5");
    }

    // As what the search starts from, and as a test of keys that it has.
    private async Task HasAsync(string type, SearchParameter parameter, SearchPredicate predicate, string expected)
    {
        var condition = new SearchExpression.Parameter(parameter, predicate);
        Assert.Equal(expected, await IdsAsync(type, condition));
        Assert.Equal(expected, await IdsAsync(type, new SearchExpression.And([new SearchExpression.Not(new SearchExpression.Not(condition)), Everything])));
    }
}
