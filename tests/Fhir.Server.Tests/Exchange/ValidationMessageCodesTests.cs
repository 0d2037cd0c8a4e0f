// The code system of OperationOutcome.issue.details has all messages of the server, as they are said.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.Exchange;

/// <summary>With <c>FHIRHUB_WRITE_MESSAGES=1</c> the test writes the concepts of the code system anew, and so passes.</summary>
public class ValidationMessageCodesTests
{
    private static readonly string s_file = Path.Combine(SharedMaterial.ProjectRoot, "profiles", "codesystems", "validation-message.json");

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_code_system_of_messages_has_each_message_in_both_languages()
    {
        var codeSystem = JsonNode.Parse(await File.ReadAllTextAsync(s_file))!.AsObject();
        Assert.Equal(MessageTemplate.CodeSystem, (string?)codeSystem["url"]);
        var concepts = new JsonArray([.. MessageTemplates.All
            .GroupBy(static message => message.Template.Id, static message => message.Template)
            .OrderBy(static message => message.Key, StringComparer.Ordinal)
            .Select(static message => Concept(message.Key, [.. message.DistinctBy(static template => template.English)]))]);
        if (Environment.GetEnvironmentVariable("FHIRHUB_WRITE_MESSAGES") == "1")
        {
            codeSystem["count"] = concepts.Count;
            codeSystem["concept"] = concepts;
            await File.WriteAllTextAsync(s_file, codeSystem.ToJsonString(s_indented) + "\n");
            return;
        }

        var written = codeSystem["concept"]!.AsArray().ToDictionary(static concept => (string)concept!["code"]!, static concept => concept!.ToJsonString(s_indented));
        var said = concepts.ToDictionary(static concept => (string)concept!["code"]!, static concept => concept!.ToJsonString(s_indented));
        var differing = written.Keys.Union(said.Keys).Where(id => written.GetValueOrDefault(id) != said.GetValueOrDefault(id)).Order(StringComparer.Ordinal).ToList();
        Assert.True(
            differing.Count == 0,
            $"{s_file} differs from the messages in {string.Join(", ", differing)}. Run this test with FHIRHUB_WRITE_MESSAGES=1 to write it anew.");
        Assert.Equal(said.Count, (int?)codeSystem["count"]);
    }

    // The first sentence is the display. Where the same kind of issue is said in several ways, the others are further designations.
    private static JsonObject Concept(string id, IReadOnlyList<MessageTemplate> templates) => new()
    {
        ["code"] = id,
        ["display"] = templates[0].English,
        ["designation"] = new JsonArray([
            Designation("zh-CN", templates[0].Chinese),
            .. templates.Skip(1).SelectMany(static template => new[] { Designation("en", template.English), Designation("zh-CN", template.Chinese) })]),
    };

    private static JsonObject Designation(string language, string text) => new() { ["language"] = language, ["value"] = text };
}
