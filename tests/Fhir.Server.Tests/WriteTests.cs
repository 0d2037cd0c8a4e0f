using System.Net;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class WriteTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static string PatientOf(string family, string? id = null) => new JsonObject
    {
        ["resourceType"] = "Patient",
        ["id"] = id,
        ["name"] = new JsonArray(new JsonObject { ["family"] = family }),
    }.ToJsonString().Replace("\"id\":null,", "", StringComparison.Ordinal);

    private static string NewId() => Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_create_answers_201_with_Location_ETag_and_the_resource()
    {
        var (id, response) = await server.Client.CreateAsync("Patient", PatientOf("A", "client-chosen"));
        Assert.NotEqual("client-chosen", id);
        Assert.True(Guid.TryParseExact(id, "D", out var guid) && guid.Version == 7);
        Assert.Equal($"{server.Base}/Patient/{id}/_history/1", response.Headers.Location!.ToString());
        Assert.Equal("W/\"1\"", response.Headers.ETag!.ToString());
        Assert.NotNull(response.Content.Headers.LastModified);
    }

    [Fact]
    public async Task An_update_makes_a_version_and_an_equal_one_does_not()
    {
        var id = NewId();
        var created = await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("A", id));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"{server.Base}/Patient/{id}/_history/1", created.Headers.Location!.ToString());
        var updated = await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("B", id));
        Assert.Equal(HttpStatusCode.OK, updated.StatusCode);
        Assert.Equal("W/\"2\"", updated.Headers.ETag!.ToString());
        var same = await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("B", id));
        Assert.Equal(HttpStatusCode.OK, same.StatusCode);
        Assert.Equal("W/\"2\"", same.Headers.ETag!.ToString());
        Assert.Equal(updated.Content.Headers.LastModified, same.Content.Headers.LastModified);

        // Writing back what was read is no change either, with its meta in it.
        var read = await server.Client.GetStringAsync($"Patient/{id}");
        Assert.Equal("W/\"2\"", (await server.Client.SendAsync("PUT", $"Patient/{id}", read)).Headers.ETag!.ToString());
    }

    [Fact]
    public async Task A_deleted_resource_can_be_brought_back()
    {
        var id = NewId();
        await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("A", id));
        await server.Client.DeleteAsync($"Patient/{id}");
        var back = await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("A", id));
        Assert.Equal(HttpStatusCode.Created, back.StatusCode);
        Assert.Equal("W/\"3\"", back.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Type_and_id_of_the_body_must_be_those_of_the_address()
    {
        await (await server.Client.SendAsync("PUT", "Patient/a1", PatientOf("A", "a2"))).FailsAsync(400, "invalid");
        await (await server.Client.SendAsync("PUT", "Patient/a1", PatientOf("A"))).FailsAsync(400, "required");
        await (await server.Client.SendAsync("POST", "Observation", PatientOf("A"))).FailsAsync(400, "invalid");
        await (await server.Client.SendAsync("PUT", "Patient/a_1", PatientOf("A", "a_1"))).FailsAsync(400, "value");
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","nam":[]}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"yesterday"}""")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"x"}""")]
    [InlineData("""{"resourceType":"Observation"}""")]
    [InlineData("""{"resourceType":"Nothing"}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    [InlineData("null")]
    public async Task A_resource_that_breaks_the_structure_of_R4_answers_400_with_every_issue(string body)
    {
        var type = body.Contains("Observation", StringComparison.Ordinal) ? "Observation" : "Patient";
        var response = await server.Client.SendAsync("POST", type, body);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("OperationOutcome", (string?)(await response.JsonAsync())["resourceType"]);
    }

    [Fact]
    public async Task Each_issue_says_where_it_is()
    {
        var response = await server.Client.SendAsync("POST", "Patient", """{"resourceType":"Patient","name":[{"given":["a",5]}],"gendr":"male"}""");
        var issues = (await response.JsonAsync())["issue"]!.AsArray();
        Assert.Contains(issues, i => (string?)i!["expression"]?[0] == "Patient.name[0].given[1]");
        Assert.Contains(issues, i => ((string)i!["diagnostics"]!).Contains("gendr", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reference_of_the_wrong_type_is_refused()
    {
        const string observation = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Practitioner/1"}}""";
        var issue = await (await server.Client.SendAsync("POST", "Observation", observation)).FailsAsync(422, "value");
        Assert.Equal("Observation.subject", (string?)issue["expression"]![0]);
        await server.Client.CreateAsync("Observation", observation.Replace("Practitioner/1", "Patient/1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task If_Match_lets_only_the_reader_of_the_current_version_write()
    {
        var id = NewId();
        await (await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("A", id), headers: ("If-Match", "W/\"1\""))).FailsAsync(412, "conflict");
        await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("A", id));
        Assert.Equal(200, (int)(await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("B", id), headers: ("If-Match", "W/\"1\""))).StatusCode);
        await (await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("C", id), headers: ("If-Match", "W/\"1\""))).FailsAsync(412, "conflict");
        await (await server.Client.SendAsync("DELETE", $"Patient/{id}", headers: ("If-Match", "W/\"1\""))).FailsAsync(412, "conflict");
        await (await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("C", id), headers: ("If-Match", "version two"))).FailsAsync(400, "value");
        Assert.Equal(200, (int)(await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("C", id), headers: ("If-Match", "*"))).StatusCode);
        Assert.Equal(204, (int)(await server.Client.SendAsync("DELETE", $"Patient/{id}", headers: ("If-Match", "W/\"3\""))).StatusCode);
    }

    [Fact]
    public async Task If_None_Match_star_creates_but_never_updates()
    {
        var id = NewId();
        Assert.Equal(201, (int)(await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("A", id), headers: ("If-None-Match", "*"))).StatusCode);
        await (await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf("B", id), headers: ("If-None-Match", "*"))).FailsAsync(412, "conflict");
    }

    [Theory]
    [InlineData("return=minimal", "")]
    [InlineData("return=representation", "Patient")]
    [InlineData("return=OperationOutcome", "OperationOutcome")]
    public async Task Prefer_decides_what_a_write_returns(string prefer, string expected)
    {
        var id = NewId();
        foreach (var family in new[] { "A", "B" })
        {
            var response = await server.Client.SendAsync("PUT", $"Patient/{id}", PatientOf(family, id), headers: ("Prefer", prefer));
            Assert.NotNull(response.Headers.ETag);
            Assert.NotNull(response.Headers.Location);
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal(expected, text.Length == 0 ? "" : (string?)JsonNode.Parse(text)!["resourceType"]);
        }

        var deleted = await server.Client.SendAsync("DELETE", $"Patient/{id}", headers: ("Prefer", prefer));
        Assert.Equal(expected == "OperationOutcome" ? 200 : 204, (int)deleted.StatusCode);
    }

    [Fact]
    public async Task Concurrent_updates_with_If_Match_lose_none()
    {
        var id = NewId();
        await server.Client.SendAsync("PUT", $"Basic/{id}", Basic(id, 0));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var done = false; !done;)
            {
                var read = await server.Client.GetAsync($"Basic/{id}");
                var count = int.Parse((string)(await read.JsonAsync())["code"]!["text"]!);
                var write = await server.Client.SendAsync("PUT", $"Basic/{id}", Basic(id, count + 1), headers: ("If-Match", read.Headers.ETag!.ToString()));
                Assert.Contains((int)write.StatusCode, new[] { 200, 412 });
                done = write.IsSuccessStatusCode;
            }
        }));
        var last = await (await server.Client.GetAsync($"Basic/{id}")).JsonAsync();
        Assert.Equal("16", (string?)last["code"]!["text"]);
        Assert.Equal("17", (string?)last["meta"]!["versionId"]);

        static string Basic(string id, int count) => $$$"""{"resourceType":"Basic","id":"{{{id}}}","code":{"text":"{{{count}}}"}}""";
    }

    [Fact]
    public async Task A_resource_comes_back_in_XML_as_it_went_in()
    {
        const string xml = """<Patient xmlns="http://hl7.org/fhir"><name><family value="Müller &amp; Söhne"/></name><birthDate value="1970-01"/></Patient>""";
        var created = await server.Client.SendAsync("POST", "Patient", xml, "application/fhir+xml", ("Accept", "application/fhir+xml"));
        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("application/fhir+xml; charset=utf-8", created.Content.Headers.ContentType!.ToString());
        var text = await created.Content.ReadAsStringAsync();
        Assert.Contains("<birthDate value=\"1970-01\"", text, StringComparison.Ordinal);
        var json = await (await server.Client.GetAsync(created.Headers.Location!.ToString().Replace("/_history/1", "", StringComparison.Ordinal))).JsonAsync();
        Assert.Equal("Müller & Söhne", (string?)json["name"]![0]!["family"]);
        var bad = await server.Client.SendAsync("POST", "Patient", "<Patient xmlns=\"http://hl7.org/fhir\"><nam/></Patient>", "application/fhir+xml", ("Accept", "application/fhir+xml"));
        Assert.Equal(400, (int)bad.StatusCode);
        Assert.StartsWith("<OperationOutcome", (await bad.Content.ReadAsStringAsync()).Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", StringComparison.OrdinalIgnoreCase).TrimStart(), StringComparison.Ordinal);
        await (await server.Client.SendAsync("POST", "Patient", "<!DOCTYPE x [<!ENTITY y \"z\">]><Patient xmlns=\"http://hl7.org/fhir\"/>", "application/fhir+xml")).FailsAsync(400, "structure");
    }
}

public class ProvenanceHeaderTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Provenance = """{"resourceType":"Provenance","recorded":"2026-01-31T09:30:00Z","agent":[{"who":{"display":"feed"}}]}""";

    [Fact]
    public async Task A_Provenance_in_the_header_is_stored_with_the_write()
    {
        var created = await server.Client.SendAsync("POST", "Patient", """{"resourceType":"Patient"}""", headers: ("X-Provenance", Provenance));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = (string)(await created.JsonAsync())["id"]!;
        var found = await (await server.Client.GetAsync($"Provenance?target=Patient/{id}")).JsonAsync();
        Assert.Equal($"Patient/{id}/_history/1", (string?)Assert.Single(found["entry"]!.AsArray())!["resource"]!["target"]![0]!["reference"]);
    }

    [Fact]
    public async Task A_header_that_holds_no_Provenance_stops_the_write()
    {
        var refused = await server.Client.SendAsync("PUT", "Patient/unproven", """{"resourceType":"Patient","id":"unproven"}""", headers: ("X-Provenance", """{"resourceType":"Patient"}"""));
        await refused.FailsAsync(400, "value");
        await (await server.Client.GetAsync("Patient/unproven")).FailsAsync(404, "not-found");
    }
}
