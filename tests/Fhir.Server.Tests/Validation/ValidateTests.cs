// $validate over HTTP: what it takes as input, and how it answers.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class ValidateTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Line = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line";
    private const string Column = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col";
    private const string Patient = """{"resourceType": "Patient", "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Wang</div>"}, "gender": "male"}""";
    private const string FaultyPatient = "{\"resourceType\": \"Patient\",\n  \"gender\": \"male\",\n  \"birthDate\": \"1990-13-01\"}";

    [Theory]
    [InlineData("Patient/$validate")]
    [InlineData("$validate")]
    [InlineData("Patient/any/$validate")]
    public async Task A_valid_resource_answers_with_one_information(string address)
    {
        using var response = await server.Client.SendAsync("POST", address, Patient);
        var issues = await OutcomeAsync(response);
        var issue = Assert.Single(issues);
        Assert.Equal("information", (string?)issue["severity"]);
        Assert.Contains("http://hl7.org/fhir/StructureDefinition/Patient", (string?)issue["diagnostics"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/$validate")]
    [InlineData("$validate")]
    [InlineData("Patient/any/$validate")]
    public async Task A_faulty_resource_answers_200_with_errors_at_their_line_and_column(string address)
    {
        using var response = await server.Client.SendAsync("POST", address, FaultyPatient);
        var issue = (await OutcomeAsync(response)).First(i => (string?)i["severity"] == "error");
        Assert.Equal("value", (string?)issue["code"]);
        Assert.Equal("Patient.birthDate", (string?)issue["expression"]![0]);
        AssertPlace(issue, 3, 16);
        Assert.EndsWith("(line 3, column 16)", (string?)issue["diagnostics"], StringComparison.Ordinal);
        Assert.DoesNotContain("column", (string?)issue["details"]!["text"], StringComparison.Ordinal);
        Assert.NotNull(issue["details"]!["coding"]![0]!["code"]);
    }

    [Fact]
    public async Task Lines_and_columns_are_those_of_the_XML_that_was_sent()
    {
        const string Xml = "<Observation xmlns=\"http://hl7.org/fhir\">\n  <status value=\"final\"/>\n  <code>\n    <text value=\"Weight\"/>\n  </code>\n  <effectiveDateTime value=\"1990-13-01\"/>\n</Observation>";
        using var response = await server.Client.SendAsync("POST", "Observation/$validate", Xml, "application/fhir+xml");
        var issue = (await OutcomeAsync(response)).First(i => (string?)i["severity"] == "error");
        Assert.Equal("Observation.effective", (string?)issue["expression"]![0]);
        AssertPlace(issue, 6, 4);
    }

    [Fact]
    public async Task A_resource_within_Parameters_is_told_by_its_own_path_and_its_place_in_the_body()
    {
        var body = $"{{\"resourceType\": \"Parameters\", \"parameter\": [{{\"name\": \"resource\", \"resource\":\n{FaultyPatient}}}]}}";
        using var response = await server.Client.SendAsync("POST", "Patient/$validate", body);
        var issue = (await OutcomeAsync(response)).First(i => (string?)i["severity"] == "error");
        Assert.Equal("Patient.birthDate", (string?)issue["expression"]![0]);
        AssertPlace(issue, 4, 16);
    }

    [Fact]
    public async Task Text_that_is_no_resource_is_told_as_an_outcome()
    {
        using var response = await server.Client.SendAsync("POST", "Patient/$validate", "{\"resourceType\": \"Patient\",,}");
        var issue = Assert.Single(await OutcomeAsync(response));
        Assert.Equal("fatal", (string?)issue["severity"]);
        AssertPlace(issue, 1, 28);
    }

    [Fact]
    public async Task A_stored_resource_is_validated_without_a_body()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        using var get = await server.Client.SendAsync("GET", $"Patient/{id}/$validate");
        Assert.Equal("information", (string?)Assert.Single(await OutcomeAsync(get))["severity"]);
        using var post = await server.Client.SendAsync("POST", $"Patient/{id}/$validate?mode=profile&profile=http://hl7.org/fhir/StructureDefinition/Patient");
        Assert.DoesNotContain(await OutcomeAsync(post), static i => (string?)i["severity"] == "error");
        using var missing = await server.Client.SendAsync("GET", "Patient/nobody/$validate");
        await missing.FailsAsync(404, "not-found");
    }

    [Theory]
    [InlineData("Patient/$validate", "{\"resourceType\": \"Observation\", \"status\": \"final\", \"code\": {\"text\": \"x\"}}", 400, "invalid")]
    [InlineData("Patient/$validate?mode=nonsense", Patient, 400, "value")]
    [InlineData("Patient/$validate?mode=update", Patient, 400, "invalid")]
    [InlineData("Patient/$validate?mode=delete", Patient, 400, "invalid")]
    [InlineData("Patient/$validate?mode=profile", Patient, 400, "required")]
    [InlineData("Patient/$validate?profile=http://example.org/none", Patient, 404, "not-found")]
    [InlineData("Patient/$validate", "{\"resourceType\": \"Parameters\", \"parameter\": [{\"name\": \"mode\", \"valueCode\": \"create\"}]}", 400, "required")]
    [InlineData("Patient/$validate", "{\"resourceType\": \"Parameters\", \"parameter\": [{\"name\": \"other\", \"valueCode\": \"create\"}]}", 400, "not-supported")]
    public async Task A_request_that_makes_no_sense_is_refused(string address, string body, int status, string code)
    {
        using var response = await server.Client.SendAsync("POST", address, body);
        await response.FailsAsync(status, code);
    }

    [Fact]
    public async Task Parameters_are_themselves_validated_at_their_own_type()
    {
        using var response = await server.Client.SendAsync("POST", "Parameters/$validate", """{"resourceType": "Parameters", "parameter": [{"name": "a", "valueCode": "b"}]}""");
        Assert.DoesNotContain(await OutcomeAsync(response), static i => (string?)i["severity"] == "error");
    }

    [Fact]
    public async Task A_batch_may_validate()
    {
        var bundle = $$"""
            {"resourceType": "Bundle", "type": "batch", "entry": [
              {"request": {"method": "POST", "url": "Patient/$validate"}, "resource": {{Patient}}},
              {"request": {"method": "POST", "url": "Patient/$validate"}, "resource":
            {{FaultyPatient}}}]}
            """;
        using var response = await server.Client.SendAsync("POST", "", bundle);
        var entries = (await response.JsonAsync())["entry"]!.AsArray();
        Assert.All(entries, static e => Assert.StartsWith("200", (string?)e!["response"]!["status"], StringComparison.Ordinal));
        Assert.Equal("information", (string?)entries[0]!["resource"]!["issue"]![0]!["severity"]);
        var issue = entries[1]!["resource"]!["issue"]!.AsArray().First(i => (string?)i!["severity"] == "error")!;
        Assert.Equal("Patient.birthDate", (string?)issue["expression"]![0]);
        AssertPlace(issue, 6, 16);
    }

    [Fact]
    public async Task A_response_is_held_to_the_Questionnaire_of_the_moment()
    {
        const string Response = """{"resourceType":"QuestionnaireResponse","questionnaire":"urn:form:changing","status":"completed","item":[{"linkId":"b","answer":[{"valueString":"x"}]}]}""";
        Assert.DoesNotContain("error", await SeveritiesAsync("b"));
        Assert.Contains("error", await SeveritiesAsync("a"));

        async Task<IEnumerable<string?>> SeveritiesAsync(string linkId)
        {
            await server.Client.SendAsync("PUT", "Questionnaire/changing", $$"""{"resourceType":"Questionnaire","id":"changing","url":"urn:form:changing","status":"active","item":[{"linkId":"{{linkId}}","type":"string"}]}""");
            using var response = await server.Client.SendAsync("POST", "QuestionnaireResponse/$validate", Response);
            return (await OutcomeAsync(response)).Select(static issue => (string?)issue["severity"]);
        }
    }

    [Fact]
    public async Task Messages_are_Chinese_where_the_client_prefers_that()
    {
        using var response = await server.Client.SendAsync("POST", "Patient/$validate", FaultyPatient, headers: ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5"));
        Assert.Contains("Accept-Language", response.Headers.Vary);
        Assert.Contains("zh-CN", response.Content.Headers.ContentLanguage);
        var issue = (await OutcomeAsync(response)).First(i => (string?)i["severity"] == "error");
        Assert.Contains("第 3 行，第 16 列", (string?)issue["diagnostics"], StringComparison.Ordinal);
        Assert.Equal("Patient.birthDate", (string?)issue["expression"]![0]);
    }

    [Fact]
    public async Task The_capability_statement_lists_it()
    {
        using var response = await server.Client.SendAsync("GET", "metadata");
        var rest = (await response.JsonAsync())["rest"]![0]!;
        Assert.Contains(rest["operation"]!.AsArray(), static o => (string?)o!["name"] == "validate");
        Assert.All(rest["resource"]!.AsArray(), static r => Assert.Contains(r!["operation"]!.AsArray(), static o => (string?)o!["name"] == "validate"));
    }

    internal static async Task<List<JsonNode>> OutcomeAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, $"{(int)response.StatusCode}: {text}");
        var outcome = JsonNode.Parse(text)!;
        Assert.Equal("OperationOutcome", (string?)outcome["resourceType"]);
        return [.. outcome["issue"]!.AsArray().OfType<JsonNode>()];
    }

    private static void AssertPlace(JsonNode issue, int line, int column)
    {
        Assert.Equal(line, (int)issue["extension"]!.AsArray().Single(e => (string?)e!["url"] == Line)!["valueInteger"]!);
        Assert.Equal(column, (int)issue["extension"]!.AsArray().Single(e => (string?)e!["url"] == Column)!["valueInteger"]!);
    }
}
