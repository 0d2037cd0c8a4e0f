// Each operation of R4's testscript-operation-codes becomes the request that R4 says.

using System.Text;

namespace FhirHub.Conformance.Tests.Engine;

public class OperationTests
{
    private const string Fixtures =
        """
        "contained":[
          {"resourceType":"Patient","id":"p","active":true},
          {"resourceType":"Observation","id":"o","meta":{"versionId":"7"},"status":"final","code":{"text":"x"}},
          {"resourceType":"Bundle","id":"b","type":"transaction"},
          {"resourceType":"Parameters","id":"around","parameter":[{"name":"resource","resource":{"resourceType":"Encounter","status":"planned","class":{"code":"AMB"}}}]},
          {"resourceType":"Parameters","id":"plain","parameter":[{"name":"code","valueCode":"x"}]},
          {"resourceType":"Binary","id":"json-patch","contentType":"application/json-patch+json","data":"W3sib3AiOiJyZW1vdmUiLCJwYXRoIjoiL2FjdGl2ZSJ9XQ=="}],
        "fixture":[{"id":"patient","resource":{"reference":"#p"}},{"id":"observation","resource":{"reference":"#o"}},{"id":"bundle","resource":{"reference":"#b"}},
          {"id":"around","resource":{"reference":"#around"}},{"id":"plain","resource":{"reference":"#plain"}},{"id":"json-patch","resource":{"reference":"#json-patch"}}],
        """;

