// Nobody who names an address makes the server speak with its own network, wait or read without end.

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart.Tests;

public sealed class GuardedFetchTests : IAsyncLifetime
{
    private DocumentServer _server = null!;

    public async Task InitializeAsync() => _server = await DocumentServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public async Task A_name_of_an_address_that_is_not_public_is_not_connected_to(string address)
    {
        Assert.False(FetchAddresses.IsPublic(IPAddress.Parse(address)));
        using var fetch = Fetch([], resolve: (_, _) => Task.FromResult(new[] { IPAddress.Parse(address) }));
        var refused = await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync("https://keys.example.org/jwks", default));
        Assert.Contains("FhirHub:Auth:FetchPrivate", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("2001:4860:4860::8888")]
    public void Public_addresses_may_be_fetched_from(string address) => Assert.True(FetchAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://keys.example.org/jwks")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://keys.example.org/jwks")]
    [InlineData("data:application/json,{}")]
    [InlineData("jwks")]
    [InlineData("https://user:word@keys.example.org/jwks")]
    [InlineData("https://127.0.0.1/jwks")]
    [InlineData("https://localhost/jwks")]
    [InlineData("https://2130706433/jwks")]
    [InlineData("https://0x7f000001/jwks")]
    [InlineData("https://0177.0.0.1/jwks")]
    [InlineData("https://127.1/jwks")]
    [InlineData("https://[::1]/jwks")]
    [InlineData("https://[::ffff:7f00:1]/jwks")]
    [InlineData("https://[fe80::1%25eth0]/jwks")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    public async Task An_address_that_names_this_network_or_another_scheme_is_refused_before_anything_is_sent(string url)
    {
        using var fetch = Fetch([]);
        Assert.False(fetch.MayFetch(url));
        await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync(url, default));
    }

    [Fact]
    public async Task A_name_is_resolved_once_and_the_connection_made_to_what_was_checked()
    {
        _server.Add("/jwks", """{"keys":[]}""");
        var asked = 0;
        using var fetch = Fetch(DocumentServer.Loopback, resolve: (_, _) => Task.FromResult(new[] { IPAddress.Parse(asked++ == 0 ? "127.0.0.1" : "10.0.0.1") }));
        var fetched = await fetch.GetAsync($"http://localhost:{_server.Port}/jwks", default);
        Assert.Equal(200, fetched.Status);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Of_several_addresses_only_those_that_may_be_fetched_from_are_connected_to()
    {
        _server.Add("/jwks", """{"keys":[]}""");
        using var fetch = Fetch(DocumentServer.Loopback, resolve: (_, _) => Task.FromResult(new[] { IPAddress.Parse("169.254.169.254"), IPAddress.Parse("127.0.0.1") }));
        Assert.Equal(200, (await fetch.GetAsync($"http://localhost:{_server.Port}/jwks", default)).Status);
    }

    [Fact]
    public async Task Loopback_and_http_need_the_configuration()
    {
        var url = _server.Add("/jwks", """{"keys":[]}""");
        using var closed = Fetch([]);
        await Assert.ThrowsAsync<FetchException>(() => closed.GetAsync(url, default));
        using var open = Fetch(DocumentServer.Loopback);
        Assert.Equal("""{"keys":[]}""", (await open.GetAsync(url, default)).Json().GetRawText());
        Assert.Equal(1, _server.Asked("/jwks"));
    }

    [Fact]
    public async Task A_server_whose_certificate_is_not_that_of_its_name_is_not_believed()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=keys.example.org", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await DocumentServer.StartAsync(certificate);
        server.Add("/jwks", "{}");
        using var fetch = Fetch(DocumentServer.Loopback, resolve: (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));
        await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync($"https://keys.example.org:{server.Port}/jwks", default));
        Assert.Equal(0, server.Asked("/jwks"));
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        _server.Add("/secret", "{}");
        _server.Answers["/jwks"] = http =>
        {
            http.Response.Redirect("http://169.254.169.254/latest/meta-data");
            return Task.CompletedTask;
        };
        _server.Answers["/own"] = http =>
        {
            http.Response.Redirect("/secret");
            return Task.CompletedTask;
        };
        using var fetch = Fetch(DocumentServer.Loopback);
        await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync($"{_server.Root}/jwks", default));
        await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync($"{_server.Root}/own", default));
        Assert.Equal(0, _server.Asked("/secret"));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        _server.Answers["/huge"] = async http =>
        {
            var chunk = new byte[16 * 1024];
            Array.Fill(chunk, (byte)' ');
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(chunk);
        };
        using var fetch = Fetch(DocumentServer.Loopback);
        var refused = await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync($"{_server.Root}/huge", default));
        Assert.Contains("65536", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_ends_its_answer_is_left()
    {
        _server.Answers["/slow"] = async http =>
        {
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        using var fetch = Fetch(DocumentServer.Loopback, TimeSpan.FromMilliseconds(200));
        var refused = await Assert.ThrowsAsync<FetchException>(() => fetch.GetAsync($"{_server.Root}/slow", default));
        Assert.Contains("did not answer within", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("")]
    public async Task What_is_not_JSON_is_told(string body)
    {
        var url = _server.Add("/jwks", body);
        using var fetch = Fetch(DocumentServer.Loopback);
        var fetched = await fetch.GetAsync(url, default);
        Assert.Throws<FetchException>(() => fetched.Json());
    }

    [Fact]
    public async Task JSON_that_is_too_deep_is_refused()
    {
        var url = _server.Add("/jwks", $$"""{"keys":{{new string('[', 1_000)}}{{new string(']', 1_000)}}}""");
        using var fetch = Fetch(DocumentServer.Loopback);
        var fetched = await fetch.GetAsync(url, default);
        Assert.Throws<FetchException>(() => fetched.Json());
    }

    [Theory]
    [InlineData("max-age=60", 60)]
    [InlineData("no-store", 0)]
    [InlineData("no-cache, max-age=60", 0)]
    [InlineData("max-age=99999999", 99999999)]
    [InlineData(null, null)]
    public async Task Freshness_is_what_the_answer_says(string? cacheControl, int? seconds)
    {
        var url = _server.Add("/jwks", "{}", cacheControl);
        using var fetch = Fetch(DocumentServer.Loopback);
        Assert.Equal(seconds, (await fetch.GetAsync(url, default)).Freshness?.TotalSeconds);
    }

    private static GuardedFetch Fetch(IReadOnlyList<IPNetwork> allowed, TimeSpan? time = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        new(allowed, time ?? TimeSpan.FromSeconds(30), TimeProvider.System, resolve);
}
