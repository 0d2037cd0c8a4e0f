using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class NegotiationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Patient = """{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">P</div>"},"active":true,"name":[{"family":"Chalmers"}],"contact":[{"name":{"family":"du Marché"}}],"maritalStatus":{"text":"m"}}""";

    [Theory]
    [InlineData(null, "", "application/fhir+json")]
    [InlineData("*/*", "", "application/fhir+json")]
    [InlineData("application/*", "", "application/fhir+json")]
    [InlineData("application/json", "", "application/json")]
    [InlineData("text/json", "", "text/json")]
    [InlineData("application/fhir+xml", "", "application/fhir+xml")]
    [InlineData("application/xml", "", "application/xml")]
    [InlineData("text/xml", "", "text/xml")]
    [InlineData("application/fhir+json; fhirVersion=4.0", "", "application/fhir+json; fhirVersion=4.0")]
    [InlineData("application/fhir+json;q=0.5, application/fhir+xml;q=0.9", "", "application/fhir+xml")]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "", "application/xml")]
    [InlineData("text/html", "?_format=json", "application/fhir+json")]
    [InlineData("application/fhir+json", "?_format=xml", "application/fhir+xml")]
    [InlineData(null, "?_format=application/fhir%2Bxml", "application/fhir+xml")]
    [InlineData(null, "?_format=application/fhir+xml", "application/fhir+xml")]
    [InlineData(null, "?_format=text/xml", "text/xml")]
    public async Task The_format_is_the_one_that_the_client_asks_for(string? accept, string query, string expected)
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        var response = await server.Client.SendAsync("GET", $"Patient/{id}{query}", headers: accept is null ? [] : [("Accept", accept)]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"{expected}; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(expected.Contains("xml", StringComparison.Ordinal), text.TrimStart().StartsWith('<'));
    }

    [Theory]
    [InlineData("text/html", "")]
    [InlineData("application/fhir+json; fhirVersion=3.0", "")]
    [InlineData("application/fhir+turtle", "")]
    [InlineData("application/fhir+json;q=0", "")]
    [InlineData(null, "?_format=turtle")]
    [InlineData(null, "?_format=text/html")]
    public async Task A_format_that_there_is_not_answers_406(string? accept, string query)
    {
        var response = await server.Client.SendAsync("GET", $"Patient/x{query}", headers: accept is null ? [] : [("Accept", accept)]);
        await response.FailsAsync(406, "not-supported");
        await (await server.Client.SendAsync("GET", $"metadata{query}", headers: accept is null ? [] : [("Accept", accept)])).FailsAsync(406, "not-supported");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/fhir+json; fhirVersion=5.0")]
    [InlineData("application/fhir+json; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("")]
    public async Task A_body_in_a_format_that_there_is_not_answers_415(string contentType)
    {
        await (await server.Client.SendAsync("POST", "Patient", Patient, contentType)).FailsAsync(415, "not-supported");
        await (await server.Client.SendAsync("PATCH", "Patient/x", Patient, contentType)).FailsAsync(415, "not-supported");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/json; charset=UTF-8")]
    [InlineData("application/fhir+json; fhirVersion=4.0; charset=utf-8")]
    public async Task Plain_media_types_of_JSON_are_taken(string contentType) =>
        Assert.Equal(201, (int)(await server.Client.SendAsync("POST", "Patient", Patient, contentType)).StatusCode);

    [Fact]
    public async Task Summary_and_elements_send_a_part_that_is_tagged_as_such()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        var summary = await Get("_summary=true");
        Assert.Null(summary["text"]);
        Assert.Null(summary["contact"]);
        Assert.NotNull(summary["name"]);
        Assert.Equal("SUBSETTED", (string?)summary["meta"]!["tag"]![0]!["code"]);
        var text = await Get("_summary=text");
        Assert.NotNull(text["text"]);
        Assert.Null(text["name"]);
        var data = await Get("_summary=data");
        Assert.Null(data["text"]);
        Assert.NotNull(data["contact"]);
        Assert.NotNull(data["meta"]!["tag"]);
        var whole = await Get("_summary=false");
        Assert.NotNull(whole["text"]);
        Assert.Null(whole["meta"]!["tag"]);
        var elements = await Get("_elements=name,Patient.active");
        Assert.Equal(["resourceType", "id", "meta", "active", "name"], elements.AsObject().Select(p => p.Key));
        Assert.Equal("1", (string?)elements["meta"]!["versionId"]);
        await (await server.Client.GetAsync($"Patient/{id}?_summary=some")).FailsAsync(400, "value");
        await (await server.Client.GetAsync($"Patient/{id}?_summary=count")).FailsAsync(400, "value");
        await (await server.Client.GetAsync($"Patient/{id}?_elements=name&_summary=true")).FailsAsync(400, "invalid");
        await (await server.Client.GetAsync($"Patient/{id}?name=x")).FailsAsync(400, "not-supported");

        async Task<JsonNode> Get(string query) => await (await server.Client.GetAsync($"Patient/{id}?{query}")).JsonAsync();
    }

    [Fact]
    public async Task Mandatory_elements_are_kept()
    {
        var (id, _) = await server.Client.CreateAsync("Observation", """{"resourceType":"Observation","status":"final","code":{"text":"c"},"note":[{"text":"n"}]}""");
        var elements = await (await server.Client.GetAsync($"Observation/{id}?_elements=note")).JsonAsync();
        Assert.Equal(["resourceType", "id", "meta", "status", "code", "note"], elements.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task Pretty_is_indented()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        Assert.Contains("\n  \"id\":", await server.Client.GetStringAsync($"Patient/{id}?_pretty=true"), StringComparison.Ordinal);
        Assert.Contains("\n  <id", await server.Client.GetStringAsync($"Patient/{id}?_pretty=true&_format=xml"), StringComparison.Ordinal);
        Assert.DoesNotContain("\n", await server.Client.GetStringAsync($"Patient/{id}?_pretty=false"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Bodies_may_be_compressed_both_ways(string coding)
    {
        var long_ = Patient.Replace("Chalmers", new string('a', 5000), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "Patient");
        request.Content = new ByteArrayContent(Compress(coding, Encoding.UTF8.GetBytes(long_)));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        request.Content.Headers.ContentEncoding.Add(coding);
        request.Headers.AcceptEncoding.ParseAdd(coding);
        var response = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(coding, response.Content.Headers.ContentEncoding.Single());
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        await using var stream = await response.Content.ReadAsStreamAsync();
        await using Stream plain = coding == "br" ? new BrotliStream(stream, CompressionMode.Decompress) : new GZipStream(stream, CompressionMode.Decompress);
        Assert.Equal("Patient", (string?)JsonNode.Parse(plain)!["resourceType"]);
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_encoding_says_is_refused()
    {
        await (await server.Client.SendAsync("POST", "Patient", Patient, headers: ("Content-Encoding", "gzip"))).FailsAsync(400, "structure");
        await (await server.Client.SendAsync("POST", "Patient", Patient, headers: ("Content-Encoding", "compress"))).FailsAsync(415, "not-supported");
    }

    [Fact]
    public async Task Pages_of_this_machine_may_call_and_others_may_not()
    {
        var preflight = await server.Client.SendAsync("OPTIONS", "Patient/1", headers:
            [("Origin", "http://localhost:3000"), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "if-match,content-type")]);
        Assert.Equal("http://localhost:3000", preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("PUT", preflight.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        var simple = await server.Client.SendAsync("GET", "Patient/none", headers: ("Origin", "http://localhost:3000"));
        Assert.Equal("http://localhost:3000", simple.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("ETag", simple.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
        var foreign = await server.Client.SendAsync("GET", "Patient/none", headers: ("Origin", "https://app.example"));
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static byte[] Compress(string coding, byte[] bytes)
    {
        var output = new MemoryStream();
        using (Stream stream = coding == "br" ? new BrotliStream(output, CompressionMode.Compress) : new GZipStream(output, CompressionMode.Compress))
            stream.Write(bytes);
        return output.ToArray();
    }
}

public class SmallLimits : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Limits:BodyBytes=65536"];
}

public class BodyLimitTests(SmallLimits server) : IClassFixture<SmallLimits>
{
    [Fact]
    public async Task A_body_over_the_limit_answers_413_also_when_it_is_small_until_decompressed()
    {
        var body = $$$"""{"resourceType":"Basic","code":{"text":"{{{new string('a', 100_000)}}}"}}""";
        await (await server.Client.SendAsync("POST", "Basic", body)).FailsAsync(413, "too-long");
        using var request = new HttpRequestMessage(HttpMethod.Post, "Basic");
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(body));
        request.Content = new ByteArrayContent(output.ToArray());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        await (await server.Client.SendAsync(request)).FailsAsync(413, "too-long");
    }
}
