// Attacks below FHIR: addresses written otherwise, headers doubled, tokens in other places, links of others, what caches and logs keep.

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using FhirHub.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirHub.Server.Tests.Access;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogCapture : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
        // There is nothing to let go of.
    }
}

public class ProbeHttpTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    private static readonly string[] s_secrets = ["Zhang", "张", "1971-06-02", "200 Road", "138200"];

    // Sent as they stand: HttpClient would tidy most of them.
    [Theory]
    [InlineData("a double slash", "//fhir/Patient/theirs")]
    [InlineData("a double slash within", "/fhir//Patient/theirs")]
    [InlineData("capitals", "/FHIR/Patient/theirs")]
    [InlineData("capitals of a type", "/fhir/PATIENT/theirs")]
    [InlineData("an encoded slash", "/fhir%2FPatient%2Ftheirs")]
    [InlineData("an encoded slash within", "/fhir/Patient%2Ftheirs")]
    [InlineData("a slash encoded twice", "/fhir/Patient%252Ftheirs")]
    [InlineData("encoded letters", "/%66hir/Patient/theirs")]
    [InlineData("encoded letters of an id", "/fhir/Patient/their%73")]
    [InlineData("dots", "/fhir/./Patient/theirs")]
    [InlineData("dots upwards", "/fhir/Patient/mine/../theirs")]
    [InlineData("dots upwards from elsewhere", "/health/../fhir/Patient/theirs")]
    [InlineData("encoded dots", "/fhir/Patient/mine/%2e%2e/theirs")]
    [InlineData("a dot at the end", "/fhir/Patient/theirs.")]
    [InlineData("a slash at the end", "/fhir/Patient/theirs/")]
    [InlineData("a semicolon", "/fhir/Patient/theirs;jsessionid=1")]
    [InlineData("a backslash", "/fhir\\Patient\\theirs")]
    [InlineData("a zero byte", "/fhir/Patient/theirs%00")]
    [InlineData("a fragment", "/fhir/Patient/mine%23/../theirs")]
    [InlineData("another host before it", "http://elsewhere.example/fhir/Patient/theirs")]
    [InlineData("wide letters", "/fhir/Patient/%EF%BD%94heirs")]
    [Covers(CoversAttribute.Smart, 119)]
    public async Task Another_way_to_write_the_address_leads_to_nothing_more(string way, string path)
    {
        Assert.NotEmpty(way);
        var token = await server.TokenAsync("patient/*.cruds");
        AssertNothingTold(await RawAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"));
    }

    [Theory]
    [InlineData("no token", "")]
    [InlineData("an empty token", "Authorization: Bearer \r\n")]
    [InlineData("a token of blanks", "Authorization: Bearer      \r\n")]
    [InlineData("another scheme", "Authorization: Basic {0}\r\n")]
    [InlineData("a scheme alone", "Authorization: Bearer\r\n")]
    [InlineData("a token without a scheme", "Authorization: {0}\r\n")]
    [InlineData("two tokens", "Authorization: Bearer {0}\r\nAuthorization: Bearer {0}\r\n")]
    [InlineData("two tokens in one", "Authorization: Bearer {0}, Bearer {0}\r\n")]
    [InlineData("a good and a bad one", "Authorization: Bearer bad\r\nAuthorization: Bearer {0}\r\n")]
    [InlineData("another header", "X-Authorization: Bearer {0}\r\n")]
    [InlineData("a forwarded one", "X-Forwarded-Authorization: Bearer {0}\r\nX-Forwarded-User: admin\r\n")]
    [InlineData("a cookie", "Cookie: access_token={0}\r\n")]
    [InlineData("a proxy's", "Proxy-Authorization: Bearer {0}\r\n")]
    [InlineData("a token with a letter more", "Authorization: Bearer {0}A\r\n")]
    [InlineData("a token with a zero byte's escape", "Authorization: Bearer {0}%00\r\n")]
    [Covers(CoversAttribute.Smart, 77)]
    public async Task A_token_counts_in_one_header_only(string way, string header)
    {
        Assert.NotEmpty(way);
        var token = await server.TokenAsync("patient/*.cruds");
        var answer = await RawAsync($"GET /fhir/Patient/mine HTTP/1.1\r\nHost: 127.0.0.1\r\n{header.Replace("{0}", token, StringComparison.Ordinal)}Connection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("WWW-Authenticate: Bearer", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("秀英", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(token, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_scheme_is_the_same_in_any_case(string scheme)
    {
        var token = await server.TokenAsync("patient/*.cruds");
        Assert.StartsWith("HTTP/1.1 200 ", await RawAsync($"GET /fhir/Patient/mine HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {scheme} {token}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/fhir/Patient/mine?access_token={0}", "")]
    [InlineData("GET", "/fhir/Patient?access_token={0}&_id=mine", "")]
    [InlineData("POST", "/fhir/Patient/_search", "_id=mine&access_token={0}")]
    public async Task A_token_in_an_address_or_a_form_is_none(string method, string path, string body)
    {
        var token = await server.TokenAsync("patient/*.cruds");
        var form = body.Replace("{0}", token, StringComparison.Ordinal);
        var answer = await RawAsync(
            $"{method} {path.Replace("{0}", token, StringComparison.Ordinal)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\nConnection: close\r\n\r\n{form}");
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(20_000)]
    [InlineData(100_000)]
    public async Task A_very_long_token_is_no_token(int length)
    {
        var answer = await RawAsync($"GET /fhir/Patient/mine HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {new string('A', length)}\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (401|431) ", answer);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override: PUT")]
    [InlineData("X-HTTP-Method: DELETE")]
    [InlineData("X-Method-Override: DELETE")]
    public async Task No_header_makes_a_read_a_write(string header)
    {
        var token = await server.TokenAsync("patient/*.rs");
        Assert.StartsWith("HTTP/1.1 200 ", await RawAsync($"GET /fhir/Flag/changed-mine HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{header}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(200, (await server.AskAsync(new LeakRequest("GET", "fhir/Flag/changed-mine"))).Status);
    }

    [Theory]
    [InlineData("fhir/Patient/mine")]
    [InlineData("fhir/Patient/theirs")]
    [InlineData("fhir/Observation?_count=1")]
    [InlineData("fhir/_history")]
    [InlineData("fhir/$graphql?query=%7BPatientList%7Bid%7D%7D")]
    public async Task No_shared_cache_keeps_an_answer(string url)
    {
        using var response = await server.Mine.GetAsync(url);
        Assert.True(response.Headers.CacheControl is { Private: true } or { NoStore: true }, $"{response.Headers.CacheControl}");
        Assert.False(response.Headers.CacheControl!.Public);
    }

    [Fact]
    public async Task A_page_link_of_another_token_leads_to_nothing_of_its_owner()
    {
        using var all = await server.ClientAsync("user/*.rs", Smart.AccountRole.Practitioner, "Practitioner/gp", null);
        var (_, first) = await server.AskAsync(new LeakRequest("GET", "fhir/Observation?subject=Patient/theirs&_count=2"), all);
        Assert.Contains("\"next\"", first, StringComparison.Ordinal);
        var answer = await new LeakRequest("GET", "fhir/Observation?subject=Patient/theirs&_count=2").SendAsync(all, static text => text);
        var (status, text) = await server.AskAsync(new LeakRequest("GET", Relative(answer.Links.Last())));
        Assert.NotEqual(200, status);
        Assert.DoesNotContain("obs-theirs", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fhir/_history?_count=2")]
    [InlineData("fhir/Observation/_history?_count=2")]
    [InlineData("fhir/Patient/$everything?_count=2")]
    [InlineData("fhir/Observation?_count=2&_sort=-_lastUpdated")]
    [InlineData("fhir/Observation?_count=2&_total=accurate")]
    public async Task A_link_of_a_full_token_shows_a_limited_one_no_entry_of_others(string url)
    {
        using var all = await server.ClientAsync("user/*.rs", Smart.AccountRole.Practitioner, "Practitioner/gp", null);
        var answer = await new LeakRequest("GET", url).SendAsync(all, static text => text);
        var link = answer.Links.LastOrDefault(static link => link.Contains("_page=", StringComparison.Ordinal));
        Assert.NotNull(link);
        var (_, text) = await server.AskAsync(new LeakRequest("GET", Relative(link)));
        Assert.DoesNotContain(server.Theirs, key => text.Contains($"\"fullUrl\":\"http://{LeakServer.Host}/fhir/{key}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Beyond_the_last_page_there_is_nothing()
    {
        var answer = await new LeakRequest("GET", "fhir/Observation?_count=3").SendAsync(server.Mine, static text => text);
        var pages = 0;
        for (; answer.Body.Contains("\"relation\":\"next\"", StringComparison.Ordinal) && pages < 100; pages++)
        {
            Assert.DoesNotContain(server.Theirs, key => answer.Body.Contains($"\"fullUrl\":\"http://{LeakServer.Host}/fhir/{key}\"", StringComparison.Ordinal));
            var next = answer.Body.Split("\"relation\":\"next\",\"url\":\"")[1].Split('"')[0];
            answer = await new LeakRequest("GET", Relative(next)).SendAsync(server.Mine, static text => text);
        }

        Assert.InRange(pages, 2, 99);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/images")]
    [InlineData("/swagger")]
    [InlineData("/swagger/index.html")]
    [InlineData("/fhir/metadata")]
    [InlineData("/fhir/metadata?mode=terminology")]
    [InlineData("/.well-known/smart-configuration")]
    [InlineData("/fhir/.well-known/smart-configuration")]
    [InlineData("/profiles")]
    [InlineData("/profiles/StructureDefinition/theirs")]
    [InlineData("/viewer/")]
    [InlineData("/app/")]
    [InlineData("/auth/jwks")]
    [InlineData("/favicon.ico")]
    public async Task What_anybody_may_ask_tells_of_no_patient(string path)
    {
        using var anybody = new HttpClient { BaseAddress = new Uri(server.Root) };
        using var response = await anybody.GetAsync(path);
        AssertNothingTold(await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_refusal_for_want_of_a_token_is_the_same_whatever_there_is()
    {
        using var anybody = new HttpClient { BaseAddress = new Uri($"{server.Root}/") };
        anybody.DefaultRequestHeaders.Host = LeakServer.Host;
        Assert.Equal(401, await server.IsAsUnknownAsync(new LeakRequest("GET", "fhir/Patient/theirs"), client: anybody));
        Assert.Equal(401, await server.IsAsUnknownAsync(new LeakRequest("PUT", "fhir/Patient/theirs", "{\"resourceType\":\"Patient\",\"id\":\"theirs\"}"), client: anybody));
        Assert.Equal(401, await server.IsAsUnknownAsync(new LeakRequest("POST", "fhir/Patient/_search", "_id=theirs", "application/x-www-form-urlencoded"), client: anybody));
    }

    [Fact]
    public async Task A_type_that_is_not_granted_is_refused_whatever_there_is_of_it()
    {
        using var few = await server.ClientAsync("patient/Patient.r");
        Assert.Equal(403, await server.IsAsUnknownAsync(new LeakRequest("GET", "fhir/Observation/obs-theirs-1"), client: few));
        Assert.Equal(403, await server.IsAsUnknownAsync(new LeakRequest("GET", "fhir/Observation/obs-theirs-1"), "obs-theirs-1", "obs-nobody-1", few));
        Assert.Equal(403, (await server.AskAsync(new LeakRequest("GET", "fhir/Observation/obs-mine-1"), few)).Status);
    }

    [Fact]
    public async Task A_constraint_hides_what_is_mine_as_if_it_were_not_there()
    {
        using var constrained = await server.ClientAsync("patient/Observation.rs?category=laboratory");
        Assert.Equal(404, await server.IsAsUnknownAsync(new LeakRequest("GET", "fhir/Observation/obs-mine-1"), "mine-1", "none-1", constrained));
        var (_, text) = await server.AskAsync(new LeakRequest("GET", "fhir/Observation?_total=accurate&category=vital-signs"), constrained);
        Assert.Contains("\"total\":0", text, StringComparison.Ordinal);
        Assert.Equal(200, (await server.AskAsync(new LeakRequest("GET", "fhir/Observation/obs-mine-3"), constrained)).Status);
    }

    [Fact]
    public async Task A_token_that_was_ended_reads_nothing_more()
    {
        var token = await server.TokenAsync("patient/*.rs");
        using var client = server.Running.ClientWith(token);
        Assert.Equal(200, (await server.AskAsync(new LeakRequest("GET", "fhir/Patient/mine"), client)).Status);
        var access = await server.Running.Smart.AccessOfAsync(token, default);
        await server.Running.Smart.Grants.EndAsync(access!.GrantId, "ended by the test", default);
        var (status, text) = await server.AskAsync(new LeakRequest("GET", "fhir/Patient/mine"), client);
        Assert.Equal(401, status);
        AssertNothingTold(text);
    }

    [Fact]
    public async Task What_is_unknown_and_what_is_hidden_have_answers_of_the_same_length()
    {
        foreach (var url in new[] { "fhir/Observation/obs-theirs-1", "fhir/Observation/obs-theirs-1/_history", "fhir/Observation/obs-theirs-1/_history/1", "fhir/Observation?_id=obs-theirs-1" })
        {
            var there = await new LeakRequest("GET", url).SendAsync(server.Mine, static text => text);
            var nowhere = await new LeakRequest("GET", url).SendAsync(server.Mine, static text => text.Replace("theirs", "nobody", StringComparison.Ordinal));
            Assert.Equal(nowhere.Body.Length, there.Body.Length);
            Assert.Equal(nowhere.Status, there.Status);
        }
    }

    [Fact]
    public async Task The_log_holds_neither_tokens_nor_patients()
    {
        using var log = new LogCapture();
        server.Running.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var token = await server.TokenAsync("patient/*.cruds");
        using var client = server.Running.ClientWith(token);
        _ = await server.AskAsync(new LeakRequest("GET", "fhir/Patient?name=Zhang&birthdate=1971-06-02"), client);
        _ = await server.AskAsync(new LeakRequest("GET", "fhir/Patient/theirs?Zhang=1971-06-02"), client);
        _ = await server.AskAsync(new LeakRequest("POST", "fhir/Patient", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Zhang\"}]}"), client);
        _ = await server.AskAsync(new LeakRequest("POST", "fhir/Patient", "{\"Zhang\": 1971-06-02"), client);
        _ = await RawAsync($"GET /fhir/Patient/theirs%00Zhang HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
        _ = await RawAsync($"GET /fhir/Patient?access_token={token} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        var text = string.Join('\n', log.Lines);
        AssertNothingTold(text);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
    }

    private static void AssertNothingTold(string answer)
    {
        foreach (var secret in s_secrets)
            Assert.DoesNotContain(secret, answer, StringComparison.Ordinal);
    }

    private static string Relative(string url) => url.Replace($"http://{LeakServer.Host}/", "", StringComparison.Ordinal);

    private async Task<string> RawAsync(string request)
    {
        var root = new Uri(server.Root);
        using var client = new TcpClient();
        await client.ConnectAsync(root.Host, root.Port);
        await using var stream = client.GetStream();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), patience.Token);
            await stream.CopyToAsync(answer, patience.Token);
        }
        catch (IOException)
        {
            // A request that is too large ends the connection, with what was said before.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
