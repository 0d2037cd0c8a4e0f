// What the generator makes of a small package, as a vendor with its own would see it.

using System.Text;
using FhirHub.Conformance.Generation;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

public class ScriptGeneratorTests
{
    private const string Observation = """
        {"resourceType":"Observation","id":"weight","contained":[{"resourceType":"Device","id":"scale","deviceName":[{"name":"Scale","type":"model-name"}]}],
         "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/wang"},"device":{"reference":"#scale"},
         "effectiveDateTime":"2025-03-04T10:00:00+08:00","valueQuantity":{"value":61.5,"system":"http://unitsofmeasure.org","code":"kg"}}
        """;

    private const string Other = """
        {"resourceType":"Observation","id":"pulse","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/nobody"}}
        """;

    private const string Patient = """{"resourceType":"Patient","id":"wang","name":[{"text":"王秀兰"}],"gender":"female"}""";

    [Fact]
    public async Task A_type_with_examples_has_a_script_and_one_without_is_told()
    {
        var result = await GenerateAsync(Statement("client", "read", "search-type"));

        Assert.Equal(["vendor/Observation.json", "vendor/System.json"], result.Scripts.Select(static script => script.Path));
        Assert.Equal(["Substance"], result.LeftOut);
    }

    [Fact]
    public async Task The_same_input_gives_the_same_scripts() =>
        Assert.Equal(
            (await GenerateAsync(Statement("client", "read", "search-type"))).Scripts.Select(static script => Text(script)),
            (await GenerateAsync(Statement("client", "read", "search-type"))).Scripts.Select(static script => Text(script)));

    [Fact]
    public async Task Fixtures_come_before_those_that_refer_to_them_and_what_is_contained_stands_beside()
    {
        var script = await ScriptAsync(Statement("client", "read", "search-type"));

        Assert.Equal(["pulse", "wang", "weight-scale", "weight"], script.Fixtures.Select(static fixture => fixture.Id));
        var weight = script.Tree.Root.FindContained("weight");
        Assert.Equal("Patient/${wang}", weight.Child("subject").ChildValue("reference"));
        Assert.Equal("Device/${weight-scale}", weight.Child("device").ChildValue("reference"));
        Assert.False(script.Tree.Root.FindContained("pulse").Child("subject").Exists);
    }

    [Fact]
    public async Task A_search_names_what_it_must_find_and_by_that_what_it_must_not()
    {
        var script = await ScriptAsync(Statement("client", "search-type"));

        var text = Encoding.UTF8.GetString(script.Tree.Json.Span);
        Assert.Contains("?_id=${created}&code=http://loinc.org|8867-4\"", text, StringComparison.Ordinal);
        Assert.Contains("Bundle.entry.where(search.mode = 'match').resource.id ~ ('${pulse}')", text, StringComparison.Ordinal);
        Assert.Contains("code:nonsense=", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_deletes_nothing_is_not_asked_to()
    {
        Assert.NotEmpty((await ScriptAsync(Statement("client", "read"))).Teardown);

        var script = await ScriptAsync(Statement("server", "read", "create", "update"));
        Assert.Empty(script.Teardown);
        Assert.DoesNotContain(script.Tests.SelectMany(static test => test.Actions).OfType<OperationAction>(), static operation => operation.Code == "delete");
    }

    [Fact]
    public async Task What_two_actors_need_in_the_same_way_is_tested_once()
    {
        var result = await ScriptGenerator.GenerateAsync(
            [Read(Statement("client", "read")), Read(Statement("client", "read", "search-type").Replace("\"vendor\"", "\"other\"", StringComparison.Ordinal))], Source(), CancellationToken.None);

        Assert.Equal(["other/Observation.json", "other/System.json", "vendor/System.json"], result.Scripts.Select(static script => script.Path));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", "a.json is a Patient, not a CapabilityStatement.")]
    [InlineData("""{"resourceType":"CapabilityStatement","status":"active","date":"2026","kind":"requirements","fhirVersion":"4.0.1","format":["json"]}""", "a.json has no rest: there is nothing to generate scripts for. Give the CapabilityStatement of a REST server or client.")]
    public void What_says_nothing_of_REST_is_refused(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ScriptException>(() => Capability.Read(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!, "a.json")).Message);

    private static async Task<TestScript> ScriptAsync(string statement)
    {
        var generated = (await GenerateAsync(statement)).Scripts.Single(static script => script.Path.EndsWith("Observation.json", StringComparison.Ordinal));
        return TestScript.Read(ResourceParser.ParseJson(generated.Content).Tree!, generated.Path);
    }

    private static Task<GenerationResult> GenerateAsync(string statement) => ScriptGenerator.GenerateAsync([Read(statement)], Source(), CancellationToken.None);

    private static Capability Read(string statement) => Capability.Read(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(statement)).Tree!, "statement.json");

    private static GenerationSource Source() => GenerationSource.Read(
        new[] { ("a.json", Observation), ("b.json", Other), ("c.json", Patient), ("package.json", """{"name":"p"}"""), ("d.txt", "x") }
            .Select(static file => new PackageEntry(file.Item1, Encoding.UTF8.GetBytes(file.Item2))));

    private static string Text(GeneratedScript script) => Encoding.UTF8.GetString(script.Content.Span);

    private static string Statement(string mode, params string[] interactions) =>
        $$"""
        {"resourceType":"CapabilityStatement","id":"vendor","status":"active","date":"2026","kind":"requirements","fhirVersion":"4.0.1","format":["json"],
         "rest":[{"mode":"{{mode}}","resource":[
           {"type":"Observation","interaction":[{{string.Join(',', interactions.Select(static code => $$"""{"code":"{{code}}"}"""))}}],
            "searchParam":[{"name":"code","type":"token","definition":"http://hl7.org/fhir/SearchParameter/clinical-code"}]},
           {"type":"Substance","interaction":[{"code":"read"}]}]}]}
        """;
}
