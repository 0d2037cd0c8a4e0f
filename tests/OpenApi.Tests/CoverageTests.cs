// The documents hold what the server does, no less and no more: they are compared with /metadata, the interactions, the operations and the routes.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Server;
using FhirHub.Server.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.OpenApi.Tests;

public class CoverageTests(OpenApiFixture fixture) : IClassFixture<OpenApiFixture>
{
    // The codes of interactions, and how the ids of their operations begin.
    private static readonly (string Code, string Id)[] s_interactions =
    [
        ("read", "read"),
        ("vread", "vread"),
        ("update", "update"),
        ("patch", "patch"),
        ("delete", "delete"),
        ("history-instance", "history"),
        ("history-type", "historyType"),
        ("create", "create"),
        ("search-type", "search"),
    ];

    private FhirServer Server => fixture.Services.GetRequiredService<FhirServer>();

    [Fact]
    public async Task Each_interaction_that_metadata_claims_of_a_type_is_documented_and_no_other()
    {
        var ids = (await fixture.OperationsAsync(ApiDocuments.Fhir)).Select(static one => (string)one.Operation["operationId"]!).ToHashSet();
        foreach (var resource in await ResourcesAsync())
        {
            var type = (string)resource!["type"]!;
            var claimed = resource["interaction"]!.AsArray().Select(static interaction => (string)interaction!["code"]!).ToHashSet();
            foreach (var (code, name) in s_interactions)
                Assert.True(claimed.Contains(code) == ids.Contains(name + type), $"{type} {code}");
            Assert.Equal((bool)resource["conditionalUpdate"]!, ids.Contains($"conditionalUpdate{type}"));
            Assert.Equal((string)resource["conditionalDelete"]! != "not-supported", ids.Contains($"conditionalDelete{type}"));
        }
    }