    [Theory]
    [InlineData("read", "\"resource\":\"Patient\",\"params\":\"/1\"", "GET /Patient/1")]
    [InlineData("read", "\"targetId\":\"observation\"", "GET /Observation/o")]
    [InlineData("vread", "\"targetId\":\"observation\"", "GET /Observation/o/_history/7")]
    [InlineData("vread", "\"resource\":\"Patient\",\"params\":\"/1/_history/2\"", "GET /Patient/1/_history/2")]
    [InlineData("search", "\"resource\":\"Patient\",\"params\":\"?name=a b|c\"", "GET /Patient?name=a%20b%7Cc")]
    [InlineData("search", "\"resource\":\"Patient\",\"params\":\"name=a\"", "GET /Patient?name=a")]
    [InlineData("search", "\"params\":\"?_type=Patient\"", "GET ?_type=Patient")]
    [InlineData("search", "\"resource\":\"Patient\",\"params\":\"/1/Observation?code=a\"", "GET /Patient/1/Observation?code=a")]
    [InlineData("search", "\"resource\":\"Patient\",\"method\":\"post\",\"params\":\"?name=a b\"", "POST /Patient/_search")]
    [InlineData("search", "\"resource\":\"Patient\",\"method\":\"post\",\"params\":\"/_search?name=a\"", "POST /Patient/_search")]
    [InlineData("batch", "\"sourceId\":\"bundle\"", "POST ")]
    [InlineData("transaction", "\"resource\":\"Bundle\",\"sourceId\":\"bundle\"", "POST ")]
    [InlineData("create", "\"resource\":\"Patient\",\"sourceId\":\"patient\"", "POST /Patient")]
    [InlineData("create", "\"sourceId\":\"patient\"", "POST /Patient")]
    [InlineData("update", "\"sourceId\":\"patient\",\"targetId\":\"patient\"", "PUT /Patient/p")]
    [InlineData("update", "\"sourceId\":\"patient\"", "PUT /Patient/p")]
    [InlineData("updateCreate", "\"resource\":\"Patient\",\"sourceId\":\"patient\",\"params\":\"/new\"", "PUT /Patient/new")]
    [InlineData("update", "\"resource\":\"Patient\",\"sourceId\":\"patient\",\"params\":\"?identifier=a\"", "PUT /Patient?identifier=a")]
    [InlineData("patch", "\"sourceId\":\"json-patch\",\"targetId\":\"patient\"", "PATCH /Patient/p")]
    [InlineData("delete", "\"targetId\":\"patient\"", "DELETE /Patient/p")]
    [InlineData("delete", "\"resource\":\"Patient\",\"params\":\"/1\"", "DELETE /Patient/1")]
    [InlineData("deleteCondSingle", "\"resource\":\"Patient\",\"params\":\"?identifier=a\"", "DELETE /Patient?identifier=a")]
    [InlineData("deleteCondMultiple", "\"resource\":\"Patient\",\"params\":\"?identifier=a\"", "DELETE /Patient?identifier=a")]
    [InlineData("history", "\"targetId\":\"patient\"", "GET /Patient/p/_history")]
    [InlineData("history", "\"resource\":\"Patient\"", "GET /Patient/_history")]
    [InlineData("history", "\"resource\":\"Patient\",\"params\":\"/1?_count=2\"", "GET /Patient/1/_history?_count=2")]
    [InlineData("history", "\"resource\":\"Patient\",\"params\":\"/1/_history\"", "GET /Patient/1/_history")]
    [InlineData("history", "\"params\":\"?_count=2\"", "GET /_history?_count=2")]
    [InlineData("capabilities", "\"params\":\"?mode=full\"", "GET /metadata?mode=full")]
    [InlineData("capabilities", "\"accept\":\"xml\"", "GET /metadata")]
    [InlineData("expand", "\"params\":\"?url=http://x\"", "GET /ValueSet/$expand?url=http://x")]
    [InlineData("expand", "\"resource\":\"ValueSet\",\"params\":\"/v/$expand?filter=a\"", "GET /ValueSet/v/$expand?filter=a")]
    [InlineData("lookup", "\"sourceId\":\"plain\"", "POST /CodeSystem/$lookup")]
    [InlineData("validate-code", "\"resource\":\"CodeSystem\",\"params\":\"?code=a\"", "GET /CodeSystem/$validate-code?code=a")]
    [InlineData("translate", "\"params\":\"?code=a\"", "GET /ConceptMap/$translate?code=a")]
    [InlineData("subsumes", "\"params\":\"?codeA=a\"", "GET /CodeSystem/$subsumes?codeA=a")]
    [InlineData("find-matches", "\"sourceId\":\"plain\"", "POST /CodeSystem/$find-matches")]
    [InlineData("closure", "\"sourceId\":\"plain\"", "POST /$closure")]
    [InlineData("conforms", "\"params\":\"?left=a\"", "GET /CapabilityStatement/$conforms?left=a")]
    [InlineData("everything", "\"targetId\":\"patient\"", "GET /Patient/p/$everything")]
    [InlineData("everything", "\"resource\":\"Patient\",\"params\":\"/1?_count=3\"", "GET /Patient/1/$everything?_count=3")]
    [InlineData("meta", "\"targetId\":\"patient\"", "GET /Patient/p/$meta")]
    [InlineData("meta", "\"accept\":\"json\"", "GET /$meta")]
    [InlineData("meta-add", "\"targetId\":\"patient\",\"sourceId\":\"plain\"", "POST /Patient/p/$meta-add")]
    [InlineData("process-message", "\"sourceId\":\"bundle\"", "POST /$process-message")]
    [InlineData("document", "\"resource\":\"Composition\",\"params\":\"/1\"", "GET /Composition/1/$document")]
    [InlineData("lastn", "\"params\":\"?code=a\"", "GET /Observation/$lastn?code=a")]
    [InlineData("stats", "\"method\":\"post\",\"params\":\"?code=a\"", "POST /Observation/$stats?code=a")]
    [InlineData("populate", "\"sourceId\":\"plain\"", "POST /Questionnaire/$populate")]
    [InlineData("validate", "\"sourceId\":\"observation\"", "POST /Observation/$validate")]
    [InlineData("validate", "\"sourceId\":\"around\"", "POST /Encounter/$validate")]
    [InlineData("apply", "\"resource\":\"PlanDefinition\",\"params\":\"/1?subject=a\"", "GET /PlanDefinition/1/$apply?subject=a")]
    [InlineData("data-requirements", "\"params\":\"/1\"", "GET /1/$data-requirements")]
    [InlineData("evaluate-measure", "\"resource\":\"Measure\",\"params\":\"/1?periodStart=2020\"", "GET /Measure/1/$evaluate-measure?periodStart=2020")]
    [InlineData("$my-own", "\"resource\":\"Patient\",\"params\":\"$my-own\"", "GET /Patient/$my-own")]
    [InlineData("read", "\"url\":\"http://server.test/fhir/Patient/9\",\"resource\":\"Observation\",\"params\":\"/1\"", "GET /Patient/9")]
    [InlineData("read", "\"url\":\"/Patient/9\"", "GET /Patient/9")]
    [InlineData("read", "\"method\":\"head\",\"targetId\":\"patient\"", "HEAD /Patient/p")]
    public async Task An_operation_is_the_request_that_R4_says(string code, string members, string request)
    {
        var run = new EngineRun();

        var step = await run.OperateAsync($"\"type\":{{\"code\":\"{code}\"}},{members}", Fixtures);

        Assert.Equal("", step.Result == StepResult.Pass ? "" : step.Message);
        Assert.Equal(request, run.Requests.Single().ToString());
    }

