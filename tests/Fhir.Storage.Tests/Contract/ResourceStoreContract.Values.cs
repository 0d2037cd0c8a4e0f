// The different values of a parameter that are in use, as $meta lists them.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task Values_of_a_parameter_come_once_and_only_those_of_current_resources()
    {
        await PutAsync("Patient", "p1", new TestResource().Token(Parameters.Identifier, "urn:a", "12").Token(Parameters.Identifier, "urn:b", "12"));
        await PutAsync("Patient", "p2", new TestResource().Token(Parameters.Identifier, "urn:a", "12").Token(Parameters.Identifier, null, "x"));
        await PutAsync("Patient", "p3", new TestResource().Token(Parameters.Identifier, "urn:a", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"));
        await PutAsync("Patient", "p4", new TestResource().Token(Parameters.Identifier, "urn:a", "old"));
        await PutAsync("Patient", "p4", new TestResource().Token(Parameters.Identifier, "urn:a", "new"));
        await PutAsync("Patient", "p5", new TestResource().Token(Parameters.Identifier, "urn:a", "gone"));
        await CommitAsync(Delete("Patient", "p5"));
        await PutAsync("ValueSet", "v1", new TestResource().With(new UriEntry(Parameters.Url, "urn:v|1")));
        await PutAsync("ValueSet", "v2", new TestResource().With(new UriEntry(Parameters.Url, "urn:v|1")));

        var tokens = await Store.ValuesAsync(AccessScope.Full, Parameters.Identifier, 100, CancellationToken.None);
        Assert.Equal(
            [" x", "urn:a 12", "urn:a 1b4e28ba-2fa1-11d2-883f-0016d3cca427", "urn:a new", "urn:b 12"],
            tokens.Select(t => $"{t.System} {t.Value}").Order(StringComparer.Ordinal));
        var uris = await Store.ValuesAsync(AccessScope.Full, Parameters.Url, 100, CancellationToken.None);
        Assert.Equal(new IndexedValue(null, "urn:v|1"), Assert.Single(uris));
        Assert.Empty(await Store.ValuesAsync(AccessScope.Full, Parameters.Gender, 100, CancellationToken.None));
    }

    [Fact]
    public async Task Values_of_what_the_scope_does_not_grant_do_not_show()
    {
        await PutAsync("Patient", "p1", new TestResource().Token(Parameters.Identifier, "urn:a", "mine").Token(Parameters.Identifier, "urn:a", "shared"));
        await PutAsync("Patient", "p2", new TestResource().Token(Parameters.Identifier, "urn:a", "theirs").Token(Parameters.Identifier, "urn:a", "shared"));
        await PutAsync("ValueSet", "v1", new TestResource().With(new UriEntry(Parameters.Url, "urn:v")));

        var tokens = await Store.ValuesAsync(new CompartmentScope("p1"), Parameters.Identifier, 100, CancellationToken.None);

        Assert.Equal(["mine", "shared"], tokens.Select(t => t.Value).Order());
        Assert.Empty(await Store.ValuesAsync(new CompartmentScope("p1"), Parameters.Url, 100, CancellationToken.None));
    }
}
