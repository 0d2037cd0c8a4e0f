// What programs of others make of the documents: a validator of npm, and a client in TypeScript.

using FhirHub.Server.OpenApi;

namespace FhirHub.OpenApi.Tests;

public class GeneratedClientTests(OpenApiFixture fixture, OpenFixture open) : IClassFixture<OpenApiFixture>, IClassFixture<OpenFixture>
{
    [NodeFact]
    public async Task The_documents_meet_the_schema_of_OpenAPI_3()
    {
        string[] names = [ApiDocuments.Fhir, ApiDocuments.Operations, ApiDocuments.Dicomweb, ApiDocuments.Authorization, ApiDocuments.Administration, ApiDocuments.All];
        await NodeTools.RunAsync(["validate.js", .. names.Select(name => $"{fixture.Root}/swagger/{name}/swagger.json"), $"{open.Root}/swagger/{ApiDocuments.All}/swagger.json"]);
    }

    [NodeFact]
    public async Task A_client_in_TypeScript_compiles_and_reads_writes_and_searches()
    {
        await NodeTools.RunAsync("node_modules/openapi-typescript/bin/cli.js", $"{fixture.Root}/swagger/{ApiDocuments.All}/swagger.json", "-o", "generated/fhirhub.ts");
        await NodeTools.RunAsync("node_modules/typescript/bin/tsc", "-p", ".");
        Assert.Equal("ok\n", await NodeTools.RunAsync("compiled/client.js", fixture.Root, await fixture.TokenAsync("user/*.cruds")));
    }
}