    [Theory]
    [InlineData("\"method\":\"get\",\"url\":\"${$base}/Patient/1\"", "GET /Patient/1")]
    [InlineData("\"method\":\"options\",\"params\":\"/Patient\"", "OPTIONS /Patient")]
    [InlineData("\"method\":\"post\",\"resource\":\"Patient\",\"sourceId\":\"patient\"", "POST /Patient")]
    [InlineData("\"method\":\"delete\",\"targetId\":\"patient\"", "DELETE /Patient/p")]
    public async Task A_method_and_an_address_need_no_type(string members, string request)
    {
        var run = new EngineRun();

        await run.OperateAsync(members, Fixtures);

        Assert.Equal(request, run.Requests.Single().ToString());
    }

    [Theory]
    [InlineData("\"type\":{\"code\":\"read\"},\"resource\":\"Patient\"", "The operation read needs targetId, params or url.")]
    [InlineData("\"type\":{\"code\":\"delete\"},\"resource\":\"Patient\"", "The operation delete needs targetId, params or url.")]
    [InlineData("\"type\":{\"code\":\"deleteCondMultiple\"},\"resource\":\"Patient\"", "The operation deleteCondMultiple needs params with the search that selects what to delete.")]
    [InlineData("\"type\":{\"code\":\"read\"},\"targetId\":\"nothing\"", "'nothing' is no fixture, request or response of this run that has the id of a resource.")]
    [InlineData("\"type\":{\"code\":\"vread\"},\"targetId\":\"patient\"", "The version of Patient/p is not known, so it can't be read.")]
    [InlineData("\"type\":{\"code\":\"create\"},\"sourceId\":\"nothing\"", "There is no fixture, request or response 'nothing' that could be sent.")]
    [InlineData("\"method\":\"get it\",\"params\":\"/Patient\"", "'get it' is no HTTP method.")]
    [InlineData("\"resource\":\"Patient\"", "The operation has neither a type nor a method, so nothing can be sent.")]
    public async Task An_operation_that_lacks_something_is_an_error_and_sends_nothing(string members, string message)
    {
        var run = new EngineRun();

        var step = await run.OperateAsync(members, Fixtures);

        Assert.Equal((StepResult.Error, message), (step.Result, step.Message));
        Assert.Empty(run.Requests);
    }

    [Fact]
    public async Task A_search_by_POST_sends_its_parameters_as_a_form()
    {
        var run = new EngineRun();

        await run.OperateAsync("\"type\":{\"code\":\"search\"},\"resource\":\"Patient\",\"method\":\"post\",\"params\":\"?name=a b&code=x|y\"");

        var request = run.Requests.Single();
        Assert.Equal(("name=a%20b&code=x%7Cy", "application/x-www-form-urlencoded"), (request.Body, request.Header("Content-Type")));
    }

