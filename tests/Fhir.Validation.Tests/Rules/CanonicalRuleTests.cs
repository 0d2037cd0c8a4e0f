using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

public class CanonicalRuleTests
{
    [Theory]
    [InlineData("ValueSet/a", "url-relative", IssueSeverity.Error)]
    [InlineData("http://example.org/a|1", "url-with-suffix", IssueSeverity.Warning)]
    [InlineData("http://example.org/a", null, null)]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", null, null)]
    public async Task The_url_of_a_definition_can_be_referred_to(string url, string? kind, IssueSeverity? severity)
    {
        var issue = (await TestResources.R4.ValidateAsync($$"""{"resourceType":"ValueSet","url":"{{url}}","status":"active"}""")).SingleOrDefault(i => i.Expression == "ValueSet.url");
        Assert.Equal((kind, severity), (issue?.Detail?.Code, issue?.Severity));
    }

    [Fact]
    public async Task A_version_with_a_bar_is_an_error() =>
        Assert.Equal("ValueSet.version", (await RuleCheck.OnlyAsync("version-with-bar", """{"resourceType":"ValueSet","version":"1|2","status":"active"}""")).Expression);

    [Theory]
    [InlineData("name.exists() and (", "StructureDefinition.differential.element[1].constraint[0].expression")]
    [InlineData("name.exists()", null)]
    public async Task The_expression_of_an_invariant_has_to_be_FHIRPath(string expression, string? place)
    {
        var issues = await RuleCheck.FindAsync("expression-invalid", $$$"""
            {"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient","path":"Patient"},
            {"id":"Patient.contact","path":"Patient.contact","constraint":[{"key":"p-1","severity":"error","human":"x","expression":"{{{expression}}}"}]}]}}
            """);
        Assert.Equal(place, issues.SingleOrDefault()?.Expression);
    }

