// US Core 3.1.0 as HL7 published it.

using System.Text.Json.Nodes;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests.Packages;

public class UsCoreTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Us_core_is_loaded_whole_and_its_definitions_are_live()
    {
        if (SharedMaterial.Folder("us-core") is not { } shared)
        {
            output.WriteLine("The package is not there; nothing was tested.");
            return;
        }

        using var folder = new TemporaryFolder();
        var package = Directory.GetFiles(shared, "package.json", SearchOption.AllDirectories).Select(Path.GetDirectoryName).Single()!;
        var patient = folder.Write("p.json", """{"resourceType":"Patient","id":"p","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}},{"url":"text","valueString":"White"}]}],"name":[{"family":"Kim"}]}""");
        Assert.Equal(0, (await ServerProcess.RunAsync("import", patient, "--data", folder["data"])).ExitCode);
        var (exit, printed) = await ServerProcess.RunAsync("package", "add", package, "--data", folder["data"]);
        output.WriteLine(printed);
        Assert.Contains("hl7.fhir.us.core#3.1.0: 144 resources are live.", printed, StringComparison.Ordinal);
        Assert.Equal(0, exit);

        // Where R4 has the code, R4's parameter is used; where its expression differs, that is said.
        Assert.Equal(
            ["us-core-condition-onset-date", "us-core-goal-target-date", "us-core-location-name", "us-core-organization-name", "us-core-procedure-date"],
            printed.Split('\n').Where(static line => line.Contains("is stored and not used", StringComparison.Ordinal)).Select(static line => line.Trim().Split(' ')[0].Split('/')[1]));
        Assert.DoesNotContain("is not loaded", printed, StringComparison.Ordinal);

        using var server = await ServerProcess.StartAsync(folder["data"], "--FhirHub:Exchange:Package=false");
        Assert.DoesNotContain("can't be used", server.Output, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"p\"", await server.Client.GetStringAsync("Patient?race=2106-3"), StringComparison.Ordinal);
        Assert.Contains("\"id\":\"p\"", await server.Client.GetStringAsync("Patient?name=kim"), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"2106-3\"", await server.Client.GetStringAsync("ValueSet/$expand?url=http://hl7.org/fhir/us/core/ValueSet/omb-race-category"), StringComparison.Ordinal);
        foreach (var (type, count) in new[] { ("StructureDefinition", 29), ("SearchParameter", 74), ("ValueSet", 31), ("CodeSystem", 5), ("CapabilityStatement", 2), ("ConceptMap", 1), ("OperationDefinition", 1), ("ImplementationGuide", 1) })
            Assert.Equal(count, (int)JsonNode.Parse(await server.Client.GetStringAsync($"{type}?_summary=count"))!["total"]!);
        Assert.Contains("\"url\":\"http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient\"", await server.Client.GetStringAsync("StructureDefinition?url=http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"), StringComparison.Ordinal);
        var statement = JsonNode.Parse(await server.Client.GetStringAsync("metadata"))!;
        Assert.Equal("http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|3.1.0", (string)statement["implementationGuide"]![0]!);
    }
}
