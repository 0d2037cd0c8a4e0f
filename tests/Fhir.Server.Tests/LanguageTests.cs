// OperationOutcomes in the language that the client prefers.

using FhirHub.Model;

namespace FhirHub.Server.Tests;

public class LanguageTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("GET", "Patient/nobody", null, 404, "此处没有 Patient/nobody。")]
    [InlineData("GET", "Patients", null, 404, "R4 没有资源类型“Patients”；现有类型见 /metadata。")]
    [InlineData("GET", "Patient?colour=red", null, 400, "Patient 没有搜索参数 'colour'")]
    [InlineData("GET", "Patient?birthdate=soon", null, 400, "必须是日期")]
    [InlineData("GET", "Patient/$nothing", null, 404, "该地址没有此操作")]
    [InlineData("DELETE", "metadata", null, 405, "该地址不支持 DELETE")]
    [InlineData("POST", "Patient", "", 400, "请求体为空")]
    [InlineData("POST", "Patient", """{"resourceType":"Patient","gendr":"male"}""", 400, "是否为“gender”？")]
    [InlineData("PUT", "Patient/a", """{"resourceType":"Patient","id":"b"}""", 400, "资源的 id 是“b”，却发送到了 Patient/a")]
    [InlineData("POST", "Observation", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Medication/1"}}""", 422, "但该引用指向 Medication")]
    [InlineData("POST", "", """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT","url":"Patient"},"resource":{"resourceType":"Patient","active":true}}]}""", 400, "PUT 需要带 R4 资源类型的地址")]
    public async Task Refusals_are_Chinese_where_the_client_prefers_that(string method, string address, string? body, int status, string text)
    {
        using var response = await server.Client.SendAsync(method, address, body, headers: ("Accept-Language", "zh-CN, en;q=0.8"));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["zh-CN"], response.Content.Headers.ContentLanguage);
        var outcome = await response.JsonAsync();
        Assert.Equal("zh-CN", (string?)outcome["language"]);
        Assert.Contains(text, (string?)outcome["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("fr")]
    [InlineData("en, zh;q=0.5")]
    [InlineData("*")]
    public async Task Else_they_are_English(string? wish)
    {
        (string, string)[] headers = wish is null ? [] : [("Accept-Language", wish)];
        using var response = await server.Client.SendAsync("GET", "Patient/nobody", headers: headers);
        Assert.Equal(["en"], response.Content.Headers.ContentLanguage);
        var outcome = await response.JsonAsync();
        Assert.Null(outcome["language"]);
        Assert.Equal("There is no Patient/nobody here.", (string?)outcome["issue"]![0]!["diagnostics"]);
    }

    [Fact]
    public async Task What_a_lenient_search_leaves_out_is_said_in_Chinese_too()
    {
        using var response = await server.Client.SendAsync("GET", "Patient?colour=red", headers: [("Accept-Language", "zh"), ("Prefer", "handling=lenient")]);
        var entry = Assert.Single((await response.JsonAsync())["entry"]!.AsArray());
        Assert.EndsWith("该参数未被使用。", (string?)entry!["resource"]!["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcomes_of_entries_are_in_the_language_too()
    {
        const string Batch = """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/nobody"}}]}""";
        using var response = await server.Client.SendAsync("POST", "", Batch, headers: ("Accept-Language", "zh"));
        var outcome = (await response.JsonAsync())["entry"]![0]!["response"]!["outcome"]!;
        Assert.Equal("此处没有 Patient/nobody。", (string?)outcome["issue"]![0]!["diagnostics"]);
    }

    [Fact]
    public void Every_message_has_a_Chinese_text_with_no_more_places_than_it_has_arguments()
    {
        Assert.True(MessageTemplates.All.Count > 200, $"{MessageTemplates.All.Count}");
        foreach (var (_, template) in MessageTemplates.All)
        {
            var arguments = Enumerable.Range(0, 8).Select(static i => $"#{i}").ToList();
            Assert.NotEmpty(template.Format(MessageLanguage.English, arguments));
            Assert.Contains(template.Format(MessageLanguage.Chinese, arguments), static c => c is >= '\u4E00' and <= '\u9FFF');
        }
    }

    [Fact]
    public void The_id_of_a_message_names_one_kind_of_issue()
    {
        // What JSON and XML have in common, and what two rooms say of one thing.
        string[] shared = ["does-not-repeat", "profile-unknown", "unknown-element"];
        var twice = MessageTemplates.All
            .GroupBy(static message => message.Template.Id, static message => message.Owner.Name)
            .Where(group => group.Distinct().Count() > 1 && !shared.Contains(group.Key));
        Assert.Empty(twice.Select(static group => $"{group.Key}: {string.Join(", ", group)}"));
    }
}
