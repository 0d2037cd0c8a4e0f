using FhirHub.Model;

namespace FhirHub.Server.Tests;

public class CapabilitiesTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("", "CapabilityStatement")]
    [InlineData("?mode=full", "CapabilityStatement")]
    [InlineData("?mode=normative", "CapabilityStatement")]
    [InlineData("?mode=terminology", "TerminologyCapabilities")]
    public async Task The_statement_is_valid_R4(string query, string type)
    {
        var parsed = ResourceParser.ParseJson(await server.Client.GetByteArrayAsync($"metadata{query}"));
        Assert.Empty(parsed.Issues);
        Assert.Equal(type, parsed.Tree!.ResourceType);
    }

    [Fact]
    public async Task Every_interaction_that_it_claims_runs()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        Assert.Equal("4.0.1", (string?)statement["fhirVersion"]);
        var rest = statement["rest"]![0]!;
        Assert.Equal(Schema.R4.ResourceTypes.Count, rest["resource"]!.AsArray().Count);
        var patient = rest["resource"]!.AsArray().Single(r => (string?)r!["type"] == "Patient")!;
        Assert.Equal(
            ["create", "delete", "history-instance", "history-type", "patch", "read", "search-type", "update", "vread"],
            patient["interaction"]!.AsArray().Select(i => (string)i!["code"]!).Order(StringComparer.Ordinal));
        Assert.Contains("history-system", rest["interaction"]!.AsArray().Select(i => (string?)i!["code"]));
        Assert.Contains("search-system", rest["interaction"]!.AsArray().Select(i => (string?)i!["code"]));
        Assert.Contains(patient["searchParam"]!.AsArray(), p => (string?)p!["name"] == "birthdate" && (string?)p["type"] == "date");
        foreach (var operation in rest["operation"]!.AsArray())
        {
            // Those that need input say so; what does not exist answers 404.
            Assert.Contains((int)(await server.Client.GetAsync($"${operation!["name"]}")).StatusCode, new[] { 200, 400, 405 });
        }
    }

    [Fact]
    public async Task It_names_what_a_search_can_include()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        var types = statement["rest"]![0]!["resource"]!.AsArray().ToDictionary(r => (string)r!["type"]!, r => r!);

        Assert.Contains("Observation:subject", Names("Observation", "searchInclude"));
        Assert.Superset(new HashSet<string> { "*", "Condition:patient", "Observation:subject" }, Names("Patient", "searchRevInclude").ToHashSet());
        Assert.DoesNotContain("Condition:patient", Names("Medication", "searchRevInclude"));

        IEnumerable<string> Names(string type, string element) => types[type][element]!.AsArray().Select(name => (string)name!);
    }

    [Fact]
    public async Task It_has_an_entity_tag_and_a_summary()
    {
        var first = await server.Client.GetAsync("metadata");
        Assert.Equal(304, (int)(await server.Client.SendAsync("GET", "metadata", headers: ("If-None-Match", first.Headers.ETag!.ToString()))).StatusCode);
        var summary = await (await server.Client.GetAsync("metadata?_summary=true")).JsonAsync();
        Assert.Equal("SUBSETTED", (string?)summary["meta"]!["tag"]![0]!["code"]);
        await (await server.Client.GetAsync("metadata?mode=some")).FailsAsync(400, "value");
        var xml = await server.Client.GetStringAsync("metadata?_format=xml");
        Assert.Contains("<CapabilityStatement", xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_names_the_active_profiles_of_each_type()
    {
        const string Profile = """
            {"resourceType":"StructureDefinition","id":"ward","url":"http://example.org/StructureDefinition/ward","name":"Ward","status":"STATUS","kind":"resource","abstract":false,
             "type":"Location","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Location","derivation":"constraint",
             "differential":{"element":[{"id":"Location.name","path":"Location.name","min":1}]}}
            """;
        Assert.Null(await ProfilesAsync());
        await server.Client.SendAsync("PUT", "StructureDefinition/ward", Profile.Replace("STATUS", "active", StringComparison.Ordinal));
        Assert.Equal("""["http://example.org/StructureDefinition/ward"]""", await ProfilesAsync());
        await server.Client.SendAsync("PUT", "StructureDefinition/ward", Profile.Replace("STATUS", "retired", StringComparison.Ordinal));
        Assert.Null(await ProfilesAsync());

        async Task<string?> ProfilesAsync() => (await (await server.Client.GetAsync("metadata")).JsonAsync())["rest"]![0]!["resource"]!.AsArray()
            .Single(static type => (string?)type!["type"] == "Location")!["supportedProfile"]?.ToJsonString();
    }

    [Fact]
    public async Task What_it_claims_for_all_types_can_be_asked_for()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        var names = statement["rest"]![0]!["searchParam"]!.AsArray().Select(p => (string)p!["name"]!).Order(StringComparer.Ordinal);
        Assert.Equal(["_filter", "_has", "_list", "_type"], names);
        foreach (var query in new[] { "Patient?_filter=_id eq x", "Patient?_has:Observation:subject:code=x", "Patient?_list=x", "?_type=Patient" })
            Assert.True((await server.Client.GetAsync(query)).IsSuccessStatusCode, query);
    }

    [Fact]
    public async Task Every_search_parameter_that_it_claims_can_be_asked_for()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        foreach (var resource in statement["rest"]![0]!["resource"]!.AsArray())
        {
            var type = (string)resource!["type"]!;
            foreach (var name in resource["searchParam"]!.AsArray().Select(p => (string)p!["name"]!))
            {
                var query = name switch
                {
                    "_content" or "_text" => $"{name}=word",
                    _ => $"{name}:missing=false",
                };
                using var answer = await server.Client.GetAsync($"{type}?{query}&_count=1");
                Assert.True(answer.IsSuccessStatusCode, $"{type}?{query}: {answer.StatusCode}");
            }
        }
    }
}
