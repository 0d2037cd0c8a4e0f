// SearchParameter resources and $reindex over HTTP.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.SearchParameters;

public class SearchParameterTests : IAsyncLifetime
{
    // Each test has a server of its own, since search parameters are the whole server's.
    private readonly ServerFixture _server = new();

    private HttpClient Client => _server.Client;

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    public static TheoryData<string, string, string, string, string> OfEachType => new()
    {
        { "string", "Patient", "Patient.extension('urn:motto').value", """{"extension":[{"url":"urn:motto","valueString":"Festina lente"}]}""", "festina" },
        { "token", "Patient", "Patient.maritalStatus", """{"maritalStatus":{"coding":[{"system":"urn:s","code":"M"}]}}""", "urn:s|M" },
        { "date", "Patient", "Patient.identifier.period", """{"identifier":[{"value":"1","period":{"start":"2020-01-01","end":"2020-12-31"}}]}""", "2020" },
        { "number", "Patient", "Patient.multipleBirth as integer", """{"multipleBirthInteger":3}""", "gt2" },
        { "quantity", "Patient", "Patient.extension('urn:height').value", """{"extension":[{"url":"urn:height","valueQuantity":{"value":1.8,"system":"http://unitsofmeasure.org","code":"m"}}]}""", "180|http://unitsofmeasure.org|cm" },
        { "reference", "Patient", "Patient.extension('urn:keeper').value", """{"extension":[{"url":"urn:keeper","valueReference":{"reference":"Organization/keeper"}}]}""", "Organization/keeper" },
        { "uri", "Patient", "Patient.extension('urn:site').value", """{"extension":[{"url":"urn:site","valueUri":"http://example.org/a"}]}""", "http://example.org/a" },
        { "token", "Patient", "Patient.photo.exists()", """{"photo":[{"title":"me"}]}""", "true" },
    };

