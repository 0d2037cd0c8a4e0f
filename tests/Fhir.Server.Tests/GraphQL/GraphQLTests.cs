using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.GraphQL;

public class GraphQLTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_query_in_the_address_reads_an_instance()
    {
        var id = await PatientAsync("甲");
        var answer = await GetAsync($"Patient/{id}/$graphql", "{resourceType id name{family,given} managingOrganization{display}}");
        Assert.Equal($$"""{"resourceType":"Patient","id":"{{id}}","name":[{"family":"甲","given":["一","二"]}]}""", Data(answer));
    }

    [Fact]
    public async Task The_answer_is_json_whatever_else_is_accepted()
    {
        var response = await server.Client.SendAsync("GET", "$graphql?query=%7B__typename%7D", headers: ("Accept", "text/html"));
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("""{"data":{"__typename":"Query"}}""", await response.Content.ReadAsStringAsync());
        response = await server.Client.SendAsync("GET", "$graphql?query=%7B__typename%7D", headers: ("Accept", "application/graphql-response+json"));
        Assert.Equal("application/graphql-response+json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task A_query_may_be_the_body_itself_or_a_parameter()
    {
        var id = await PatientAsync("乙");
        var plain = await server.Client.SendAsync("POST", $"Patient/{id}/$graphql", "{ id }", "application/graphql");
        Assert.Equal(id, (string?)(await plain.JsonAsync())["data"]!["id"]);
        var parameters = """{"resourceType":"Parameters","parameter":[{"name":"query","valueString":"{ id }"}]}""";
        var fhir = await server.Client.SendAsync("POST", $"Patient/{id}/$graphql", parameters);
        Assert.Equal(id, (string?)(await fhir.JsonAsync())["data"]!["id"]);
    }

    [Fact]
    public async Task Variables_aliases_fragments_and_defaults_work_together()
    {
        var id = await PatientAsync("丙");
        var answer = await PostAsync("$graphql", new JsonObject
        {
            ["query"] = """
                query find($id: ID!, $use: code = official, $with: Boolean = false) {
                  one: Patient(id: $id) { ...names gender @skip(if: $with) birthDate @include(if: $with) }
                }
                query other { __typename }
                fragment names on Patient { name(use: $use) { ...parts } }
                fragment parts on HumanName { family }
                """,
            ["operationName"] = "find",
            ["variables"] = new JsonObject { ["id"] = id },
        });
        Assert.Equal("""{"one":{"name":[{"family":"丙"}],"gender":"male"}}""", Data(answer));
    }

    [Fact]
    public async Task Lists_are_filtered_by_values_expressions_and_position()
    {
        var id = await PatientAsync("丁");
        Assert.Equal("""{"telecom":[{"value":"2"}]}""", Data(await GetAsync($"Patient/{id}/$graphql", "{telecom(system: phone, _offset: 1, _count: 1){value}}")));
        Assert.Equal("""{"telecom":[{"value":"a@b"}]}""", Data(await GetAsync($"Patient/{id}/$graphql", "{telecom(fhirpath: \"value.contains('@')\"){value}}")));
        Assert.Equal("""{"telecom":[{"value":"3"}]}""", Data(await GetAsync($"Patient/{id}/$graphql", "{telecom(rank: 1){value}}")));
        Assert.Equal("{}", Data(await GetAsync($"Patient/{id}/$graphql", "{telecom(system: [fax, pager]){value}}")));
    }

    [Fact]
    public async Task Choices_answer_by_their_own_name_and_by_type()
    {
        var (id, _) = await server.Client.CreateAsync("Observation", """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50,"unit":"mg"},
             "component":[{"code":{"text":"y"},"valueString":"s"}]}
            """);
        var answer = await GetAsync($"Observation/{id}/$graphql", "{valueQuantity{value} valueString value{... on Quantity{unit} ... on Range{low{value}}} component{valueString}}");
        Assert.Equal("""{"valueQuantity":{"value":1.50},"value":{"unit":"mg"},"component":[{"valueString":"s"}]}""", Data(answer));
    }

    [Fact]
    public async Task Contained_resources_and_extensions_of_primitives_are_reached()
    {
        var (id, _) = await server.Client.CreateAsync("Condition", """
            {"resourceType":"Condition","contained":[{"resourceType":"Patient","id":"p","gender":"female",
              "_birthDate":{"extension":[{"url":"urn:x","valueCode":"unknown"}]}}],"subject":{"reference":"#p"}}
            """);
        var answer = await GetAsync($"Condition/{id}/$graphql", "{contained{resourceType id} subject{resource(type: Patient){... on Patient{gender birthDate _birthDate{extension{url valueCode}}}}}}");
        Assert.Equal(
            """{"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"resource":{"gender":"female","_birthDate":{"extension":[{"url":"urn:x","valueCode":"unknown"}]}}}}""",
            Data(answer));
    }

    [Fact]
    public async Task Searches_take_parameters_with_underscores_and_reverse_references()
    {
        var id = await PatientAsync("戊", city: "海口");
        await server.Client.CreateAsync("Condition", $$$"""{"resourceType":"Condition","subject":{"reference":"Patient/{{{id}}}"},"code":{"text":"c"}}""");
        var list = await GetAsync("$graphql", "{PatientList(address_city: \"海口\", _sort: family){id} none: PatientList(address_city: \"三亚\"){id}}");
        Assert.Equal($$"""{"PatientList":[{"id":"{{id}}"}],"none":[]}""", Data(list));
        var reverse = await GetAsync($"Patient/{id}/$graphql", "{ConditionList(_reference: patient){code{text} subject{reference}}}");
        Assert.Equal($$$"""{"ConditionList":[{"code":{"text":"c"},"subject":{"reference":"Patient/{{{id}}}"}}]}""", Data(reverse));
        var error = await GetAsync($"Patient/{id}/$graphql", "{ConditionList(code: x){id}}");
        Assert.Contains("_reference", (string?)error["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_goes_through_all_pages_by_its_cursors()
    {
        for (var i = 0; i < 5; i++)
            await PatientAsync("己", city: "文昌");
        var seen = new List<string>();
        var query = "PatientConnection(address_city: \"文昌\", _count: 2)";
        for (var page = 0; page < 3; page++)
        {
            var answer = await GetAsync("$graphql", $"{{c: {query}{{count offset pagesize next previous edges{{mode resource{{id}}}}}}}}");
            var connection = answer["data"]!["c"]!;
            Assert.Equal(5, (int)connection["count"]!);
            Assert.Equal(page * 2, (int)connection["offset"]!);
            Assert.Equal(2, (int)connection["pagesize"]!);
            seen.AddRange(connection["edges"]!.AsArray().Select(e => (string)e!["resource"]!["id"]!));
            Assert.Equal(page < 2, connection["next"] is not null);
            query = $"PatientConnection(_cursor: \"{(string?)connection["next"]}\")";
        }

        Assert.Equal(5, seen.Distinct(StringComparer.Ordinal).Count());
        var forged = await GetAsync("$graphql", "{PatientConnection(_cursor: \"abc\"){count}}");
        Assert.NotNull(forged["errors"]);
    }

    [Theory]
    [InlineData("{ id ", "expected")]
    [InlineData("{ id: \"\\q\" }", "escape")]
    [InlineData("mutation { PatientDelete(id: 1) { id } }", "not run")]
    [InlineData("{ nothing }", "no field nothing")]
    [InlineData("{ PatientList(name: $x) { id } }", "no variable $x")]
    [InlineData("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "contains itself")]
    [InlineData("{ ...a }", "no fragment a")]
    [InlineData("{ PatientList { id @flat } }", "no directive")]
    [InlineData("{ PatientList }", "object")]
    [InlineData("{ PatientList { id { x } } }", "plain value")]
    [InlineData("{ PatientList { ... on Group { id } } }", "never a Group")]
    [InlineData("query ($id: ID!) { Patient(id: $id) { id } }", "has no value")]
    [InlineData("query a { __typename } query b { __typename }", "operationName")]
    public async Task A_query_that_can_not_run_is_refused_with_its_place(string query, string said)
    {
        var response = await server.Client.SendAsync("POST", "$graphql", query, "application/graphql");
        Assert.Equal(400, (int)response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Null(answer["data"]);
        Assert.Contains(said, (string?)answer["errors"]![0]!["message"], StringComparison.Ordinal);
        Assert.Equal("OperationOutcome", (string?)answer["errors"]![0]!["extensions"]!["resource"]!["resourceType"]);
    }

    [Fact]
    public async Task A_field_that_fails_is_null_and_the_others_stay()
    {
        var response = await server.Client.SendAsync("POST", "$graphql", "{\n  __typename\n  Patient(id: \"gone\") { id }\n}", "application/graphql");
        Assert.Equal(200, (int)response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal("""{"__typename":"Query","Patient":null}""", Data(answer, allowErrors: true));
        var error = answer["errors"]![0]!;
        Assert.Equal("""[{"line":3,"column":3}]""", error["locations"]!.ToJsonString());
        Assert.Equal("""["Patient"]""", error["path"]!.ToJsonString());
        Assert.Equal("not-found", (string?)error["extensions"]!["resource"]!["issue"]![0]!["code"]);
    }

    [Fact]
    public async Task A_search_that_is_wrong_says_what_there_is()
    {
        var answer = await GetAsync("$graphql", "{PatientList(surname: \"x\"){id}}");
        Assert.Contains("surname", (string?)answer["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_is_not_here_answers_404_as_graphql()
    {
        var response = await server.Client.SendAsync("GET", "Patient/nobody/$graphql?query=%7Bid%7D");
        Assert.Equal(404, (int)response.StatusCode);
        Assert.NotNull((await response.JsonAsync())["errors"]);
    }

    [Fact]
    public async Task Fields_of_one_name_are_joined_and_refused_if_they_differ()
    {
        var id = await PatientAsync("庚");
        Assert.Equal("""{"name":[{"family":"庚","use":"official"}]}""", Data(await GetAsync($"Patient/{id}/$graphql", "{name{family} name{use}}")));
        var clash = await GetAsync($"Patient/{id}/$graphql", "{x: gender x: birthDate}");
        Assert.Contains("answer as x", (string?)clash["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_in_a_batch_answers_as_binary()
    {
        var id = await PatientAsync("辛");
        var batch = $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/{{{id}}}/$graphql?query=%7Bid%7D"}}]}""";
        var answer = await (await server.Client.SendAsync("POST", "", batch)).JsonAsync();
        var binary = answer["entry"]![0]!["resource"]!;
        Assert.Equal("Binary", (string?)binary["resourceType"]);
        Assert.Equal($$$"""{"data":{"id":"{{{id}}}"}}""", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)binary["data"]!)));
    }

    [Fact]
    public async Task The_schema_tells_of_itself_what_tools_ask()
    {
        const string Query = """
            query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...FullType }
              directives { name description locations args { ...InputValue } } } }
            fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
              inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
            fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
            fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
            """;
        var response = await server.Client.SendAsync("POST", "$graphql", Query, "application/graphql");
        var answer = await response.JsonAsync();
        Assert.Null(answer["errors"]);
        var schema = answer["data"]!["__schema"]!;
        Assert.Equal("Query", (string?)schema["queryType"]!["name"]);
        var types = schema["types"]!.AsArray().ToDictionary(t => (string)t!["name"]!, t => t!);
        var patient = types["Patient"]["fields"]!.AsArray().ToDictionary(f => (string)f!["name"]!, f => f!);
        Assert.Equal("date", (string?)patient["birthDate"]["type"]!["name"]);
        Assert.Equal("PatientContact", (string?)patient["contact"]["type"]!["ofType"]!["name"]);
        Assert.Contains(patient["ConditionList"]["args"]!.AsArray(), a => (string?)a!["name"] == "_reference");

        // Every type that is named is there, or a client can't build its schema.
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in types.Values)
        {
            foreach (var field in type["fields"]!.AsArray())
            {
                Name(field!["type"]!);
                foreach (var argument in field["args"]!.AsArray())
                    Name(argument!["type"]!);
            }

            foreach (var possible in type["possibleTypes"]!.AsArray())
                Name(possible!);
        }

        Assert.Empty(named.Except(types.Keys, StringComparer.Ordinal));
        Assert.All(types.Keys, name => Assert.Matches("^[_A-Za-z][_0-9A-Za-z]*$", name));

        void Name(JsonNode type)
        {
            while (type["ofType"] is { } inner)
                type = inner;
            named.Add((string)type["name"]!);
        }
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{a", 5000)) + string.Concat(Enumerable.Repeat("}", 5000));
        var response = await server.Client.SendAsync("POST", "$graphql", deep, "application/graphql");
        Assert.Equal(400, (int)response.StatusCode);
        var bomb = "{...f0}" + string.Concat(Enumerable.Range(0, 40).Select(i => $" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}")) + " fragment f40 on Query { __typename }";
        response = await server.Client.SendAsync("POST", "$graphql", bomb, "application/graphql");
        Assert.Equal("""{"data":{"__typename":"Query"}}""", await response.Content.ReadAsStringAsync());
        var chain = "{...f0}" + string.Concat(Enumerable.Range(0, 1500).Select(i => $" fragment f{i} on Query {{ ...f{i + 1} }}")) + " fragment f1500 on Query { __typename }";
        response = await server.Client.SendAsync("POST", "$graphql", chain, "application/graphql");
        Assert.Contains("nested", (string?)(await response.JsonAsync())["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"query":"query($i: String) { PatientList(family: $i) { id } }","variables":{"i":"\ud800"}}""")]
    [InlineData("""{"query":"{ PatientList(family: \"\\ud800\") { id } }"}""")]
    [InlineData("""{"query":"\ud800"}""")]
    [InlineData("""{"query":5}""")]
    [InlineData("""{"query":"{ __typename }","\ud800 is no character":1}""")]
    [InlineData("""{"query":"query($text: String) { PatientList(family: $text) { id } }","variables":{"\ud800":"x"}}""")]
    [InlineData("""{"query":"{ __typename }","variables":[]}""")]
    [InlineData("""[{"query":"{ __typename }"}]""")]
    [InlineData("""{""")]
    public async Task What_is_no_request_is_refused(string body)
    {
        var response = await server.Client.SendAsync("POST", "$graphql", body, "application/json");
        Assert.Equal(400, (int)response.StatusCode);
        Assert.NotNull((await response.JsonAsync())["errors"]);
    }

    [Fact]
    public async Task Random_changes_of_a_query_never_fail_the_server()
    {
        const int Seed = 20261122;
        const string Query = "query a($x: [code] = [\"official\"]) { PatientList(_count: 2, family: \"x\") @first { ...f name(use: $x, fhirpath: \"given.exists()\") @flatten { given @first family } } } fragment f on Patient { id _birthDate { extension { url } } contact { name { family } } }";
        var random = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var text = Query.ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = " {}()[]@$:!.\"\\#a1\u0000\ud800\n"[random.Next(20)];
            using var response = await server.Client.SendAsync("POST", "$graphql", new string(text), "application/graphql");
            Assert.True((int)response.StatusCode is 200 or 400, $"seed {Seed}, query {i}: {(int)response.StatusCode} {new string(text)}");
        }
    }

    private async Task<string> PatientAsync(string family, string city = "琼海") => (await server.Client.CreateAsync("Patient", $$"""
        {"resourceType":"Patient","gender":"male","birthDate":"1980-01-02",
         "name":[{"use":"official","family":"{{family}}","given":["一","二"]}],"address":[{"city":"{{city}}"}],
         "telecom":[{"system":"phone","value":"1"},{"system":"phone","value":"2"},{"system":"email","value":"a@b"},{"system":"sms","value":"3","rank":1}]}
        """)).Id;

    private async Task<JsonNode> GetAsync(string address, string query) =>
        await (await server.Client.SendAsync("GET", $"{address}?query={Uri.EscapeDataString(query)}")).JsonAsync();

    private async Task<JsonNode> PostAsync(string address, JsonObject request) =>
        await (await server.Client.SendAsync("POST", address, request.ToJsonString(), "application/json")).JsonAsync();

    private static string Data(JsonNode answer, bool allowErrors = false)
    {
        Assert.True(allowErrors || answer["errors"] is null, answer.ToJsonString());
        return answer["data"]!.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