    [Theory]
    [InlineData("\"contentType\":\"json\",\"accept\":\"xml\"", "application/fhir+json", "application/fhir+xml", "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true}")]
    [InlineData("\"contentType\":\"xml\",\"accept\":\"json\"", "application/fhir+xml", "application/fhir+json", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p\"/><active value=\"true\"/></Patient>")]
    [InlineData("\"contentType\":\"application/xml;charset=utf-8\"", "application/xml;charset=utf-8", "application/fhir+json", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p\"/><active value=\"true\"/></Patient>")]
    [InlineData("\"contentType\":\"text/plain\"", "text/plain", "application/fhir+json", "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true}")]
    [InlineData("\"accept\":\"text/csv\"", "application/fhir+json", "text/csv", "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true}")]
    public async Task A_body_goes_out_in_the_format_that_is_asked_for(string members, string contentType, string accept, string body)
    {
        var run = new EngineRun();

        await run.OperateAsync($"\"type\":{{\"code\":\"create\"}},\"sourceId\":\"patient\",{members}", Fixtures);

        var request = run.Requests.Single();
        Assert.Equal((contentType, accept, body), (request.Header("Content-Type"), request.Header("Accept"), request.Body));
    }

    [Fact]
    public async Task Header_fields_of_the_script_take_the_place_of_the_engines()
    {
        var run = new EngineRun();

        await run.OperateAsync(
            """
            "type":{"code":"read"},"targetId":"patient","accept":"json","requestHeader":[{"field":"Accept","value":"text/html"},{"field":"If-None-Match","value":"W/\"1\""},
              {"field":"Last-Modified","value":"Sat, 29 Oct 1994 19:43:31 GMT"}]
            """,
            Fixtures);

        var request = run.Requests.Single();
        Assert.Equal(("text/html", "W/\"1\"", "Sat, 29 Oct 1994 19:43:31 GMT"), (request.Header("Accept"), request.Header("If-None-Match"), request.Header("Last-Modified")));
    }