    [Theory]
    [MemberData(nameof(OfEachType))]
    public async Task A_parameter_of_any_type_is_searchable_after_a_reindex(string type, string resourceType, string expression, string content, string value)
    {
        await Client.SendAsync("PUT", $"{resourceType}/old", Resource(resourceType, "old", content));
        await Client.SendAsync("PUT", $"{resourceType}/other", Resource(resourceType, "other", """{"active":true}"""));
        await Client.CreateAsync("SearchParameter", Definition("my-own", type, expression, resourceType));
        await Client.SendAsync("PUT", $"{resourceType}/new", Resource(resourceType, "new", content));

        var issue = await (await Client.GetAsync($"{resourceType}?my-own={Uri.EscapeDataString(value)}")).FailsAsync(400, "not-supported");
        Assert.Contains("$reindex", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("my-own", await ListedAsync(resourceType));

        var done = await ReindexAsync();
        Assert.Equal("completed", Value(done, "state"));
        Assert.Equal("new old", await IdsAsync($"{resourceType}?my-own={Uri.EscapeDataString(value)}"));
        Assert.Contains("my-own", await ListedAsync(resourceType));
        Assert.Empty(await ProblemsAsync());

        await _server.RestartAsync();
        Assert.Equal("new old", await IdsAsync($"{resourceType}?my-own={Uri.EscapeDataString(value)}"));
    }

    [Fact]
    public async Task The_capability_statement_names_the_definition()
    {
        await Client.CreateAsync("SearchParameter", Definition("motto", "string", "Patient.extension('urn:motto').value"));
        var statement = await (await Client.GetAsync("metadata")).JsonAsync();
        var listed = statement["rest"]![0]!["resource"]!.AsArray().Single(r => (string)r!["type"]! == "Patient")!["searchParam"]!.AsArray();
        var motto = Assert.Single(listed, p => (string)p!["name"]! == "motto")!;
        Assert.Equal("urn:sp:motto", (string)motto["definition"]!);
        Assert.Equal("string", (string)motto["type"]!);
    }

    [Fact]
    public async Task Without_resources_of_its_base_a_parameter_is_searchable_at_once()
    {
        await Client.CreateAsync("SearchParameter", Definition("motto", "string", "Patient.extension('urn:motto').value"));
        await Client.SendAsync("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1","extension":[{"url":"urn:motto","valueString":"Carpe diem"}]}""");
        Assert.Equal("p1", await IdsAsync("Patient?motto=carpe"));
    }

    [Fact]
    public async Task The_schema_of_graphql_has_the_parameters_of_the_moment()
    {
        const string Query = "{ __type(name: \"Query\") { fields { name args { name } } } }";
        Assert.DoesNotContain("motto", await SchemaAsync());
        Assert.DoesNotContain("motto", await SchemaAsync());
        var (id, _) = await Client.CreateAsync("SearchParameter", Definition("motto", "string", "Patient.extension('urn:motto').value"));
        Assert.Contains("motto", await SchemaAsync());
        Assert.Equal(await SchemaAsync(), await SchemaAsync());
        await Client.SendAsync("DELETE", $"SearchParameter/{id}");
        Assert.DoesNotContain("motto", await SchemaAsync());

        async Task<string[]> SchemaAsync()
        {
            var answer = await (await Client.SendAsync("POST", "$graphql", Query, "application/graphql")).JsonAsync();
            var list = answer["data"]!["__type"]!["fields"]!.AsArray().Single(f => (string?)f!["name"] == "PatientList")!;
            return [.. list["args"]!.AsArray().Select(a => (string)a!["name"]!)];
        }
    }

    [Fact]
    public async Task Composites_chains_reverse_chains_includes_and_sort_work_with_added_parameters()
    {
        var bundle = """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"SearchParameter","id":"sp-both","url":"urn:sp:both","name":"both","status":"active","description":"d","code":"both","base":["Patient"],"type":"composite","expression":"Patient.name",
                "component":[{"definition":"urn:sp:prefix","expression":"prefix"},{"definition":"urn:sp:since","expression":"period"}]},"request":{"method":"PUT","url":"SearchParameter/sp-both"}},
              {"resource":{"resourceType":"SearchParameter","id":"sp-prefix","url":"urn:sp:prefix","name":"prefix","status":"active","description":"d","code":"prefix","base":["Patient"],"type":"string","expression":"Patient.name.prefix"},"request":{"method":"PUT","url":"SearchParameter/sp-prefix"}},
              {"resource":{"resourceType":"SearchParameter","id":"sp-since","url":"urn:sp:since","name":"since","status":"active","description":"d","code":"since","base":["Patient"],"type":"date","expression":"Patient.name.period"},"request":{"method":"PUT","url":"SearchParameter/sp-since"}},
              {"resource":{"resourceType":"SearchParameter","id":"sp-keeper","url":"urn:sp:keeper","name":"keeper","status":"active","description":"d","code":"keeper","base":["Patient"],"type":"reference","target":["Organization"],"expression":"Patient.extension('urn:keeper').value"},"request":{"method":"PUT","url":"SearchParameter/sp-keeper"}},
              {"resource":{"resourceType":"Organization","id":"o1","name":"Keepers"},"request":{"method":"PUT","url":"Organization/o1"}},
              {"resource":{"resourceType":"Patient","id":"a","name":[{"prefix":["Dr"],"period":{"start":"2021"}}],"extension":[{"url":"urn:keeper","valueReference":{"reference":"Organization/o1"}}]},"request":{"method":"PUT","url":"Patient/a"}},
              {"resource":{"resourceType":"Patient","id":"b","name":[{"prefix":["Dr"],"period":{"start":"2010","end":"2012"}},{"prefix":["Ms"],"period":{"start":"2021"}}]},"request":{"method":"PUT","url":"Patient/b"}}]}
            """;
        Assert.Equal(200, (int)(await Client.SendAsync("POST", "", bundle)).StatusCode);
        await ReindexAsync();

        Assert.Equal("a", await IdsAsync("Patient?both=Dr$ge2020"));
        Assert.Equal("a b", await IdsAsync("Patient?prefix=dr"));
        Assert.Equal("a", await IdsAsync("Patient?keeper.name=keepers"));
        Assert.Equal("o1", await IdsAsync("Organization?_has:Patient:keeper:prefix=dr"));
        Assert.Equal("a o1", await IdsAsync("Patient?keeper=Organization/o1&_include=Patient:keeper"));
        var sorted = await (await Client.GetAsync("Patient?_sort=since")).JsonAsync();
        Assert.Equal(["b", "a"], sorted["entry"]!.AsArray().Select(e => (string)e!["resource"]!["id"]!));
        Assert.Empty(await ProblemsAsync());
    }

    [Theory]
    [InlineData("code", "\"a.b\"", "value", "SearchParameter.code")]
    [InlineData("type", "\"special\"", "not-supported", "SearchParameter.type")]
    [InlineData("base", "[\"Potato\"]", null, null)]
    [InlineData("target", "[\"Potato\"]", null, null)]
    [InlineData("expression", "\"Patient.nmae\"", "invalid", "SearchParameter.expression")]
    [InlineData("expression", "\"Patient.name.where(\"", "invalid", "SearchParameter.expression")]
    [InlineData("expression", "\"Observation.code\"", "invalid", "SearchParameter.expression")]
    [InlineData("expression", null, "required", "SearchParameter.expression")]
    [InlineData("code", "\"birthdate\"", "duplicate", "SearchParameter.code")]
    [InlineData("url", "\"http://hl7.org/fhir/SearchParameter/individual-family\"", "duplicate", "SearchParameter.url")]
    [InlineData("component", "[{\"definition\":\"urn:sp:none\",\"expression\":\"given\"}]", "invalid", "SearchParameter.component")]
    public async Task What_can_not_work_is_refused(string element, string? json, string? code, string? at)
    {
        var definition = JsonNode.Parse(Definition("motto", "string", "Patient.name.suffix"))!.AsObject();
        definition[element] = json is null ? null : JsonNode.Parse(json);
        if (json is null)
            definition.Remove(element);
        var response = await Client.SendAsync("POST", "SearchParameter", definition.ToJsonString());
        if (code is null)
        {
            // The binding of R4 may refuse it before.
            Assert.InRange((int)response.StatusCode, 400, 422);
            return;
        }

        var issue = await response.FailsAsync(422, code);
        Assert.Equal(at, (string?)issue["expression"]![0]);

        definition["status"] = "draft";
        Assert.Equal(201, (int)(await Client.SendAsync("POST", "SearchParameter", definition.ToJsonString())).StatusCode);
    }

    [Theory]
    [InlineData("date", "Patient.name", "HumanName")]
    [InlineData("string", "Patient.contact", "Patient.contact")]
    [InlineData("reference", "Patient.birthDate | Patient.active", "date or boolean")]
    [InlineData("quantity", "Patient.name.where(use = 'official').given.first()", "string")]
    [InlineData("number", "(Patient.deceased as dateTime)", "dateTime")]
    public async Task An_expression_that_leads_to_nothing_of_the_type_is_refused(string type, string expression, string found)
    {
        var issue = await (await Client.SendAsync("POST", "SearchParameter", Definition("odd", type, expression))).FailsAsync(422, "invalid");
        Assert.Contains($"leads to {found}, ", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal("SearchParameter.expression", (string?)issue["expression"]![0]);
    }

    [Theory]
    [InlineData("date", "Patient.deceased")]
    [InlineData("date", "Patient.name.period | Patient.name")]
    [InlineData("date", "Patient.extension('urn:x').value")]
    [InlineData("reference", "Patient.contained")]
    [InlineData("token", "Patient.name.exists()")]
    [InlineData("string", "Patient.name.given.first() & '!'")]
    public async Task An_expression_that_may_lead_to_the_type_is_taken(string type, string expression) =>
        await Client.CreateAsync("SearchParameter", Definition("odd", type, expression));

    [Fact]
    public async Task A_composite_needs_its_components_and_keeps_them()
    {
        var composite = """
            {"resourceType":"SearchParameter","url":"urn:sp:both","name":"both","status":"active","description":"d","code":"both","base":["Patient"],"type":"composite","expression":"Patient.name",
             "component":[{"definition":"urn:sp:prefix","expression":"prefix"},{"definition":"http://hl7.org/fhir/SearchParameter/individual-given","expression":"given"}]}
            """;
        await (await Client.SendAsync("POST", "SearchParameter", composite)).FailsAsync(422, "not-found");
        var (part, _) = await Client.CreateAsync("SearchParameter", Definition("prefix", "string", "Patient.name.prefix"));
        var (whole, _) = await Client.CreateAsync("SearchParameter", composite);

        await (await Client.SendAsync("DELETE", $"SearchParameter/{part}")).FailsAsync(409, "conflict");
        Assert.Equal(204, (int)(await Client.SendAsync("DELETE", $"SearchParameter/{whole}")).StatusCode);
        Assert.Equal(204, (int)(await Client.SendAsync("DELETE", $"SearchParameter/{part}")).StatusCode);
    }

    [Fact]
    public async Task The_definitions_of_R4_may_be_loaded_and_change_nothing()
    {
        await Client.SendAsync("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1","birthDate":"2000-01-01"}""");
        await Client.CreateAsync("SearchParameter", """
            {"resourceType":"SearchParameter","url":"http://example.org/mine","name":"dob","status":"active","description":"d","code":"birthdate","base":["Patient"],"type":"date","expression":"Patient.birthDate"}
            """);
        Assert.Equal("p1", await IdsAsync("Patient?birthdate=2000"));
    }

    [Fact]
    public async Task A_changed_expression_waits_again_and_finds_the_new_values_only()
    {
        await Client.SendAsync("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1","name":[{"prefix":["Dr"],"suffix":["Jr"]}]}""");
        await Client.SendAsync("PUT", "SearchParameter/sp", Definition("title", "string", "Patient.name.prefix", id: "sp"));
        await ReindexAsync();
        Assert.Equal("p1", await IdsAsync("Patient?title=dr"));

        await Client.SendAsync("PUT", "SearchParameter/sp", Definition("title", "string", "Patient.name.suffix", id: "sp"));
        await (await Client.GetAsync("Patient?title=jr")).FailsAsync(400, "not-supported");
        await ReindexAsync();

        Assert.Equal("", await IdsAsync("Patient?title=dr"));
        Assert.Equal("p1", await IdsAsync("Patient?title=jr"));
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task A_deleted_or_retired_parameter_is_unknown()
    {
        await Client.SendAsync("PUT", "SearchParameter/sp", Definition("title", "string", "Patient.name.prefix", id: "sp"));
        await Client.SendAsync("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1","name":[{"prefix":["Dr"]}]}""");
        Assert.Equal("p1", await IdsAsync("Patient?title=dr"));

        var patch = """[{"op":"replace","path":"/status","value":"retired"}]""";
        Assert.Equal(200, (int)(await Client.SendAsync("PATCH", "SearchParameter/sp", patch, "application/json-patch+json")).StatusCode);
        var issue = await (await Client.GetAsync("Patient?title=dr")).FailsAsync(400, "not-supported");
        Assert.DoesNotContain("$reindex", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("title", await ListedAsync("Patient"));

        await Client.SendAsync("PUT", "SearchParameter/sp", Definition("title", "string", "Patient.name.prefix", id: "sp"));
        await (await Client.GetAsync("Patient?title=dr")).FailsAsync(400, "not-supported");
        Assert.Equal(204, (int)(await Client.SendAsync("DELETE", "SearchParameter/sp")).StatusCode);
        await ReindexAsync(query: "?full=true");
        Assert.Empty(await ProblemsAsync());
        await _server.RestartAsync();
        await (await Client.GetAsync("Patient?title=dr")).FailsAsync(400, "not-supported");
    }

    [Fact]
    public async Task One_parameter_can_be_indexed_for_by_its_url_or_on_its_resource()
    {
        await Client.SendAsync("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1","name":[{"prefix":["Dr"],"suffix":["Jr"]}]}""");
        await Client.SendAsync("PUT", "SearchParameter/a", Definition("a", "string", "Patient.name.prefix", id: "a"));
        await Client.SendAsync("PUT", "SearchParameter/b", Definition("b", "string", "Patient.name.suffix", id: "b"));

        await ReindexAsync("SearchParameter/a/$reindex");
        Assert.Equal("p1", await IdsAsync("Patient?a=dr"));
        await (await Client.GetAsync("Patient?b=jr")).FailsAsync(400, "not-supported");
        await ReindexAsync("SearchParameter/$reindex", "?url=urn:sp:b");
        Assert.Equal("p1", await IdsAsync("Patient?b=jr"));

        await (await Client.SendAsync("POST", "$reindex?url=urn:sp:none")).FailsAsync(404, "not-found");
        await (await Client.SendAsync("POST", "$reindex?potato=1")).FailsAsync(400, "not-supported");
    }

    private async Task<JsonNode> ReindexAsync(string address = "$reindex", string query = "")
    {
        var response = await Client.SendAsync("POST", address + query);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var status = await response.JsonAsync();
        while (Value(status, "state") == "running")
            status = await (await Client.GetAsync("$reindex")).JsonAsync();
        return status;
    }

    private static string? Value(JsonNode parameters, string name) =>
        parameters["parameter"]!.AsArray().FirstOrDefault(p => (string)p!["name"]! == name)?.AsObject().First(m => m.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString();

    private async Task<IEnumerable<string>> ListedAsync(string type)
    {
        var statement = await (await Client.GetAsync("metadata")).JsonAsync();
        return statement["rest"]![0]!["resource"]!.AsArray().Single(r => (string)r!["type"]! == type)!["searchParam"]!.AsArray().Select(p => (string)p!["name"]!);
    }

    private async Task<string> IdsAsync(string search)
    {
        var response = await Client.GetAsync(search);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return string.Join(' ', (JsonNode.Parse(text)!["entry"]?.AsArray() ?? []).Select(e => (string)e!["resource"]!["id"]!).Order(StringComparer.Ordinal));
    }

    private Task<IReadOnlyList<string>> ProblemsAsync() => _server.VerifyAsync();

    private static string Resource(string type, string id, string content)
    {
        var resource = JsonNode.Parse(content)!.AsObject();
        resource["resourceType"] = type;
        resource["id"] = id;
        return resource.ToJsonString();
    }

    private static string Definition(string code, string type, string expression, string resourceType = "Patient", string? id = null)
    {
        var definition = new JsonObject
        {
            ["resourceType"] = "SearchParameter",
            ["url"] = $"urn:sp:{code}",
            ["name"] = code,
            ["status"] = "active",
            ["description"] = "For a test.",
            ["code"] = code,
            ["base"] = new JsonArray(resourceType),
            ["type"] = type,
            ["expression"] = expression,
        };
        if (id is not null)
            definition["id"] = id;
        return definition.ToJsonString();
    }
}
