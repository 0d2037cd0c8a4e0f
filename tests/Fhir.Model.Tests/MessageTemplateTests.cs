// Messages of the parser in both languages.

using System.Reflection;
using System.Text;

namespace FhirHub.Model.Tests;

public class MessageTemplateTests
{
    [Fact]
    public void Every_message_can_be_said_in_Chinese()
    {
        var templates = typeof(MessageTemplate).Assembly.GetTypes()
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(static field => field.FieldType == typeof(MessageTemplate))
            .Select(static field => (MessageTemplate)field.GetValue(null)!)
            .Concat(Enum.GetValues<PrimitiveKind>().Select(PrimitiveMessages.Invalid))
            .ToList();
        Assert.True(templates.Count > 80, $"{templates.Count}");
        foreach (var template in templates)
        {
            string[] arguments = ["#0", "#1", "#2", "#3", "#4"];
            Assert.DoesNotContain(template.Format(MessageLanguage.English, arguments), IsChinese);
            Assert.Contains(template.Format(MessageLanguage.Chinese, arguments), IsChinese);
        }
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","gendr":"male"}""", "Unknown element 'gendr' in the resource Patient; did you mean 'gender'?", "资源 Patient 中没有元素“gendr”；是否为“gender”？")]
    [InlineData("""{"resourceType":"Patient","name":{}}""", "Patient.name repeats: expected an array, not an object.", "Patient.name 可重复：应为数组，而不是对象。")]
    [InlineData("""{"resourceType":"Patient","active":"yes"}""", "Expected a JSON true or false for Patient.active, not a string.", "Patient.active 应为 JSON 的 true 或 false，而不是字符串。")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1990-2-1"}""", "'1990-2-1' is not a valid date: expected a date such as 2018, 1973-06 or 1905-08-23.", "“1990-2-1”不是有效的 date：应为日期，如 2018、1973-06 或 1905-08-23。")]
    [InlineData("""{"resourceType":"Encounter","class":{"code":"AMB"}}""", "Encounter.status is missing: at least 1 is required.", "缺少 Encounter.status：至少需要 1 个。")]
    [InlineData("[]", "A resource is a JSON object, not an array.", "资源应为 JSON 对象，而不是数组。")]
    public void The_parser_says_what_is_wrong_in_both_languages(string json, string english, string chinese)
    {
        var issue = Assert.Single(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Issues);
        Assert.Equal(english, issue.Diagnostics);
        Assert.Equal(english, issue.Message!.In(MessageLanguage.English));
        Assert.Equal(chinese, issue.Message!.In(MessageLanguage.Chinese));
    }

    [Fact]
    public void Elements_of_a_tree_read_from_XML_have_the_places_of_the_XML()
    {
        const string Xml = "<Patient xmlns=\"http://hl7.org/fhir\">\n  <name>\n    <given value=\"Ann\"/>\n    <given value=\"Bea\"/>\n  </name>\n  <birthDate value=\"1990\"/>\n</Patient>";
        var patient = ResourceParser.ParseXml(Encoding.UTF8.GetBytes(Xml)).Tree!.Root;
        Assert.Equal((1, 2), patient.GetPosition());
        Assert.Equal((2, 4), patient.Child("name").GetPosition());
        Assert.Equal((4, 6), patient.Child("name").ChildrenOf("given").ToList()[1].GetPosition());
        Assert.Equal((6, 4), patient.Child("birthDate").GetPosition());
    }

    private static bool IsChinese(char c) => c is >= '\u4E00' and <= '\u9FFF';
}