    [Theory]
    [InlineData("\"type\":{\"code\":\"patch\"},\"targetId\":\"patient\"", "application/json-patch+json", "[{\"op\":\"remove\",\"path\":\"/active\"}]")]
    [InlineData("\"type\":{\"code\":\"patch\"},\"targetId\":\"patient\",\"contentType\":\"text/plain\"", "text/plain", "[{\"op\":\"remove\",\"path\":\"/active\"}]")]
    [InlineData("\"type\":{\"code\":\"create\"},\"resource\":\"Patient\",\"contentType\":\"json\"", "application/fhir+json", "{\"resourceType\":\"Binary\"")]
    [InlineData("\"type\":{\"code\":\"create\"}", "application/fhir+json", "{\"resourceType\":\"Binary\"")]
    [InlineData("\"type\":{\"code\":\"create\"},\"resource\":\"Binary\",\"contentType\":\"image/png\"", "image/png", "[{\"op\":\"remove\",\"path\":\"/active\"}]")]
    public async Task What_a_Binary_holds_is_sent_where_it_is_not_the_resource_that_is_meant(string members, string contentType, string body)
    {
        var run = new EngineRun();

        await run.OperateAsync($"\"sourceId\":\"json-patch\",{members}", Fixtures);

        var request = run.Requests.Single();
        Assert.Equal(contentType, request.Header("Content-Type"));
        Assert.StartsWith(body, request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_is_the_resource_that_the_server_made_of_it()
    {
        var run = new EngineRun();

        await run.RunAsync($$$"""
            {{{Fixtures}}}"test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"create"},"sourceId":"patient","responseId":"created"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"targetId":"patient"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"vread"},"targetId":"created"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"update"},"sourceId":"patient","targetId":"created"}}]}]
            """);

        Assert.Equal(["POST /Patient", "GET /Patient/made", "GET /Patient/made/_history/1", "PUT /Patient/made"], run.Requests.Select(static request => request.ToString()));
    }

    [Fact]
    public async Task An_update_of_a_target_gives_a_body_without_an_id_that_of_the_target()
    {
        var run = new EngineRun();
        run.Options = run.Options with
        {
            ReadFixture = static (_, _, _) => ValueTask.FromResult<Payload?>(new Payload("""{"resourceType":"Patient","active":true}"""u8.ToArray(), "application/fhir+json")),
        };
        const string Before = """
            "contained":[{"resourceType":"Patient","id":"target"}],"fixture":[{"id":"source","resource":{"reference":"source.json"}},{"id":"target","resource":{"reference":"#target"}}],
            """;

        await run.OperateAsync("\"type\":{\"code\":\"update\"},\"sourceId\":\"source\",\"targetId\":\"target\"", Before);
        await run.OperateAsync("\"type\":{\"code\":\"update\"},\"resource\":\"Patient\",\"sourceId\":\"source\",\"params\":\"/target\"", Before);

        Assert.Equal(["{\"resourceType\":\"Patient\",\"id\":\"target\",\"active\":true}", "{\"resourceType\":\"Patient\",\"active\":true}"], run.Requests.Select(static request => request.Body));
    }

    [Theory]
    [InlineData(true, "/fhir/Patient?name=%E6%9D%8E%7Ca%23b%25c%20d")]
    [InlineData(false, "/fhir/Patient?name=%E6%9D%8E|a%23b%c%20d")]
    public async Task An_address_that_is_not_to_be_encoded_goes_out_as_it_stands(bool encode, string path)
    {
        var run = new EngineRun();

        var report = await run.RunAsync($$$"""
            "test":[{"action":[{"operation":{"encodeRequestUrl":{{{(encode ? "true" : "false")}}},"type":{"code":"search"},"resource":"Patient","params":"?name=李|a#b%c d"}}]}]
            """);

        Assert.Equal($"GET http://server.test{path}: 200", report.Tests[0].Steps[0].Message);
        Assert.Equal(path, new Uri(run.Requests.Single().Url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }).PathAndQuery);
    }

    [Fact]
    public async Task A_request_is_kept_by_its_id_with_header_fields_and_body()
    {
        var run = new EngineRun();

        await run.RunAsync($$$"""
            {{{Fixtures}}}
            "variable":[{"name":"sent","expression":"Patient.active","sourceId":"asked"},{"name":"field","headerField":"X-Own","sourceId":"asked"}],
            "test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"create"},"sourceId":"patient","requestId":"asked","requestHeader":[{"field":"X-Own","value":"own"}]}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"search"},"resource":"Patient","params":"?active=${sent}&_tag=${field}"}}]}]
            """);

        Assert.Equal("GET /Patient?active=true&_tag=own", run.Requests[1].ToString());
    }

    [Fact]
    public async Task An_operation_goes_to_the_destination_that_it_names()
    {
        var run = new EngineRun();
        run.Options = run.Options with { Destinations = [.. run.Options.Destinations, new Destination(new Uri("http://other.test/fhir")) { AccessToken = static _ => ValueTask.FromResult<string?>("token-of-other") }] };

        await run.RunAsync("""
            "test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"destination":2,"type":{"code":"read"},"resource":"Patient","params":"/1"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"url":"${$base:2}/Patient/1"}},
              {"operation":{"encodeRequestUrl":true,"destination":2,"type":{"code":"read"},"url":"${$base}/Patient/1"}}]}]
            """);

        Assert.Equal(["http://other.test/fhir/Patient/1", "http://other.test/fhir/Patient/1", "http://server.test/fhir/Patient/1"], run.Requests.Select(static request => request.Url));
        Assert.Equal(["Bearer token-of-other", null, null], run.Requests.Select(static request => request.Header("Authorization")));
    }

    [Fact]
    public async Task A_body_that_is_no_resource_goes_out_as_it_stands()
    {
        var run = new EngineRun();
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes("{\"resourceType\":\"Patient\",\"oops\""));

        await run.OperateAsync(
            "\"type\":{\"code\":\"create\"},\"resource\":\"Patient\",\"sourceId\":\"wrong\"",
            $$$"""
            "contained":[{"resourceType":"Binary","id":"w","contentType":"application/fhir+json","data":"{{{data}}}"}],"fixture":[{"id":"wrong","resource":{"reference":"#w"}}],
            """);

        Assert.Equal(("{\"resourceType\":\"Patient\",\"oops\"", "application/fhir+json"), (run.Requests.Single().Body, run.Requests.Single().Header("Content-Type")));
    }
}
