// A Binary goes in and out as what it holds where no format of FHIR is asked for (R4 http.html#binary).

using System.Net;
using System.Text;

namespace FhirHub.Server.Tests;

public class BinaryContentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Note = """{"resourceType":"Binary","contentType":"text/plain; charset=utf-8","data":"5L2g5aW9"}""";

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("text/plain")]
    [InlineData("text/html, text/*;q=0.9")]
    public async Task Who_names_no_format_of_FHIR_gets_the_content(string? accept)
    {
        var (id, _) = await server.Client.CreateAsync("Binary", Note);
        foreach (var url in new[] { $"Binary/{id}", $"Binary/{id}/_history/1" })
        {
            using var response = accept is null ? await server.Client.SendAsync("GET", url) : await server.Client.SendAsync("GET", url, headers: ("Accept", accept));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
            Assert.Equal("你好", Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
            Assert.Equal("W/\"1\"", response.Headers.ETag!.ToString());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.StartsWith("sandbox", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("application/fhir+json")]
    [InlineData("text/plain;q=0.1, application/fhir+json")]
    public async Task Who_names_one_gets_the_resource(string accept)
    {
        var (id, _) = await server.Client.CreateAsync("Binary", Note);
        using var response = await server.Client.SendAsync("GET", $"Binary/{id}", headers: ("Accept", accept));
        Assert.Equal("5L2g5aW9", (string?)(await response.JsonAsync())["data"]);
        using var format = await server.Client.SendAsync("GET", $"Binary/{id}?_format=json");
        Assert.Equal("Binary", (string?)(await format.JsonAsync())["resourceType"]);
    }

    [Fact]
    public async Task A_type_that_the_content_is_not_is_406_and_one_that_is_not_there_404()
    {
        var (id, _) = await server.Client.CreateAsync("Binary", Note);
        using var other = await server.Client.SendAsync("GET", $"Binary/{id}", headers: ("Accept", "image/png"));
        await other.FailsAsync(406, "not-supported");
        using var nothing = await server.Client.SendAsync("GET", "Binary/nothing", headers: ("Accept", "text/plain"));
        await nothing.FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task Content_that_is_sent_becomes_a_Binary()
    {
        using var created = await server.Client.SendAsync(
            "POST", "Binary", "你好", "text/plain; charset=utf-8", ("X-Security-Context", "Patient/wang"), ("Accept", "application/fhir+json"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var binary = await created.JsonAsync();
        Assert.Equal("text/plain; charset=utf-8", (string?)binary["contentType"]);
        Assert.Equal("5L2g5aW9", (string?)binary["data"]);
        Assert.Equal("Patient/wang", (string?)binary["securityContext"]!["reference"]);
        using var updated = await server.Client.SendAsync("PUT", $"Binary/{binary["id"]}", "a,b", "text/csv", ("Accept", "application/fhir+json"));
        Assert.Equal("W/\"2\"", updated.Headers.ETag!.ToString());
        Assert.Equal("YSxi", (string?)(await updated.JsonAsync())["data"]);
        using var empty = await server.Client.SendAsync("POST", "Binary", "", "text/csv");
        await empty.FailsAsync(400, "required");
    }
}
