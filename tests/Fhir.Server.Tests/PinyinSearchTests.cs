// Names in Chinese characters over HTTP: found and sorted by pinyin, unless the configuration says otherwise.

using FhirHub.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests;

public sealed class PinyinSearchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task People_are_found_and_sorted_by_pinyin()
    {
        await PutAsync(server, "zhang", "张三", "张", "三");
        await PutAsync(server, "wang", "王小明", "王", "小明");
        await PutAsync(server, "shan", "单雄信", "单", "雄信");
        await PutAsync(server, "ann", "Ann Lee", "Lee", "Ann");

        foreach (var name in new[] { "wang", "wangxiao", "wxm", "wang%20xiaoming", "Wang+Xiao+Ming", "王小" })
            Assert.Equal("wang", await FoundAsync(server, $"Patient?name={name}"));
        Assert.Equal("", await FoundAsync(server, "Patient?name=xm"));
        Assert.Equal("shan", await FoundAsync(server, "Patient?family=dan"));
        Assert.Equal("shan", await FoundAsync(server, "Patient?name=shanx"));
        Assert.Equal("wang", await FoundAsync(server, "Patient?given=xm"));
        Assert.Equal("", await FoundAsync(server, "Patient?name:contains=angxiao"));
        Assert.Equal("", await FoundAsync(server, "Patient?name:exact=wangxiaoming"));
        Assert.Equal("wang", await FoundAsync(server, "Patient?name:exact=王小明"));
        Assert.Equal("wang", await FoundAsync(server, "Patient?phonetic=wangxm,wxm"));

        Assert.Equal("ann shan wang zhang", await FoundAsync(server, "Patient?_sort=name"));
        Assert.Equal("zhang wang shan ann", await FoundAsync(server, "Patient?_sort=-family"));
    }

    [Fact]
    public async Task The_index_agrees_with_the_resources_after_changes()
    {
        await PutAsync(server, "renamed", "曾一", "曾", "一");
        await PutAsync(server, "renamed", "曾二", "曾", "二");
        await server.Client.SendAsync("PUT", "Organization/xh", """{"resourceType":"Organization","id":"xh","name":"北京协和医院","alias":["协和"]}""");
        Assert.Equal("xh", await FoundAsync(server, "Organization?name=bjxh"));
        Assert.Equal("renamed", await FoundAsync(server, "Patient?name=zenger"));
        Assert.Equal("", await FoundAsync(server, "Patient?name=zengyi"));
        var store = Assert.IsType<SqliteResourceStore>(server.Services.GetRequiredService<FhirServer>().Store);
        Assert.Empty(await store.VerifyAsync(default));
    }

    internal static async Task PutAsync(ServerFixture server, string id, string text, string family, string given)
    {
        var response = await server.Client.SendAsync(
            "PUT", $"Patient/{id}", $$$"""{"resourceType":"Patient","id":"{{{id}}}","name":[{"text":"{{{text}}}","family":"{{{family}}}","given":["{{{given}}}"]}]}""");
        Assert.True(response.IsSuccessStatusCode);
    }

    internal static async Task<string> FoundAsync(ServerFixture server, string url)
    {
        var bundle = await (await server.Client.GetAsync(url)).JsonAsync();
        return string.Join(' ', (bundle["entry"]?.AsArray() ?? []).Select(entry => (string?)entry!["resource"]!["id"]).Where(id => id != "renamed" || !url.Contains("_sort", StringComparison.Ordinal)));
    }
}

public sealed class NoPinyinFixture : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Search:Pinyin=false"];
}

public sealed class NoPinyinSearchTests(NoPinyinFixture server) : IClassFixture<NoPinyinFixture>
{
    [Fact]
    public async Task Pinyin_can_be_switched_off()
    {
        await PinyinSearchTests.PutAsync(server, "wang", "王小明", "王", "小明");
        Assert.Equal("", await PinyinSearchTests.FoundAsync(server, "Patient?name=wang"));
        Assert.Equal("wang", await PinyinSearchTests.FoundAsync(server, "Patient?name=王"));
    }
}
