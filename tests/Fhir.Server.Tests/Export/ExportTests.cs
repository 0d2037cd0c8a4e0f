// $export where nobody says who they are: what is written, and how it is asked for and fetched.

using System.Text.Json.Nodes;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.Export;

public class ExportTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await server.Client.SendAsync("POST", "", """
            {"resourceType": "Bundle", "type": "transaction", "entry": [
              {"request": {"method": "PUT", "url": "Organization/ex-hospital"}, "resource": {"resourceType": "Organization", "id": "ex-hospital", "name": "Hospital"}},
              {"request": {"method": "PUT", "url": "Patient/ex-1"}, "resource": {"resourceType": "Patient", "id": "ex-1", "gender": "male", "name": [{"family": "Zhang"}]}},
              {"request": {"method": "PUT", "url": "Patient/ex-2"}, "resource": {"resourceType": "Patient", "id": "ex-2", "gender": "female"}},
              {"request": {"method": "PUT", "url": "Patient/ex-3"}, "resource": {"resourceType": "Patient", "id": "ex-3", "gender": "female"}},
              {"request": {"method": "PUT", "url": "Observation/ex-1"}, "resource": {"resourceType": "Observation", "id": "ex-1", "status": "final", "code": {"text": "a"}, "subject": {"reference": "Patient/ex-1"}}},
              {"request": {"method": "PUT", "url": "Observation/ex-2"}, "resource": {"resourceType": "Observation", "id": "ex-2", "status": "preliminary", "code": {"text": "b"}, "subject": {"reference": "Patient/ex-2"}}},
              {"request": {"method": "PUT", "url": "Observation/ex-3"}, "resource": {"resourceType": "Observation", "id": "ex-3", "status": "final", "code": {"text": "c"}, "subject": {"reference": "Patient/ex-3"}, "performer": [{"reference": "Patient/ex-1"}]}},
              {"request": {"method": "PUT", "url": "Observation/ex-0"}, "resource": {"resourceType": "Observation", "id": "ex-0", "status": "final", "code": {"text": "of nobody"}}},
              {"request": {"method": "PUT", "url": "Group/ex-group"}, "resource": {"resourceType": "Group", "id": "ex-group", "type": "person", "actual": true, "member": [{"entity": {"reference": "Patient/ex-1"}}, {"entity": {"reference": "Patient/ex-2"}}, {"entity": {"reference": "Patient/ex-3"}, "inactive": true}]}}
            ]}
            """);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("$export?_type=Patient,Observation,Organization", "Observation/ex-0 Observation/ex-1 Observation/ex-2 Observation/ex-3 Organization/ex-hospital Patient/ex-1 Patient/ex-2 Patient/ex-3")]
    [InlineData("$export?_type=Patient&_type=Organization", "Organization/ex-hospital Patient/ex-1 Patient/ex-2 Patient/ex-3")]
    [InlineData("Patient/$export", "Observation/ex-1 Observation/ex-2 Observation/ex-3 Patient/ex-1 Patient/ex-2 Patient/ex-3")]
    [InlineData("Group/ex-group/$export", "Observation/ex-1 Observation/ex-2 Patient/ex-1 Patient/ex-2")]
    [InlineData("Group/ex-group/$export?_type=Patient", "Patient/ex-1 Patient/ex-2")]
    [InlineData("Group/ex-group/$export?_typeFilter=Observation?status=final", "Observation/ex-1")]
    [InlineData("$export?_type=Patient,Observation&_typeFilter=Observation?status=preliminary&_typeFilter=Patient?gender=male", "Observation/ex-2 Patient/ex-1")]
    [InlineData("$export?_type=Observation&_typeFilter=Observation?status=preliminary,Observation?code:text=c,Observation?status=entered-in-error", "Observation/ex-2 Observation/ex-3")]
    public async Task It_writes_what_is_asked_for(string address, string expected)
    {
        var export = await BulkExport.RunAsync(server.Client, address);
        Assert.Equal(expected, string.Join(' ', export.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Patients_of_a_group_can_be_named_and_strangers_are_left_out()
    {
        var export = await BulkExport.RunAsync(server.Client, "Group/ex-group/$export", """
            {"resourceType": "Parameters", "parameter": [
              {"name": "_type", "valueString": "Patient"}, {"name": "patient", "valueReference": {"reference": "Patient/ex-2"}},
              {"name": "patient", "valueReference": {"reference": "Patient/ex-3"}}, {"name": "patient", "valueReference": {"reference": "Patient/unknown"}}]}
            """);
        Assert.Equal(["Patient/ex-2"], export.Keys);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 170, 193)]
    public async Task Since_writes_what_changed_after_an_instant_and_tells_what_was_deleted()
    {
        await server.Client.SendAsync("PUT", "Basic/ex-gone", """{"resourceType": "Basic", "id": "ex-gone", "code": {"text": "a"}}""");
        var first = await BulkExport.RunAsync(server.Client, "$export?_type=Basic");
        Assert.Equal(["Basic/ex-gone"], first.Keys);
        await server.Client.SendAsync("DELETE", "Basic/ex-gone");
        await server.Client.SendAsync("PUT", "Basic/ex-new", """{"resourceType": "Basic", "id": "ex-new", "code": {"text": "a"}}""");
        var next = await BulkExport.RunAsync(server.Client, $"$export?_type=Basic&_since={first.Manifest["transactionTime"]}");
        Assert.Equal(["Basic/ex-new"], next.Keys);
        var deleted = next.Manifest["deleted"]!.AsArray().Single()!;
        Assert.Equal("Bundle", (string?)deleted["type"]);
        var bundle = JsonNode.Parse(await server.Client.GetStringAsync((string)deleted["url"]!))!;
        Assert.Equal("transaction DELETE Basic/ex-gone", $"{bundle["type"]} {bundle["entry"]![0]!["request"]!["method"]} {bundle["entry"]![0]!["request"]!["url"]}");
        Assert.Equal(202, (int)(await BulkExport.KickOffAsync(server.Client, $"$export?_since={DateTimeOffset.UtcNow.AddDays(-7):O}".Replace("+", "%2B", StringComparison.Ordinal))).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 179, 180, 181, 182, 183, 184, 185, 187, 188)]
    public async Task It_is_asked_for_polled_and_fetched_as_the_specification_says()
    {
        var accepted = await BulkExport.KickOffAsync(server.Client, "Patient/$export?_type=Patient");
        Assert.Equal(202, (int)accepted.StatusCode);
        var polling = accepted.Content.Headers.ContentLocation!;
        Assert.True(polling.IsAbsoluteUri);
        var done = await BulkExport.PollAsync(server.Client, polling);
        Assert.Equal(200, (int)done.StatusCode);
        Assert.Equal("application/json", done.Content.Headers.ContentType!.MediaType);
        Assert.True(done.Content.Headers.Expires > DateTimeOffset.UtcNow);
        var manifest = await done.JsonAsync();
        Assert.Equal(["transactionTime", "request", "requiresAccessToken", "output", "deleted", "error"], manifest.AsObject().Select(static member => member.Key));
        Assert.Equal($"{server.Base}/Patient/$export?_type=Patient", (string?)manifest["request"]);
        Assert.False((bool)manifest["requiresAccessToken"]!);
        var output = manifest["output"]!.AsArray().Single()!;
        Assert.Equal("Patient", (string?)output["type"]);
        Assert.Equal(3, (int)output["count"]!);
        Assert.True(Uri.TryCreate((string?)output["url"], UriKind.Absolute, out var url));
        var file = await server.Client.GetAsync(url);
        Assert.Equal("application/fhir+ndjson", file.Content.Headers.ContentType!.MediaType);
        var lines = (await file.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.Equal(3, lines.Length - 1);
        Assert.All(lines[..^1], static line => Assert.Equal("Patient", (string?)JsonNode.Parse(line)!["resourceType"]));
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 190, 191)]
    public async Task A_cancelled_export_is_gone_with_its_files()
    {
        var accepted = await BulkExport.KickOffAsync(server.Client, "$export?_type=Patient");
        var polling = accepted.Content.Headers.ContentLocation!;
        var manifest = await (await BulkExport.PollAsync(server.Client, polling)).JsonAsync();
        Assert.Equal(202, (int)(await server.Client.DeleteAsync(polling)).StatusCode);
        await (await server.Client.GetAsync(polling)).FailsAsync(404, "not-found");
        await (await server.Client.DeleteAsync(polling)).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync((string)manifest["output"]![0]!["url"]!)).FailsAsync(404, "not-found");
        Assert.False(Directory.Exists(Path.Combine(server.DataPath, "exports", polling.Segments[^1])));
    }

    [Theory]
    [InlineData("application/fhir%2Bndjson", 202)]
    [InlineData("application/ndjson", 202)]
    [InlineData("ndjson", 202)]
    [InlineData("text/csv", 400)]
    [InlineData("", 400)]
    [Covers(CoversAttribute.Inferno, 192)]
    public async Task The_output_format_has_three_names(string format, int status)
    {
        var answer = await BulkExport.KickOffAsync(server.Client, $"$export?_type=Organization&_outputFormat={format}");
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 202)
            await BulkExport.PollAsync(server.Client, answer.Content.Headers.ContentLocation!, delete: true);
    }

    [Theory]
    [InlineData("$export?_type=Nothing", 400)]
    [InlineData("$export?_since=yesterday", 400)]
    [InlineData("$export?_typeFilter=status=final", 400)]
    [InlineData("$export?_typeFilter=Observation?no-such=1", 400)]
    [InlineData("$export?_typeFilter=Observation?_include=Observation:subject", 400)]
    [InlineData("$export?unknown=1", 400)]
    [InlineData("Patient/$export?_type=Organization", 400)]
    [InlineData("Group/unknown/$export", 404)]
    [InlineData("Observation/$export", 404)]
    [InlineData("Patient/ex-1/$export", 404)]
    public async Task What_can_not_be_done_is_refused_at_once(string address, int status) =>
        Assert.Equal(status, (int)(await BulkExport.KickOffAsync(server.Client, address)).StatusCode);

    [Fact]
    public async Task Without_the_header_Prefer_nothing_is_begun() => await (await server.Client.GetAsync("$export")).FailsAsync(400, "required");

    [Theory]
    [InlineData("_export/0123456789abcdef")]
    [InlineData("_export/../fhir.db")]
    [InlineData("_export/%2e%2e/fhir.db")]
    [InlineData("_export/..%2f..%2ffhir.db")]
    [InlineData("_export")]
    public async Task Made_up_addresses_lead_nowhere(string address) => Assert.Equal(404, (int)(await server.Client.GetAsync(address)).StatusCode);

    [Fact]
    public async Task Of_an_export_only_its_own_files_are_served()
    {
        var accepted = await BulkExport.KickOffAsync(server.Client, "$export?_type=Patient");
        var polling = accepted.Content.Headers.ContentLocation!;
        await BulkExport.PollAsync(server.Client, polling);
        foreach (var name in (string[])["Patient.2.ndjson", "patient.1.ndjson", "..%2ffhir.db", "%2e%2e%2f%2e%2e%2ffhir.db"])
            Assert.Equal(404, (int)(await server.Client.GetAsync($"{polling}/{name}")).StatusCode);
    }

    [Fact]
    public async Task Elements_are_left_out_where_they_are_not_asked_for()
    {
        var export = await BulkExport.RunAsync(server.Client, "$export?_type=Patient&_elements=gender");
        Assert.All(export.Resources, static patient => Assert.Null(patient["name"]));
        Assert.All(export.Resources, static patient => Assert.Equal("SUBSETTED", (string?)patient["meta"]!["tag"]![0]!["code"]));
    }

    [Fact]
    public async Task What_was_exported_survives_a_restart()
    {
        var accepted = await BulkExport.KickOffAsync(server.Client, "$export?_type=Patient");
        var polling = accepted.Content.Headers.ContentLocation!.AbsolutePath;
        await BulkExport.PollAsync(server.Client, accepted.Content.Headers.ContentLocation!);
        await server.RestartAsync();
        var manifest = await (await server.Client.GetAsync(polling)).JsonAsync();
        Assert.Equal(200, (int)(await server.Client.GetAsync((string)manifest["output"]![0]!["url"]!)).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 174, 175, 176, 177)]
    public async Task The_capability_statement_tells_of_it()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        Assert.Contains("http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data", statement["instantiates"]!.AsArray().Select(static url => (string?)url));
        var rest = statement["rest"]![0]!;
        Assert.Equal("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export", Definition(rest));
        Assert.Equal("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export", Definition(Resource("Patient")));
        Assert.Equal("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export", Definition(Resource("Group")));
        JsonNode Resource(string type) => rest["resource"]!.AsArray().Single(resource => (string?)resource!["type"] == type)!;
        static string? Definition(JsonNode at) => (string?)at["operation"]!.AsArray().Single(static operation => (string?)operation!["name"] == "export")!["definition"];
    }
}