    [Fact]
    public async Task The_search_of_a_type_has_the_parameters_that_metadata_claims_and_no_other()
    {
        var document = await fixture.DocumentAsync(ApiDocuments.Fhir);

        // Swagger UI sends what the example has.
        Assert.Empty(document["components"]!["parameters"]!["search.further"]!["example"]!.AsObject());
        var ofAll = (await MetadataAsync())["rest"]![0]!["searchParam"]!.AsArray().Select(static one => (string)one!["name"]!);
        var results = new[] { "_format", "_pretty", "_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude", "_contained", "_containedType", "further" };
        foreach (var resource in await ResourcesAsync())
        {
            var type = (string)resource!["type"]!;
            var claimed = resource["searchParam"]!.AsArray().Select(static one => (string)one!["name"]!);
            var documented = Query(document, document["paths"]![$"/fhir/{type}"]!["get"]!);

            // _has goes on in its name, so it is one of the further ones; _type is for searches of several types.
            Assert.Equal(claimed.Concat(ofAll.Except(["_has", "_type"])).Concat(results).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Each_documented_FHIR_address_is_one_that_runs()
    {
        foreach (var name in new[] { ApiDocuments.Fhir, ApiDocuments.Operations, ApiDocuments.Administration })
        {
            foreach (var (method, path, _) in (await fixture.OperationsAsync(name)).Where(static one => FhirEndpoint.Serves(one.Path)))
            {
                var route = RouteOf(path);
                Assert.True(Server.Interactions.Find(route.Kind, method) is not null, $"{method} {path}");
                if (route.Name is ['$', ..])
                    _ = Server.Operations.Find(route);
            }
        }
    }

    [Fact]
    public async Task Each_interaction_that_is_registered_is_documented()
    {
        var documented = new HashSet<(RouteKind, string)>();
        foreach (var name in new[] { ApiDocuments.Fhir, ApiDocuments.Operations, ApiDocuments.Administration })
            documented.UnionWith((await fixture.OperationsAsync(name)).Where(static one => FhirEndpoint.Serves(one.Path)).Select(static one => (RouteOf(one.Path).Kind, one.Method)));
        Assert.Empty(Server.Interactions.All.Select(static one => (one.Kind, one.Method)).Except(documented));
    }

    [Fact]
    public async Task Each_operation_is_documented_at_each_level_and_type()
    {
        var documented = new HashSet<string>();
        foreach (var name in new[] { ApiDocuments.Operations, ApiDocuments.Administration })
            documented.UnionWith((await fixture.OperationsAsync(name)).Select(static one => $"{one.Method} {one.Path}"));
        var rest = (await MetadataAsync())["rest"]![0]!;
        foreach (var operation in rest["operation"]!.AsArray())
            Assert.Contains(documented, one => one.EndsWith($" /fhir/${operation!["name"]}", StringComparison.Ordinal));
        foreach (var resource in await ResourcesAsync())
        {
            foreach (var operation in resource!["operation"]?.AsArray() ?? [])
            {
                Assert.Contains(documented, one => one.EndsWith($"/${operation!["name"]}", StringComparison.Ordinal)
                    && (one.Contains("/{type}/", StringComparison.Ordinal) || one.Contains($"/{resource["type"]}/", StringComparison.Ordinal)));
            }
        }

        // A change is never made by GET.
        Assert.DoesNotContain("GET /fhir/ImplementationGuide/$install", documented);
        Assert.Contains("POST /fhir/ImplementationGuide/$install", documented);
        Assert.Contains("GET /fhir/Patient/{id}/$everything", documented);
        Assert.Contains("POST /fhir/{type}/{id}/_history/{vid}/$meta-add", documented);
    }

    [Fact]
    public async Task An_operation_has_the_parameters_of_its_definition()
    {
        var document = await fixture.DocumentAsync(ApiDocuments.Operations);
        foreach (var operation in Server.Operations.All.Where(static one => one.Levels.HasFlag(OperationLevels.Type) && one.Types.Count > 0 && !one.AffectsState))
        {
            var path = document["paths"]![$"/fhir/{operation.Types[0]}/${operation.Name}"];
            if (path is null)
                continue;
            var documented = Query(document, path["get"]!);
            foreach (var parameter in operation.Parameters.Where(static one => !one.IsOutput && one.Type is { } type && Schema.R4.FindType(type) is { IsPrimitive: true }))
                Assert.Contains(parameter.Name, documented);
        }
    }

    [Fact]
    public async Task Each_mapped_route_is_described_and_nothing_else_is()
    {
        var mapped = MappedPaths.Routes(fixture.Routes).ToList();
        foreach (var (method, route, _) in mapped)
            Assert.True(MappedPaths.Find(method, route) is not null, $"{method} {route} is mapped and not described: give it a row in src/Fhir.Server/OpenApi.");
        var served = mapped.Select(static one => $"{one.Method} {MappedPaths.PathOf(one.Pattern)}").ToHashSet();
        var documented = new HashSet<string>();
        foreach (var name in new[] { ApiDocuments.Dicomweb, ApiDocuments.Authorization, ApiDocuments.Administration })
            documented.UnionWith((await fixture.OperationsAsync(name)).Where(static one => !FhirEndpoint.Serves(one.Path) || one.Path.EndsWith("smart-configuration", StringComparison.Ordinal)).Select(static one => $"{one.Method} {one.Path}"));
        Assert.Equal(served.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_document_of_everything_is_the_parts_together()
    {
        var parts = new HashSet<string>();
        foreach (var name in new[] { ApiDocuments.Fhir, ApiDocuments.Operations, ApiDocuments.Dicomweb, ApiDocuments.Authorization, ApiDocuments.Administration })
            Assert.All(await fixture.OperationsAsync(name), one => Assert.True(parts.Add($"{one.Method} {one.Path}"), $"{one.Method} {one.Path} is in two documents."));
        var all = await fixture.OperationsAsync(ApiDocuments.All);
        Assert.Equal(parts.Order(StringComparer.Ordinal), all.Select(static one => $"{one.Method} {one.Path}").Order(StringComparer.Ordinal));
        Assert.Equal(all.Count, all.Select(static one => (string)one.Operation["operationId"]!).Distinct().Count());
    }

    [Fact]
    public async Task The_whole_schema_of_a_type_has_its_members_and_refuses_others()
    {
        var schemas = (await fixture.DocumentAsync(ApiDocuments.All))["components"]!["schemas"]!;
        foreach (var type in Schema.R4.ResourceTypes)
        {
            var schema = schemas[type.Name]!;
            var members = schema["properties"]!.AsObject().Select(static one => one.Key).Where(static name => name[0] != '_').ToHashSet();
            Assert.Equal(type.PropertyNames.Append("resourceType").Order(StringComparer.Ordinal), members.Order(StringComparer.Ordinal));
            Assert.Equal(type.Name, (string)schema["properties"]!["resourceType"]!["enum"]![0]!);
            Assert.False((bool)schema["additionalProperties"]!);
        }

        var patient = schemas["Patient"]!["properties"]!;
        Assert.Equal("#/components/schemas/Element", (string)patient["_birthDate"]!["$ref"]!);
        Assert.Equal("#/components/schemas/HumanName", (string)patient["name"]!["items"]!["$ref"]!);
        Assert.Equal("#/components/schemas/Resource", (string)patient["contained"]!["items"]!["$ref"]!);
        Assert.Equal(Schema.R4.ResourceTypes.Count, schemas["Resource"]!["oneOf"]!.AsArray().Count);
        Assert.Equal("#/components/schemas/Questionnaire.item", (string)schemas["Questionnaire.item"]!["properties"]!["item"]!["items"]!["$ref"]!);
    }

    private static HashSet<string> Query(JsonObject document, JsonNode operation) => operation["parameters"]!.AsArray()
        .Select(parameter => OpenApiFixture.Resolve(document, parameter!))
        .Where(static parameter => (string)parameter["in"]! == "query")
        .Select(static parameter => (string)parameter["name"]!).ToHashSet();

    private static FhirRoute RouteOf(string path) => FhirRoute.Parse(path["/fhir".Length..]
        .Replace("{id}", "1", StringComparison.Ordinal).Replace("{vid}", "1", StringComparison.Ordinal).Replace("{type}", path.StartsWith("/fhir/{type}", StringComparison.Ordinal) ? "Patient" : "Observation", StringComparison.Ordinal)
        .Replace("{job}", "1", StringComparison.Ordinal).Replace("{file}", "1", StringComparison.Ordinal));

    private async Task<JsonNode> MetadataAsync() => JsonNode.Parse(await fixture.Client.GetStringAsync("metadata"))!;

    private async Task<JsonArray> ResourcesAsync() => (await MetadataAsync())["rest"]![0]!["resource"]!.AsArray();
}
