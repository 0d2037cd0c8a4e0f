using System.Globalization;
using System.Net;

namespace FhirHub.Server.Tests;

public class ReadTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Patient = """{"resourceType":"Patient","active":true,"name":[{"family":"Chalmers","given":["Peter","James"]}],"birthDate":"1974-12-25"}""";

    [Fact]
    public async Task A_read_gives_what_was_written_with_id_version_and_time()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        var response = await server.Client.GetAsync($"Patient/{id}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/fhir+json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("W/\"1\"", response.Headers.ETag!.ToString());
        Assert.True(response.Headers.CacheControl is { NoCache: true, Private: true });
        Assert.Contains("Accept", response.Headers.Vary);
        Assert.Contains("Accept-Language", response.Headers.Vary);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(bytes.Length, response.Content.Headers.ContentLength);
        var json = await response.JsonAsync();
        Assert.Equal(id, (string?)json["id"]);
        Assert.Equal("1", (string?)json["meta"]!["versionId"]);
        var updated = DateTimeOffset.Parse((string)json["meta"]!["lastUpdated"]!, CultureInfo.InvariantCulture);
        Assert.Equal(updated.ToUnixTimeSeconds(), response.Content.Headers.LastModified!.Value.ToUnixTimeSeconds());
        Assert.Equal("Chalmers", (string?)json["name"]![0]!["family"]);
    }

    [Fact]
    public async Task HEAD_gives_the_headers_of_GET_without_the_body()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        foreach (var url in new[] { $"Patient/{id}", $"Patient/{id}/_history/1", $"Patient/{id}/_history", "metadata", $"Patient/{id}?_format=xml" })
        {
            var get = await server.Client.GetAsync(url);
            var head = await server.Client.SendAsync("HEAD", url);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            Assert.Equal(get.Content.Headers.ContentType!.ToString(), head.Content.Headers.ContentType!.ToString());
            Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.SendAsync("HEAD", "Patient/none")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_resource_answers_404()
    {
        await (await server.Client.GetAsync("Patient/none")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync("Patient/none/_history")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync("Patient/none/_history/1")).FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task A_deleted_resource_answers_410_and_its_history_keeps_it()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        var deleted = await server.Client.DeleteAsync($"Patient/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("W/\"2\"", deleted.Headers.ETag!.ToString());
        await (await server.Client.GetAsync($"Patient/{id}")).FailsAsync(410, "deleted");
        await (await server.Client.GetAsync($"Patient/{id}/_history/2")).FailsAsync(410, "deleted");
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync($"Patient/{id}/_history/1")).StatusCode);
        var history = await (await server.Client.GetAsync($"Patient/{id}/_history")).JsonAsync();
        Assert.Equal(2, (int)history["total"]!);
        Assert.Equal("DELETE", (string?)history["entry"]![0]!["request"]!["method"]);
        Assert.Null(history["entry"]![0]!["resource"]);
        Assert.Equal("POST", (string?)history["entry"]![1]!["request"]!["method"]);
    }

    [Fact]
    public async Task Deleting_again_or_what_never_was_is_a_success()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync($"Patient/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("Patient/never")).StatusCode);
        var history = await (await server.Client.GetAsync($"Patient/{id}/_history")).JsonAsync();
        Assert.Equal(2, (int)history["total"]!);
    }

    [Theory]
    [InlineData("If-None-Match", "W/\"1\"", 304)]
    [InlineData("If-None-Match", "\"1\"", 304)]
    [InlineData("If-None-Match", "W/\"7\", W/\"1\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "W/\"2\"", 200)]
    [InlineData("If-None-Match", "nonsense", 200)]
    [InlineData("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT", 304)]
    [InlineData("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT", 200)]
    [InlineData("If-Modified-Since", "nonsense", 200)]
    public async Task A_conditional_read_sends_the_body_only_to_those_who_lack_it(string header, string value, int status)
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Patient);
        foreach (var url in new[] { $"Patient/{id}", $"Patient/{id}/_history/1", $"Patient/{id}?_pretty=true" })
        {
            var response = await server.Client.SendAsync("GET", url, headers: (header, value));
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal("W/\"1\"", response.Headers.ETag!.ToString());
            Assert.Equal(status == 304, (await response.Content.ReadAsByteArrayAsync()).Length == 0);
        }
    }

    [Fact]
    public async Task If_Modified_Since_of_the_answer_itself_gives_304()
    {
        var (id, created) = await server.Client.CreateAsync("Patient", Patient);
        var since = created.Content.Headers.LastModified!.Value.ToString("R", CultureInfo.InvariantCulture);
        Assert.Equal(304, (int)(await server.Client.SendAsync("GET", $"Patient/{id}", headers: ("If-Modified-Since", since))).StatusCode);
    }

    [Fact]
    public async Task An_address_that_FHIR_does_not_have_answers_404_and_a_wrong_method_405()
    {
        await (await server.Client.GetAsync("Patiant/1")).FailsAsync(404, "not-supported");
        var issue = await (await server.Client.GetAsync("patient/1")).FailsAsync(404, "not-supported");
        Assert.Contains("Patient", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        await (await server.Client.GetAsync("Patient/1/2/3/4")).FailsAsync(404, "not-supported");
        await (await server.Client.GetAsync("Patient/1/_history/1/2")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync("Patient//_history")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync($"Patient/{new string('a', 65)}")).FailsAsync(404, "value");
        await (await server.Client.GetAsync("Patient/a_b")).FailsAsync(404, "value");
        var post = await server.Client.SendAsync("POST", "Patient/1", Patient);
        await post.FailsAsync(405, "not-supported");
        Assert.Contains("PUT", post.Content.Headers.Allow);
        var options = await server.Client.SendAsync("OPTIONS", "Patient/1");
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
        Assert.Contains("PATCH", options.Content.Headers.Allow);
        await (await server.Client.SendAsync("PURGE", "Patient/1")).FailsAsync(405, "not-supported");
    }

    [Fact]
    public async Task The_request_id_of_a_client_is_echoed_if_it_is_sane()
    {
        var sane = await server.Client.SendAsync("GET", "Patient/none", headers: ("X-Request-Id", "trace-42.a"));
        Assert.Equal("trace-42.a", sane.Headers.GetValues("X-Request-Id").Single());
        Assert.Equal("trace-42.a", (string?)(await sane.JsonAsync())["id"]);
        var insane = await server.Client.SendAsync("GET", "metadata", headers: ("X-Request-Id", "<script>"));
        Assert.DoesNotContain("script", insane.Headers.GetValues("X-Request-Id").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_and_the_front_page_answer()
    {
        Assert.Equal("live", await server.Client.GetStringAsync("/health/live"));
        Assert.Equal("ready", await server.Client.GetStringAsync("/health/ready"));
        Assert.Contains("fhir/metadata", await server.Client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/elsewhere")).StatusCode);
    }
}
