// The exchange's package in a server: there after the first start, searched and validated against, and never written twice.

namespace FhirHub.Server.Tests.Exchange;

/// <summary>A server with the exchange's package.</summary>
public class ExchangeServer : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Exchange:Package=true"];
}

public class ExchangeLoadingTests(ExchangeServer server) : IClassFixture<ExchangeServer>
{
    private const string Record = "Library/package-fhirhub.exchange-1.0.0";

    [Fact]
    public async Task Its_profiles_are_found_with_their_snapshots()
    {
        var found = await (await server.Client.GetAsync("StructureDefinition?url=https://fhirhub.dev/fhir/StructureDefinition/exchange-patient")).JsonAsync();
        var profile = Assert.Single(found["entry"]!.AsArray())!["resource"]!;
        Assert.Equal("exchange-patient", (string?)profile["id"]);
        Assert.True(profile["snapshot"]!["element"]!.AsArray().Count > 40);
    }

    [Fact]
    public async Task The_statement_of_the_server_names_it()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        Assert.Contains("https://fhirhub.dev/fhir/ImplementationGuide/fhirhub.exchange|1.0.0", statement["implementationGuide"]!.AsArray().Select(static guide => (string)guide!));
    }

    [Fact]
    public async Task A_resource_is_held_to_a_profile_of_it()
    {
        var answer = await server.Client.SendAsync(
            "POST", "Patient/$validate?profile=https://fhirhub.dev/fhir/StructureDefinition/exchange-patient", """{"resourceType":"Patient","gender":"female"}""");
        var errors = (await answer.JsonAsync())["issue"]!.AsArray().Where(static issue => (string?)issue!["severity"] == "error").ToList();
        Assert.Contains(errors, static issue => issue!["diagnostics"]!.ToString().Contains("birthDate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_start_writes_nothing()
    {
        var before = await VersionsAsync();
        await server.RestartAsync();
        Assert.Equal(before, await VersionsAsync());

        async Task<int> VersionsAsync()
        {
            var record = await (await server.Client.GetAsync(Record)).JsonAsync();
            Assert.Equal("1", (string?)record["meta"]!["versionId"]);
            return (int)(await (await server.Client.GetAsync("_history?_summary=count")).JsonAsync())["total"]!;
        }
    }
}

public class WithoutExchangeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Without_it_nothing_of_it_is_stored()
    {
        var found = await (await server.Client.GetAsync("StructureDefinition?_summary=count")).JsonAsync();
        Assert.Equal(0, (int?)found["total"]);
    }
}
