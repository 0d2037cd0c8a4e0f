// The viewer's addresses: files, pages, configuration and their headers, without images behind them.

using System.IO.Compression;
using System.Net;
using FhirHub.Samples;
using FhirHub.Samples.ImagingViewer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirHub.Server.Tests.Imaging;

public sealed class ViewerEndpointTests : IAsyncLifetime
{
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync() => (_app, _client) = await StartAsync(new PackedFiles(typeof(ViewerEndpoint).Assembly, "viewer/"));

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("viewer/")]
    [InlineData("viewer/viewer?StudyInstanceUIDs=1.2.3")]
    [InlineData("viewer/segmentation?StudyInstanceUIDs=1.2.3")]
    public async Task Every_address_of_the_viewer_is_its_page(string address)
    {
        using var response = await _client.GetAsync(address);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<script rel=\"preload\" as=\"script\" src=\"/viewer/app-config.js\"></script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task The_page_has_no_script_within_it_and_asks_other_hosts_for_nothing()
    {
        var page = await _client.GetStringAsync("viewer");
        using var response = await _client.GetAsync("viewer");
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script[^>]*>[^<]", page);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_isolated_so_that_its_threads_may_share_memory()
    {
        using var response = await _client.GetAsync("viewer");
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.Equal("require-corp", response.Headers.GetValues("Cross-Origin-Embedder-Policy").Single());
    }

    [Fact]
    public async Task The_configuration_names_the_image_service_of_the_same_origin_below_the_same_path()
    {
        var config = await _client.GetStringAsync("viewer/app-config.js");
        Assert.Contains("window.PUBLIC_URL = '/viewer/';", config, StringComparison.Ordinal);
        Assert.Contains("`${window.location.origin}/dicomweb`", config, StringComparison.Ordinal);
        var (app, client) = await StartAsync(new PackedFiles(typeof(ViewerEndpoint).Assembly, "viewer/"), "/hub");
        await using var _ = app;
        using var __ = client;
        var prefixed = await client.GetStringAsync("hub/viewer/app-config.js");
        Assert.Contains("window.PUBLIC_URL = '/hub/viewer/';", prefixed, StringComparison.Ordinal);
        Assert.Contains("`${window.location.origin}/hub/dicomweb`", prefixed, StringComparison.Ordinal);
        Assert.Contains("src=\"/hub/viewer/app-config.js\"", await client.GetStringAsync("hub/viewer/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_tells_who_signs_users_in_and_a_host_can_not_write_into_it()
    {
        Assert.Contains("const signIn = null;", await _client.GetStringAsync("viewer/app-config.js"), StringComparison.Ordinal);
        var (app, client) = await StartAsync(
            new PackedFiles(typeof(ViewerEndpoint).Assembly, "viewer/"), "",
            new ViewerSignIn("imaging-viewer", "openid", static http => $"http://{http.Request.Headers["X-Host"]}", "/auth/logout", static _ => "http://hub.example/fhir"));
        await using var _ = app;
        using var __ = client;
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Host", "hub.example';alert(\"1\")</script>");
        var config = await client.GetStringAsync("viewer/app-config.js");
        Assert.Contains("\"client_id\":\"imaging-viewer\"", config, StringComparison.Ordinal);
        Assert.Contains("\"aud\":\"http://hub.example/fhir\"", config, StringComparison.Ordinal);
        Assert.DoesNotContain("';alert", config, StringComparison.Ordinal);
        Assert.DoesNotContain("</script>", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_come_compressed_to_who_takes_that_and_plain_to_others()
    {
        var script = await ScriptAsync();
        using var plain = await _client.GetAsync(script);
        using var packed = await SendAsync(script, ("Accept-Encoding", "br, gzip"));
        Assert.Equal("text/javascript", plain.Content.Headers.ContentType!.MediaType);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal("gzip", packed.Content.Headers.ContentEncoding.Single());
        Assert.Equal("Accept-Encoding", packed.Headers.Vary.Single());
        await using var inflated = new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(inflated);
        var text = await plain.Content.ReadAsStringAsync();
        Assert.Equal(text, await reader.ReadToEndAsync());
        Assert.DoesNotContain("__webpack_require__.p = \"/\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        var script = await ScriptAsync();
        using var first = await SendAsync(script, ("Accept-Encoding", "gzip"));
        using var second = await SendAsync(script, ("Accept-Encoding", "gzip"), ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(TimeSpan.FromDays(1), second.Headers.CacheControl!.MaxAge);
    }

    [Theory]
    [InlineData("assets/favicon.ico", "image/x-icon")]
    [InlineData("ohif-logo.svg", "image/svg+xml")]
    [InlineData("app.bundle.css", "text/css")]
    [InlineData("manifest.json", "application/json")]
    public async Task Files_say_what_they_are(string file, string type)
    {
        using var response = await _client.GetAsync($"viewer/{file}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("viewer/nothing.js")]
    [InlineData("viewer/..%2fapp-config.css")]
    [InlineData("viewer/ort/ort.min.js")]
    public async Task A_file_that_is_not_there_is_not_the_page(string address)
    {
        using var response = await _client.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_build_without_the_viewer_says_what_to_do()
    {
        var (app, client) = await StartAsync(new PackedFiles(typeof(string).Assembly, "viewer/"));
        await using var _ = app;
        using var __ = client;
        using var response = await client.GetAsync("viewer");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("dotnet build src/Fhir.Server", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string> ScriptAsync()
    {
        var page = await _client.GetStringAsync("viewer");
        var start = page.IndexOf("viewer/app.bundle.", StringComparison.Ordinal);
        return page[start..page.IndexOf('"', start)];
    }

    private async Task<HttpResponseMessage> SendAsync(string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _client.SendAsync(request);
    }

    private static async Task<(WebApplication App, HttpClient Client)> StartAsync(PackedFiles files, string pathBase = "", ViewerSignIn? signIn = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UsePathBase(new PathString(pathBase));
        app.UseRouting();
        new ViewerEndpoint("/dicomweb", signIn, files).Map(app);
        await app.StartAsync();
        var root = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return (app, new HttpClient { BaseAddress = new Uri($"{root}/") });
    }
}