    [Fact]
    public async Task A_profile_has_the_type_of_its_base()
    {
        var issue = await RuleCheck.OnlyAsync("type-of-base", """
            {"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Group",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/bp","derivation":"constraint","differential":{"element":[{"id":"Group","path":"Group"}]}}
            """);
        Assert.Equal((IssueSeverity.Error, "StructureDefinition.type"), (issue.Severity, issue.Expression));
        Assert.Contains("Observation", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_expression_of_a_search_parameter_has_to_be_FHIRPath()
    {
        var issue = await RuleCheck.OnlyAsync("expression-invalid", """
            {"resourceType":"SearchParameter","url":"http://example.org/s","name":"S","status":"active","description":"x","code":"s","base":["Patient"],"type":"string","expression":"Patient..name"}
            """);
        Assert.Equal((IssueSeverity.Error, "SearchParameter.expression"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public async Task Parameters_of_an_operation_have_names_of_their_own()
    {
        var issue = await RuleCheck.OnlyAsync("parameter-twice", """
            {"resourceType":"OperationDefinition","name":"O","status":"active","kind":"operation","code":"o","system":true,"type":false,"instance":false,"parameter":[
            {"name":"a","use":"in","min":0,"max":"1","type":"string"},{"name":"a","use":"out","min":0,"max":"1","type":"string"},{"name":"a","use":"in","min":0,"max":"1","type":"string"}]}
            """);
        Assert.Equal("OperationDefinition.parameter[2]", issue.Expression);
    }

    [Fact]
    public async Task A_search_parameter_has_the_type_of_its_definition()
    {
        var issue = await RuleCheck.OnlyAsync("search-parameter-type", """
            {"resourceType":"CapabilityStatement","status":"active","date":"2024","kind":"requirements","fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","resource":[{"type":"Patient",
            "searchParam":[{"name":"birthdate","definition":"http://hl7.org/fhir/SearchParameter/individual-birthdate","type":"string"},
            {"name":"gender","definition":"http://hl7.org/fhir/SearchParameter/individual-gender","type":"token"}]}]}]}
            """);
        Assert.Equal((IssueSeverity.Warning, "CapabilityStatement.rest[0].resource[0].searchParam[0].type"), (issue.Severity, issue.Expression));
    }

    [Theory]
    [InlineData("""{"system":"gender"}""", "system-relative", "system", IssueSeverity.Error)]
    [InlineData("""{"system":"http://hl7.org/fhir/ValueSet/administrative-gender"}""", "value-set-as-system", "system", IssueSeverity.Error)]
    [InlineData("""{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"male"},{"code":"man"}]}""", "code-not-in-system", "concept[1].code", IssueSeverity.Warning)]
    [InlineData("""{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"male"},{"code":"male"}]}""", "code-twice", "concept[1].code", IssueSeverity.Warning)]
    [InlineData("""{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"male"},{"code":"female"}]}""", null, null, null)]
    [InlineData("""{"system":"http://example.org/unknown","concept":[{"code":"anything"}]}""", null, null, null)]
    public async Task A_value_set_draws_on_codes_that_there_are(string include, string? kind, string? place, IssueSeverity? severity)
    {
        string[] kinds = ["system-relative", "value-set-as-system", "code-not-in-system", "code-twice"];
        var issue = (await TestResources.R4.ValidateAsync($$$"""{"resourceType":"ValueSet","status":"active","compose":{"include":[{{{include}}}]}}"""))
            .SingleOrDefault(i => kinds.Contains(i.Detail?.Code));
        Assert.Equal((kind, severity), (issue?.Detail?.Code, issue?.Severity));
        Assert.Equal(place is null ? null : $"ValueSet.compose.include[0].{place}", issue?.Expression);
    }

    [Theory]
    [InlineData(""" "content":"complete","count":3,"concept":[{"code":"a","concept":[{"code":"b"}]}] """, "concept-count", "CodeSystem.count")]
    [InlineData(""" "content":"complete","count":2,"concept":[{"code":"a","concept":[{"code":"b"}]}] """, null, null)]
    [InlineData(""" "content":"complete" """, "complete-and-empty", "CodeSystem")]
    [InlineData(""" "content":"not-present","concept":[{"code":"a"}] """, "not-present", "CodeSystem.content")]
    [InlineData(""" "content":"supplement","concept":[{"code":"a"}] """, "supplement-of-nothing", "CodeSystem")]
    [InlineData(""" "content":"fragment","supplements":"http://example.org/other","concept":[{"code":"a"}] """, "no-supplement", "CodeSystem.supplements")]
    [InlineData(""" "content":"complete","concept":[{"code":"a","property":[{"code":"p","valueBoolean":true}]}] """, "property-unknown", "CodeSystem.concept[0].property[0].code")]
    [InlineData(""" "content":"complete","property":[{"code":"p","type":"integer"}],"concept":[{"code":"a","property":[{"code":"p","valueBoolean":true}]}] """, "property-type", "CodeSystem.concept[0].property[0].value")]
    [InlineData(""" "content":"complete","property":[{"code":"p","type":"boolean"}],"concept":[{"code":"a","property":[{"code":"p","valueBoolean":true}]}] """, null, null)]
    [InlineData(""" "content":"complete","property":[{"code":"p","type":"boolean"},{"code":"p","type":"code"}],"concept":[{"code":"a"}] """, "concept-property-twice", "CodeSystem.property[1]")]
    public async Task A_code_system_is_what_it_says(string content, string? kind, string? place)
    {
        string[] kinds = ["concept-count", "complete-and-empty", "not-present", "supplement-of-nothing", "no-supplement", "property-unknown", "property-type", "concept-property-twice"];
        var issue = (await TestResources.R4.ValidateAsync($$"""{"resourceType":"CodeSystem","url":"http://example.org/cs","status":"active",{{content}}}"""))
            .SingleOrDefault(i => kinds.Contains(i.Detail?.Code));
        Assert.Equal((kind, place), (issue?.Detail?.Code, issue?.Expression));
    }

    [Fact]
    public async Task A_concept_map_maps_codes_that_there_are()
    {
        var issues = await RuleCheck.FindAsync("code-not-in-system", """
            {"resourceType":"ConceptMap","status":"active","group":[{"source":"http://hl7.org/fhir/administrative-gender","target":"http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender","element":[
            {"code":"man","target":[{"code":"M","equivalence":"equal"}]},{"code":"female","target":[{"code":"W","equivalence":"equal"}]}]}]}
            """);
        Assert.Equal(["ConceptMap.group[0].element[0].code", "ConceptMap.group[0].element[1].target[0].code"], issues.Select(issue => issue.Expression));
    }

    [Fact]
    public async Task An_expression_in_FHIRPath_can_be_read()
    {
        const string Json = """
            {"resourceType":"PlanDefinition","status":"active","action":[{"condition":[{"kind":"applicability","expression":{"language":"LANGUAGE","expression":"1 +"}}]}]}
            """;
        Assert.Equal(
            "PlanDefinition.action[0].condition[0].expression.expression",
            (await RuleCheck.OnlyAsync("expression-invalid", Json.Replace("LANGUAGE", "text/fhirpath", StringComparison.Ordinal))).Expression);
        Assert.Empty(await RuleCheck.FindAsync("expression-invalid", Json.Replace("LANGUAGE", "text/cql", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("http://loinc.org", "8867-4", true)]
    [InlineData("http://loinc.org", "718-7", false)]
    [InlineData("http://example.org", "8867-4", false)]
    public async Task A_vital_sign_has_to_meet_the_profile_of_its_code(string system, string code, bool isVitalSign)
    {
        var issues = await TestResources.R4.ValidateAsync($$$"""
            {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
            "code":{"coding":[{"system":"{{{system}}}","code":"{{{code}}}"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2024-01-01",
            "valueQuantity":{"value":60,"unit":"beats","system":"http://unitsofmeasure.org","code":"/h"}}
            """);
        Assert.Equal(isVitalSign, issues.Any(issue => issue.Severity == IssueSeverity.Error && issue.Diagnostics.Contains("StructureDefinition/heartrate", StringComparison.Ordinal)));
    }
}
