using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

public class QuestionnaireResponseRuleTests
{
    private const string Questionnaire = """
        {"resourceType":"Questionnaire","url":"http://example.org/q","version":"1","status":"active",
        "contained":[{"resourceType":"ValueSet","id":"colours","status":"active","compose":{"include":[{"system":"http://example.org/colours","concept":[{"code":"red"},{"code":"blue"}]}]}}],
        "item":[
          {"linkId":"name","text":"Name","type":"string","required":true,"maxLength":10},
          {"linkId":"note","type":"display","text":"Please go on."},
          {"linkId":"smokes","type":"boolean"},
          {"linkId":"packs","type":"decimal","required":true,"enableWhen":[{"question":"smokes","operator":"=","answerBoolean":true}],
            "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":0},{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":10},
              {"url":"http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces","valueInteger":1}]},
          {"linkId":"colour","type":"choice","repeats":true,"answerValueSet":"#colours","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs","valueInteger":2}]},
          {"linkId":"gender","type":"choice","answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"},
          {"linkId":"drink","type":"open-choice","answerOption":[{"valueCoding":{"system":"http://example.org/drinks","code":"tea"}},{"valueCoding":{"system":"http://example.org/drinks","code":"milk"}}]},
          {"linkId":"postcode","type":"string","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"[0-9]{6}"},{"url":"http://hl7.org/fhir/StructureDefinition/minLength","valueInteger":3}]},
          {"linkId":"child","type":"group","repeats":true,"item":[
            {"linkId":"child-name","type":"string","required":true},
            {"linkId":"twin","type":"boolean","item":[{"linkId":"twin-name","type":"string","enableWhen":[{"question":"child-name","operator":"=","answerString":"Ann"}]}]}]},
          {"linkId":"home","type":"group","item":[{"linkId":"rooms","type":"integer"}]}]}
        """;

    private const string Name = """{"linkId":"name","answer":[{"valueString":"Li"}]}""";

