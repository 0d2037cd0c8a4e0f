using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

public class QuestionnaireRuleTests
{
    [Theory]
    [InlineData("""{"question":"q","operator":"=","answerBoolean":true}""", null, null)]
    [InlineData("""{"question":"q","operator":"exists","answerBoolean":true}""", null, null)]
    [InlineData("""{"question":"other","operator":"=","answerBoolean":true}""", "enable-when-unknown", "question")]
    [InlineData("""{"question":"g","operator":"=","answerBoolean":true}""", "enable-when-no-question", "question")]
    [InlineData("""{"question":"x","operator":"=","answerString":"a"}""", "enable-when-itself", "question")]
    [InlineData("""{"question":"q","operator":"=","answerString":"yes"}""", "enable-when-type", "answer")]
    [InlineData("""{"question":"q","operator":">","answerBoolean":true}""", "enable-when-order", "")]
    public async Task Conditions_ask_for_answers_that_can_be_given(string condition, string? kind, string? place)
    {
        var issues = await TestResources.R4.ValidateAsync($$"""
            {"resourceType":"Questionnaire","status":"active","item":[
              {"linkId":"g","type":"group","item":[{"linkId":"q","type":"boolean"}]},
              {"linkId":"x","type":"string","enableWhen":[{{condition}}]}]}
            """);
        var issue = issues.SingleOrDefault(i => i.Detail?.Code.StartsWith("enable-when", StringComparison.Ordinal) == true);
        Assert.Equal(kind, issue?.Detail?.Code);
        Assert.Equal(kind is null ? null : $"Questionnaire.item[1].enableWhen[0].{place}".TrimEnd('.'), issue?.Expression);
        Assert.Equal(kind is null ? null : kind == "enable-when-order" ? IssueSeverity.Warning : IssueSeverity.Error, issue?.Severity);
    }

    [Theory]
    [InlineData("""  "type":"choice","answerOption":[{"valueCoding":{"code":"a"}},{"valueCoding":{"code":"b"}}]""", null)]
    [InlineData("""  "type":"choice","answerOption":[{"valueString":"a"}]""", null)]
    [InlineData("""  "type":"integer","answerOption":[{"valueInteger":1}]""", null)]
    [InlineData("""  "type":"integer","answerOption":[{"valueString":"1"}]""", "answer-option-type")]
    [InlineData("""  "type":"choice","answerOption":[{"valueCoding":{"code":"a"}},{"valueCoding":{"code":"a"}}]""", "answer-option-twice")]
    [InlineData("""  "type":"decimal","initial":[{"valueDecimal":1.5}]""", null)]
    [InlineData("""  "type":"url","initial":[{"valueUri":"http://example.org"}]""", null)]
    [InlineData("""  "type":"date","initial":[{"valueString":"today"}]""", "initial-type")]
    public async Task Options_and_initial_values_are_possible_answers(string item, string? kind)
    {
        var issues = await TestResources.R4.ValidateAsync($$$"""{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1",{{{item}}}}]}""");
        Assert.Equal(kind, issues.SingleOrDefault(i => i.Detail?.Code is "answer-option-type" or "answer-option-twice" or "initial-type")?.Detail?.Code);
    }
}
