// What the service says that it can do, and what it says of what it can't.

using System.Net;
using System.Text.Json;
using System.Xml.Linq;

namespace FhirHub.Dicomweb.Tests.Rendering;

public class CapabilityTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    [Fact]
    public async Task Every_address_that_is_mapped_is_told_in_both_forms()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "capabilities");
        request.Headers.Add("Accept", "application/json");
        using var answer = await fixture.Client.SendAsync(request);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(fixture.Base, json.RootElement.GetProperty("base").GetString());
        var paths = json.RootElement.GetProperty("resources").EnumerateArray().Select(resource => resource.GetProperty("path").GetString()!).ToArray();
        foreach (var path in (string[])["studies", "studies/{study}/rendered", "studies/{study}/series/{series}/instances/{instance}/frames/{frames}/thumbnail", "wado", "capabilities"])
            Assert.Contains(path, paths);

        using var wadl = await fixture.Client.GetAsync("capabilities");
        Assert.Equal("application/vnd.sun.wadl+xml", wadl.Content.Headers.ContentType!.MediaType);
        XNamespace space = "http://wadl.dev.java.net/2009/02";
        var document = XDocument.Parse(await wadl.Content.ReadAsStringAsync());
        Assert.Equal(paths.Order(StringComparer.Ordinal), document.Descendants(space + "resource").Select(resource => resource.Attribute("path")!.Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task The_root_tells_them_when_it_is_asked_for_options(string path)
    {
        using var answer = await fixture.Client.SendAsync(new(HttpMethod.Options, new Uri(fixture.Base + path)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("studies/{study}", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("studies/1.2/rendered", "GET, HEAD, OPTIONS")]
    [InlineData("capabilities", "GET, HEAD, OPTIONS")]
    [InlineData("wado", "GET, HEAD, OPTIONS")]
    public async Task Another_method_of_an_address_answers_405_with_those_that_it_has(string path, string allow)
    {
        using var refused = await fixture.Client.SendAsync(new(HttpMethod.Patch, path));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Equal(allow, string.Join(", ", refused.Content.Headers.Allow));
        using var options = await fixture.Client.SendAsync(new(HttpMethod.Options, path));
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
        Assert.Equal(allow, string.Join(", ", options.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("GET", "nothing")]
    [InlineData("GET", "studies/1.2.3/nothing")]
    [InlineData("POST", "studies/1.2/series/1.3/instances/1.4/frames/1/rendered/more.html")]
    [InlineData("OPTIONS", "nothing")]
    public async Task An_address_that_is_none_answers_404_as_a_problem(string method, string path)
    {
        using var answer = await fixture.Client.SendAsync(new(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_form_that_is_not_offered_answers_406()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "capabilities");
        request.Headers.Add("Accept", "text/html");
        using var answer = await fixture.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
    }
}