    [Theory]
    [InlineData(Name)]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":false}]}""")]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":true}]},{"linkId":"packs","answer":[{"valueDecimal":0.5}]}""")]
    [InlineData(Name + """,{"linkId":"note"},{"linkId":"colour","answer":[{"valueCoding":{"system":"http://example.org/colours","code":"red"}},{"valueCoding":{"system":"http://example.org/colours","code":"blue"}}]}""")]
    [InlineData(Name + """,{"linkId":"gender","answer":[{"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}}]}""")]
    [InlineData(Name + """,{"linkId":"drink","answer":[{"valueCoding":{"system":"http://example.org/drinks","code":"tea"}}]},{"linkId":"postcode","answer":[{"valueString":"100101"}]}""")]
    [InlineData(Name + """,{"linkId":"drink","answer":[{"valueString":"water"}]}""")]
    [InlineData("""{"linkId":"name","text":" Name","answer":[{"valueString":"Li"}]},{"linkId":"child","item":[{"linkId":"child-name","answer":[{"valueString":"Ann"}]},{"linkId":"twin","answer":[{"valueBoolean":true,"item":[{"linkId":"twin-name","answer":[{"valueString":"Bo"}]}]}]}]},{"linkId":"child","item":[{"linkId":"child-name","answer":[{"valueString":"Cy"}]}]}""")]
    public async Task A_response_that_answers_its_questionnaire_has_no_errors(string items)
    {
        var issues = await TestResources.Of(Questionnaire).ValidateAsync(Response(items));
        Assert.DoesNotContain(issues, issue => issue.Detail?.Code.StartsWith("response", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("""{"linkId":"note"}""", "response-required", "QuestionnaireResponse")]
    [InlineData("""{"linkId":"name"}""", "response-required", "QuestionnaireResponse.item[0]")]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":true}]}""", "response-required", "QuestionnaireResponse")]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":false}]},{"linkId":"packs","answer":[{"valueDecimal":1}]}""", "response-not-enabled", "QuestionnaireResponse.item[2]")]
    [InlineData(Name + """,{"linkId":"packs","answer":[{"valueDecimal":1}]}""", "response-not-enabled", "QuestionnaireResponse.item[1]")]
    [InlineData(Name + """,{"linkId":"age","answer":[{"valueInteger":1}]}""", "response-link-id", "QuestionnaireResponse.item[1].linkId")]
    [InlineData(Name + """,{"linkId":"rooms","answer":[{"valueInteger":1}]}""", "response-wrong-place", "QuestionnaireResponse.item[1]")]
    [InlineData(Name + """,{"linkId":"home","item":[{"linkId":"smokes","answer":[{"valueBoolean":true}]}]}""", "response-not-at-top", "QuestionnaireResponse.item[1].item[0]")]
    [InlineData("""{"linkId":"smokes","answer":[{"valueBoolean":false}]},""" + Name, "response-out-of-order", "QuestionnaireResponse.item[1]")]
    [InlineData(Name + "," + Name, "response-item-twice", "QuestionnaireResponse.item[1]")]
    [InlineData(Name + """,{"linkId":"home"},{"linkId":"home"}""", "response-item-twice", "QuestionnaireResponse.item[2]")]
    [InlineData("""{"linkId":"name","answer":[{"valueString":"Li"},{"valueString":"Wu"}]}""", "response-too-many-answers", "QuestionnaireResponse.item[0]")]
    [InlineData(Name + """,{"linkId":"colour","answer":[{"valueCoding":{"code":"red"}},{"valueCoding":{"code":"blue"}},{"valueCoding":{"code":"red"}}]}""", "response-too-many-answers", "QuestionnaireResponse.item[1]")]
    [InlineData(Name + """,{"linkId":"note","answer":[{"valueString":"ok"}]}""", "response-no-answers", "QuestionnaireResponse.item[1].answer[0]")]
    [InlineData(Name + """,{"linkId":"home","answer":[{"valueString":"ok"}]}""", "response-no-answers", "QuestionnaireResponse.item[1].answer[0]")]
    [InlineData(Name + """,{"linkId":"smokes","item":[{"linkId":"rooms"}]}""", "response-no-items", "QuestionnaireResponse.item[1].item[0]")]
    [InlineData("""{"linkId":"name","answer":[{"valueBoolean":true}]}""", "response-answer-type", "QuestionnaireResponse.item[0].answer[0].value")]
    [InlineData("""{"linkId":"name","answer":[{"valueString":"12345678901"}]}""", "response-too-long", "QuestionnaireResponse.item[0].answer[0].value")]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":true}]},{"linkId":"packs","answer":[{"valueDecimal":-1}]}""", "response-too-small", "QuestionnaireResponse.item[2].answer[0].value")]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":true}]},{"linkId":"packs","answer":[{"valueDecimal":11}]}""", "response-too-large", "QuestionnaireResponse.item[2].answer[0].value")]
    [InlineData(Name + """,{"linkId":"smokes","answer":[{"valueBoolean":true}]},{"linkId":"packs","answer":[{"valueDecimal":1.25}]}""", "response-too-precise", "QuestionnaireResponse.item[2].answer[0].value")]
    [InlineData(Name + """,{"linkId":"colour","answer":[{"valueCoding":{"system":"http://example.org/colours","code":"green"}}]}""", "response-not-in-value-set", "QuestionnaireResponse.item[1].answer[0].value")]
    [InlineData(Name + """,{"linkId":"gender","answer":[{"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"m"}}]}""", "response-not-in-value-set", "QuestionnaireResponse.item[1].answer[0].value")]
    [InlineData(Name + """,{"linkId":"postcode","answer":[{"valueString":"BJ"}]}""", "response-too-short", "QuestionnaireResponse.item[1].answer[0].value")]
    [InlineData(Name + """,{"linkId":"postcode","answer":[{"valueString":"10010A"}]}""", "response-pattern", "QuestionnaireResponse.item[1].answer[0].value")]
    [InlineData(Name + """,{"linkId":"child","item":[{"linkId":"child-name","answer":[{"valueString":"Ann"}]}]},{"linkId":"child","item":[{"linkId":"child-name","answer":[{"valueString":"Cy"}]},{"linkId":"twin","answer":[{"valueBoolean":true,"item":[{"linkId":"twin-name","answer":[{"valueString":"Bo"}]}]}]}]}""", "response-not-enabled", "QuestionnaireResponse.item[2].item[1].answer[0].item[0]")]
    public async Task An_answer_that_the_questionnaire_does_not_allow_is_an_error(string items, string kind, string expression)
    {
        var issues = await TestResources.Of(Questionnaire).ValidateAsync(Response(items));
        Assert.Contains(issues, issue => (issue.Severity, issue.Detail?.Code, issue.Expression) == (IssueSeverity.Error, kind, expression));
    }

    [Fact]
    public async Task A_code_outside_of_an_open_choice_and_another_text_are_warnings()
    {
        var issues = await TestResources.Of(Questionnaire).ValidateAsync(
            Response("""{"linkId":"name","text":"Family name","answer":[{"valueString":"Li"}]},{"linkId":"drink","answer":[{"valueCoding":{"system":"http://example.org/drinks","code":"gin"}}]}"""));
        Assert.Equal(IssueSeverity.Warning, Assert.Single(issues, issue => issue.Detail?.Code == "response-text").Severity);
        var option = Assert.Single(issues, issue => issue.Detail?.Code == "response-not-an-option");
        Assert.Equal(IssueSeverity.Warning, option.Severity);
        Assert.Contains("http://example.org/drinks|tea", option.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_in_progress_may_lack_answers()
    {
        var issues = await TestResources.Of(Questionnaire).ValidateAsync(Response("""{"linkId":"note"}""", "in-progress"));
        Assert.Equal(IssueSeverity.Warning, Assert.Single(issues, issue => issue.Detail?.Code == "response-required").Severity);
    }

    [Fact]
    public async Task A_response_to_a_questionnaire_that_nobody_knows_is_not_checked()
    {
        var issues = await TestResources.R4.ValidateAsync(Response("""{"linkId":"note"}"""));
        var issue = Assert.Single(issues, issue => issue.Detail?.Code.StartsWith("response", StringComparison.Ordinal) == true);
        Assert.Equal(("response-unknown-questionnaire", IssueSeverity.Warning, "QuestionnaireResponse.questionnaire"), (issue.Detail?.Code, issue.Severity, issue.Expression));
    }

    [Fact]
    public async Task A_questionnaire_that_is_contained_counts()
    {
        const string Json = """
            {"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q","item":[{"linkId":"b","answer":[{"valueString":"x"}]}],
            "contained":[{"resourceType":"Questionnaire","id":"q","status":"active","item":[{"linkId":"a","type":"string","required":true},{"linkId":"b","type":"string"}]}]}
            """;
        Assert.Single(await TestResources.R4.ValidateAsync(Json), issue => issue.Detail?.Code == "response-required");
    }

    [Theory]
    [InlineData("http://example.org/q", 1)]
    [InlineData("http://example.org/q|2.0", 1)]
    [InlineData("http://example.org/q|1.0", 0)]
    public async Task A_questionnaire_in_the_same_bundle_counts_with_its_version(string canonical, int missing)
    {
        var bundle = $$"""
            {"resourceType":"Bundle","type":"collection","entry":[
            {"fullUrl":"http://example.org/fhir/Questionnaire/q","resource":{"resourceType":"Questionnaire","id":"q","url":"http://example.org/q","version":"2.0","status":"active","item":[{"linkId":"a","type":"string","required":true},{"linkId":"b","type":"string"}]} },
            {"fullUrl":"http://example.org/fhir/QuestionnaireResponse/r","resource":{"resourceType":"QuestionnaireResponse","id":"r","status":"completed","questionnaire":"{{canonical}}","item":[{"linkId":"b","answer":[{"valueString":"x"}]}]} }]}
            """;
        var issues = await TestResources.R4.ValidateAsync(bundle);
        Assert.Equal(missing, issues.Count(static issue => issue.Detail?.Code == "response-required"));
        Assert.Equal(1 - missing, issues.Count(static issue => issue.Code == "not-found"));
    }

    [Fact]
    public async Task The_official_response_to_the_Glasgow_coma_scale_fits_its_questionnaire()
    {
        if (FhirHub.Tests.SharedMaterial.Folder("r4-examples") is not { } folder)
            return;
        var questionnaire = await File.ReadAllTextAsync(Path.Combine(folder, "r4-json", "Questionnaire-gcs.json"));
        var response = await File.ReadAllTextAsync(Path.Combine(folder, "r4-json", "QuestionnaireResponse-gcs.json"));
        var url = TestResources.Parse(questionnaire).Root.ChildValue("url")!;
        var issues = await TestResources.Of(questionnaire).ValidateAsync(response.Replace("\"Questionnaire/gcs\"", $"\"{url}\"", StringComparison.Ordinal));
        Assert.DoesNotContain(issues, issue => issue.Detail?.Code.StartsWith("response", StringComparison.Ordinal) == true && issue.Severity == IssueSeverity.Error);
    }

    private static string Response(string items, string status = "completed") =>
        $$"""{"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/q","status":"{{status}}","item":[{{items}}]}""";
}
