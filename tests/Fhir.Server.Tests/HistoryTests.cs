using System.Globalization;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class HistoryTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Pages_of_a_history_hold_every_version_newest_first()
    {
        var id = await WriteAsync(7);
        var versions = new List<string?>();
        for (string? next = $"Basic/{id}/_history?_count=3"; next is not null;)
        {
            var page = await GetAsync(next);
            Assert.Equal("history", (string?)page["type"]);
            Assert.Equal(7, (int)page["total"]!);
            versions.AddRange(page["entry"]!.AsArray().Select(e => (string?)e!["resource"]!["meta"]!["versionId"]));
            next = (string?)page["link"]!.AsArray().SingleOrDefault(l => (string?)l!["relation"] == "next")?["url"];
        }

        Assert.Equal(["7", "6", "5", "4", "3", "2", "1"], versions);
    }

    [Fact]
    public async Task Entries_say_which_interaction_made_them()
    {
        var id = await WriteAsync(2);
        await server.Client.DeleteAsync($"Basic/{id}");
        var entries = (await GetAsync($"Basic/{id}/_history"))["entry"]!.AsArray();
        Assert.Equal(["DELETE", "PUT", "PUT"], entries.Select(e => (string?)e!["request"]!["method"]));
        Assert.All(entries, e => Assert.Equal($"Basic/{id}", (string?)e!["request"]!["url"]));
        Assert.Equal(["204", "200", "201"], entries.Select(e => ((string)e!["response"]!["status"]!)[..3]));
        Assert.Equal(["W/\"3\"", "W/\"2\"", "W/\"1\""], entries.Select(e => (string?)e!["response"]!["etag"]));
        Assert.All(entries, e => Assert.Equal($"{server.Base}/Basic/{id}", (string?)e!["fullUrl"]));
    }

    [Fact]
    public async Task Since_and_at_narrow_a_history()
    {
        var id = await WriteAsync(1);
        await Task.Delay(20);
        var second = await server.Client.SendAsync("PUT", $"Basic/{id}", Basic(id, 99));
        var time = (string)(await second.JsonAsync())["meta"]!["lastUpdated"]!;
        Assert.Equal(["2"], await Versions($"_since={time}"));
        Assert.Equal(["2", "1"], await Versions("_since=2020-01-01"));
        Assert.Empty(await Versions("_since=2100"));
        Assert.Equal(["2"], await Versions($"_at={time}"));
        var before = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).AddMilliseconds(-1).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Assert.Equal(["1"], await Versions($"_at={before}"));
        Assert.Empty(await Versions("_at=2020"));
        await (await server.Client.GetAsync($"Basic/{id}/_history?_since=yesterday")).FailsAsync(400, "value");
        await (await server.Client.GetAsync($"Basic/{id}/_history?_count=-1")).FailsAsync(400, "value");
        await (await server.Client.GetAsync($"Basic/{id}/_history?name=x")).FailsAsync(400, "not-supported");

        async Task<IEnumerable<string?>> Versions(string query) =>
            (await GetAsync($"Basic/{id}/_history?{query}"))["entry"]?.AsArray().Select(e => (string?)e!["resource"]!["meta"]!["versionId"]) ?? [];
    }

    [Fact]
    public async Task Types_and_the_system_have_a_history()
    {
        await WriteAsync(2);
        await server.Client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        var type = await GetAsync("Basic/_history?_count=1000");
        Assert.All(type["entry"]!.AsArray().Where(e => e!["resource"] is not null), e => Assert.Equal("Basic", (string?)e!["resource"]!["resourceType"]));
        var system = await GetAsync("_history?_count=1000");
        Assert.True((int)system["total"]! > (int)type["total"]!);
        var count = await GetAsync("_history?_summary=count");
        Assert.Equal((int)system["total"]!, (int)count["total"]!);
        Assert.Null(count["entry"]);
    }

    private static string Basic(string id, int count) => $$$"""{"resourceType":"Basic","id":"{{{id}}}","code":{"text":"{{{count}}}"}}""";

    private async Task<string> WriteAsync(int versions)
    {
        var id = Guid.NewGuid().ToString("N");
        for (var i = 0; i < versions; i++)
            Assert.True((await server.Client.SendAsync("PUT", $"Basic/{id}", Basic(id, i))).IsSuccessStatusCode);
        return id;
    }

    private async Task<JsonNode> GetAsync(string url)
    {
        var response = await server.Client.GetAsync(url);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }
}
