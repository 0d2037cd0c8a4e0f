// A server with a small laboratory catalogue: hierarchy, languages, inactive and abstract codes, two versions, value sets, a map.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Terminology;

public sealed class TerminologyFixture : ServerFixture, IAsyncLifetime
{
    public const string Lab = "http://hospital.example/lab";

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        foreach (var (path, body) in Resources)
        {
            var answer = await Client.SendAsync("PUT", path, body);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>The Parameters that a request answers, those of one name as a list.</summary>
    public async Task<ParametersAnswer> AskAsync(string url, string? body = null, params (string Name, string Value)[] headers)
    {
        var response = body is null ? await Client.SendAsync("GET", url, headers: headers) : await Client.SendAsync("POST", url, body, headers: headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{url} answers {(int)response.StatusCode}: {text}");
        var json = JsonNode.Parse(text)!;
        Assert.Equal("Parameters", (string?)json["resourceType"]);
        return new ParametersAnswer(json);
    }

    private static readonly (string Path, string Body)[] Resources =
    [
        ("CodeSystem/lab-1", """
            {"resourceType":"CodeSystem","id":"lab-1","url":"http://hospital.example/lab","version":"1.0","date":"2015-03-01","name":"LabItems","status":"active","content":"complete","caseSensitive":true,
            "concept":[{"code":"glu","display":"Glucose"}]}
            """),
        ("CodeSystem/lab-2", """
            {"resourceType":"CodeSystem","id":"lab-2","language":"en","url":"http://hospital.example/lab","version":"2.0","date":"2020-06","name":"LabItems","title":"Laboratory items","status":"active","content":"complete",
            "caseSensitive":true,"hierarchyMeaning":"is-a",
            "property":[
              {"code":"unit","type":"string","description":"Unit of the result"},
              {"code":"loinc","type":"Coding"},
              {"code":"panel","type":"boolean"},
              {"code":"inactive","uri":"http://hl7.org/fhir/concept-properties#inactive","type":"boolean"},
              {"code":"status","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"},
              {"code":"notSelectable","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"}],
            "concept":[
              {"code":"chem","display":"Chemistry","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
                {"code":"glu","display":"Glucose","definition":"Glucose in serum or plasma",
                 "designation":[{"language":"zh-CN","value":"葡萄糖"},{"language":"de","use":{"system":"http://snomed.info/sct","code":"900000000000013009"},"value":"Glukose"}],
                 "property":[{"code":"unit","valueString":"mmol/L"},{"code":"panel","valueBoolean":false},{"code":"loinc","valueCoding":{"system":"http://loinc.org","code":"2345-7"}}],
                 "concept":[{"code":"glu-f","display":"Fasting glucose","property":[{"code":"unit","valueString":"mmol/L"}]}]},
                {"code":"urea","display":"Urea","property":[{"code":"unit","valueString":"mmol/L"}]}]},
              {"code":"heme","display":"Hematology","concept":[
                {"code":"hb","display":"Hemoglobin","property":[{"code":"unit","valueString":"g/L"}]},
                {"code":"esr-old","display":"Sedimentation rate","property":[{"code":"inactive","valueBoolean":true},{"code":"status","valueCode":"retired"}]}]}]}
            """),
        ("CodeSystem/wards", """
            {"resourceType":"CodeSystem","id":"wards","url":"http://hospital.example/wards","version":"5","status":"draft","experimental":true,"content":"fragment","caseSensitive":false,
            "concept":[{"code":"ICU","display":"Intensive care"}]}
            """),
        ("ValueSet/chemistry", """
            {"resourceType":"ValueSet","id":"chemistry","url":"http://hospital.example/vs/chemistry","version":"3","status":"active",
            "compose":{"include":[{"system":"http://hospital.example/lab","filter":[{"property":"concept","op":"is-a","value":"chem"}]}]}}
            """),
        ("ValueSet/all", """
            {"resourceType":"ValueSet","id":"all","url":"http://hospital.example/vs/all","status":"active",
            "compose":{"include":[{"system":"http://hospital.example/lab"},{"system":"http://hospital.example/wards"}]}}
            """),
        ("ValueSet/elsewhere", """
            {"resourceType":"ValueSet","id":"elsewhere","url":"http://hospital.example/vs/elsewhere","status":"active",
            "compose":{"include":[{"system":"http://hospital.example/unknown"}]}}
            """),
        ("ConceptMap/lab-loinc", """
            {"resourceType":"ConceptMap","id":"lab-loinc","url":"http://hospital.example/map","version":"1","status":"active","sourceUri":"http://hospital.example/vs/all","targetUri":"http://loinc.org/vs",
            "group":[{"source":"http://hospital.example/lab","target":"http://loinc.org","element":[
              {"code":"glu","target":[{"code":"2345-7","display":"Glucose [Mass/volume] in Serum or Plasma","equivalence":"equivalent"}]},
              {"code":"urea","target":[{"code":"3094-0","equivalence":"wider"}]}]}]}
            """),
    ];
}

/// <summary>A Parameters resource, by names.</summary>
public sealed class ParametersAnswer(JsonNode json)
{
    public IEnumerable<JsonNode> All(string name) => json["parameter"]?.AsArray().Where(p => (string?)p!["name"] == name).Select(p => p!) ?? [];

    public bool Result => (bool)Value("result")!;

    public string? Text(string name) => Value(name)?.ToString();

    public JsonNode? Value(string name) => All(name).SingleOrDefault() is { } parameter ? ValueOf(parameter) : null;

    /// <summary>The issues as <c>severity code type location</c>.</summary>
    public IReadOnlyList<string> Issues => All("issues").SingleOrDefault() is not { } issues ? [] : [.. issues["resource"]!["issue"]!.AsArray().Select(i =>
        $"{i!["severity"]} {i["code"]} {i["details"]!["coding"]![0]!["code"]} {(i["expression"] is { } e ? e[0] : "-")}")];

    /// <summary>A part of a parameter with parts.</summary>
    public static string? Part(JsonNode parameter, string name) =>
        parameter["part"]!.AsArray().FirstOrDefault(p => (string?)p!["name"] == name) is { } part ? ValueOf(part)?.ToString() : null;

    /// <summary>The whole, to look for what must not be there.</summary>
    public override string ToString() => json.ToJsonString();

    private static JsonNode? ValueOf(JsonNode parameter) =>
        parameter.AsObject().FirstOrDefault(p => p.Key.StartsWith("value", StringComparison.Ordinal)).Value;
}
