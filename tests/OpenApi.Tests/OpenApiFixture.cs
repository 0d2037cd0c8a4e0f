// A server whose documents the tests read, in both modes.

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.OpenApi.Tests;

/// <summary>A server under <c>Auth:Mode=Smart</c>, where everything is served.</summary>
public sealed class OpenApiFixture : SmartFixture
{
    private readonly ConcurrentDictionary<string, Task<JsonObject>> _documents = new(StringComparer.Ordinal);

    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Samples:SmartApp=true"];

    /// <summary>A document by its name.</summary>
    public Task<JsonObject> DocumentAsync(string name) => _documents.GetOrAdd(name, async name => (await Client.GetStringAsync($"{Root}/swagger/{name}/swagger.json")) is var text ? JsonNode.Parse(text)!.AsObject() : []);

    /// <summary>The methods and paths of a document.</summary>
    public async Task<IReadOnlyList<(string Method, string Path, JsonObject Operation)>> OperationsAsync(string name) =>
        [.. from path in (await DocumentAsync(name))["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject())];

    /// <summary>What ASP.NET routes.</summary>
    public EndpointDataSource Routes => Services.GetRequiredService<EndpointDataSource>();

    /// <summary>What a reference of a document leads to; what is none stays as it is.</summary>
    public static JsonObject Resolve(JsonObject document, JsonNode node)
    {
        var found = node.AsObject();
        if ((string?)found["$ref"] is { } reference)
            found = reference.Split('/').Skip(1).Aggregate((JsonNode)document, static (at, step) => at[step]!).AsObject();
        return found;
    }
}

/// <summary>A server under <c>Auth:Mode=Open</c>, for what is about the API and not about access.</summary>
public sealed class OpenFixture : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Exchange:Workflow=false"];

    public string Root => Base[..^"/fhir".Length];

    /// <summary>A document by its name.</summary>
    public async Task<JsonObject> DocumentAsync(string name) => JsonNode.Parse(await Client.GetStringAsync($"{Root}/swagger/{name}/swagger.json"))!.AsObject();
}

/// <summary>A server without documents.</summary>
public sealed class ClosedFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Swagger:Enabled=false"];
}
